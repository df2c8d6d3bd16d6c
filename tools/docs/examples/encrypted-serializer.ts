import { deepEqual, ok } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { jsonSerializer, serialization } from '@dynact/persistence'
import { createKeyTable, dynamoDBKeyStore, encryptedSerializer, Shredded } from '@dynact/serialization-encrypted'

const client = new DynamoDBClient()
await createKeyTable(client)
const keys = dynamoDBKeyStore({ client, masterKey: randomBytes(32) })
// @example encryptedSerializer
const context = { persistenceId: 'customer-4711', sequenceNr: 1 }
const payload = await used.serialize({ name: 'Ada' }, context)
ok(!Buffer.from(payload.bytes).includes('Ada'))
deepEqual(await used.deserialize(payload, context), { name: 'Ada' })
await encrypted.forget('customer-4711')
ok((await used.deserialize(payload, context)) instanceof Shredded)
await keys.close()
client.destroy()
