// @ts-check
// What a user would pick instead, each as a user has it: actors of Pekko's and of nact's on PostgreSQL, and castore.
import { randomUUID } from 'node:crypto'
import { dynactActors, nactActors } from '../framework/actors.js'
import { payloadOf } from '../framework/events.js'
import { compare, inParallel } from '../framework/rounds.js'
import { showMedian } from '../framework/row.js'
import { withCastore } from '../peers/castore.js'
import { withPekko } from '../peers/pekko.js'
import { startPostgres } from '../peers/postgres.js'
import { bySdk } from './persist.js'

/** @import { Row } from '../framework/row.js' */

const ACTORS = 50

/** @type {import('../framework/row.js').Bench} */
export const peers = {
  name: 'peers',
  about: `${ACTORS} actors, each persists one event of 200 bytes after the other. PostgreSQL is no DynamoDB: its rows say what moving costs or gains.`,
  run: async (lab) => {
    const local = await lab.local()
    const perActor = lab.size(30, 2)
    const count = ACTORS * perActor
    const postgres = await lab.peer('postgres', async () => {
      const started = await startPostgres()
      lab.onClose(started.stop)
      return started
    })
    const onPostgres = postgres.peer && nactActors(postgres.peer.engine)
    return lab.withJournalTable(local, (table) =>
      lab.withJournal(local, table, {}, (journal) =>
        withCastore(local, local.client, (castore) =>
          withPekko(lab, local.url, table, async (pekko) => {
            const actors = dynactActors(journal)
            const payload = payloadOf()
            if (!lab.isQuick) await pekko.peer?.write({ actors: ACTORS, events: perActor * 2 })
            const rates = await compare(lab.fewRounds, {
              dynact: { count, run: () => actors.write(ACTORS, perActor) },
              pekko: pekko.peer && {
                count,
                run: async () => (await pekko.peer.write({ actors: ACTORS, events: perActor })).ms,
              },
              postgres: onPostgres && { count, run: () => onPostgres.write(ACTORS, perActor) },
              castore: {
                count,
                run: async () => {
                  const run = randomUUID()
                  await inParallel(count, ACTORS, (index) => castore.push(`${run}-${index}`, 1, payload))
                },
              },
              sdk: bySdk(local, table, count, ACTORS),
            })
            actors.stop()
            onPostgres?.stop()
            /** @param {string} name @param {string} against @param {string} [missing] @param {number} [atLeast] @returns {Row} */
            const row = (name, against, missing, atLeast) => ({
              work: `persist, ${ACTORS} actors`,
              endpoint: local.name,
              against,
              ...(atLeast !== undefined && { target: { atLeast } }),
              ...(missing === undefined
                ? {
                    figure: rates.speed('dynact', name),
                    detail: `${showMedian(rates.perSecond('dynact'))}/s : ${showMedian(rates.perSecond(name))}/s`,
                  }
                : { detail: missing }),
            })
            return [
              row('pekko', 'Pekko plugin', pekko.missing, 1.5),
              row('castore', 'castore, `pushEvent`', undefined, 1.5),
              row('sdk', 'SDK PutItem, no actors', undefined, 1.5),
              row(
                'postgres',
                `nact-persistence-postgres${postgres.peer ? `, ${postgres.peer.version}` : ''}`,
                postgres.missing,
              ),
            ]
          }),
        ),
      ),
    )
  },
}
