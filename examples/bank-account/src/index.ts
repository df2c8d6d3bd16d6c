import { createJournalTable, dynamoDBJournal } from '@dynact/journal-dynamodb'
import { configurePersistence, persistenceEngine, spawnPersistent } from '@dynact/persistence'
import { startEmbeddedDynamoDB } from '@dynact/testkit'
import { dispatch, query, type Ref, start } from 'nact'

// In production: const client = new DynamoDBClient()
const dynamodb = await startEmbeddedDynamoDB({ path: '.dynact' })
const client = dynamodb.client()

await createJournalTable(client)
const journal = dynamoDBJournal({ client })
const system = start(configurePersistence(persistenceEngine({ journal })))

type Message = { type: 'deposit' | 'withdraw'; amount: number } | { type: 'balance'; replyTo: Ref<number> }

const account = spawnPersistent(
  system,
  async (balance: number, message: Message, ctx) => {
    if (message.type === 'balance') {
      dispatch(message.replyTo, balance)
      return balance
    }
    if (!ctx.recovering) await ctx.persist(message)
    return message.type === 'deposit' ? balance + message.amount : balance - message.amount
  },
  'account-4711',
  'account',
  { initialState: 0 },
)

const balance = () => query(account, (replyTo: Ref<number>): Message => ({ type: 'balance', replyTo }), 10_000)

console.log(`Balance when this process started: ${await balance()}`)
dispatch(account, { type: 'deposit', amount: 100 })
dispatch(account, { type: 'withdraw', amount: 30 })
console.log(`Balance now:                       ${await balance()}`)

await journal.close()
await dynamodb.stop()
