// @ts-check
// A server of DynamoDB's protocol by hand, for node:http would take more time than the client that is measured.
import { createServer } from 'node:net'
import { crc32 } from 'node:zlib'

/** A request as it came: `head` is its request line and headers, `body` its JSON. @typedef {{ head: string, body: string }} RawRequest */

/** The bytes of a response. @param {string | Buffer} body @param {number} [status] */
export const rawAnswer = (body, status = 200) => {
  const bytes = Buffer.from(body)
  const head = [
    `HTTP/1.1 ${status} ${status === 200 ? 'OK' : 'Failed'}`,
    'content-type: application/x-amz-json-1.0',
    `content-length: ${bytes.length}`,
    `x-amz-crc32: ${crc32(bytes)}`,
    'x-amzn-requestid: SP3KE2GKJ1LQ8Q0VNBM6V0MA0RVV4KQNSO5AEMVJF66Q9ASUAAJG',
  ]
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), bytes])
}

/**
 * Serves on a free port, until its parent process ends it, and tells the parent its address.
 *
 * @param {(request: RawRequest) => Buffer | Promise<Buffer> | undefined} answerOf nothing closes the connection
 */
export const serveRaw = (answerOf) => {
  const server = createServer((socket) => {
    let received = ''
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy()) // its client has gone
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      const headEnd = received.indexOf('\r\n\r\n')
      if (headEnd === -1) return
      const head = received.slice(0, headEnd)
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
      if (received.length < headEnd + 4 + length) return
      const body = received.slice(headEnd + 4)
      received = ''
      const answer = answerOf({ head, body })
      if (answer === undefined) return void socket.destroy()
      if (Buffer.isBuffer(answer)) return void socket.write(answer)
      answer.then(
        (bytes) => socket.write(bytes),
        (error) => {
          process.stderr.write(`${error.stack}\n`)
          socket.destroy()
        },
      )
    })
  })
  server.listen(0, '127.0.0.1', () => {
    const address = /** @type {import('node:net').AddressInfo} */ (server.address())
    process.send?.(`http://127.0.0.1:${address.port}`)
  })
  process.on('disconnect', () => process.exit())
}
