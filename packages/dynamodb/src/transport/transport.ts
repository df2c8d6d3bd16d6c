import type {
  BatchExecuteStatementCommandInput,
  BatchExecuteStatementCommandOutput,
  BatchGetItemCommandInput,
  BatchGetItemCommandOutput,
  BatchWriteItemCommandInput,
  BatchWriteItemCommandOutput,
  DeleteItemCommandInput,
  DeleteItemCommandOutput,
  GetItemCommandInput,
  GetItemCommandOutput,
  PutItemCommandInput,
  PutItemCommandOutput,
  QueryCommandInput,
  QueryCommandOutput,
  ScanCommandInput,
  ScanCommandOutput,
  TransactWriteItemsCommandInput,
  TransactWriteItemsCommandOutput,
  UpdateItemCommandInput,
  UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb'
import type { Abortable } from '../attempt-signal.js'

/** The data-plane operations that dynact uses, with their inputs and outputs. */
export interface Operations {
  BatchExecuteStatement: { input: BatchExecuteStatementCommandInput; output: BatchExecuteStatementCommandOutput }
  BatchGetItem: { input: BatchGetItemCommandInput; output: BatchGetItemCommandOutput }
  BatchWriteItem: { input: BatchWriteItemCommandInput; output: BatchWriteItemCommandOutput }
  DeleteItem: { input: DeleteItemCommandInput; output: DeleteItemCommandOutput }
  GetItem: { input: GetItemCommandInput; output: GetItemCommandOutput }
  PutItem: { input: PutItemCommandInput; output: PutItemCommandOutput }
  Query: { input: QueryCommandInput; output: QueryCommandOutput }
  Scan: { input: ScanCommandInput; output: ScanCommandOutput }
  TransactWriteItems: { input: TransactWriteItemsCommandInput; output: TransactWriteItemsCommandOutput }
  UpdateItem: { input: UpdateItemCommandInput; output: UpdateItemCommandOutput }
}

/** Name of one of them. */
export type OperationName = keyof Operations

/** Carries one request to DynamoDB and its answer back, once: retries, timeouts and limits are the caller's. */
export interface Transport {
  /** @throws the service's error with its own `name`, the network's error, or the signal's reason. */
  send<O extends OperationName>(
    operation: O,
    input: Operations[O]['input'],
    signal: Abortable,
  ): Promise<Operations[O]['output']>
  /** Closes the connections that it opened itself. */
  close(): void
}
