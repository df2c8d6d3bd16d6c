import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Item } from '@dynact/dynamodb'
import type { SeenEvent, SeenSnapshot } from './typed-value.js'

/** What the JVM recovered with limits. */
export interface GoldenPartial {
  readonly toSequenceNr: number | null
  readonly replayMax: number | null
  readonly highestSequenceNr: number
  readonly snapshotSeq: number | null
  readonly seqs: readonly number[]
}

/** One persistence id: what it is, and what the JVM recovered. */
export interface GoldenId {
  readonly pid: string
  readonly note: string
  readonly highestSequenceNr: number
  readonly lowItems: readonly number[]
  readonly highItems: readonly number[]
  readonly snapshot?: SeenSnapshot
  readonly events: readonly SeenEvent[]
  readonly eventsWithoutSnapshot?: readonly SeenEvent[]
  readonly partial?: readonly GoldenPartial[]
}

interface StoredAttribute {
  readonly S?: string
  readonly N?: string
  readonly B?: string
}
type StoredItem = Readonly<Record<string, StoredAttribute>>

interface GoldenFile {
  readonly config: { readonly journalName: string; readonly sequenceShards: number }
  readonly pids: readonly GoldenId[]
  readonly journal: readonly StoredItem[]
  readonly snapshots: readonly StoredItem[]
}

/** The items that the real plugin wrote, and what it recovered of them; see fixtures/PROVENANCE.md. */
export interface Golden {
  readonly config: GoldenFile['config']
  readonly ids: readonly GoldenId[]
  readonly journal: readonly Item[]
  readonly snapshots: readonly Item[]
}

const item = (stored: StoredItem): Item =>
  Object.fromEntries(
    Object.entries(stored).map(([name, { S, N, B }]) => {
      if (S !== undefined) return [name, { S }]
      if (N !== undefined) return [name, { N }]
      if (B !== undefined) return [name, { B: new Uint8Array(Buffer.from(B, 'base64')) }]
      throw new TypeError(`attribute ${name} of the golden file is of a type that is not read yet`)
    }),
  )

/** Reads the golden file. */
export const readGolden = (): Golden => {
  const path = join(import.meta.dirname, '../../fixtures/pekko-golden.json')
  const { config, pids, journal, snapshots } = JSON.parse(readFileSync(path, 'utf8')) as GoldenFile
  return { config, ids: pids, journal: journal.map(item), snapshots: snapshots.map(item) }
}
