// @ts-check
// Answers every request at once with what DynamoDB would plausibly answer, in a process of its own: so that what is measured
// is the client. Knows histories of any length, under the ids that `historyId` gives, and one snapshot, under all others.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { rawAnswer, serveRaw } from './raw-server.js'

/** How many events a hundred of a history has, but for the first, which has one less. */
export const PAGE_ITEMS = 100
/** Of the stub's snapshot. */
export const SNAPSHOT_BYTES = 100_000

/** An id with so many events of 200 bytes. @param {number} events */
export const historyId = (events) => `history-${events}`

const payload = Buffer.alloc(200, 'x').toString('base64')

/** @param {number} total @param {number} hundred */
const history = (total, hundred) => {
  const items = []
  const last = Math.min(total, hundred * 100 + 99)
  for (let seq = Math.max(1, hundred * 100); seq <= last; seq++)
    items.push(
      `{"par":{"S":"journal-P-history-${total}-${hundred}"},"num":{"N":"${seq % 100}"},"persistence_id":{"S":"history-${total}"},"seq":{"N":"${seq}"},"writer_uuid":{"S":"0f6d8c1e-52d7-4a53-9d3c-8a4f3f1c1d11"},"event":{"B":"${payload}"},"ev_ser_id":{"N":"20"},"ts":{"N":"1790000000000000"}}`,
    )
  return `{"Items":[${items.join(',')}],"Count":${items.length},"ScannedCount":${items.length}}`
}

const snapshot = {
  par: { S: 'journal-P-account-4711' },
  seq: { N: '1000' },
  ts: { N: '1790000000000' },
  ser_id: { N: '4' },
  pay_data: { B: Buffer.alloc(SNAPSHOT_BYTES, 'x').toString('base64') },
}
const fixed = {
  PutItem: '{}',
  UpdateItem: '{}',
  TransactWriteItems: '{}',
  BatchWriteItem: '{"UnprocessedItems":{}}',
  BatchGetItem: '{"Responses":{},"UnprocessedKeys":{}}',
  BatchExecuteStatement: JSON.stringify({ Responses: Array.from({ length: 25 }, () => ({ TableName: 'events' })) }),
  GetItem: JSON.stringify({ Item: snapshot }),
  Query: JSON.stringify({ Items: [snapshot], Count: 1, ScannedCount: 1 }),
}
const histories = /journal-P-history-(\d+)-(\d+)/

const serve = () => {
  const prepared = Object.entries(fixed).map(([operation, body]) => ({
    operation,
    target: `DynamoDB_20120810.${operation}`,
    answer: rawAnswer(body),
  }))
  /** Those that are asked for again and again. @type {Map<string, Buffer>} */
  const pages = new Map()
  /** @param {string} total @param {string} hundred */
  const page = (total, hundred) => {
    const key = `${total}-${hundred}`
    const known = pages.get(key) ?? rawAnswer(history(Number(total), Number(hundred)))
    if (pages.size < 200) pages.set(key, known)
    return known
  }
  serveRaw(({ head, body }) => {
    const known = prepared.find(({ target }) => head.includes(target))
    const [, total, hundred] = (known?.operation === 'Query' && histories.exec(body)) || []
    return total === undefined || hundred === undefined ? known?.answer : page(total, hundred)
  })
}

if (process.send !== undefined && process.argv[2] === 'stub') serve()

/** @returns {Promise<{ url: string, stop: () => void }>} */
export const startStub = async () => {
  const child = fork(new URL(import.meta.url), ['stub'])
  const [url] = await once(child, 'message')
  return { url: String(url), stop: () => void child.kill() }
}
