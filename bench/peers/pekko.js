// @ts-check
// The real Pekko plugin on its JVM: tools/pekko-peer, which Maven builds. Where Java or Maven is missing there is none.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { installPekkoPeer } from '../../tools/pekko-peer/install.js'

/** @typedef {{ ms: number, events: number }} Round what it took by the JVM's clock, and how many events were replayed */

/** What an actor system of Pekko's does at a time, on its tables. */
class PekkoPeer {
  #process
  /** @type {Map<number, { resolve(result: any): void, reject(reason: Error): void }>} */
  #waiting = new Map()
  #commands = 0
  #log = ''

  /** @param {string} jar @param {string[]} options */
  constructor(jar, options) {
    this.#process = spawn('java', ['-Xmx1g', '-jar', jar, 'serve', ...options])
    this.#process.stderr.setEncoding('utf8').on('data', (text) => {
      this.#log = (this.#log + text).slice(-4_000)
    })
    this.#process.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`The Pekko peer has ended.\n${this.#log}`))
    })
    this.#process.stdin.on('error', () => {}) // it has ended, which is told above
    createInterface(this.#process.stdout).on('line', (line) => {
      const { id, result, error } = JSON.parse(line)
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error === undefined) waiting?.resolve(result)
      else waiting?.reject(new Error(error))
    })
  }

  /** @param {string} what @param {object} facts @returns {Promise<any>} */
  #send(what, facts) {
    const id = ++this.#commands
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#process.stdin.write(`${JSON.stringify({ id, do: what, ...facts })}\n`)
    })
  }

  ping() {
    return this.#send('ping', {})
  }

  /** New actors persist so many events each. @param {{ actors: number, events: number, batch?: number }} work @returns {Promise<Round>} */
  write(work) {
    return this.#send('benchWrite', work)
  }

  /** Actors recover, all at once. @param {readonly string[]} pids @returns {Promise<Round>} */
  recover(pids) {
    return this.#send('benchRecover', { pids })
  }

  async close() {
    const ended = once(this.#process, 'close')
    this.#process.stdin.end()
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 10_000)
    await ended
    clearTimeout(timer)
  }
}

/**
 * Lets `work` use the plugin on a journal table; or tells it why there is none.
 * @template T
 * @param {import('../framework/lab.js').Lab} lab
 * @param {string} url
 * @param {string} table
 * @param {(pekko: { peer: PekkoPeer, missing?: undefined } | { peer?: undefined, missing: string }) => Promise<T>} work
 */
export const withPekko = async (lab, url, table, work) => {
  const jar = await lab.peer('pekko', installPekkoPeer)
  if (jar.peer === undefined) return work(jar)
  const peer = new PekkoPeer(jar.peer, ['--endpoint', url, '--journal-table', table, '--snapshot-table', table])
  try {
    await peer.ping()
    return await work({ peer })
  } finally {
    await peer.close()
  }
}
