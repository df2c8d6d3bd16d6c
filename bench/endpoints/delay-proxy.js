// @ts-check
// Passes bytes on, those of the answers late by a fixed time, in a process of its own. Every chunk waits for itself: answers
// overtake nothing and wait for nothing, so any number of them are on their way at once.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'

const [role, target, delayMs] = process.argv.slice(2)

if (process.send !== undefined && role === 'delay') {
  const { hostname, port } = new URL(target ?? '')
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ host: hostname, port: Number(port), noDelay: true })
    const end = () => {
      near.destroy()
      far.destroy()
    }
    near.on('data', (chunk) => far.write(chunk))
    far.on('data', (chunk) => setTimeout(() => near.destroyed || near.write(chunk), Number(delayMs)))
    for (const socket of [near, far]) socket.on('error', end).on('close', end)
  })
  server.listen(0, '127.0.0.1', () => {
    const address = /** @type {import('node:net').AddressInfo} */ (server.address())
    process.send?.(`http://127.0.0.1:${address.port}`)
  })
  process.on('disconnect', () => process.exit())
}

/**
 * @param {string} url
 * @param {number} ms the round trip that is added
 * @returns {Promise<{ url: string, stop: () => void }>}
 */
export const startDelayProxy = async (url, ms) => {
  const child = fork(new URL(import.meta.url), ['delay', url, String(ms)])
  const [proxied] = await once(child, 'message')
  return { url: String(proxied), stop: () => void child.kill() }
}
