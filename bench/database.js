// @ts-check
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { startEmbeddedDynamoDB } from '@dynact/testkit'
import { freePort } from '../tools/dynamodb-local/free-port.js'
import { installDynamoDBLocal } from '../tools/dynamodb-local/install.js'

// As a child process: the embedded database, so that its work does not count as ours.
if (process.send !== undefined && process.argv[2] === 'serve') {
  const { endpoint } = await startEmbeddedDynamoDB()
  process.send(endpoint)
}

/** @typedef {{ client: DynamoDBClient, name: string, stop: () => void }} Database */

/**
 * @param {string} name
 * @param {string} endpoint
 * @param {() => void} end
 * @returns {Database}
 */
const database = (name, endpoint, end) => {
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' }
  const client = new DynamoDBClient({ endpoint, region: 'local', credentials, maxAttempts: 1 })
  const stop = () => {
    client.destroy()
    end()
  }
  return { client, name, stop }
}

/** The database at DYNAMODB_ENDPOINT, or the embedded one. */
export const openDatabase = async () => {
  const given = process.env['DYNAMODB_ENDPOINT']
  if (given !== undefined) return database(given, given, () => {})
  const child = fork(new URL(import.meta.url), ['serve'])
  const endpoint = String((await once(child, 'message'))[0])
  return database('embedded DynamoDB in a process of its own', endpoint, () => child.kill())
}

/**
 * The database at DYNAMODB_ENDPOINT, or DynamoDB Local, in memory.
 * @throws what keeps it from being installed: no Java, no Maven.
 */
export const openDynamoDBLocal = async () => {
  if (process.env['DYNAMODB_ENDPOINT'] !== undefined) return openDatabase()
  const [cwd, port] = [await installDynamoDBLocal(), await freePort()]
  const options = ['-jar', 'DynamoDBLocal.jar', '-inMemory', '-disableTelemetry', '-port', String(port)]
  const server = spawn('java', ['-Djava.library.path=./DynamoDBLocal_lib', ...options], { cwd, stdio: 'ignore' })
  const endpoint = `http://127.0.0.1:${port}`
  while (!(await answers(endpoint))) {
    if (server.exitCode !== null) throw new Error(`DynamoDB Local ended at once, with exit code ${server.exitCode}`)
    await delay(100)
  }
  return database('DynamoDB Local, in memory', endpoint, () => server.kill())
}

const answers = async (/** @type {string} */ endpoint) => {
  try {
    await fetch(endpoint)
    return true
  } catch {
    return false
  }
}
