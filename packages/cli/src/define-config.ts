import type { Serialization } from '@dynact/persistence'
import { z } from 'zod'

const isSerialization = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'serialize' in value && 'deserialize' in value

const text = z.string().min(1, 'must not be empty')

/** What a config file exports, and what the options of the command line are checked by. */
export const configSchema = z.strictObject({
  /** Address of DynamoDB; left out, that of the region. On loopback without credentials, made-up ones are used. */
  endpoint: z.url({ protocol: /^https?$/, error: 'must be an URL such as http://localhost:8000' }).optional(),
  region: text.optional(),
  /** A profile of the AWS configuration files. */
  profile: text.optional(),
  /** The journal's table. */
  table: text.default('dynact-journal'),
  snapshotTable: text.default('dynact-snapshot'),
  journalName: text.default('journal'),
  /** As the journal has it. */
  sequenceShards: z.int().min(1).max(1000).default(10),
  /** How the journal writes the feed index: the journal's own `queries`. */
  queries: z.strictObject({ shards: z.int().optional(), projection: z.enum(['keys', 'all']).optional() }).optional(),
  /** What the journal's events are read with: `serialization({ serializers: [...] })`. */
  serialization: z.custom<Serialization>(isSerialization, 'must come from serialization(...)').optional(),
  /** What the snapshots are read with. Left out: `serialization`. */
  snapshotSerialization: z.custom<Serialization>(isSerialization, 'must come from serialization(...)').optional(),
})

/** What `dynact.config.ts` exports. All of it can be left out. */
export type DynactConfig = z.input<typeof configSchema>

/**
 * Types a config file.
 *
 * @example
 * ```ts
 * // dynact.config.ts
 * export default defineConfig({ table: 'orders', serialization: serialization({ serializers: [orderSerializer] }) })
 * ```
 */
export const defineConfig = (config: DynactConfig): DynactConfig => config
