import { createJournalTable, dynamoDBJournal } from '@dynact/journal-dynamodb'
import { configurePersistence, Effect, persistenceEngine, spawnEventSourced } from '@dynact/persistence'
import { startEmbeddedDynamoDB } from '@dynact/testkit'
import { dispatch, query, type Ref, start } from 'nact'

// In production: const client = new DynamoDBClient()
const dynamodb = await startEmbeddedDynamoDB({ path: '.dynact' })
const client = dynamodb.client()

await createJournalTable(client)
const journal = dynamoDBJournal({ client })
const system = start(configurePersistence(persistenceEngine({ journal })))

type Command = { type: 'deposit' | 'withdraw'; amount: number } | { type: 'balance'; replyTo: Ref<number> }
type Event = { type: 'deposited' | 'withdrawn'; amount: number }

const account = spawnEventSourced(
  system,
  {
    persistenceId: 'account-4712',
    initialState: 0,
    onCommand: (balance: number, command: Command) => {
      if (command.type === 'balance') return Effect.reply(command.replyTo, balance)
      if (command.type === 'deposit') return Effect.persist({ type: 'deposited', amount: command.amount })
      return command.amount > balance ? Effect.none() : Effect.persist({ type: 'withdrawn', amount: command.amount })
    },
    onEvent: (balance: number, event: Event) =>
      event.type === 'deposited' ? balance + event.amount : balance - event.amount,
  },
  'account',
)

const balance = () => query(account, (replyTo: Ref<number>): Command => ({ type: 'balance', replyTo }), 10_000)

console.log(`Balance when this process started: ${await balance()}`)
dispatch(account, { type: 'deposit', amount: 100 })
dispatch(account, { type: 'withdraw', amount: 30 })
console.log(`Balance now:                       ${await balance()}`)

await journal.close()
await dynamodb.stop()
