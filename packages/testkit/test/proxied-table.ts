import { testClientConfig, uniqueTableName } from '../../../tools/test-support/index.js'
import { type Fate, fates } from '../src/fault-proxy/fate.js'
import { type FaultProxy, startFaultProxy } from '../src/fault-proxy/fault-proxy.js'
import { RawClient } from './raw-client.js'

let keys = 0
/** A key that no other test uses. */
export const freshKey = (): string => `key-${++keys}`
export const key = (par: string) => ({ par: { S: par } })

/** A table, to be reached through a proxy of each test's own, and directly. */
export class ProxiedTable {
  readonly name = uniqueTableName('proxied')
  readonly direct = new RawClient(testClientConfig().endpoint)
  #proxy: FaultProxy | undefined
  #client: RawClient | undefined

  async create(): Promise<void> {
    await this.direct.send('CreateTable', {
      TableName: this.name,
      AttributeDefinitions: [{ AttributeName: 'par', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'par', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    })
    while ((await this.direct.send('DescribeTable', { TableName: this.name })).json.Table.TableStatus !== 'ACTIVE');
  }

  async remove(): Promise<void> {
    await this.direct.send('DeleteTable', { TableName: this.name })
    this.direct.close()
  }

  /** Starts a proxy. */
  async open(): Promise<void> {
    this.#proxy = await startFaultProxy({ target: testClientConfig().endpoint })
    this.#client = new RawClient(this.#proxy.endpoint)
  }

  async close(): Promise<void> {
    this.#client?.close()
    await this.#proxy?.stop()
  }

  get proxy(): FaultProxy {
    if (this.#proxy === undefined) throw new Error('open comes first')
    return this.#proxy
  }

  /** A client of the proxy. */
  get client(): RawClient {
    if (this.#client === undefined) throw new Error('open comes first')
    return this.#client
  }

  /** The first request meets a fate, all further ones pass. */
  meets(fate: Fate): void {
    this.proxy.fateOf = (_, index) => (index === 0 ? fate : fates.pass)
  }

  /** A put of an item that is not there yet. */
  put(par: string) {
    return {
      TableName: this.name,
      Item: { ...key(par), bytes: { B: Buffer.from([0, 255]).toString('base64') } },
      ConditionExpression: 'attribute_not_exists(par)',
    }
  }

  async isStored(par: string): Promise<boolean> {
    const answer = await this.direct.send('GetItem', { TableName: this.name, Key: key(par), ConsistentRead: true })
    return answer.json.Item !== undefined
  }
}
