import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UsageError } from './cli-error.js'

const NAMES = ['dynact.config.ts', 'dynact.config.mts', 'dynact.config.js', 'dynact.config.mjs']

/** Where, as far as it is told: of a mistake in the syntax Node tells only when it checks the file itself. */
const placeOf = (file: string, error: Error): string | undefined => {
  const checked = error instanceof SyntaxError ? spawnSync(process.execPath, ['--check', file]).stderr : undefined
  return /(?:file:\/\/|\/)[^\s()]+:\d+/.exec(String(checked ?? error.stack))?.[0]
}

/** What went wrong, and where in the file, or in one that it imports. */
const reasonOf = (file: string, error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const place = placeOf(file, error)
  return place === undefined || error.message.includes(place) ? error.message : `${error.message} (${place})`
}

/** Node strips types from 22.18 on; before, from 22.6 on, when asked. */
const stripsTypes = (): boolean => Boolean(Reflect.get(process.features, 'typescript'))

/** What a config file exports by default. */
export interface ConfigFile {
  readonly path: string
  readonly exported: unknown
}

/**
 * Loads a config file: the given one, else the first of `dynact.config.{ts,mts,js,mjs}` in the folder; `undefined` if there is none.
 *
 * @throws {@link UsageError} it is not there, can't be loaded, or has no default export.
 */
export const loadConfigFile = async (folder: string, given: string | undefined): Promise<ConfigFile | undefined> => {
  const file = given === undefined ? NAMES.map((name) => join(folder, name)).find(existsSync) : resolve(folder, given)
  if (file === undefined) return undefined
  if (!existsSync(file)) throw new UsageError(`There is no config file ${file}. Correct --config, or leave it out.`)
  if (/\.m?ts$/.test(file) && !stripsTypes())
    throw new UsageError(
      `${file} is TypeScript, which Node ${process.versions.node} does not load by itself. Use Node 22.18 or later (from 22.6 on: NODE_OPTIONS=--experimental-strip-types), or write it as dynact.config.mjs.`,
    )
  let module: { readonly default?: unknown }
  try {
    module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown }
  } catch (cause) {
    throw new UsageError(`The config file ${file} can't be loaded: ${reasonOf(file, cause)}`, { cause })
  }
  if (module.default === undefined)
    throw new UsageError(`The config file ${file} has no default export. Write: export default { … }`)
  return { path: file, exported: module.default }
}
