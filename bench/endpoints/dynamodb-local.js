// @ts-check
import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../tools/dynamodb-local/free-port.js'
import { installDynamoDBLocal } from '../../tools/dynamodb-local/install.js'

/**
 * DynamoDB Local, in memory; or the database at DYNAMODB_ENDPOINT, which is used and left running.
 *
 * @throws {import('../../tools/maven/build-once.js').NotInstallableError} no Java, no Maven
 * @returns {Promise<{ name: string, url: string, stop: () => void }>}
 */
export const startDynamoDBLocal = async () => {
  const given = process.env['DYNAMODB_ENDPOINT']
  if (given !== undefined) return { name: 'DYNAMODB_ENDPOINT', url: given, stop: () => {} }
  const [cwd, port] = [await installDynamoDBLocal(), await freePort()]
  const options = ['-jar', 'DynamoDBLocal.jar', '-inMemory', '-sharedDb', '-disableTelemetry', '-port', String(port)]
  const server = spawn('java', ['-Djava.library.path=./DynamoDBLocal_lib', ...options], { cwd, stdio: 'ignore' })
  const stop = () => {
    server.kill()
  }
  process.once('exit', stop)
  const url = `http://127.0.0.1:${port}`
  while (!(await answers(url))) {
    if (server.exitCode !== null) throw new Error(`DynamoDB Local ended at once, with exit code ${server.exitCode}`)
    await delay(100)
  }
  return { name: 'DynamoDB Local', url, stop }
}

const answers = async (/** @type {string} */ url) => {
  try {
    await fetch(url)
    return true
  } catch {
    return false
  }
}
