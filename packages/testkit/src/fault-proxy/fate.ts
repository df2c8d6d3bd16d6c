import type { ProxiedRequest } from './proxied-request.js'
import type { ServiceFault } from './service-fault.js'

/** An answer that DynamoDB would not give: an error page of a load balancer, say. */
export interface RawAnswer {
  /** HTTP status. */
  readonly status: number
  readonly body: string
}

/** An error of one statement of a `BatchExecuteStatement`. */
export interface StatementFault {
  /** DynamoDB's code: `ThrottlingError`, `TransactionConflict`, `InternalServerError`, … */
  readonly code: string
  readonly message?: string
  /**
   * The statement is carried out all the same.
   * @defaultValue false
   */
  readonly applied?: boolean
}

/**
 * What the client gets in place of DynamoDB's answer.
 *
 * - `reset`: the connection is reset.
 * - `hang`: nothing, until the client gives up or the proxy stops.
 * - `truncated`: half of the body, then the connection ends.
 * - `wrong-crc32`: the body, with a checksum that does not fit.
 */
export type Answer = ServiceFault | RawAnswer | 'reset' | 'hang' | 'truncated' | 'wrong-crc32'

/** A pause: milliseconds, or what to wait for. */
export type Pause = number | (() => unknown)

/**
 * What happens to one request: what of it reaches DynamoDB, what the client gets, and when. `{}` passes. {@link fates} has the
 * usual ones by name; any mixture is possible.
 */
export interface Fate {
  /**
   * What it is counted under, see {@link FaultProxyCounts.faults}.
   * @defaultValue none: it is not counted as a fault
   */
  readonly name?: string
  /** Before the request is passed on. */
  readonly before?: Pause
  /**
   * How often the request is passed on; of `twice` the client gets the second answer.
   * @defaultValue `'once'`
   */
  readonly deliver?: 'once' | 'never' | 'twice'
  /** Is passed on in place of the request's own. */
  readonly input?: Readonly<Record<string, unknown>>
  /** Entries of a `BatchWriteItem` or `BatchGetItem`, counted from 0 over all tables, that are left unprocessed. */
  readonly unprocessed?: (index: number) => boolean
  /** Statements of a `BatchExecuteStatement`, counted from 0, that fail, and how. */
  readonly statementFault?: (index: number) => StatementFault | undefined
  /** After DynamoDB has answered, before the client gets an answer. */
  readonly after?: Pause
  /**
   * What the client gets.
   * @defaultValue what DynamoDB answered; where that is nothing, the connection is reset
   */
  readonly answer?: Answer
}

/** Decides what happens to a request; `index` counts from 0. Is called in the order in which requests have arrived whole. */
export type FateOf = (request: ProxiedRequest, index: number) => Fate

const always = () => true

/** The usual fates by name. */
export const fates = {
  /** Nothing happens to it. */
  pass: {} as Fate,
  /** It is not carried out, and answered by an error. */
  refuse: (error: ServiceFault | RawAnswer): Fate => ({ name: 'refused', deliver: 'never', answer: error }),
  /** It is carried out, and the client is not told: the connection is reset, nothing comes, or an error comes. */
  loseAnswer: (answer: ServiceFault | RawAnswer | 'reset' | 'hang' = 'reset'): Fate => ({ name: 'lostAnswer', answer }),
  /** The connection is reset, and the request not carried out. */
  reset: { name: 'reset', deliver: 'never', answer: 'reset' } as Fate,
  /** Nothing ever comes back, and the request is not carried out. */
  hang: { name: 'hang', deliver: 'never', answer: 'hang' } as Fate,
  /** It is carried out; half of the answer comes. */
  truncate: { name: 'truncated', answer: 'truncated' } as Fate,
  /** It is carried out; what comes is no JSON. */
  garble: { name: 'invalid', answer: { status: 200, body: '<html>It works!</html>' } } as Fate,
  /** It is carried out; the checksum of the answer does not fit. */
  wrongCrc32: { name: 'wrongCrc32', answer: 'wrong-crc32' } as Fate,
  /** It is carried out twice, as by a load balancer that sends again; the client gets the second answer. */
  duplicate: { name: 'duplicate', deliver: 'twice' } as Fate,
  /** These entries of a batch are left unprocessed, all of them unless told which; the rest is carried out. */
  unprocessed: (isLeft: (index: number) => boolean = always): Fate => ({ name: 'unprocessed', unprocessed: isLeft }),
  /** These statements of a batch fail; the rest is carried out. */
  failStatements: (faultOf: (index: number) => StatementFault | undefined): Fate => ({
    name: 'statementFaults',
    statementFault: faultOf,
  }),
  /** It takes longer. */
  delay: ({ before = 0, after = 0 }: { before?: Pause; after?: Pause }): Fate => ({ name: 'latency', before, after }),
} as const
