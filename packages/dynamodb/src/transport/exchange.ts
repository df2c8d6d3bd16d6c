import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import type { Abortable } from '../attempt-signal.js'
import { TruncatedResponseError } from '../errors.js'

/** An HTTP answer, whole. */
export interface HttpResponse {
  readonly statusCode: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/**
 * One request and its answer, whole. As a handler of undici's: `request`, with its stream, takes 10 to 15 % more time, and tells
 * an answer that broke off no better from a request that was not answered.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #signal: Abortable
  readonly #resolve: (response: HttpResponse) => void
  readonly #reject: (reason: unknown) => void
  #controller: Dispatcher.DispatchController | undefined
  #statusCode = 0
  #headers: IncomingHttpHeaders = {}
  readonly #chunks: Buffer[] = []

  private constructor(signal: Abortable, resolve: (response: HttpResponse) => void, reject: (reason: unknown) => void) {
    this.#signal = signal
    this.#resolve = resolve
    this.#reject = reject
  }

  /**
   * Sends a request and waits for the whole answer.
   *
   * @throws {@link TruncatedResponseError} the connection ended within the answer.
   * @throws the network's error, or the signal's reason.
   */
  static run(dispatcher: Dispatcher, request: Dispatcher.DispatchOptions, signal: Abortable): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(signal, resolve, reject)
      signal.addEventListener('abort', exchange)
      dispatcher.dispatch(request, exchange)
    })
  }

  /** The signal aborts. The request may still wait for a connection, and have no controller yet. */
  handleEvent(): void {
    this.#end()
    this.#reject(this.#signal.reason)
    this.#controller?.abort(new Error('aborted'))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#signal.aborted) controller.abort(new Error('aborted'))
  }

  onResponseStart(_: Dispatcher.DispatchController, statusCode: number, headers: IncomingHttpHeaders): void {
    this.#statusCode = statusCode
    this.#headers = headers
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    this.#end()
    const [first = Buffer.alloc(0), ...more] = this.#chunks
    const body = more.length === 0 ? first : Buffer.concat(this.#chunks)
    this.#resolve({ statusCode: this.#statusCode, headers: this.#headers, body })
  }

  onResponseError(_: Dispatcher.DispatchController, cause: Error): void {
    this.#end()
    const hasBegun = this.#statusCode !== 0
    const message = `the answer broke off: ${cause.message}`
    this.#reject(hasBegun ? new TruncatedResponseError(message, this.#statusCode, { cause }) : cause)
  }

  #end(): void {
    this.#signal.removeEventListener('abort', this)
  }
}
