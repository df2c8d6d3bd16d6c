import { dynamoDBJournal } from '@dynact/journal-dynamodb'
import { configurePersistence, persistenceEngine, serialization, spawnPersistent } from '@dynact/persistence'
import { avroSerializer } from '@dynact/serialization-avro'
import { dispatch, query, type Ref, start, stop } from 'nact'
import { deposited } from './deposited.js'

type JournalConfig = Parameters<typeof dynamoDBJournal>[0]
type Message = object | { history: Ref<unknown[]> }

/** Runs a release of the program, which knows so many schemas: it recovers, persists an event, and tells its history. */
export const runRelease = async (release: number, event: object, config: JournalConfig): Promise<unknown[]> => {
  const events = avroSerializer({ identifier: 1500, schemas: { Deposited: deposited.slice(0, release) } })
  const journal = dynamoDBJournal({ ...config, serialization: serialization({ fallback: events }) })
  const system = start(configurePersistence(persistenceEngine({ journal })))
  const account = spawnPersistent(
    system,
    async (history: unknown[], message: Message, ctx) => {
      if ('history' in message) {
        dispatch(message.history, history)
        return history
      }
      if (!ctx.recovering) await ctx.persist(message)
      return [...history, message]
    },
    'account-4711',
    'account',
    { initialState: [] as unknown[] },
  )
  dispatch(account, event)
  const history = await query(account, (reply: Ref<unknown[]>): Message => ({ history: reply }), 10_000)
  stop(system)
  await journal.close()
  return history
}
