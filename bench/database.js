// @ts-check
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { startEmbeddedDynamoDB } from '@dynact/testkit'

// As a child process: the embedded database, so that its work does not count as ours.
if (process.send !== undefined && process.argv[2] === 'serve') {
  const { endpoint } = await startEmbeddedDynamoDB()
  process.send(endpoint)
}

/** @returns {Promise<{ client: DynamoDBClient, name: string, stop: () => void }>} */
export const openDatabase = async () => {
  const given = process.env['DYNAMODB_ENDPOINT']
  const child = given === undefined ? fork(new URL(import.meta.url), ['serve']) : undefined
  const endpoint =
    given ?? String((await once(/** @type {import('node:events').EventEmitter} */ (child), 'message'))[0])
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' }
  const client = new DynamoDBClient({ endpoint, region: 'local', credentials, maxAttempts: 1 })
  const stop = () => {
    client.destroy()
    child?.kill()
  }
  return { client, name: given ?? 'embedded DynamoDB in a process of its own', stop }
}
