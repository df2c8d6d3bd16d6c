import type { Abortable } from '../src/attempt-signal.js'
import type { OperationName, Operations, Transport } from '../src/transport/transport.js'

/** A request that reached the transport. */
export interface SentRequest {
  readonly operation: OperationName
  // biome-ignore lint/suspicious/noExplicitAny: the inputs of all operations.
  readonly input: any
  readonly signal: Abortable
}

/** Answers a request, or throws what the service or the network would; the index counts from 0. */
export type Answer = (request: SentRequest, index: number) => unknown

/** A transport whose answers the test gives. */
export class FakeTransport implements Transport {
  readonly sent: SentRequest[] = []
  isClosed = false
  readonly #answer: Answer

  constructor(answer: Answer) {
    this.#answer = answer
  }

  async send<O extends OperationName>(operation: O, input: Operations[O]['input'], signal: Abortable) {
    const request = { operation, input, signal }
    this.sent.push(request)
    return (await this.#answer(request, this.sent.length - 1)) as Operations[O]['output']
  }

  close(): void {
    this.isClosed = true
  }
}

/** An error as the service would name it. */
export const serviceError = (name: string, facts: object = {}): Error =>
  Object.assign(new Error(`${name} from the test`), { name, ...facts })

/** Rejects as an aborted SDK request does, when the signal aborts; until then it hangs. */
export const hangs = ({ signal }: SentRequest): Promise<never> =>
  new Promise((_, reject) => {
    const abort = () => reject(serviceError('AbortError'))
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort)
  })
