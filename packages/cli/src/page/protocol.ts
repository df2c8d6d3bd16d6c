/** What the page and the command say to each other. Everything that comes from the tables is as it is stored: show it by `visible`. */

/** What is looked at. */
export interface About {
  readonly table: string
  readonly snapshotTable: string
  readonly journalName: string
  /** An endpoint, or a region. */
  readonly place: string
  /** The command was given `--write`. */
  readonly isWritable: boolean
}

/** Ids that begin with what was looked for. */
export interface IdsPage {
  readonly ids: readonly string[]
  /** Where to go on; absent at the end. */
  readonly next?: string
  /** How many items, or entries of the index, were read for these. */
  readonly lookedAt: number
  /** What was looked for is an id itself; asked for on the first page only. */
  readonly isId?: boolean
}

/** What becomes of an event in a recovery. */
export type EventState =
  /** It is delivered. */
  | 'visible'
  /** Part of a batch whose rest is not there: it is left out. */
  | 'torn'
  /** A damaged item near it stops every reader. */
  | 'unjudged'

/** An event, without its payload. */
export interface EventEntry {
  readonly kind: 'event'
  readonly sequenceNr: number
  readonly state: EventState
  /** ISO 8601; `null` if unknown. */
  readonly time: string | null
  readonly writerUuid: string
  readonly serializerId: number
  readonly serializerManifest: string
  /** The event adapter's. */
  readonly manifest: string
  readonly tags: readonly string[]
  /** Place in its batch, from 0. */
  readonly index: number
  /** Last place in its batch; 0 for one that stands alone. */
  readonly lastIndex: number
  readonly isPacked: boolean
  /** nact's isDeleted. */
  readonly isDeleted: boolean
  /** Of the payload. */
  readonly bytes: number
  /** The beginning of the payload as JSON. */
  readonly preview: string
  readonly isDecodable: boolean
}

/** Sequence numbers that hold nothing. */
export interface EmptyEntry {
  readonly kind: 'gap' | 'deleted'
  readonly from: number
  readonly to: number
}

/** An item that can't be read. */
export interface DamagedEntry {
  readonly kind: 'damaged'
  readonly sequenceNr: number
  readonly text: string
}

/** A line of a history. */
export type Entry = EventEntry | EmptyEntry | DamagedEntry

/** A part of one id's history. */
export interface HistoryPage {
  readonly highestSequenceNr: number
  /** Up to there events were deleted; 0 if none. */
  readonly deletedTo: number
  readonly entries: readonly Entry[]
  /** The sequence number to go on at; absent at the end. */
  readonly next?: number
  /** Why a recovery of this part fails. */
  readonly failure?: string
}

/** A value as JSON, in one line. */
export interface ShownValue {
  readonly json: string
  /** It is too long to be shown: the rest is missing, and it is no JSON any more. */
  readonly isCut: boolean
}

/** One event, and the one before it that a recovery delivers. */
export interface EventDetail {
  readonly entry: EventEntry
  readonly payload: ShownValue
  readonly previous?: { readonly sequenceNr: number; readonly payload: ShownValue }
}

/** A snapshot, without its state. */
export interface SnapshotEntry {
  readonly sequenceNr: number
  readonly time: string | null
}

/** Snapshots of an id, latest first. */
export interface SnapshotsPage {
  readonly snapshots: readonly SnapshotEntry[]
  readonly next?: string
}

/** A snapshot's state, and that of the snapshot before it. */
export interface SnapshotDetail {
  readonly sequenceNr: number
  readonly time: string | null
  readonly state: ShownValue
  readonly previous?: { readonly sequenceNr: number; readonly state: ShownValue }
}

/** An event of a live stream. */
export interface TailEntry {
  readonly persistenceId: string
  readonly sequenceNr: number
  readonly time: string | null
  readonly tags: readonly string[]
  readonly preview: string
}

/** What is wrong with an id, in words. */
export interface FindingEntry {
  readonly kind: string
  readonly from: number
  readonly to: number
  readonly text: string
}

/** What a look at a whole id has found. */
export interface VerifyReport {
  readonly events: number
  readonly highestSequenceNr: number
  readonly findings: readonly FindingEntry[]
  /** Some of it are marks, which can be repaired. */
  readonly isRepairable: boolean
}

/** What was repaired, and what was not. */
export interface RepairReport {
  readonly done: readonly string[]
  readonly left: readonly string[]
}

/** A table as DynamoDB describes it, and what to know of it. */
export interface TableHealth {
  readonly table: string
  /** Absent: there is no such table, or it can't be looked at. */
  readonly facts?: readonly { readonly name: string; readonly value: string }[]
  readonly indexes: readonly {
    readonly name: string
    readonly projection: string
    readonly status: string
    readonly items: number
    readonly bytes: number
  }[]
  readonly remarks: readonly { readonly kind: 'fault' | 'hint'; readonly text: string }[]
}

/** What a count of the journal has come to. */
export interface Count {
  readonly isDone: boolean
  readonly items: number
  readonly events: number
  readonly marks: number
  readonly others: number
  readonly bytes: number
  readonly largestItemBytes: number
  readonly readUnits: number
  readonly writeUnits: number
  /** Dollars, at the prices of us-east-1. */
  readonly cost: { readonly storagePerMonth: number; readonly writingOnce: number; readonly readingOnce: number }
}

/** An answer that is none. */
export interface Failure {
  readonly error: string
}
