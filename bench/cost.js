// @ts-check
// What work costs on DynamoDB, from its billing rules: units from the bytes of the items that dynact stores, times list prices.
// `node bench/cost.js` prints the table of docs/cost.md.
import { pathToFileURL } from 'node:url'
import { eventItem, inFeed, itemSize, packedItem, snapshotItem } from '@dynact/dynamodb'
import { readUnits, writeUnits } from './framework/billing.js'
import { eventsOf } from './framework/events.js'

/** On-demand list prices in US dollars per million units, an input: look up your region's. */
export const PRICES = { region: 'us-east-1', date: 'November 2024', write: 0.625, read: 0.125 }

const keys = { journalName: 'journal', sequenceShards: 10 }
/** Of every event here. */
export const ID = 'order|0f6d8c1e-52d7-4a53-9d3c-8a4f3f1c1d11'
/** The most empty hundreds that a recovery of a long history asks for: twice `replayParallelism`. */
export const READ_AHEAD = 8
/** Events of one id share hundreds: each costs a mark, of one write unit. */
const MARKS = 1 / 100

/** @param {number} bytes */
const payload = (bytes) => ({ serializerId: 20, serializerManifest: '', bytes: new Uint8Array(bytes) })

/** The item of an event. @param {number} bytes @param {number} [index] @param {number} [lastIndex] */
export const eventOf = (bytes, index = 0, lastIndex = 0) => {
  const [event] = eventsOf(ID, { from: 1_234, bytes })
  if (event === undefined) throw new Error('One event was asked for')
  return eventItem(keys, event, payload(bytes), { index, lastIndex })
}

/** The one item of a packed batch. @param {number} count @param {number} bytes */
export const packOf = (count, bytes) => {
  const [first, ...others] = eventsOf(ID, { from: 1_200, count, bytes })
  if (first === undefined) throw new Error('A batch has at least one event')
  return packedItem(
    keys,
    [first, ...others],
    Array.from({ length: count }, () => payload(bytes)),
  )
}

/** @param {number} bytes */
export const feedItemOf = (bytes) => inFeed({ journalName: 'journal', shards: 32 }, ID, eventOf(bytes))

/** @param {number} bytes */
export const snapshotOf = (bytes) =>
  snapshotItem('journal', { persistenceId: ID, sequenceNr: 1_234, timestamp: 1_790_000_000_000 }, payload(bytes))

/** @param {number} bytes @param {number} count */
const page = (bytes, count) => readUnits(itemSize(eventOf(bytes)) * count)

/**
 * One line for each configuration: the units of one piece of work.
 * @typedef {{ work: string, read?: number, write?: number }} Cost
 * @returns {Cost[]}
 */
export const costs = () => {
  const rows = /** @type {Cost[]} */ ([])
  for (const bytes of [200, 1_000, 4_000]) {
    const single = writeUnits(itemSize(eventOf(bytes)))
    const feed = writeUnits(itemSize(feedItemOf(bytes)))
    const size = bytes.toLocaleString('en')
    rows.push({ work: `event, ${size} bytes, default`, write: single + MARKS })
    rows.push({ work: `event, ${size} bytes, with \`queries\` (keys)`, write: feed + 1 + MARKS })
    rows.push({ work: `event, ${size} bytes, with \`queries\` (all)`, write: 2 * feed + MARKS })
  }
  const batch = writeUnits(itemSize(eventOf(200, 24, 24)))
  rows.push({ work: 'event of `persistAll(25)`, 200 bytes, marked', write: batch + MARKS })
  rows.push({ work: 'event of `persistAll(25)`, 200 bytes, transaction', write: 2 * batch + MARKS })
  rows.push({
    work: 'event of `persistAll(25)`, 200 bytes, packed',
    write: writeUnits(itemSize(packOf(25, 200))) / 25 + MARKS,
  })
  // The last request of every recovery finds nothing, and costs a unit.
  rows.push({ work: 'recovery from 20 events of 200 bytes', read: page(200, 20) + readUnits(0) })
  rows.push({
    work: 'recovery from a snapshot of 10 KB and 20 events of 200 bytes',
    read: readUnits(itemSize(snapshotOf(10_000))) + page(200, 21) + readUnits(0),
  })
  // 99, 99 times 100 and 1 event; the hundreds that were asked for ahead of the end; and the ten high marks.
  rows.push({
    work: 'recovery from 10,000 events of 200 bytes',
    read: page(200, 99) + 99 * page(200, 100) + page(200, 1) + (READ_AHEAD + 10) * readUnits(0),
  })
  rows.push({ work: 'snapshot of 10 KB saved', write: writeUnits(itemSize(snapshotOf(10_000))) + 1 })
  // The entry of the index, weakly, about five times while the stream is live; the event itself strongly.
  rows.push({ work: 'event of 200 bytes projected, `queries` (keys)', read: 1 + (5 * 120) / 4096 / 2 })
  rows.push({ work: 'event of 200 bytes projected, `queries` (all)', read: (5 * itemSize(feedItemOf(200))) / 4096 / 2 })
  return rows
}

/** @param {number} value */
const figure = (value) => Number(value.toFixed(2)).toLocaleString('en')

/** Dollars for a million of them. @param {Cost} cost */
export const dollars = ({ read = 0, write = 0 }) => read * PRICES.read + write * PRICES.write

/** The table of docs/cost.md. */
export const costTable = () =>
  [
    '| one … | write units | read units | a million cost |',
    '|---|---|---|---|',
    ...costs().map(
      (cost) =>
        `| ${cost.work} | ${cost.write === undefined ? '' : figure(cost.write)} | ${cost.read === undefined ? '' : figure(cost.read)} | $${dollars(cost).toFixed(2)} |`,
    ),
  ].join('\n')

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(costTable())
