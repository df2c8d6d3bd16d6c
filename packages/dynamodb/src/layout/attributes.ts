/**
 * Names of the stored attributes. Stored; never change one. The first group is the Akka and Pekko plugins' own.
 */
export const Attributes = {
  /** Hash key of both tables. */
  PAR: 'par',
  /** Range key of the journal table: sequence number mod 100; 0 in marks. */
  NUM: 'num',
  /** Range key of the snapshot table; in the journal a copy of the sequence number; in marks the value. */
  SEQ: 'seq',
  PERSISTENCE_ID: 'persistence_id',
  WRITER_UUID: 'writer_uuid',
  EVENT: 'event',
  EVENT_SERIALIZER_ID: 'ev_ser_id',
  EVENT_SERIALIZER_MANIFEST: 'ev_ser_manifest',
  /** The event adapter's manifest. */
  MANIFEST: 'manifest',
  /** 0-based place in an atomic write of two or more events. */
  INDEX: 'idx',
  /** Last place in an atomic write: its size - 1. */
  LAST_INDEX: 'cnt',
  /** Before plugin version 1.2: event or snapshot in one serialized whole. */
  LEGACY_PAYLOAD: 'pay',
  SNAPSHOT_DATA: 'pay_data',
  SNAPSHOT_SERIALIZER_ID: 'ser_id',
  SNAPSHOT_SERIALIZER_MANIFEST: 'ser_manifest',
  /** Ours, snapshots: how the state's bytes are compressed. */
  COMPRESSION: 'comp',
  /** Ours, compressed snapshots: how many bytes the state has uncompressed. */
  UNCOMPRESSED_SIZE: 'size',
  /** Ours: a compressed state, where no reader takes it for a plain one. */
  SNAPSHOT_COMPRESSED_DATA: 'pay_comp',
  /** Ours, split snapshots and their parts: which set of parts. */
  PART_SET: 'set',
  /** Ours, split snapshots and records of part sets: how many parts. */
  PART_COUNT: 'parts',
  /** Ours, split snapshots: SHA-256 of all parts together. */
  PARTS_HASH: 'hash',
  /** Ours, parts: the bytes of one. */
  PART_DATA: 'part',
  /** Ours, records of part sets: the sequence number of the snapshot. */
  SNAPSHOT_SEQ: 'of',
  /** Ours, records of part sets: the snapshot's timestamp. Not `ts`, or the record would be in the index. */
  SNAPSHOT_TIMESTAMP: 'of_ts',
  /** Ours, records of part sets: when it was begun, epoch milliseconds. */
  BEGUN_AT: 'at',
  /** Ours, records of part sets: `open`, `done` or `dead`. */
  PART_SET_STATE: 'state',
  /** Snapshots: epoch milliseconds, as the JVM has it. Events: epoch microseconds, ours. */
  TIMESTAMP: 'ts',
  /** Ours, of what is deleted and left to DynamoDB's time to live: from when on it may remove the item, epoch seconds. */
  EXPIRY: 'expiry',
  /** Ours. */
  TAGS: 'tags',
  /** Ours: nact's isDeleted. */
  DELETED: 'del',
  /** Ours, where the journal has queries on: hash key of the feed index. */
  FEED: 'feed',
  /** Ours, where the journal has queries on: the id's slice, 0 to 1023. */
  SLICE: 'slice',
  /** Ours, packed batches: how many events. */
  PACKED_SIZE: 'n',
  /** Ours, packed batches: the events. */
  PACKED_EVENTS: 'evs',
  /** Ours, packed batches: the first event that is not deleted, where a deletion cuts the batch. */
  CUT: 'cut',
  /** Ours, low marks: the first event of the packed batch that the mark cuts. */
  CUT_BATCH: 'head',
  /** Ours, low marks: where the batch begins that the mark cuts, of events in their own items; the mark's own number if it cuts none. */
  BATCH_BEGIN: 'begin',
} as const

/** Names within one event of a packed batch: short, since each is stored with every event. Stored; never change one. */
export const PackedAttributes = {
  EVENT: 'e',
  SERIALIZER_ID: 'i',
  SERIALIZER_MANIFEST: 'm',
  MANIFEST: 'a',
  TAGS: 't',
  /** Microseconds after the first event, where that is not the event's place. */
  TIME_OFFSET: 's',
  DELETED: 'd',
} as const

/** Name of the snapshot table's local index on the timestamp. Stored; never change. */
export const SNAPSHOT_TIMESTAMP_INDEX = 'ts-idx'
/** Name of the journal's optional index that lists ids. Stored; never change. */
export const PERSISTENCE_IDS_INDEX = 'persistence-ids-idx'
/** Name of the journal's optional index that tells events by time. Stored; never change. */
export const FEED_INDEX = 'feed-idx'
