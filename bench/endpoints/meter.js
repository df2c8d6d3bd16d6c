// @ts-check
// Counts requests and the units that they cost, by the billing rules, whoever sends them. It slows everybody down: what is
// counted here is not timed.
import { Agent, createServer, request } from 'node:http'
import { unitsOf } from '../framework/billing.js'

/** @typedef {{ requests: number, read: number, write: number }} Metered */

/**
 * @param {string} target
 * @returns {Promise<{ url: string, take: () => Metered, stop: () => void }>} `take` gives the counts, which begin anew
 */
export const startMeter = async (target) => {
  const agent = new Agent({ keepAlive: true })
  let counted = { requests: 0, read: 0, write: 0 }
  const server = createServer(async (incoming, outgoing) => {
    try {
      const input = JSON.parse(await text(incoming))
      const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? ''
      const isRead = operation === 'Query' || operation === 'Scan'
      const body = JSON.stringify(isRead ? { ...input, ReturnConsumedCapacity: 'TOTAL' } : input)
      const headers = { ...incoming.headers, 'content-length': Buffer.byteLength(body) }
      const answer = await new Promise((resolve, reject) => {
        request(`${target}${incoming.url}`, { agent, method: incoming.method, headers }, resolve)
          .on('error', reject)
          .end(body)
      })
      const bytes = await text(answer)
      if (answer.statusCode === 200 && !operation.endsWith('Table')) {
        const { read, write } = unitsOf(operation, input, JSON.parse(bytes))
        counted = { requests: counted.requests + 1, read: counted.read + read, write: counted.write + write }
      }
      outgoing.writeHead(answer.statusCode, answer.headers).end(bytes)
    } catch (error) {
      outgoing.destroy(error instanceof Error ? error : undefined)
    }
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const take = () => {
    const taken = counted
    counted = { requests: 0, read: 0, write: 0 }
    return taken
  }
  const stop = () => {
    server.close()
    server.closeAllConnections()
    agent.destroy()
  }
  return { url: `http://127.0.0.1:${port}`, take, stop }
}

/** @param {import('node:http').IncomingMessage} message */
const text = async (message) => {
  const chunks = []
  for await (const chunk of message) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
