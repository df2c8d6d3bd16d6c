// @ts-check
// Answers every request at once with what DynamoDB would plausibly answer, in a process of its own: so that what is measured
// is the client.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { crc32 } from 'node:zlib'

/** How many items a page of the stub's has. */
export const PAGE_ITEMS = 100

const queryItem = (/** @type {number} */ index) => ({
  par: { S: 'journal-P-account-4711-0' },
  num: { N: String(index) },
  persistence_id: { S: 'account-4711' },
  seq: { N: String(index) },
  writer_uuid: { S: '0f6d8c1e-52d7-4a53-9d3c-8a4f3f1c1d11' },
  event: { B: Buffer.alloc(200, index).toString('base64') },
  ev_ser_id: { N: '1100' },
  ts: { N: '1790000000000000' },
})

const answers = {
  PutItem: {},
  BatchExecuteStatement: { Responses: Array.from({ length: 25 }, () => ({ TableName: 'events' })) },
  Query: { Items: Array.from({ length: PAGE_ITEMS }, (_, index) => queryItem(index)), Count: 100, ScannedCount: 100 },
}

if (process.send !== undefined && process.argv[2] === 'stub') {
  const prepared = Object.entries(answers).map(([operation, answer]) => {
    const body = JSON.stringify(answer)
    const head = [
      'HTTP/1.1 200 OK',
      'content-type: application/x-amz-json-1.0',
      `content-length: ${Buffer.byteLength(body)}`,
      `x-amz-crc32: ${crc32(body)}`,
      'x-amzn-requestid: SP3KE2GKJ1LQ8Q0VNBM6V0MA0RVV4KQNSO5AEMVJF66Q9ASUAAJG',
    ]
    return { target: `DynamoDB_20120810.${operation}`, answer: Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`) }
  })
  // By hand, for node:http would take more time than the client that is measured.
  const server = createServer((socket) => {
    let received = ''
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      const headEnd = received.indexOf('\r\n\r\n')
      if (headEnd === -1) return
      const head = received.slice(0, headEnd)
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1])
      if (received.length < headEnd + 4 + length) return
      received = ''
      const known = prepared.find(({ target }) => head.includes(target))
      if (known === undefined) socket.destroy()
      else socket.write(known.answer)
    })
  })
  server.listen(0, '127.0.0.1', () => {
    const address = /** @type {import('node:net').AddressInfo} */ (server.address())
    process.send?.(`http://127.0.0.1:${address.port}`)
  })
}

/** @returns {Promise<{ endpoint: string, stop: () => void }>} */
export const startStub = async () => {
  const child = fork(new URL(import.meta.url), ['stub'])
  const [endpoint] = await once(child, 'message')
  return { endpoint: String(endpoint), stop: () => child.kill() }
}
