/**
 * The command `dynact`, and what types its config file.
 *
 * @packageDocumentation
 */
export type { Surroundings } from './call.js'
export { type DynactConfig, defineConfig } from './define-config.js'
export { ExitCode } from './exit-code.js'
export { main } from './main.js'
export type { TextStream } from './output.js'
