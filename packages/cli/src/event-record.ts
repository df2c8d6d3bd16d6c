import type { EventEnvelope } from '@dynact/query-dynamodb'
import { visibleJson } from './page/visible-json.js'
import { toJson } from './to-json.js'
import { visible } from './visible.js'

/** An event as `--json` prints it. */
export interface EventRecord {
  readonly persistenceId: string
  readonly sequenceNr: number
  /** ISO 8601; `null` if unknown. */
  readonly time: string | null
  readonly tags: readonly string[]
  readonly manifest: string
  readonly event: unknown
}

/** Epoch milliseconds as text; `null` for 0, which stands for an unknown time. */
export const timeText = (timestamp: number): string | null => (timestamp > 0 ? new Date(timestamp).toISOString() : null)

export const eventRecord = ({
  persistenceId,
  sequenceNr,
  timestamp,
  tags,
  manifest,
  event,
}: EventEnvelope): EventRecord => ({ persistenceId, sequenceNr, time: timeText(timestamp), tags, manifest, event })

/** An event as people read it, in one line. */
export const eventText = ({ sequenceNr, time, tags, event }: EventRecord): string => {
  const words = [String(sequenceNr).padStart(6), time ?? '-'.padEnd(24), visibleJson(toJson(event))]
  return [...words, ...tags.map((tag) => `#${visible(tag)}`)].join('  ')
}
