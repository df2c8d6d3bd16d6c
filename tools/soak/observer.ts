/** Holds what a journal shows against what its writers were told. Pure. */

/** How a write ended, as its writer was told; `unknown` also when the writer died before. */
export type WriteEnd = 'acknowledged' | 'not written' | 'unknown'

/** One atomic write, as its writer sent it. */
export interface WatchedWrite {
  readonly persistenceId: string
  fromSequenceNr: number
  /** How many events; 0 for a look at what is there. */
  readonly size: number
  /** What its writer knew to be in front of it: what its recovery showed, and its own writes since. */
  view: readonly SeenEvent[]
  end: WriteEnd
}

/** An event as a replay shows it. */
export interface SeenEvent {
  readonly sequenceNr: number
  /** Made by {@link payloadOf}. */
  readonly payload: string
}

/** What is wrong with a history. Each is one text an event or write. */
export interface Verdict {
  /** Events whose write was acknowledged. */
  readonly acknowledged: number
  /** Acknowledged, and not there. */
  readonly lost: readonly string[]
  /** There twice, or two events with one number. */
  readonly duplicated: readonly string[]
  /** A part of a write is there, and another is not. */
  readonly torn: readonly string[]
  /** Not in the order of the numbers, under another number than it was written with, or nobody's. */
  readonly misplaced: readonly string[]
  /** Shown though its writer was told that it was not written. */
  readonly revived: readonly string[]
  /** What lies before an acknowledged write, or a look, is not what was known. */
  readonly rewritten: readonly string[]
}

/** The names of what may be wrong. */
export const WRONGS = ['lost', 'duplicated', 'torn', 'misplaced', 'revived', 'rewritten'] as const

/** The payload of an event of a write: tells which one it is. */
export const payloadOf = (write: number, index: number): string => `${write}.${index}`

/** The payloads of all events of a write. */
export const payloadsOf = (write: number, size: number): string[] =>
  Array.from({ length: size }, (_, index) => payloadOf(write, index))

/** All writes to some ids, and what may have been deleted of them. */
export class Observer {
  readonly writes: WatchedWrite[] = []
  readonly #deletedTo = new Map<string, number>()

  /** A write is about to be sent. @returns its number, for {@link payloadOf}. */
  begins(write: Omit<WatchedWrite, 'end'>): number {
    return this.writes.push({ ...write, end: 'unknown' }) - 1
  }

  ends(write: number, end: WriteEnd): void {
    const watched = this.writes[write]
    if (watched !== undefined) watched.end = end
  }

  /** Its writer has learnt what became of those before it. */
  finds(write: number, place: Pick<WatchedWrite, 'fromSequenceNr' | 'view'>): void {
    Object.assign(this.writes[write] as WatchedWrite, place)
  }

  /** Somebody has seen all that is there, and writes nothing. */
  looks(persistenceId: string, view: readonly SeenEvent[]): void {
    const fromSequenceNr = (view.at(-1)?.sequenceNr ?? 0) + 1
    this.writes.push({ persistenceId, fromSequenceNr, size: 0, view, end: 'acknowledged' })
  }

  /** The events with these payloads, with the numbers that they were written with; 0 for what is nobody's. */
  placed(payloads: readonly string[]): SeenEvent[] {
    return payloads.map((payload) => {
      const [write, index] = payload.split('.').map(Number) as [number, number]
      return { sequenceNr: (this.writes[write]?.fromSequenceNr ?? -index) + index, payload }
    })
  }

  /** A deletion up to this number is about to begin: whether these events are there does not matter any more. */
  deletes(persistenceId: string, toSequenceNr: number): void {
    this.#deletedTo.set(persistenceId, Math.max(toSequenceNr, this.deletedTo(persistenceId)))
  }

  deletedTo(persistenceId: string): number {
    return this.#deletedTo.get(persistenceId) ?? 0
  }

  /**
   * Judges what a replay of the id has shown.
   *
   * @param deletedTo - what lies up to here does not matter; 0 for a state, which knows what has been deleted.
   */
  judge(
    persistenceId: string,
    shown: readonly SeenEvent[],
    deletedTo: number = this.deletedTo(persistenceId),
  ): Verdict {
    const seen = shown.filter(({ sequenceNr }) => sequenceNr > deletedTo)
    const places = new Map<string, number>()
    const [lost, duplicated, torn, misplaced, revived, rewritten] = WRONGS.map((): string[] => []) as [
      string[],
      string[],
      string[],
      string[],
      string[],
      string[],
    ]
    for (const [place, { sequenceNr, payload }] of seen.entries()) {
      const before = seen[place - 1]?.sequenceNr ?? 0
      if (places.has(payload) || sequenceNr === before) duplicated.push(`${sequenceNr}: ${payload}`)
      else if (sequenceNr < before) misplaced.push(`${sequenceNr}: ${payload} after ${before}`)
      places.set(payload, sequenceNr)
    }
    const known = new Set<string>()
    let acknowledged = 0
    for (const [number, write] of this.writes.entries()) {
      if (write.persistenceId !== persistenceId) continue
      const { fromSequenceNr, size, end, view } = write
      if (end === 'acknowledged') acknowledged += size
      let present = 0
      let expected = 0
      for (let index = 0; index < size; index++) {
        const payload = payloadOf(number, index)
        known.add(payload)
        const sequenceNr = fromSequenceNr + index
        if (sequenceNr <= deletedTo) continue
        expected++
        const place = places.get(payload)
        if (place !== undefined) present++
        else if (end === 'acknowledged') lost.push(`${sequenceNr}: ${payload}`)
        if (place !== undefined && place !== sequenceNr) misplaced.push(`${sequenceNr}: ${payload} at ${place}`)
      }
      if (present > 0 && present < expected) torn.push(`${present} of ${expected} events of write ${number}`)
      if (present > 0 && end === 'not written') revived.push(`write ${number}`)
      if (end === 'acknowledged' && (expected > 0 || size === 0)) {
        const own = line(view.filter(({ sequenceNr }) => sequenceNr > deletedTo))
        const now = line(seen.filter(({ sequenceNr }) => sequenceNr < fromSequenceNr))
        if (own !== now) rewritten.push(`before write ${number}, which knew [${own}], there is [${now}]`)
      }
    }
    for (const { sequenceNr, payload } of seen)
      if (!known.has(payload)) misplaced.push(`${sequenceNr}: ${payload} is nobody's`)
    return { acknowledged, lost, duplicated, torn, misplaced, revived, rewritten }
  }
}

const line = (events: readonly SeenEvent[]): string =>
  events.map(({ sequenceNr, payload }) => `${sequenceNr}: ${payload}`).join(', ')
