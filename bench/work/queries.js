// @ts-check
// Live queries: from the begin of a write to the delivery of its event.
import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { dynamoDBReadJournal } from '@dynact/query-dynamodb'
import { eventsOf } from '../framework/events.js'
import { retry } from '../framework/lab.js'
import { spread } from '../framework/rounds.js'
import { showMedian } from '../framework/row.js'

/** @import { Endpoint, Lab } from '../framework/lab.js' */
/** @import { Row } from '../framework/row.js' */

const REFRESH_MS = 1_000
const TAG = 'bench'
/** By epoch milliseconds with a fraction: two processes of one machine share that clock, but not `performance.now()`. */
const now = () => performance.timeOrigin + performance.now()

/** @param {string} url @param {string} table @param {boolean} byTag @param {string} id */
const openStream = (url, table, byTag, id) => {
  const readJournal = dynamoDBReadJournal({
    clientConfig: { endpoint: url, region: 'local', credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' } },
    table,
    retry,
    refreshInterval: REFRESH_MS,
  })
  const stream = byTag ? readJournal.eventsByTag(TAG) : readJournal.eventsByPersistenceId(id)
  return { readJournal, stream }
}

// As a child process: a live query that tells when each event has come.
if (process.send !== undefined && process.argv[2] === 'live-query') {
  const [, , , url = '', table = '', byTag, id = ''] = process.argv
  const { stream } = openStream(url, table, byTag === 'true', id)
  process.on('disconnect', () => process.exit())
  for await (const { sequenceNr } of stream) process.send({ sequenceNr, at: now() })
}

/** Events before those that count: the query is still starting, and nothing is compiled yet. */
const WARM_UPS = { here: 50, elsewhere: 1 }

/**
 * Writes events one by one while a live query runs, and gives how long each took to be acknowledged and to be delivered, in
 * milliseconds.
 * @param {Lab} lab @param {Endpoint} endpoint @param {{ byTag: boolean, elsewhere: boolean, count: number, pauseMs: () => number }} how
 */
const latencies = (lab, endpoint, { byTag, elsewhere, count, pauseMs }) =>
  lab.withJournalTable(
    endpoint,
    (table) =>
      lab.withJournal(endpoint, table, { queries: {} }, async (journal) => {
        const id = `live-${randomUUID()}`
        /** @type {Map<number, number>} */
        const delivered = new Map()
        /** @type {(() => void) | undefined} */
        let told
        const take = (/** @type {number} */ sequenceNr, /** @type {number} */ at) => {
          delivered.set(sequenceNr, at)
          told?.()
        }
        const until = async (/** @type {number} */ sequenceNr) => {
          while (!delivered.has(sequenceNr))
            await new Promise((resolve) => {
              told = () => resolve(undefined)
            })
        }
        const end = elsewhere
          ? watchElsewhere([endpoint.url, table, String(byTag), id], take)
          : watchHere(openStream(endpoint.url, table, byTag, id), take)
        const warmUps = elsewhere ? WARM_UPS.elsewhere : WARM_UPS.here
        const begun = /** @type {number[]} */ ([])
        const written = /** @type {number[]} */ ([])
        for (let sequenceNr = 1; sequenceNr <= warmUps + count; sequenceNr++) {
          begun.push(now())
          const [event] = eventsOf(id, { from: sequenceNr, tags: [TAG] })
          if (event !== undefined) await journal.writeEvents({ persistenceId: id, events: [event] })
          written.push(now())
          if (sequenceNr <= warmUps || !elsewhere) await until(sequenceNr)
          await delay(pauseMs())
        }
        await until(warmUps + count)
        await end()
        const since = (/** @type {(sequenceNr: number) => number | undefined} */ timeOf) =>
          begun.map((at, index) => (timeOf(index + 1) ?? Number.NaN) - at).slice(warmUps)
        return {
          acknowledged: since((sequenceNr) => written[sequenceNr - 1]),
          delivered: since((sequenceNr) => delivered.get(sequenceNr)),
        }
      }),
    { queries: {} },
  )

/** @param {string[]} args @param {(sequenceNr: number, at: number) => void} take */
const watchElsewhere = (args, take) => {
  const child = fork(new URL(import.meta.url), ['live-query', ...args])
  child.on('message', (/** @type {any} */ { sequenceNr, at }) => take(sequenceNr, at))
  return async () => {
    const exited = once(child, 'exit')
    child.kill()
    await exited
  }
}

/** @param {ReturnType<typeof openStream>} opened @param {(sequenceNr: number, at: number) => void} take */
const watchHere = ({ readJournal, stream }, take) => {
  const reading = (async () => {
    for await (const { sequenceNr } of stream) take(sequenceNr, now())
  })()
  return async () => {
    await stream.return()
    await reading
    await readJournal.close()
  }
}

/** @param {readonly number[]} values */
const median = (values) => spread([...values]).median
/** @param {number} value */
const ms = (value) => `${showMedian(spread([value]))} ms`

/** @param {readonly number[]} values */
const p99 = (values) => [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? Number.NaN

/** @type {import('../framework/row.js').Bench} */
export const queries = {
  name: 'queries',
  about: `Live queries: from the begin of a write until its event is delivered, at a \`refreshInterval\` of ${REFRESH_MS} ms.`,
  run: async (lab) => {
    const local = await lab.local()
    const rows = /** @type {Row[]} */ ([])
    for (const elsewhere of [false, true])
      for (const byTag of [false, true]) {
        const count = elsewhere ? lab.size(20, 2) : lab.size(300, 5)
        // Elsewhere the writes fall anywhere between two looks of the query.
        const pauseMs = () => (elsewhere ? 400 + Math.random() * REFRESH_MS : 5)
        const { acknowledged, delivered } = await latencies(lab, local, { byTag, elsewhere, count, pauseMs })
        rows.push({
          work: `${byTag ? 'eventsByTag' : 'eventsByPersistenceId'}, ${elsewhere ? 'another process' : 'in process'}, p99 of ${count}`,
          endpoint: local.name,
          against: elsewhere ? 'refreshInterval + 50 ms' : '',
          target: { atMost: elsewhere ? REFRESH_MS + 50 : 10 },
          unit: ' ms',
          figure: spread([p99(delivered)]),
          detail: `p50 ${ms(median(delivered))}; the write alone p50 ${ms(median(acknowledged))}, p99 ${ms(p99(acknowledged))}`,
        })
      }
    return rows
  },
}
