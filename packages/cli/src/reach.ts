import { once } from 'node:events'
import { connect } from 'node:net'
import { CliError } from './cli-error.js'

const CONNECT_MS = 10_000

/** Of several addresses there are several reasons; a name has one. */
const reasonsOf = (error: unknown): string => {
  if (error instanceof AggregateError) return error.errors.map(reasonsOf).join(', ')
  return error instanceof Error ? error.message : String(error)
}

/**
 * Connects to an endpoint, and leaves it again: a request to where nothing listens would be tried for a minute.
 *
 * @throws {@link CliError} nothing listens there, or there is no such host.
 * @throws the signal's reason.
 */
export const reach = async (endpoint: string, signal: AbortSignal): Promise<void> => {
  const { protocol, hostname, port } = new URL(endpoint)
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const socket = connect({ host, port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) })
  const late = AbortSignal.timeout(CONNECT_MS)
  try {
    await once(socket, 'connect', { signal: AbortSignal.any([signal, late]) })
  } catch (cause) {
    signal.throwIfAborted()
    const why = late.aborted ? `no connection within ${CONNECT_MS / 1000} seconds` : reasonsOf(cause)
    throw new CliError(
      `The endpoint ${endpoint} can't be reached: ${why}. Is it the right one, and is DynamoDB running there? On this machine, one is started by: dynact dev`,
      undefined,
      { cause },
    )
  } finally {
    socket.destroy()
  }
}
