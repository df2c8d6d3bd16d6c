// @ts-check
import setupDynamoDB from '../dynamodb-local/jest-setup.js'
import { BuildFailedError, NotInstallableError } from '../maven/build-once.js'
import { installPekkoPeer } from './install.js'

const env = process.env

/**
 * Jest's global setup of the interop tests: a DynamoDB as for the other tests, and the peer. Tells the tests by
 * DYNACT_PEKKO_PEER where its jar is, or by DYNACT_PEKKO_PEER_MISSING why there is none.
 */
export default async function setup() {
  await setupDynamoDB()
  const missing = await reasonToSkip()
  if (missing !== undefined) env['DYNACT_PEKKO_PEER_MISSING'] = missing
}

/** @returns {Promise<string | undefined>} */
async function reasonToSkip() {
  if (env['DYNACT_TEST_EMULATOR'] === 'dynalite')
    return 'The real plugin needs DynamoDB Local, which needs Java and Maven; this run has dynalite.'
  try {
    env['DYNACT_PEKKO_PEER'] = await installPekkoPeer()
    return undefined
  } catch (error) {
    if (!(error instanceof NotInstallableError)) throw error
    // CI may do without Java or Maven, but a peer that no longer compiles must not pass for one that is not needed.
    if (error instanceof BuildFailedError && env['CI']) throw error
    return error.message
  }
}
