// @ts-check
import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { join } from 'node:path'
import preset from '@shelf/jest-dynamodb/jest-preset.js'
import { NotInstallableError } from '../maven/build-once.js'
import { startDynalite } from './dynalite.js'
import { freePort } from './free-port.js'
import { installDynamoDBLocal } from './install.js'

const require = createRequire(import.meta.url)
const env = process.env

/**
 * Jest's global setup of the tests that need a DynamoDB: starts the real DynamoDB Local through the preset of
 * `@shelf/jest-dynamodb`, or dynalite where that cannot run, and tells the tests by DYNACT_TEST_ENDPOINT and
 * DYNACT_TEST_EMULATOR. A server that DYNACT_TEST_ENDPOINT names already is used instead, and left running.
 */
export default async function setup() {
  if (env['DYNACT_TEST_ENDPOINT'] !== undefined) {
    env['DYNACT_TEST_EMULATOR'] ??= 'dynamodb-local'
    return
  }
  exitWithCaller()
  const installPath = await installOrExplain()
  const port = await freePort()
  if (installPath === undefined) await startDynalite(port)
  else await startDynamoDBLocal(port, installPath)
  env['DYNACT_TEST_ENDPOINT'] = `http://127.0.0.1:${port}`
  env['DYNACT_TEST_EMULATOR'] = installPath === undefined ? 'dynalite' : 'dynamodb-local'
}

/**
 * What the preset launched is stopped when this process exits, but a signal by itself does not let it, and a signal to
 * npm ends only the shell between npm and us.
 */
function exitWithCaller() {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.once(signal, () => process.exit(128 + constants.signals[signal]))
  const caller = process.ppid
  setInterval(() => process.ppid !== caller && process.exit(1), 500).unref()
}

/** @returns {Promise<string | undefined>} where DynamoDB Local is; undefined if it cannot run here, with the reason printed */
async function installOrExplain() {
  try {
    if (env['DYNACT_TEST_EMULATOR'] === 'dynalite')
      throw new NotInstallableError('DYNACT_TEST_EMULATOR asks for dynalite.')
    return await installDynamoDBLocal()
  } catch (error) {
    if (!(error instanceof NotInstallableError)) throw error
    if (env['CI'])
      throw new Error(`With CI set, the tests run on the real DynamoDB Local only. ${error.message}`, { cause: error })
    process.stderr.write(
      `\nThe tests run on dynalite instead of DynamoDB Local: ${error.message} Or, with Docker, start it by "docker compose up -d" ` +
        'and run DYNACT_TEST_ENDPOINT=http://127.0.0.1:8000 npm test. What dynalite cannot do is listed as skipped at the end.\n\n',
    )
    return undefined
  }
}

/**
 * @param {number} port
 * @param {string} installPath
 */
async function startDynamoDBLocal(port, installPath) {
  const run = `http://${randomUUID()}.invalid`
  env['JEST_DYNAMODB_CONFIG'] = join(import.meta.dirname, 'jest-dynamodb-config.cjs')
  env['DYNACT_TEST_PORT'] = String(port)
  env['DYNACT_TEST_INSTALL_PATH'] = installPath
  env['DYNACT_TEST_RUN'] = run
  await Promise.race([require(preset.globalSetup).default(), startFailed()])

  const response = await fetch(`http://127.0.0.1:${port}`, { headers: { origin: run } })
  if (response.headers.get('access-control-allow-origin') !== run)
    throw new Error(`Another server took port ${port} while DynamoDB Local started. Run the tests again.`)
}

/** Rejects when the server ends or is late: the preset would wait for it for ever. */
async function startFailed(timeoutMs = 60_000) {
  for (const start = Date.now(); Date.now() - start < timeoutMs; ) {
    await new Promise((resolve) => setTimeout(resolve, 100).unref())
    if (globalThis.__DYNAMODB__?.exitCode != null) throw new Error('DynamoDB Local ended while it started, see above.')
  }
  throw new Error(`DynamoDB Local did not answer within ${timeoutMs} ms.`)
}
