// @ts-check
// Recoveries: of a long history behind a round trip, and of many short ones.
import { randomUUID } from 'node:crypto'
import { QueryCommand } from '@aws-sdk/client-dynamodb'
import { startMeter } from '../endpoints/meter.js'
import { historyId, PAGE_ITEMS } from '../endpoints/stub-server.js'
import { dynactActors } from '../framework/actors.js'
import { payloadOf } from '../framework/events.js'
import { sdkClient } from '../framework/lab.js'
import { compare, inParallel, spread } from '../framework/rounds.js'
import { showMedian } from '../framework/row.js'
import { putAll, seedEvents } from '../framework/seed.js'
import { castoreItem, withCastore } from '../peers/castore.js'
import { withPekko } from '../peers/pekko.js'

/** @import { Endpoint, Lab } from '../framework/lab.js' */
/** @import { Row } from '../framework/row.js' */
/** @import { DynamoDBJournal } from '@dynact/journal-dynamodb' */

const SMALL_EVENTS = 20
const IN_FLIGHT = 50

/** @param {number} actual @param {number} expected */
const check = (actual, expected) => {
  if (actual !== expected) throw new Error(`${actual} events were read instead of ${expected}`)
}

/** Reads all events of an id. @param {DynamoDBJournal} journal @param {string} id @param {number} expected */
export const replay = async (journal, id, expected) => {
  let count = 0
  for await (const _ of journal.replayEvents(id)) count++
  check(count, expected)
}

/** Reads the hundreds of an id all at once, as many as there are sockets. @param {Endpoint} endpoint @param {string} table @param {string} id @param {number} expected */
const queryAll = async ({ client }, table, id, expected) => {
  let count = 0
  await inParallel(Math.floor(expected / 100) + 1, IN_FLIGHT, async (hundred) => {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'par = :par',
        ExpressionAttributeValues: { ':par': { S: `journal-P-${id}-${hundred}` } },
        ConsistentRead: true,
      }),
    )
    count += Items.length
  })
  check(count, expected)
}

/** @param {Lab} lab @param {Endpoint} database what is asked, behind a round trip @returns {Promise<Row[]>} */
const longHistory = async (lab, database) => {
  const local = await lab.local()
  const delayed = await lab.delayed(database)
  const [id, events] = [`long-${randomUUID()}`, lab.size(10_000, 250)]
  const work = `recovery of ${events.toLocaleString('en')} events`
  return lab.withJournalTable(local, async (table) => {
    await seedEvents(local, table, [id], events)
    const rates = await withCastore(local, delayed.client, async (castore) => {
      await putAll(
        local,
        castore.table,
        Array.from({ length: events }, (_, index) => ({
          PutRequest: { Item: castoreItem(id, index + 1, payloadOf()) },
        })),
      )
      return withPekko(lab, delayed.url, table, ({ peer, missing }) =>
        lab.withJournal(delayed, table, {}, async (journal) => {
          const actors = dynactActors(journal)
          if (peer !== undefined)
            for (let warmUp = 0; warmUp < (lab.isQuick ? 0 : 3); warmUp++) await peer.recover([id])
          const measured = await compare(lab.fewRounds, {
            dynact: { count: events, run: () => replay(journal, id, events) },
            actor: { count: events, run: () => actors.recover([id], events) },
            sdk: { count: events, run: () => queryAll(delayed, table, id, events) },
            castore: { count: events, run: async () => check(await castore.read(id), events) },
            pekko: peer && { count: events, run: async () => (await peer.recover([id])).ms },
          })
          actors.stop()
          return { measured, missing }
        }),
      )
    })
    const { measured, missing } = rates
    const perSecond = (/** @type {string} */ name) => `${showMedian(measured.perSecond(name))}/s`
    const row = (
      /** @type {string} */ ours,
      /** @type {string} */ theirs,
      /** @type {string} */ against,
      /** @type {number} */ atLeast,
    ) => ({
      work,
      endpoint: delayed.name,
      against,
      target: { atLeast },
      figure: measured.speed(ours, theirs),
      detail: `${perSecond(ours)} : ${perSecond(theirs)}`,
    })
    return [
      row('dynact', 'castore', 'castore', 3),
      row('dynact', 'sdk', `SDK Query of the same partitions, ${IN_FLIGHT} at once`, 2),
      missing === undefined
        ? row('actor', 'pekko', 'Pekko plugin, an actor each', 3)
        : { work, endpoint: delayed.name, against: 'Pekko plugin', target: { atLeast: 3 }, detail: missing },
    ]
  })
}

