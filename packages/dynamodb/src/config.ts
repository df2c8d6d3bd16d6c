import type { DynamoDBClient, DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { z } from 'zod'
import { isUnambiguousJournalName } from './layout/journal-key.js'
import { retrySchema } from './retry.js'

const isClient = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'send' in value && typeof value.send === 'function'
const isPlainObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isClient(value)

/** Name of a table, as DynamoDB allows it. */
export const tableNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{3,255}$/, 'must be 3 to 255 characters out of A-Z, a-z, 0-9, _, . and -')

/** Prefix of the hash keys. */
export const journalNameSchema = z
  .string()
  .min(1, 'must not be empty')
  .refine(
    isUnambiguousJournalName,
    'must not have P, SH or SL between its dashes, or keys of different names could collide',
  )

/** How to reach DynamoDB: the options that journal and snapshot store have in common. */
export const connectionOptions = {
  /** A client of the user's own; it stays open when the journal closes. Either this or `clientConfig`. */
  client: z.custom<DynamoDBClient>(isClient, 'must be a DynamoDBClient').optional(),
  /** What to make a client of; it is closed with the journal. `{}` takes region and credentials from the environment. */
  clientConfig: z
    .custom<DynamoDBClientConfig>(isPlainObject, 'must be the configuration object of a DynamoDBClient')
    .optional(),
  /** The most requests in flight at once. */
  maxConnections: z.int().min(1).max(10_000).default(50),
  retry: retrySchema.prefault({}),
} as const

/** Refuses both or neither of `client` and `clientConfig`. */
export const hasOneClient = (options: { client?: unknown; clientConfig?: unknown }): boolean =>
  (options.client === undefined) !== (options.clientConfig === undefined)

/** Says so. */
export const ONE_CLIENT =
  'give either client or clientConfig ({} takes region and credentials from the environment), not both and not neither'

/** Is looked at beside other mistakes too, so that one message names all, unless these two options have their own. */
export const isOneClientCheckable = ({ value, issues }: z.core.ParsePayload): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !issues.some(({ path }) => path?.[0] === 'client' || path?.[0] === 'clientConfig')
