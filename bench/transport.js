// @ts-check
// The direct transport against client.send of the AWS SDK: requests/s and CPU time, on a stub that answers at once, and on
// a DynamoDB where DYNAMODB_ENDPOINT names one.
import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { cpus } from 'node:os'
import { DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import { chooseTransport, connect, createTable, deleteTable, FencedInserts, journalTableSchema } from '@dynact/dynamodb'
import { openDynamoDBLocal } from './database.js'
import { compare, inParallel } from './rounds.js'
import { PAGE_ITEMS, startStub } from './stub-server.js'

const IN_FLIGHT = 50
const ROUNDS = 7
const EVENTS = 2_000
const PAGES = 100
const ACTORS = 1_000
const payload = new Uint8Array(200).fill(120)

/**
 * @param {DynamoDBClient} client
 * @param {string} table
 */
const contests = (client, table) => {
  const requests = connect({
    client,
    transport: 'direct',
    table,
    maxConnections: IN_FLIGHT,
    maxQueued: 100_000,
    retry: { attemptMs: 30_000, totalMs: 60_000, baseMs: 25, maxMs: 500 },
  })
  const transport = chooseTransport({
    client,
    ownsClient: false,
    wanted: 'direct',
    connectMs: 5_000,
    onNotice: undefined,
  })
  const { signal } = new AbortController()
  setMaxListeners(0, signal) // one for all requests
  const inserts = new FencedInserts(requests, table, { maxGroup: 25 })
  const options = /** @type {const} */ ({ priority: 'write', purpose: 'bench' })

  const itemOf = (/** @type {string} */ id, /** @type {number} */ index) => ({
    par: { S: `journal-P-${id}-${index}-0` },
    num: { N: String(index % 100) },
    persistence_id: { S: `${id}-${index}` },
    seq: { N: '1' },
    writer_uuid: { S: id },
    event: { B: payload },
    ev_ser_id: { N: '4' },
    ts: { N: '1790000000000000' },
  })
  const putOf = (/** @type {string} */ id, /** @type {number} */ index) => ({
    TableName: table,
    Item: itemOf(id, index),
    ConditionExpression: 'attribute_not_exists(par)',
  })
  const page = {
    TableName: table,
    KeyConditionExpression: 'par = :par',
    ExpressionAttributeValues: { ':par': { S: 'page' } },
    ConsistentRead: true,
  }
  const putBySdk = () => {
    const id = randomUUID()
    return inParallel(EVENTS, IN_FLIGHT, (index) => client.send(new PutItemCommand(putOf(id, index))))
  }

  return {
    /** What the Query reads. */
    prepare: () =>
      inParallel(PAGE_ITEMS, IN_FLIGHT, (index) =>
        client.send(new PutItemCommand({ TableName: table, Item: { ...itemOf('page', index), par: { S: 'page' } } })),
      ),
    close: async () => {
      transport.close()
      await requests.close()
    },
    list: [
      {
        name: 'conditional PutItem, the transport alone',
        count: EVENTS,
        ours: () => {
          const id = randomUUID()
          return inParallel(EVENTS, IN_FLIGHT, (index) => transport.send('PutItem', putOf(id, index), signal))
        },
        theirs: putBySdk,
      },
      {
        name: 'conditional PutItem, with limiter and deadlines',
        count: EVENTS,
        ours: () => {
          const id = randomUUID()
          return inParallel(EVENTS, IN_FLIGHT, (index) => requests.send('PutItem', putOf(id, index), options))
        },
        theirs: putBySdk,
      },
      {
        name: `group commit, one insert of each of ${ACTORS} actors at once ÷ SDK PutItem, events`,
        count: EVENTS,
        ours: () => {
          const id = randomUUID()
          return inParallel(EVENTS, ACTORS, (index) =>
            inserts.insert([itemOf(id, index)], { ...options, persistenceId: `${id}-${index}` }),
          )
        },
        theirs: putBySdk,
      },
      {
        name: `Query of ${PAGE_ITEMS} items, items`,
        count: PAGES * PAGE_ITEMS,
        ours: () => inParallel(PAGES, IN_FLIGHT, () => requests.send('Query', page, options)),
        theirs: () => inParallel(PAGES, IN_FLIGHT, () => client.send(new QueryCommand(page))),
      },
    ],
  }
}

/**
 * @param {string} where
 * @param {DynamoDBClient} client
 * @param {string} table
 */
const run = async (where, client, table) => {
  const { prepare, close, list } = contests(client, table)
  await prepare()
  console.log(`\n${where}\n`)
  console.log('| | direct, ms | AWS SDK, ms | per second, direct ÷ SDK | CPU µs each, direct | SDK | SDK ÷ direct |')
  console.log('|---|---|---|---|---|---|---|')
  for (const { name, count, ours, theirs } of list) {
    const { ratio, oursMs, theirsMs, cpu } = await compare(ROUNDS, { ours, theirs }, count)
    console.log(`| ${name} | ${oursMs} | ${theirsMs} | ${ratio} | ${cpu.ours} | ${cpu.theirs} | ${cpu.ratio} |`)
  }
  await close()
}

console.log(
  `Items with 200 bytes of payload, ${IN_FLIGHT} requests in flight, ${ROUNDS} rounds in turns; median (range)`,
)
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`)

const stub = await startStub()
const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' }
const stubClient = new DynamoDBClient({ endpoint: stub.endpoint, region: 'local', credentials, maxAttempts: 1 })
await run('A stub that answers at once, in a process of its own', stubClient, 'events')
stubClient.destroy()
stub.stop()

const { client, name, stop } = await openDynamoDBLocal()
const table = `bench-${randomUUID()}`
await createTable(client, journalTableSchema(table, false))
try {
  await run(name, client, table)
} finally {
  await deleteTable(client, table)
  stop()
}
