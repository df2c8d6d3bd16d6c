import { z } from 'zod'
import { UsageError } from './cli-error.js'
import { loadConfigFile } from './config-file.js'
import { configSchema } from './define-config.js'

/** The options that every command takes. */
export interface GlobalFlags {
  readonly endpoint?: string
  readonly region?: string
  readonly profile?: string
  readonly table?: string
  readonly snapshotTable?: string
  readonly journalName?: string
  readonly json?: boolean
  readonly config?: string
}

/** Config file and command line together. */
export type Settings = Readonly<z.output<typeof configSchema>>

const checked = (value: unknown, what: string): Settings => {
  const result = configSchema.safeParse(value)
  if (result.success) return result.data
  const isMisspelt = result.error.issues.some(({ code, path }) => code === 'unrecognized_keys' && path.length === 0)
  const known = isMisspelt ? `\nThere are: ${Object.keys(configSchema.shape).join(', ')}` : ''
  throw new UsageError(`${what} can't be used:\n${z.prettifyError(result.error)}${known}`)
}

/**
 * Reads the config file, and puts the options of the command line above it.
 * @throws {@link UsageError} one of them is wrong.
 */
export const readSettings = async (folder: string, flags: GlobalFlags): Promise<Settings> => {
  const { json: _, config: file, ...options } = flags
  const loaded = await loadConfigFile(folder, file)
  const fromFile = checked(loaded?.exported ?? {}, `The config file ${loaded?.path}`)
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  return checked({ ...fromFile, ...given }, 'The command line')
}
