import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type ServiceInputTypes,
  type ServiceOutputTypes,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { OperationName, Operations, Transport } from './transport.js'

const COMMANDS = {
  BatchExecuteStatement: BatchExecuteStatementCommand,
  BatchGetItem: BatchGetItemCommand,
  BatchWriteItem: BatchWriteItemCommand,
  DeleteItem: DeleteItemCommand,
  GetItem: GetItemCommand,
  PutItem: PutItemCommand,
  Query: QueryCommand,
  TransactWriteItems: TransactWriteItemsCommand,
  UpdateItem: UpdateItemCommand,
} as const satisfies Record<OperationName, unknown>

/** What all command classes have in common; which input goes with which output is the {@link Operations} table's to say. */
type AnyCommand = Parameters<typeof DynamoDBClient.prototype.send<ServiceInputTypes, ServiceOutputTypes>>[0]

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
    signal: AbortSignal,
  ): Promise<Operations[O]['output']> {
    const Command = COMMANDS[operation] as unknown as new (input: Operations[O]['input']) => AnyCommand
    return this.#client.send(new Command(input), { abortSignal: signal }) as Promise<Operations[O]['output']>
  }

  close(): void {
    if (this.#ownsClient) this.#client.destroy()
  }
}
