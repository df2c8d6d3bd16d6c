// @ts-check
// Runs a program with a DynamoDB Local whose data lie in a folder: node run-with.js <folder> <program> [<argument> ...]
// The program finds it at DYNAMODB_ENDPOINT; where that is set already, nothing is started.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { constants } from 'node:os'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { NotInstallableError } from '../maven/build-once.js'
import { freePort } from './free-port.js'
import { installDynamoDBLocal } from './install.js'

const START_MS = 60_000

// However this process ends, by SIGKILL too: the shell sees the end of its input then, and ends DynamoDB Local.
const UNTIL_INPUT_ENDS = 'java "$@" & read -r _; kill $! 2>/dev/null; wait $!'

/** @param {string} folder */
const startDynamoDBLocal = async (folder) => {
  const cwd = await installDynamoDBLocal()
  const port = await freePort()
  await mkdir(folder, { recursive: true })
  const options = ['-port', String(port), '-sharedDb', '-dbPath', resolve(folder), '-disableTelemetry']
  const java = ['-Djava.library.path=./DynamoDBLocal_lib', '-jar', 'DynamoDBLocal.jar', ...options]
  // In a group of its own: Ctrl-C is for the program, which still needs it.
  const shell = spawn('sh', ['-c', UNTIL_INPUT_ENDS, 'sh', ...java], {
    cwd,
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  const endpoint = `http://127.0.0.1:${port}`
  const stop = async () => {
    const ended = once(shell, 'exit')
    shell.stdin.end()
    await ended
  }
  for (const startedAt = Date.now(); ; await sleep(100)) {
    if (await answers(endpoint)) return { endpoint, stop }
    if (Date.now() - startedAt < START_MS) continue
    await stop()
    throw new Error(`DynamoDB Local did not answer within ${START_MS} ms.`)
  }
}

/** @param {string} endpoint */
const answers = (endpoint) =>
  fetch(endpoint).then(
    () => true,
    () => false,
  )

/**
 * @param {string[]} command
 * @param {string} endpoint
 * @returns {Promise<number>} its exit code
 */
const run = async ([program = '', ...args], endpoint) => {
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, DYNAMODB_ENDPOINT: endpoint } })
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => child.kill(signal))
  const [code, signal] = await once(child, 'exit')
  return code ?? 128 + constants.signals[/** @type {NodeJS.Signals} */ (signal)]
}

const [folder = '.', ...command] = process.argv.slice(2)
const given = process.env['DYNAMODB_ENDPOINT']
try {
  const dynamodb = given === undefined ? await startDynamoDBLocal(folder) : { endpoint: given, stop: async () => {} }
  process.exitCode = await run(command, dynamodb.endpoint).finally(dynamodb.stop)
} catch (error) {
  if (!(error instanceof NotInstallableError)) throw error
  process.stderr.write(
    `${error.message} Or, with Docker: docker compose up -d, then DYNAMODB_ENDPOINT=http://127.0.0.1:8000\n`,
  )
  process.exitCode = 1
}
