import type { Failure } from './classify.js'
import type { Priority } from './limiter.js'
import type { OperationName, Operations } from './transport/transport.js'

/** A request as it goes out. */
export interface SentRequest {
  readonly operation: OperationName
  readonly input: Operations[OperationName]['input']
  readonly priority: Priority
  /** The id that it is for; none where several share it. */
  readonly persistenceId?: string | undefined
  /** 1 for the first try of a piece of work, 2 for its first repetition, and so on. */
  readonly attempt: number
  /** How long it waited for its turn, in milliseconds. */
  readonly queueMs: number
}

/** How a request ended. */
export type RequestResult =
  | { readonly output: Operations[OperationName]['output'] }
  | { readonly error: unknown; readonly failure?: Failure }

/** Sees every request that goes out. */
export interface RequestWatcher {
  /** Should DynamoDB say what each request costs? */
  readonly wantsCapacity: boolean
  /** @returns what is told how the request ended. */
  sent(request: SentRequest): (result: RequestResult) => void
}
