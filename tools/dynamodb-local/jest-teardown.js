// @ts-check
import { createRequire } from 'node:module'
import preset from '@shelf/jest-dynamodb/jest-preset.js'
import { stopDynalite } from './dynalite.js'

const require = createRequire(import.meta.url)

/**
 * Stops what jest-setup.js started, and nothing else; the preset by itself would also look at a server of others.
 *
 * @param {{ watch: boolean, watchAll: boolean }} globalConfig
 */
export default async function teardown(globalConfig) {
  if (globalThis.__DYNAMODB__) await require(preset.globalTeardown).default(globalConfig)
  else if (!globalConfig.watch && !globalConfig.watchAll) stopDynalite()
}
