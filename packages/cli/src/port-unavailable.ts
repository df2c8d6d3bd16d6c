import { CliError } from './cli-error.js'

/** @param cause - why nothing can listen there. */
export const portUnavailable = (port: number, cause: unknown): CliError => {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new CliError(
    `Port ${port} on 127.0.0.1 can't be had: ${why}. Give another one by --port; 0 takes a free one.`,
    undefined,
    { cause },
  )
}
