// @ts-check
// Batches: `persistAll` against the SDK's BatchWriteItem, which fences nothing, and its transactions.
import { randomUUID } from 'node:crypto'
import { BatchWriteItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb'
import { startMeter } from '../endpoints/meter.js'
import { eventsOf, itemOf } from '../framework/events.js'
import { sdkClient } from '../framework/lab.js'
import { compare, inParallel, spread } from '../framework/rounds.js'
import { showMedian } from '../framework/row.js'

/** @import { Endpoint, Lab } from '../framework/lab.js' */
/** @import { Row } from '../framework/row.js' */
/** @import { DynamoDBJournal } from '@dynact/journal-dynamodb' */

const MARKED = 100
const PACKED = 25
/** Batches of different actors that are under way at once. */
const IN_FLIGHT = 10

/** @param {DynamoDBJournal} journal @param {number} batches @param {number} size */
const persistAll = (journal, batches, size) => ({
  count: batches * size,
  run: () => {
    const run = randomUUID()
    return inParallel(batches, IN_FLIGHT, (index) => {
      const persistenceId = `${run}-${index}`
      return journal.writeEvents({ persistenceId, events: eventsOf(persistenceId, { count: size, writerUuid: run }) })
    })
  },
})

/** Events of an id in lists of 25. @param {string} id @param {number} size */
const itemsOf = (id, size) => Array.from({ length: size }, (_, index) => itemOf(id, index + 1))

/** Sends 100 events of each actor by four requests at once. @param {Endpoint} endpoint @param {string} table @param {number} batches */
const batchWrites = ({ client }, table, batches) => ({
  count: batches * MARKED,
  run: () => {
    const run = randomUUID()
    return inParallel(batches, IN_FLIGHT, (index) => {
      const items = itemsOf(`${run}-${index}`, MARKED)
      return Promise.all(
        [0, 25, 50, 75].map((from) =>
          client.send(
            new BatchWriteItemCommand({
              RequestItems: { [table]: items.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } })) },
            }),
          ),
        ),
      )
    })
  },
})

/** @param {Endpoint} endpoint @param {string} table @param {number} batches */
const transactions = ({ client }, table, batches) => ({
  count: batches * PACKED,
  run: () => {
    const run = randomUUID()
    return inParallel(batches, IN_FLIGHT, (index) =>
      client.send(
        new TransactWriteItemsCommand({
          TransactItems: itemsOf(`${run}-${index}`, PACKED).map((Item) => ({
            Put: { TableName: table, Item, ConditionExpression: 'attribute_not_exists(par)' },
          })),
        }),
      ),
    )
  },
})

/** @param {Lab} lab @param {Endpoint} endpoint @param {string} table @returns {Promise<Row[]>} */
const rowsOn = async (lab, endpoint, table) => {
  const isStub = endpoint === (await lab.stub())
  const [many, packs] = isStub ? [lab.size(200, 2), lab.size(400, 2)] : [lab.size(20, 1), lab.size(40, 1)]
  const rates = await lab.withJournal(endpoint, table, {}, (marked) =>
    lab.withJournal(endpoint, table, { atomicWrites: 'packed' }, (packed) =>
      compare(lab.rounds, {
        marked: persistAll(marked, many, MARKED),
        batches: batchWrites(endpoint, table, Math.ceil(many / 2)),
        packed: persistAll(packed, packs, PACKED),
        transactions: transactions(endpoint, table, Math.ceil(packs / 2)),
      }),
    ),
  )
  const perSecond = (/** @type {string} */ name) => `${showMedian(rates.perSecond(name))}/s`
  return [
    {
      work: `persistAll(${MARKED}), marked`,
      endpoint: endpoint.name,
      against: 'SDK BatchWriteItem(25), unfenced',
      target: { atLeast: 0.9 },
      figure: rates.speed('marked', 'batches'),
      detail: `${perSecond('marked')} : ${perSecond('batches')}`,
    },
    {
      work: `persistAll(${PACKED}), packed`,
      endpoint: endpoint.name,
      against: `SDK TransactWriteItems(${PACKED})`,
      target: { atLeast: 5 },
      figure: rates.speed('packed', 'transactions'),
      detail: `${perSecond('packed')} : ${perSecond('transactions')}`,
    },
  ]
}

/** Write units of one batch, of each kind. @param {Lab} lab @returns {Promise<Row>} */
const packedUnits = async (lab) => {
  const local = await lab.local()
  return lab.withJournalTable(local, async (table) => {
    const meter = await startMeter(local.url)
    const metered = { name: local.name, url: meter.url, client: sdkClient(meter.url) }
    try {
      /** @param {'marked' | 'transaction' | 'packed'} atomicWrites */
      const unitsOf = async (atomicWrites) => {
        await lab.withJournal(metered, table, { atomicWrites }, (journal) => persistAll(journal, 1, PACKED).run())
        return meter.take().write
      }
      const [packed, marked, transaction] = [
        await unitsOf('packed'),
        await unitsOf('marked'),
        await unitsOf('transaction'),
      ]
      return {
        work: `persistAll(${PACKED}), packed: write units`,
        endpoint: local.name,
        against: 'from the bytes of the items that were sent',
        target: { atMost: 6 },
        figure: spread([packed]),
        unit: ' WCU',
        detail: `marked ${marked}, transaction ${transaction}`,
      }
    } finally {
      metered.client.destroy()
      meter.stop()
    }
  })
}

/** @type {import('../framework/row.js').Bench} */
export const batches = {
  name: 'batches',
  about: `\`persistAll\` of 200-byte events, ${IN_FLIGHT} actors at a time; rates are of events.`,
  run: async (lab) => {
    const [stub, local] = [await lab.stub(), await lab.local()]
    return [
      ...(await rowsOn(lab, stub, 'events')),
      ...(await lab.withJournalTable(local, (table) => rowsOn(lab, local, table))),
      await packedUnits(lab),
    ]
  },
}
