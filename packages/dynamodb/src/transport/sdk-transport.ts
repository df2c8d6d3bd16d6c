import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  type ServiceInputTypes,
  type ServiceOutputTypes,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { Abortable } from '../attempt-signal.js'
import { checkBody } from './check-body.js'
import type { OperationName, Operations, Transport } from './transport.js'

const COMMANDS = {
  BatchExecuteStatement: BatchExecuteStatementCommand,
  BatchGetItem: BatchGetItemCommand,
  BatchWriteItem: BatchWriteItemCommand,
  DeleteItem: DeleteItemCommand,
  GetItem: GetItemCommand,
  PutItem: PutItemCommand,
  Query: QueryCommand,
  Scan: ScanCommand,
  TransactWriteItems: TransactWriteItemsCommand,
  UpdateItem: UpdateItemCommand,
} as const satisfies Record<OperationName, unknown>

/** What all command classes have in common; which input goes with which output is the {@link Operations} table's to say. */
type AnyCommand = Parameters<typeof DynamoDBClient.prototype.send<ServiceInputTypes, ServiceOutputTypes>>[0]

interface RawResponse {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  body: unknown
}

/** Reads the body before the SDK does, and gives it on if it is the one that DynamoDB sent. */
const checkedBody =
  <A, R extends { response: unknown }>(next: (args: A) => Promise<R>) =>
  async (args: A): Promise<R> => {
    const result = await next(args)
    const response = result.response as RawResponse
    const body = await bytesOf(response.body)
    if (response.headers['content-encoding'] === undefined)
      checkBody(body, response.headers['x-amz-crc32'], response.statusCode)
    response.body = body
    return result
  }

const bytesOf = async (body: unknown): Promise<Buffer> => {
  if (body instanceof Uint8Array) return Buffer.from(body)
  const chunks: Uint8Array[] = []
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Middleware and handlers of the user's may want all of an AbortSignal. */
const nodeSignal = (signal: Abortable): AbortSignal => {
  if (signal instanceof AbortSignal) return signal
  const controller = new AbortController()
  if (signal.aborted) controller.abort(signal.reason)
  else signal.addEventListener('abort', () => controller.abort(signal.reason))
  return controller.signal
}

/** Sends by the AWS SDK's own client: any client works, with whatever middleware and handler it has. */
export class SdkTransport implements Transport {
  readonly #client: DynamoDBClient
  readonly #ownsClient: boolean

  /** @param ownsClient - close() destroys the client. */
  constructor(client: DynamoDBClient, ownsClient: boolean) {
    this.#client = client
    this.#ownsClient = ownsClient
  }

  async send<O extends OperationName>(
    operation: O,
    input: Operations[O]['input'],
    signal: Abortable,
  ): Promise<Operations[O]['output']> {
    const Command = COMMANDS[operation] as unknown as new (input: Operations[O]['input']) => AnyCommand
    const command = new Command(input)
    // Innermost: the SDK takes an empty answer for a success, and does not look at the checksum.
    command.middlewareStack.add(checkedBody, { step: 'deserialize', priority: 'low', name: 'dynactCheckBody' })
    return this.#client.send(command, { abortSignal: nodeSignal(signal) }) as Promise<Operations[O]['output']>
  }

  close(): void {
    if (this.#ownsClient) this.#client.destroy()
  }
}
