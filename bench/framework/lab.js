// @ts-check
// What benchmarks work with: sizes, endpoints and peers, each started when it is first asked for, and ended at the end.
import { randomUUID } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createJournalTable, deleteJournalTable, dynamoDBJournal } from '@dynact/journal-dynamodb'
import { BuildFailedError, NotInstallableError } from '../../tools/maven/build-once.js'
import { startDelayProxy } from '../endpoints/delay-proxy.js'
import { startDynamoDBLocal } from '../endpoints/dynamodb-local.js'
import { startRecordedAnswers } from '../endpoints/recorded-answers.js'
import { startStub } from '../endpoints/stub-server.js'

/** @typedef {{ name: string, url: string, client: DynamoDBClient }} Endpoint */

/** The fixed delay of a round trip, in milliseconds. */
export const ROUND_TRIP_MS = 5

/** Patient, so that a busy machine is slow rather than wrong. */
export const retry = { attemptMs: 60_000, totalMs: 120_000 }

/** A client of the AWS SDK as a user would make it, but that a failure is one. @param {string} url */
export const sdkClient = (url) =>
  new DynamoDBClient({
    endpoint: url,
    region: 'local',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    maxAttempts: 1,
  })

export class Lab {
  /** Tiny sizes, to see that everything works. */
  isQuick
  /** @type {(() => Promise<unknown> | void)[]} */
  #ends = []
  /** @type {Map<string, Promise<unknown>>} */
  #started = new Map()

  /** @param {{ isQuick: boolean }} options */
  constructor({ isQuick }) {
    this.isQuick = isQuick
  }

  /** For `compare`. */
  get rounds() {
    return this.isQuick ? { rounds: 1, warmUps: 0 } : { rounds: 7, warmUps: 1 }
  }

  /** For what takes seconds a round. */
  get fewRounds() {
    return this.isQuick ? { rounds: 1, warmUps: 0 } : { rounds: 5, warmUps: 1 }
  }

  /** How much work there is: the whole of it, or a little. @param {number} full @param {number} [quick] */
  size(full, quick = Math.max(1, Math.ceil(full / 100))) {
    return this.isQuick ? quick : full
  }

  /** What `end` does is done when the lab closes, the last first. @param {() => Promise<unknown> | void} end */
  onClose(end) {
    this.#ends.push(end)
  }

  /**
   * Starts something when it is first asked for.
   * @template T
   * @param {string} name
   * @param {() => Promise<T>} start
   * @returns {Promise<T>}
   */
  once(name, start) {
    const known = this.#started.get(name) ?? start()
    this.#started.set(name, known)
    return /** @type {Promise<T>} */ (known)
  }

  /**
   * A peer, or why there is none.
   * @template T
   * @param {string} name
   * @param {() => Promise<T>} start
   * @returns {Promise<{ peer: T, missing?: undefined } | { peer?: undefined, missing: string }>}
   */
  peer(name, start) {
    return this.once(name, async () => {
      try {
        return { peer: await start() }
      } catch (error) {
        // A peer that no longer builds must not pass for one that is not there.
        const isBroken = error instanceof BuildFailedError && process.env['CI'] !== undefined
        if (error instanceof NotInstallableError && !isBroken) return { missing: error.message }
        throw error
      }
    })
  }

  /** Answers at once, in a process of its own. @returns {Promise<Endpoint>} */
  stub() {
    return this.once('stub', async () => {
      const { url, stop } = await startStub()
      return this.#endpoint('stub', url, stop)
    })
  }

  /** DynamoDB Local, in memory, or what DYNAMODB_ENDPOINT names. @returns {Promise<Endpoint>} */
  local() {
    return this.once('local', async () => {
      const { name, url, stop } = await startDynamoDBLocal()
      return this.#endpoint(name, url, stop)
    })
  }

  /** An endpoint whose answers to reads are recorded, and come at once the second time. @param {Endpoint} endpoint @returns {Promise<Endpoint>} */
  recorded(endpoint) {
    return this.once(`recorded ${endpoint.url}`, async () => {
      const { url, stop } = await startRecordedAnswers(endpoint.url)
      return this.#endpoint('recorded answers', url, stop)
    })
  }

  /** The same, behind a fixed round trip. @param {Endpoint} endpoint @returns {Promise<Endpoint>} */
  delayed(endpoint) {
    return this.once(`delayed ${endpoint.url}`, async () => {
      const { url, stop } = await startDelayProxy(endpoint.url, ROUND_TRIP_MS)
      return this.#endpoint(`${endpoint.name}, ${ROUND_TRIP_MS} ms`, url, stop)
    })
  }

  /** @param {string} name @param {string} url @param {() => void} stop @returns {Endpoint} */
  #endpoint(name, url, stop) {
    const client = sdkClient(url)
    this.onClose(() => {
      client.destroy()
      stop()
    })
    return { name, url, client }
  }

  /**
   * Lets `work` use a new journal table, and deletes it.
   * @template T
   * @param {Endpoint} endpoint
   * @param {(table: string) => Promise<T>} work
   * @param {import('@dynact/journal-dynamodb').JournalTableConfig} [config]
   */
  async withJournalTable({ client }, work, config = {}) {
    const table = `bench-${randomUUID()}`
    await createJournalTable(client, { ...config, table })
    try {
      return await work(table)
    } finally {
      await deleteJournalTable(client, { table })
    }
  }

  /**
   * Lets `work` use a journal.
   * @template T
   * @param {Endpoint} endpoint
   * @param {string} table
   * @param {Partial<import('@dynact/journal-dynamodb').JournalConfig>} config
   * @param {(journal: import('@dynact/journal-dynamodb').DynamoDBJournal) => Promise<T>} work
   */
  async withJournal({ client }, table, config, work) {
    const journal = dynamoDBJournal({ client, table, retry, maxQueued: 100_000, ...config })
    try {
      return await work(journal)
    } finally {
      await journal.close()
    }
  }

  async close() {
    for (const end of this.#ends.reverse()) await end()
    this.#ends = []
  }
}
