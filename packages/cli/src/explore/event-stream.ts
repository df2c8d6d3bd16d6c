import type { ServerResponse } from 'node:http'

/** A connection that nothing comes on looks dead to what stands between. */
const HEARTBEAT_MS = 15_000

/** Server-sent events. */
export class EventStream {
  readonly #response: ServerResponse
  readonly #signal: AbortSignal
  readonly #heartbeat: NodeJS.Timeout

  constructor(response: ServerResponse, signal: AbortSignal) {
    this.#response = response
    this.#signal = signal
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    // So that the browser knows that it is open before anything happens.
    response.write(': open\n\n')
    this.#heartbeat = setInterval(() => response.write(': still there\n\n'), HEARTBEAT_MS)
    response.once('close', () => clearInterval(this.#heartbeat))
  }

  /** Sends a message, and waits while the browser is slower. */
  async send(name: string, data: unknown): Promise<void> {
    this.#signal.throwIfAborted()
    if (this.#response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)) return
    await new Promise<void>((resolve) => {
      const go = () => {
        this.#response.off('drain', go).off('close', go)
        this.#signal.removeEventListener('abort', go)
        resolve()
      }
      this.#response.once('drain', go).once('close', go)
      this.#signal.addEventListener('abort', go, { once: true })
    })
    this.#signal.throwIfAborted()
  }

  /** Ends the stream, so that the browser does not ask for it again. */
  async end(failure?: { readonly error: string }): Promise<void> {
    if (failure !== undefined) this.#response.write(`event: failed\ndata: ${JSON.stringify(failure)}\n\n`)
    else this.#response.write('event: done\ndata: {}\n\n')
    this.#response.end()
  }
}
