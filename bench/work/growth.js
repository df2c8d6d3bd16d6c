// @ts-check
// How time grows with the events of an id, with actors, with the payload and with what is in flight. Writes plots.
import { randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { historyId } from '../endpoints/stub-server.js'
import { eventsOf, itemOf, PAYLOAD_BYTES } from '../framework/events.js'
import { plot } from '../framework/plot.js'
import { compare, inParallel, spread } from '../framework/rounds.js'
import { replay } from './recovery.js'

/** @import { Endpoint, Lab } from '../framework/lab.js' */
/** @import { Row } from '../framework/row.js' */
/** @import { Line } from '../framework/plot.js' */
/** @import { DynamoDBJournal } from '@dynact/journal-dynamodb' */

const folder = new URL('../plots/', import.meta.url)

/** @param {DynamoDBJournal} journal @param {number} count @param {number} inFlight @param {number} [bytes] */
const persist = (journal, count, inFlight, bytes = PAYLOAD_BYTES) => ({
  count,
  run: () => {
    const run = randomUUID()
    return inParallel(count, inFlight, (index) => {
      const persistenceId = `${run}-${index}`
      return journal.writeEvents({ persistenceId, events: eventsOf(persistenceId, { bytes, writerUuid: run }) })
    })
  },
})

/** @param {Endpoint} endpoint @param {number} count @param {number} inFlight @param {number} [bytes] */
const bySdk = ({ client }, count, inFlight, bytes = PAYLOAD_BYTES) => ({
  count,
  run: () => {
    const run = randomUUID()
    return inParallel(count, inFlight, (index) => {
      const Item = itemOf(`${run}-${index}`, 1, bytes)
      return client.send(
        new PutItemCommand({ TableName: 'events', Item, ConditionExpression: 'attribute_not_exists(par)' }),
      )
    })
  },
})

/**
 * Measures contestants at some sizes: milliseconds for one piece of work, by the name of each.
 * @param {Lab} lab
 * @param {readonly number[]} sizes
 * @param {(size: number) => { [name: string]: import('../framework/rounds.js').Contestant }} contestantsAt
 * @returns {Promise<Line[]>}
 */
const measure = async (lab, sizes, contestantsAt) => {
  /** @type {Map<string, { x: number, y: number }[]>} */
  const lines = new Map()
  for (const x of lab.isQuick ? sizes.slice(0, 2) : sizes) {
    const contestants = contestantsAt(x)
    const measured = await compare(lab.isQuick ? lab.rounds : { rounds: 3, warmUps: 1 }, contestants)
    for (const name of Object.keys(contestants))
      lines.set(name, [...(lines.get(name) ?? []), { x, y: measured.ms(name).median }])
  }
  return [...lines].map(([name, points]) => ({ name, points }))
}

/** How many times as long the last takes as the first, by the growth of its size. @param {Line} line */
const perSize = ({ points }) => {
  const [first, last] = [points[0], points.at(-1)]
  return first === undefined || last === undefined ? Number.NaN : last.y / first.y / (last.x / first.x)
}

/** @type {import('../framework/row.js').Bench} */
export const growth = {
  name: 'growth',
  about:
    'How time grows, on the stub. Below 1: it grows slower than its cause. Plots: [events](plots/events.svg), [actors](plots/actors.svg), [payload](plots/payload.svg), [concurrency](plots/concurrency.svg).',
  run: async (lab) => {
    const stub = await lab.stub()
    return lab.withJournal(stub, 'events', {}, async (journal) => {
      const rows = /** @type {Row[]} */ ([])
      /** @param {string} file @param {{ title: string, x: string, y: string }} axes @param {Line[]} lines @param {string} work */
      const draw = async (file, axes, lines, work) => {
        const svg = plot({ ...axes, lines })
        if (!lab.isQuick) {
          await mkdir(folder, { recursive: true })
          await writeFile(new URL(`${file}.svg`, folder), svg)
        }
        const [ours] = lines
        if (ours === undefined) throw new Error(`Nothing was measured for ${file}`)
        const range = `${ours.points[0]?.x.toLocaleString('en')} to ${ours.points.at(-1)?.x.toLocaleString('en')}`
        rows.push({
          work,
          endpoint: stub.name,
          against: `growth of its cause, ${range}`,
          figure: spread([perSize(ours)]),
        })
      }
      await draw(
        'events',
        { title: 'Replay of one history', x: 'events', y: 'milliseconds' },
        await measure(lab, [100, 1_000, 10_000, 100_000], (events) => ({
          dynact: { count: 1, run: () => replay(journal, historyId(events), events) },
        })),
        'time of a replay, by events',
      )
      await draw(
        'actors',
        { title: 'One event of each actor, all at once', x: 'actors', y: 'milliseconds' },
        await measure(lab, [10, 100, 1_000, 5_000], (actors) => ({
          'dynact, group commit': { ...persist(journal, actors, actors), count: 1 },
          'SDK PutItem': { ...bySdk(stub, actors, actors), count: 1 },
        })),
        'time until all have persisted, by actors',
      )
      await draw(
        'payload',
        { title: 'One persist, 10 in flight', x: 'bytes of payload', y: 'milliseconds each' },
        await measure(lab, [100, 1_000, 10_000, 100_000, 300_000], (bytes) => {
          const count = lab.size(bytes > 10_000 ? 50 : 300, 10)
          return { dynact: persist(journal, count, 10, bytes), 'SDK PutItem': bySdk(stub, count, 10, bytes) }
        }),
        'time of a persist, by payload',
      )
      await draw(
        'concurrency',
        { title: 'Persists at once', x: 'in flight', y: 'milliseconds each, of all' },
        await measure(lab, [1, 4, 16, 64, 256], (inFlight) => {
          const count = lab.size(500, 10)
          return { dynact: persist(journal, count, inFlight), 'SDK PutItem': bySdk(stub, count, inFlight) }
        }),
        'time per persist, by concurrency',
      )
      return rows
    })
  },
}
