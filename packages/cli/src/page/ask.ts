import type { Failure } from './protocol.js'

/** What a question has: left out is what is undefined. */
export type Params = Readonly<Record<string, string | number | undefined>>

const isFailure = (answer: unknown): answer is Failure =>
  typeof answer === 'object' && answer !== null && 'error' in answer && typeof answer.error === 'string'

/** The address of a question. */
export const addressOf = (path: string, params: Params = {}): string => {
  const given = Object.entries(params).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  return `/api/${path}?${new URLSearchParams(given)}`
}

const answered = async <T>(request: Promise<Response>): Promise<T> => {
  let response: Response
  try {
    response = await request
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new Error('dynact explore does not answer any more. Start it again, and open the address that it prints.', {
      cause,
    })
  }
  const answer: unknown = await response.json()
  if (isFailure(answer)) throw new Error(answer.error)
  return answer as T
}

/**
 * Asks the command.
 * @throws an Error with what to show.
 */
export const ask = <T>(path: string, params: Params, signal: AbortSignal): Promise<T> =>
  answered(fetch(addressOf(path, params), { signal }))

/** Asks the command to change something. */
export const change = <T>(path: string, body: object, signal: AbortSignal): Promise<T> =>
  answered(
    fetch(`/api/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    }),
  )

/** What becomes of a stream. */
export interface StreamHandlers<T> {
  readonly onMessage: (message: T) => void
  /** From now on messages come. */
  readonly onReady?: () => void
  /** It has ended: with what went wrong, or because there is no more. */
  readonly onEnd: (error?: string) => void
}

/** Opens a stream of messages of a name, until the signal aborts or it ends. */
export const openStream = <T>(
  name: string,
  address: string,
  { onMessage, onReady, onEnd }: StreamHandlers<T>,
  signal: AbortSignal,
): void => {
  const source = new EventSource(address)
  const end = (error?: string) => {
    source.close()
    if (!signal.aborted) onEnd(error)
  }
  signal.addEventListener('abort', () => source.close(), { once: true })
  source.addEventListener('ready', () => onReady?.())
  source.addEventListener(name, ({ data }: MessageEvent<string>) => onMessage(JSON.parse(data) as T))
  source.addEventListener('failed', ({ data }: MessageEvent<string>) => end((JSON.parse(data) as Failure).error))
  source.addEventListener('done', () => end())
  // It would open the stream again, and events would be missing between.
  source.addEventListener('error', () => end('The stream has broken off.'))
}
