import { createTable, deleteTable, getItems, journalTableSchema } from '@dynact/dynamodb'
import { testTransport, uniqueTableName } from '../../../tools/test-support/index.js'
import { type Fate, observedClient } from '../../../tools/test-support/observed-client.js'
import type { Item } from '../src/layout/item.js'
import { Limiter } from '../src/limiter.js'
import { Requests } from '../src/requests.js'
import { systemTiming } from '../src/retry.js'
import { chooseTransport } from '../src/transport/choose-transport.js'
import { options } from './make-requests.js'

/** A table behind a proxy, and requests that meet its faults. */
export class FaultFixture {
  readonly table = uniqueTableName('faults')
  readonly observed = observedClient()
  readonly #open: Requests[] = []
  #hashKeys = 0

  async create(): Promise<void> {
    await this.observed.start()
    await createTable(this.observed.client, journalTableSchema(this.table, false))
  }

  async remove(): Promise<void> {
    await this.reset()
    await deleteTable(this.observed.client, this.table)
    await this.observed.stop()
  }

  /** Forgets the requests so far, and lets all further ones pass. */
  async reset(): Promise<void> {
    this.observed.fateOf = () => 'pass'
    await Promise.all(this.#open.splice(0).map((requests) => requests.close()))
    this.observed.requests.length = 0
  }

  /** Requests that are sent again at once, or of which the deadline passes in the first pause. */
  requestsThat(mode: 'retry' | 'give up', { attemptMs = 10_000, client = this.observed.client } = {}): Requests {
    const transport = chooseTransport({
      client,
      ownsClient: false,
      wanted: testTransport,
      connectMs: 5_000,
      onNotice: undefined,
    })
    const limiter = new Limiter({ slots: 8, maxQueued: 1_000 })
    const retry = { attemptMs, totalMs: 30_000, baseMs: 60_000, maxMs: 60_000 }
    const random = () => (mode === 'retry' ? 0 : 1)
    const requests = new Requests({ transport, limiter, retry, timing: { ...systemTiming, random } })
    this.#open.push(requests)
    return requests
  }

  /** The requests so far of one operation. */
  sent(operation: string) {
    return this.observed.requests.filter((request) => request.operation === operation)
  }

  /** Every request of an operation meets a fault. */
  always(operation: string, fate: Fate): void {
    this.observed.fateOf = (request) => (request.operation === operation ? fate : 'pass')
  }

  /** The first request of an operation meets a fault. */
  onlyFirst(operation: string, fate: Fate): void {
    const before = this.sent(operation).length
    this.observed.fateOf = (request) =>
      request.operation === operation && this.sent(operation).length === before + 1 ? fate : 'pass'
  }

  /** Items of a hash key of their own, numbered from 0. */
  items(count: number): Item[] {
    const par = { S: `actor-${++this.#hashKeys}` }
    return Array.from({ length: count }, (_, num) => ({
      par,
      num: { N: String(num) },
      writer_uuid: { S: 'ours' },
      event: { B: new Uint8Array([num]) },
    }))
  }

  /** The numbers of those of these items that are stored; lets all requests pass. */
  async stored(items: readonly Item[]): Promise<number[]> {
    this.observed.fateOf = () => 'pass'
    const found = await getItems(this.requestsThat('retry'), this.table, items.map(keyOf), options)
    return found.map((item) => Number(item['num']?.N)).sort((a, b) => a - b)
  }
}

export const keyOf = ({ par, num }: Item): Item => ({ par, num }) as Item
