import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createJournalTable, dynamoDBJournal } from '@dynact/journal-dynamodb'
import { configurePersistence, persistenceEngine, spawnEventSourced } from '@dynact/persistence'
import { createOffsetTable, dynamoDBOffsetStore, dynamoDBReadJournal } from '@dynact/query-dynamodb'
import { query, type Ref, start, stop } from 'nact'
import { airport, type Depart } from './airport.js'
import { differences, figuresOfFile } from './check.js'
import { type Flight, flightsFile, readFlights } from './flights.js'
import { createReadModel, type Figures, readFigures } from './read-model.js'
import { readModels, startTracking } from './tracking.js'

const [prefix = 'order-tracking'] = process.argv.slice(2)
const endpoint = process.env['DYNAMODB_ENDPOINT']
if (endpoint === undefined)
  throw new Error('DYNAMODB_ENDPOINT is missing. npm start brings a DynamoDB along, or say where one is.')
// In production: const client = new DynamoDBClient()
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials })
const interruption = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort())

const models = readModels(prefix)
// DynamoDB Local shares this machine, which may be busy for longer than AWS ever is, and writes to its disk one after the other.
const local = { client, maxConnections: 8, retry: { attemptMs: 20_000, totalMs: 60_000 } }
const journalOptions = { ...local, table: `${prefix}-journal`, queries: {} }
const offsetOptions = { ...local, table: `${prefix}-offset` }
await createJournalTable(client, journalOptions)
await createOffsetTable(client, offsetOptions)
await createReadModel(client, models.departures)
await createReadModel(client, models.delays)
const journal = dynamoDBJournal(journalOptions)
const readJournal = dynamoDBReadJournal(journalOptions)
const offsetStore = dynamoDBOffsetStore(offsetOptions)
const engine = persistenceEngine({ journal })
const system = start(configurePersistence(engine))

const byAirport = await readFlights()
const total = [...byAirport.values()].reduce((sum, flights) => sum + flights.length, 0)
let recorded = 0
let isNew = 0

/** Sends an airport its flights, one after the other. */
const record = async ([code, flights]: readonly [string, readonly Flight[]]): Promise<void> => {
  const actor = spawnEventSourced(system, airport(code))
  for (const flight of flights) {
    if (interruption.signal.aborted) return
    if (await query(actor, (replyTo: Ref<boolean>): Depart => ({ flight, replyTo }), 60_000)) isNew++
    recorded++
  }
}

const readAll = async () => ({
  departures: await readFigures(client, models.departures),
  delays: await readFigures(client, models.delays),
})
const flightsIn = (table: ReadonlyMap<string, Figures>): number =>
  [...table.values()].reduce((sum, { flights }) => sum + flights, 0)

const expected = figuresOfFile(await readFile(flightsFile, 'utf8'))
const lateTotal = flightsIn(expected.delays)

/** Tells every second how far everything is, until the read models have all flights. */
const watch = async (): Promise<void> => {
  while (!interruption.signal.aborted) {
    const stored = await readAll()
    const [departures, delays] = [flightsIn(stored.departures), flightsIn(stored.delays)]
    console.log(
      `${recorded} of ${total} flights recorded; in the read models: ${departures} departures, ${delays} delays`,
    )
    if (recorded === total && departures >= total && delays >= lateTotal) return
    await sleep(1_000)
  }
}

console.log(`DynamoDB at ${endpoint}, tables ${prefix}-*; ${total} flights of ${byAirport.size} airports`)
const tracking = startTracking({ readJournal, offsetStore, models })
const failures = tracking.map(({ done }) => done.then(() => new Promise<never>(() => undefined)))
await Promise.race([...failures, Promise.all([watch(), ...[...byAirport].map(record)])])

await Promise.all(tracking.map((one) => one.stop()))
await engine.settled()
stop(system)
const stored = await readAll()
await Promise.all([readJournal, offsetStore, journal].map((one) => one.close()))
client.destroy()

if (interruption.signal.aborted) {
  console.log(`Interrupted with ${recorded} of ${total} flights recorded. The next start goes on from there.`)
  process.exitCode = 130
} else {
  console.log(`${total} flights are recorded, ${isNew} of them by this process.`)
  const wrong = [
    ...differences('departures', stored.departures, expected.departures),
    ...differences('delays', stored.delays, expected.delays),
  ]
  for (const line of wrong) console.error(line)
  if (wrong.length > 0) process.exitCode = 1
  else
    console.log(
      `Every figure equals the one worked out from the file: ${expected.departures.size} airports, ${expected.delays.size} days.`,
    )
}
