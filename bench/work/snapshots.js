// @ts-check
// Snapshots of 100 KB: save and load against the SDK's PutItem and GetItem of the same bytes.
import { randomUUID } from 'node:crypto'
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { createSnapshotTable, deleteSnapshotTable, dynamoDBSnapshotStore } from '@dynact/snapshot-dynamodb'
import { SNAPSHOT_BYTES } from '../endpoints/stub-server.js'
import { retry } from '../framework/lab.js'
import { compare, inParallel } from '../framework/rounds.js'
import { showMedian } from '../framework/row.js'

/** @import { Endpoint, Lab } from '../framework/lab.js' */
/** @import { Row } from '../framework/row.js' */

const IN_FLIGHT = 10
const state = new Uint8Array(SNAPSHOT_BYTES).fill(120)

/** @param {unknown} loaded */
const check = (loaded) => {
  const size = loaded instanceof Uint8Array ? loaded.byteLength : undefined
  if (size !== SNAPSHOT_BYTES) throw new Error(`A snapshot of ${size} bytes was loaded`)
}

/** @param {Lab} lab @param {Endpoint} endpoint @param {string} table @returns {Promise<Row>} */
const rowOn = async (lab, { name, client }, table) => {
  const count = lab.size(200, 5)
  const store = dynamoDBSnapshotStore({ client, table, retry })
  const rates = await compare(lab.rounds, {
    dynact: {
      count,
      run: () => {
        const run = randomUUID()
        return inParallel(count, IN_FLIGHT, async (index) => {
          const persistenceId = `${run}-${index}`
          await store.saveSnapshot({ persistenceId, sequenceNr: 1, timestamp: Date.now() }, state)
          check((await store.loadSnapshot(persistenceId))?.snapshot)
        })
      },
    },
    sdk: {
      count,
      run: () => {
        const run = randomUUID()
        return inParallel(count, IN_FLIGHT, async (index) => {
          const Key = { par: { S: `journal-P-${run}-${index}` }, seq: { N: '1' } }
          const Item = { ...Key, ts: { N: String(Date.now()) }, ser_id: { N: '4' }, pay_data: { B: state } }
          await client.send(new PutItemCommand({ TableName: table, Item }))
          const found = await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }))
          check(found.Item?.['pay_data']?.B)
        })
      },
    },
  })
  await store.close()
  return {
    work: `save and load a snapshot of ${SNAPSHOT_BYTES / 1000} KB`,
    endpoint: name,
    against: 'SDK PutItem and GetItem',
    target: { atLeast: 1.5 },
    figure: rates.speed('dynact', 'sdk'),
    detail: `${showMedian(rates.perSecond('dynact'))}/s : ${showMedian(rates.perSecond('sdk'))}/s; CPU ${showMedian(rates.cpuUs('dynact'))} µs : ${showMedian(rates.cpuUs('sdk'))} µs`,
  }
}

/** @type {import('../framework/row.js').Bench} */
export const snapshots = {
  name: 'snapshots',
  about: `Snapshots, ${IN_FLIGHT} actors at a time.`,
  run: async (lab) => {
    const [stub, local] = [await lab.stub(), await lab.local()]
    const table = `bench-${randomUUID()}`
    await createSnapshotTable(local.client, { table })
    try {
      return [await rowOn(lab, stub, 'snapshots'), await rowOn(lab, local, table)]
    } finally {
      await deleteSnapshotTable(local.client, { table })
    }
  },
}
