// @ts-check
// Single events: the journal against the AWS SDK's conditional PutItem, which is the limit that everyone else lives under.
import { randomUUID } from 'node:crypto'
import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { eventsOf, itemOf } from '../framework/events.js'
import { compare, inParallel, spread } from '../framework/rounds.js'
import { showMedian } from '../framework/row.js'

/** @import { Endpoint, Lab } from '../framework/lab.js' */
/** @import { Row } from '../framework/row.js' */
/** @import { DynamoDBJournal } from '@dynact/journal-dynamodb' */

const IN_FLIGHT = 50
const ACTORS = 1_000

/** Stores an event of each of `count` actors. @param {DynamoDBJournal} journal @param {number} count @param {number} inFlight */
const byJournal = (journal, count, inFlight) => ({
  count,
  run: () => {
    const run = randomUUID()
    return inParallel(count, inFlight, (index) => {
      const persistenceId = `${run}-${index}`
      return journal.writeEvents({ persistenceId, events: eventsOf(persistenceId, { writerUuid: run }) })
    })
  },
})

/** @param {Endpoint} endpoint @param {string} table @param {number} count @param {number} inFlight */
export const bySdk = ({ client }, table, count, inFlight) => ({
  count,
  run: () => {
    const run = randomUUID()
    return inParallel(count, inFlight, (index) =>
      client.send(
        new PutItemCommand({
          TableName: table,
          Item: itemOf(`${run}-${index}`, 1),
          ConditionExpression: 'attribute_not_exists(par)',
        }),
      ),
    )
  },
})

/** Does one after the other, and gives the median of the time of each. @param {number} count @param {() => Promise<unknown>} work */
const p50 = (count, work) => ({
  count: 1,
  run: async () => {
    const times = []
    for (let index = 0; index < count; index++) {
      const start = performance.now()
      await work()
      times.push(performance.now() - start)
    }
    return spread(times).median
  },
})

/** @param {Lab} lab @param {Endpoint} endpoint @param {string} table @returns {Promise<Row[]>} */
const rowsOn = async (lab, endpoint, table) => {
  const isStub = endpoint === (await lab.stub())
  const [many, few] = [lab.size(isStub ? 10_000 : 2_000, 100), lab.size(isStub ? 1_500 : 1_000, 50)]
  const sdk = bySdk(endpoint, table, few, IN_FLIGHT)
  const common = { endpoint: endpoint.name, against: 'SDK PutItem' }

  const measured = await lab.withJournal(endpoint, table, {}, async (journal) => {
    const single = byJournal(journal, Math.ceil(many / 2), IN_FLIGHT)
    const group = byJournal(journal, many, ACTORS)
    return lab.withJournal(endpoint, table, { groupCommit: false }, async (ungrouped) => ({
      rates: await compare(lab.rounds, { single, group, off: byJournal(ungrouped, many / 2, ACTORS), sdk }),
      idle: await compare(lab.rounds, {
        dynact: p50(lab.size(200, 5), () => byJournal(journal, 1, 1).run()),
        sdk: p50(lab.size(200, 5), () => bySdk(endpoint, table, 1, 1).run()),
      }),
    }))
  })
  const { rates, idle } = measured
  const perSecond = (/** @type {string} */ name) => `${showMedian(rates.perSecond(name))}/s`
  const cpu = (/** @type {string} */ name) => `${showMedian(rates.cpuUs(name))} µs`
  const rows = /** @type {Row[]} */ ([
    {
      ...common,
      work: `single persist, ${IN_FLIGHT} in flight`,
      target: { atLeast: isStub ? 5 : 1.5 },
      figure: rates.speed('single', 'sdk'),
      detail: `${perSecond('single')} : ${perSecond('sdk')}`,
    },
    {
      ...common,
      work: `group commit, ${ACTORS} actors`,
      ...(isStub && { target: { atLeast: 25 } }),
      figure: rates.speed('group', 'sdk'),
      detail: `${perSecond('group')} : ${perSecond('sdk')}`,
    },
    {
      ...common,
      work: `group commit, ${ACTORS} actors`,
      against: 'the same with groupCommit: false',
      ...(!isStub && { target: { atLeast: 1 } }),
      figure: rates.speed('group', 'off'),
      detail: `${perSecond('group')} : ${perSecond('off')}`,
    },
    {
      ...common,
      work: 'latency of a lone persist, p50',
      target: { atMost: 1 },
      figure: idle.time('dynact', 'sdk'),
      detail: `${showMedian(idle.ms('dynact'))} ms : ${showMedian(idle.ms('sdk'))} ms`,
    },
  ])
  if (!isStub) return rows
  return [
    ...rows,
    {
      ...common,
      work: `client CPU per event, ${IN_FLIGHT} in flight`,
      target: { atMost: 0.2 },
      figure: rates.cpu('single', 'sdk'),
      detail: `${cpu('single')} : ${cpu('sdk')}`,
    },
    {
      ...common,
      work: `client CPU per event, group commit, ${ACTORS} actors`,
      target: { atMost: 0.04 },
      figure: rates.cpu('group', 'sdk'),
      detail: `${cpu('group')} : ${cpu('sdk')}`,
    },
  ]
}

/** @type {import('../framework/row.js').Bench} */
export const persist = {
  name: 'persist',
  about: 'Single events of 200 bytes: `journal.writeEvents` beside the conditional PutItem of the AWS SDK.',
  run: async (lab) => {
    const [stub, local] = [await lab.stub(), await lab.local()]
    return [
      ...(await rowsOn(lab, stub, 'events')),
      ...(await lab.withJournalTable(local, (table) => rowsOn(lab, local, table))),
    ]
  },
}
