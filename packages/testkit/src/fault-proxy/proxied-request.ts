import type { IncomingHttpHeaders } from 'node:http'

/** What DynamoDB answered. */
export interface ProxiedAnswer {
  /** HTTP status. */
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array
  /** The body, parsed when it is first read; `{}` when it is no JSON. Binary values are in base64. */
  // biome-ignore lint/suspicious/noExplicitAny: the outputs of all operations.
  readonly output: any
}

/** One request to DynamoDB on its way through the proxy. */
export class ProxiedRequest {
  /** `PutItem`, `Query`, … */
  readonly operation: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array
  /** What DynamoDB answered, once it has, whether the client was told or not; the second answer, if it was asked twice. */
  answer: ProxiedAnswer | undefined
  #input: unknown

  constructor(operation: string, path: string, headers: IncomingHttpHeaders, body: Uint8Array) {
    this.operation = operation
    this.path = path
    this.headers = headers
    this.body = body
  }

  /** The body, parsed when it is first read; `{}` when it is no JSON. Binary values are in base64. */
  // biome-ignore lint/suspicious/noExplicitAny: the inputs of all operations.
  get input(): any {
    this.#input ??= parsed(this.body)
    return this.#input
  }
}

/** An answer whose body is parsed once, when it is first read. */
export const answerOf = (status: number, headers: IncomingHttpHeaders, body: Uint8Array): ProxiedAnswer => {
  let output: unknown
  return {
    status,
    headers,
    body,
    get output() {
      output ??= parsed(body)
      return output
    },
  }
}

const parsed = (body: Uint8Array): unknown => {
  try {
    const value: unknown = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString())
    return typeof value === 'object' && value !== null ? value : {}
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}
