import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { dynamoDBJournal } from '@dynact/journal-dynamodb'
import { jsonSerializer, serialization } from '@dynact/persistence'
import { createKeyTable, dynamoDBKeyStore, encryptedSerializer, Shredded } from '@dynact/serialization-encrypted'

/** Stores what two customers have said, forgets one of them, and tells what can still be read. */
export const forgetCustomer = async (client: DynamoDBClient, masterKey: Uint8Array): Promise<string[]> => {
  await createKeyTable(client)
  const keys = dynamoDBKeyStore({ client, masterKey })
  const encrypted = encryptedSerializer({ identifier: 1700, inner: jsonSerializer(), keys })
  // For every value: the built-in serializers would store a string as it is.
  const used = serialization({ bindings: [{ when: () => true, use: encrypted }] })
  const journal = dynamoDBJournal({ client, serialization: used })
  const customers = ['customer-1', 'customer-2']
  for (const persistenceId of customers) {
    const event = { persistenceId, sequenceNr: 1, payload: 'call me back', manifest: '', timestamp: 0, tags: [] }
    await journal.writeEvents({ persistenceId, events: [{ ...event, writerUuid: 'example' }] })
  }

  await encrypted.forget('customer-1')

  const lines: string[] = []
  for (const persistenceId of customers)
    for await (const { payload } of journal.replayEvents(persistenceId))
      lines.push(`${persistenceId}: ${payload instanceof Shredded ? 'shredded' : payload}`)
  await journal.close()
  await keys.close()
  return lines
}
