// @ts-check
import { createServer } from 'node:net'

// Below the ports that the systems hand out to outgoing connections, so that only a server could take ours before we do.
const [from, to] = [20_000, 32_000]

/**
 * Finds a port that nobody listens on, on any interface.
 *
 * @returns {Promise<number>}
 */
export async function freePort() {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = from + Math.floor(Math.random() * (to - from))
    if ((await isFree(port, '127.0.0.1')) && (await isFree(port, '0.0.0.0'))) return port
  }
  throw new Error(`Found no free port between ${from} and ${to}.`)
}

/**
 * @param {number} port
 * @param {string} host
 * @returns {Promise<boolean>}
 */
function isFree(port, host) {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
