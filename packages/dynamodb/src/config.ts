import type { DynamoDBClient, DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { type EventPokes, type Serialization, SLICES, serialization } from '@dynact/persistence'
import { z } from 'zod'
import { MAX_ITEM_BYTES } from './layout/item-size.js'
import { isUnambiguousJournalName } from './layout/journal-key.js'
import type { Logger, OperationMetrics, Tracer } from './observability.js'
import { retrySchema } from './retry.js'

const isClient = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'send' in value && typeof value.send === 'function'
const isPlainObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isClient(value)

const isFunction = (value: unknown): boolean => typeof value === 'function'
const hasMethods =
  (...names: string[]) =>
  (value: unknown): boolean =>
    typeof value === 'object' && value !== null && names.every((name) => isFunction(Reflect.get(value, name)))

const isSerialization = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'serialize' in value && 'deserialize' in value

/** Name of a table, as DynamoDB allows it. */
const tableNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{3,255}$/, 'must be 3 to 255 characters out of A-Z, a-z, 0-9, _, . and -')

/** Prefix of the hash keys. */
const journalNameSchema = z
  .string()
  .min(1, 'must not be empty')
  .refine(
    isUnambiguousJournalName,
    'must not have P, SH or SL between its dashes, or keys of different names could collide',
  )

/** How events go into the feed index: the same for the journals that write and the read journals. */
export const queriesSchema = z
  .strictObject({
    /**
     * Over how many hash keys the feed index is spread: more take more writes a second (1,000 write units each), and cost a live
     * query more requests. Can't be changed once there are events.
     */
    shards: z
      .int()
      .min(1)
      .max(SLICES)
      .refine((shards) => SLICES % shards === 0, `must divide ${SLICES}: a power of 2`)
      .default(32),
    /** What an entry of the index has: what tells whether to fetch the event (`'keys'`), or all of it. */
    projection: z.enum(['keys', 'all']).default('keys'),
  })
  .readonly()

/** What carries the word of writes from journals to live queries. */
export const pokesSchema = z.custom<EventPokes>(
  hasMethods('poke', 'subscribe'),
  'must have the methods poke and subscribe',
)

/** The options of whatever keeps something in a table. */
export const connectionOptions = (defaultTable: string) =>
  ({
    /** A client of the user's own; it stays open when the store closes. Either this or `clientConfig`. */
    client: z.custom<DynamoDBClient>(isClient, 'must be a DynamoDBClient').optional(),
    /** What to make a client of; it is closed with the store. `{}` takes region and credentials from the environment. */
    clientConfig: z
      .custom<DynamoDBClientConfig>(isPlainObject, 'must be the configuration object of a DynamoDBClient')
      .optional(),
    /** The most requests in flight at once. */
    maxConnections: z.int().min(1).max(10_000).default(50),
    /** The most requests that may wait for a connection; what comes then is refused at once, so that the queue can't grow for ever. */
    maxQueued: z.int().min(1).max(1_000_000).default(10_000),
    /**
     * `'direct'`: dynact sends the requests itself, as the client is configured, at a fraction of the SDK's CPU time. `'sdk'`:
     * `client.send`. Left out: direct, but for a client with middleware, a request handler or a proxy agent of its own.
     */
    transport: z.enum(['direct', 'sdk']).optional(),
    /** Deadlines and pauses of requests that are sent again, in milliseconds. */
    retry: retrySchema.prefault({}),
    /** Name of the table. */
    table: tableNameSchema.default(defaultTable),
    /** Is given the figures of every request. DynamoDB is then asked for the capacity units of each. */
    onMetrics: z.custom<(metrics: OperationMetrics) => void>(isFunction, 'must be a function').optional(),
    /** Makes a span of every request: a tracer of `@opentelemetry/api`. */
    tracer: z.custom<Tracer>(hasMethods('startSpan'), 'must be a tracer of @opentelemetry/api').optional(),
    /** Is told of retries, and what is worth knowing once: pino's, or one of its shape. Never of payloads or credentials. */
    logger: z
      .custom<Logger>(hasMethods('debug', 'info', 'warn', 'error'), 'must have the methods debug, info, warn and error')
      .optional(),
  }) as const

/** The options that a journal and a snapshot store have in common. */
export const storeOptions = (defaultTable: string) =>
  ({
    ...connectionOptions(defaultTable),
    /** Prefix of every key, the Akka and Pekko plugins' `journal-name`: several can share a table. */
    journalName: journalNameSchema.default('journal'),
    /** Turns events or states into bytes and back. */
    serialization: z
      .custom<Serialization>(isSerialization, 'must come from serialization(...)')
      .default(() => serialization()),
    /** The largest item that is sent, in bytes; of a snapshot with its entry in the local index. */
    maxItemSize: z.int().min(1_000).max(MAX_ITEM_BYTES).default(MAX_ITEM_BYTES),
  }) as const

const hasOneClient = (options: { client?: unknown; clientConfig?: unknown }): boolean =>
  (options.client === undefined) !== (options.clientConfig === undefined)

/** Is looked at beside other mistakes too, so that one message names all, unless these two options have their own. */
const isOneClientCheckable = ({ value, issues }: z.core.ParsePayload): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !issues.some(({ path }) => path?.[0] === 'client' || path?.[0] === 'clientConfig')

/** What to `refine` a schema of {@link connectionOptions} with: exactly one of `client` and `clientConfig` is given. */
export const ONE_CLIENT = [
  hasOneClient,
  {
    message:
      'give either client or clientConfig ({} takes region and credentials from the environment), not both and not neither',
    path: ['client'],
    when: isOneClientCheckable,
  },
] satisfies [(options: { client?: unknown; clientConfig?: unknown }) => boolean, object]