/** @param {Lab} lab @returns {Promise<Row[]>} */
const clientCost = async (lab) => {
  const stub = await lab.stub()
  const events = lab.size(20_000, 500)
  const pages = events / PAGE_ITEMS
  const id = historyId(events)
  const rates = await lab.withJournal(stub, 'events', {}, (journal) =>
    compare(lab.rounds, {
      dynact: { count: events, run: () => replay(journal, id, events) },
      sdk: { count: pages * PAGE_ITEMS, run: () => queryAll(stub, 'events', id, events) },
    }),
  )
  return [
    {
      work: 'client CPU per replayed event',
      endpoint: stub.name,
      against: 'SDK Query, items not even decoded',
      target: { atMost: 0.25 },
      figure: rates.cpu('dynact', 'sdk'),
      detail: `${showMedian(rates.cpuUs('dynact'))} µs : ${showMedian(rates.cpuUs('sdk'))} µs`,
    },
  ]
}

/** @param {Lab} lab @param {number} actors */
const smallIds = (lab, actors) => {
  const run = randomUUID()
  return Array.from({ length: lab.size(actors, 5) }, (_, index) => `small-${run}-${index}`)
}

const SMALL_WORK = `recovery of 1,000 actors × ${SMALL_EVENTS} events`

/** @param {Lab} lab @param {Endpoint} database what is asked @returns {Promise<Row>} */
const manyActors = async (lab, database) => {
  const local = await lab.local()
  const ids = smallIds(lab, 1_000)
  const events = ids.length * SMALL_EVENTS
  return lab.withJournalTable(local, async (table) => {
    await seedEvents(local, table, ids, SMALL_EVENTS)
    const { rates, missing } = await withPekko(lab, database.url, table, ({ peer, missing }) =>
      lab.withJournal(database, table, {}, async (journal) => {
        const actors = dynactActors(journal)
        const rates = await compare(lab.isQuick ? lab.rounds : { rounds: 3, warmUps: 1 }, {
          dynact: { count: ids.length, run: () => actors.recover(ids, events) },
          pekko: peer && { count: ids.length, run: async () => (await peer.recover(ids)).ms },
        })
        actors.stop()
        return { rates, missing }
      }),
    )
    return {
      work: `${SMALL_WORK}: actors/s`,
      endpoint: database.name,
      against: 'Pekko plugin',
      target: { atLeast: 5 },
      ...(missing === undefined
        ? {
            figure: rates.speed('dynact', 'pekko'),
            detail: `${showMedian(rates.perSecond('dynact'))}/s : ${showMedian(rates.perSecond('pekko'))}/s`,
          }
        : { detail: missing }),
    }
  })
}

/** @param {Lab} lab @returns {Promise<Row>} */
const readUnits = async (lab) => {
  const local = await lab.local()
  const ids = smallIds(lab, 100)
  const meter = await startMeter(local.url)
  const metered = { name: local.name, url: meter.url, client: sdkClient(meter.url) }
  const row = {
    work: `${SMALL_WORK}: read units`,
    endpoint: local.name,
    against: 'Pekko plugin',
    target: { atMost: 0.2 },
  }
  try {
    return await lab.withJournalTable(local, async (table) => {
      await seedEvents(local, table, ids, SMALL_EVENTS)
      const ours = await lab.withJournal(metered, table, {}, async (journal) => {
        const actors = dynactActors(journal)
        await actors.recover(ids, ids.length * SMALL_EVENTS)
        actors.stop()
        return meter.take()
      })
      const { theirs, missing } = await withPekko(lab, meter.url, table, async ({ peer, missing }) => {
        await peer?.recover(ids)
        return { theirs: meter.take(), missing }
      })
      const per = (/** @type {number} */ total) => (total / ids.length).toFixed(1)
      const mine = `${per(ours.read)} RCU in ${per(ours.requests)} requests an actor`
      if (missing !== undefined) return { ...row, detail: `${mine}; ${missing}` }
      const detail = `${mine} : ${per(theirs.read)} RCU in ${per(theirs.requests)}`
      return { ...row, figure: spread([ours.read / theirs.read]), detail }
    })
  } finally {
    metered.client.destroy()
    meter.stop()
  }
}

/** @type {import('../framework/row.js').Bench} */
export const recovery = {
  name: 'recovery',
  about:
    'Recoveries from events of 200 bytes. Of Pekko, and of dynact beside it, whole actors recover; read units are counted by the billing rules. *Recorded answers* are those of DynamoDB Local, which come at once from the second time on, so that the database takes nothing from the cores.',
  run: async (lab) => {
    const local = await lab.local()
    const recorded = await lab.recorded(local)
    return [
      ...(await longHistory(lab, recorded)),
      ...(await longHistory(lab, local)),
      ...(await clientCost(lab)),
      await manyActors(lab, recorded),
      await manyActors(lab, local),
      await readUnits(lab),
    ]
  },
}
