// @ts-check
// A process that persists from many actors until it is killed. Plain JavaScript on the built packages: Node can't run our sources.
// Arguments: the table, the folder of the embedded DynamoDB or the endpoint of one, how many actors, the file of acknowledgements.
import { randomUUID } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { createJournalTable, dynamoDBJournal } from '@dynact/journal-dynamodb'
import { configurePersistence, persistenceEngine, spawnPersistent } from '@dynact/persistence'
import { startEmbeddedDynamoDB } from '@dynact/testkit'
import { dispatch, start } from 'nact'

const [table = '', where = '', actors = '1', file = ''] = process.argv.slice(2)
const isEndpoint = where.startsWith('http')
const embedded = isEndpoint ? undefined : await startEmbeddedDynamoDB({ path: where })
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
const clientConfig = { endpoint: embedded?.endpoint ?? where, region: 'eu-central-1', credentials }
const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb')
const client = new DynamoDBClient(clientConfig)
await createJournalTable(client, { table })
const journal = dynamoDBJournal({ client, table, retry: { attemptMs: 20_000, totalMs: 60_000 } })
const system = start(configurePersistence(persistenceEngine({ journal })))

let hasAcknowledged = false
for (let actor = 0; actor < Number(actors); actor++) {
  const id = `actor-${actor}`
  /** @type {import('nact').Ref<string>} */
  const ref = spawnPersistent(
    system,
    /** @param {number} count @param {string} _ @param {any} ctx */
    async (count, _, ctx) => {
      if (ctx.recovering) return count + 1
      // One event, or a batch: told to the observer by a synchronous write once it is acknowledged.
      const size = 1 + ((count + actor) % 4)
      const batch = randomUUID().slice(0, 8)
      const events = Array.from({ length: size }, (_, index) => `${batch}.${index}.${size}`)
      await ctx.persistAll(events)
      appendFileSync(file, `${id} ${ctx.sequenceNr - size + 1} ${events.join(' ')}\n`)
      if (!hasAcknowledged) process.stdout.write('acknowledged\n')
      hasAcknowledged = true
      dispatch(ctx.self, 'again')
      return count + size
    },
    id,
    undefined,
    { initialState: 0 },
  )
  dispatch(ref, 'again')
}
process.stdout.write('ready\n')
