// @ts-check
import { once } from 'node:events'
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
  if (globalConfig.watch || globalConfig.watchAll) return
  const server = globalThis.__DYNAMODB__
  if (server === undefined) return stopDynalite()
  const ended = server.exitCode === null && server.signalCode === null ? once(server, 'exit') : undefined
  await require(preset.globalTeardown).default(globalConfig)
  await ended // else Jest takes the dying server for an operation that a test has left open
}
