/**
 * Walks through the stored events of one id: limits first, then whole atomic writes only, and finds out where the history
 * ends. The rules are those of docs/storage-layout.md.
 */
import { isSteppingStone, PARTITION_SIZE, partitionOf, type RequestOptions, type StoredEvent } from '@dynact/dynamodb'
import type { ReplayRange } from '@dynact/persistence'
import type { JournalContext } from '../journal-context.js'
import type { Hole, Tail } from '../known-tails.js'
import { type LowMark, readHighMarks } from '../marks.js'
import { AtomicWriteAssembler } from './atomic-write-assembler.js'
import { readHighest } from './highest.js'
import { HistoryAnomalies } from './history-anomalies.js'
import { HistoryGaps } from './history-gaps.js'
import { HistoryStart } from './history-start.js'
import { isEndDoubtful } from './is-end-doubtful.js'
import { MarkedHundred } from './marked-hundred.js'
import { type PagesRange, partitionPages } from './partition-pages.js'
import { RecentLowMark } from './recent-low-mark.js'
import { MAX_EMPTY_PARTITIONS, sectionBehindHole } from './section-behind-hole.js'

/** A recovery that has read this many events asks the high marks for events behind an empty hundred. */
const LONG_HISTORY = 100

/** A section that goes on where another one ended. */
const FROM_HERE = { throughPartition: -1, lookAhead: 2 } as const

/** Which events are read. */
interface HistoryRange extends ReplayRange {
  /** May `fromSequenceNr` lie inside an atomic write, rather than right behind one? */
  readonly startsAnywhere?: boolean | undefined
}

export class StoredHistory {
  readonly #context: JournalContext
  readonly #persistenceId: string
  readonly #options: RequestOptions
  readonly #from: number
  readonly #to: number
  readonly #max: number
  readonly #assembler: AtomicWriteAssembler

  /** Highest sequence number that was read so far. */
  highestSeen = 0
  /** Where the replay starts, or goes on behind deleted events. */
  #start: number
  /** The next sequence number, if there is no gap. */
  #expected: number
  /** The first number of the last packed batch that begins under another one. */
  #overlapping: number | undefined
  /** The gap that was last looked for once more. */
  #doubted = 0
  /** Stored events at or after `from` so far: what `max` counts. */
  #count = 0
  /** A limit ended the replay before the history did. */
  #isCut = false
  #tailBefore: Tail | undefined
  readonly #lowMark: RecentLowMark
  readonly #historyStart: HistoryStart
  #isEndDoubtful = false
  /** Where nothing was read, the highest number that was looked for instead. */
  #highestFound: number | undefined
  #highMarks: readonly number[] | undefined
  readonly #marked = new MarkedHundred()
  readonly #anomalies: HistoryAnomalies
  readonly #gaps: HistoryGaps

  constructor(context: JournalContext, persistenceId: string, range: HistoryRange, options: RequestOptions) {
    this.#context = context
    this.#persistenceId = persistenceId
    this.#options = options
    this.#from = Math.max(1, range.fromSequenceNr ?? 1)
    this.#to = range.toSequenceNr ?? Number.MAX_SAFE_INTEGER
    this.#max = range.max ?? Number.MAX_SAFE_INTEGER
    this.#start = this.#from
    this.#expected = this.#from
    this.#lowMark = new RecentLowMark(context, persistenceId, options)
    const where = { from: this.#from, startsAnywhere: range.startsAnywhere === true }
    this.#historyStart = new HistoryStart({ context, persistenceId, options, lowMark: this.#lowMark, ...where })
    this.#anomalies = new HistoryAnomalies(context.config, persistenceId)
    this.#gaps = new HistoryGaps((torn) => this.#anomalies.refuseHoles(torn))
    this.#assembler = new AtomicWriteAssembler((leftOut) => {
      if (this.#isCut) return
      this.#gaps.leftOut(leftOut)
      this.#anomalies.tell('incomplete-write', leftOut.fromSequenceNr, leftOut.toSequenceNr)
    })
  }

  /** The events to replay, in order, in lists of about a page. */
  async *visibleEvents(): AsyncGenerator<readonly StoredEvent[], void> {
    this.#tailBefore = this.#context.tails.get(this.#persistenceId)
    this.#isCut = this.#from > this.#to || this.#max < 1
    const from = this.#from
    // Where the event before the first one lies in the same hundred, it is read too: it proves the highest sequence number.
    let section: PagesRange | undefined = {
      from: from % PARTITION_SIZE === 0 || from === 1 ? from : from - 1,
      // Before a gap over its edge, all of a hundred may be deleted. The next one is asked for at the same time anyway.
      throughPartition: from === 1 ? -1 : partitionOf(from),
      // Without a snapshot the id may well be new: then the second request asks the low marks rather than the next hundred.
      lookAhead: from === 1 ? 1 : 2,
    }
    while (section !== undefined && !this.#isCut) section = yield* this.#readSection(section)
    this.#assembler.leaveOutHeld()
    this.#anomalies.tellOfGaps(this.#gaps.atEnd())
  }

  /** The highest sequence number in use, once the events have been read. */
  async readHighest(): Promise<number> {
    const highest = await this.#findHighest()
    this.highestSeen = Math.max(this.highestSeen, highest)
    // What was written meanwhile in this process is known better, unless it has been forgotten.
    const { tails } = this.#context
    const now = tails.get(this.#persistenceId)
    if (now === undefined || now === this.#tailBefore || now.isRead === true)
      tails.set(this.#persistenceId, {
        highest: Math.max(highest, now?.highest ?? 0),
        markedPartition: this.#isCut ? -1 : this.#marked.partitionNr,
        holes: this.#holes(now?.holes ?? []),
        isRead: true,
      })
    return highest
  }

  /** Those that this replay has seen, and those that others have where it has not looked. */
  #holes(others: readonly Hole[]): Hole[] {
    // One that was cut does not know how far it has looked: a hole that is none fences, and is forgotten by the next recovery.
    const known = others.filter(
      ({ sequenceNr }) => this.#isCut || sequenceNr < this.#from || sequenceNr > this.highestSeen,
    )
    const knownNrs = new Set(known.map(({ sequenceNr }) => sequenceNr))
    return [...known, ...this.#gaps.holes.filter(({ sequenceNr }) => !knownNrs.has(sequenceNr))]
  }

  async #findHighest(): Promise<number> {
    if (this.#isCut) return readHighest(this.#context, this.#persistenceId, this.highestSeen, this.#options)
    const known = Math.max(this.highestSeen, this.#lowMark.deletedTo)
    if (known >= this.#from - 1 || this.highestSeen > 0) return known
    return this.#highestFound ?? readHighest(this.#context, this.#persistenceId, 0, this.#options)
  }

  /** Reads to the first empty hundred. Gives where to go on, if anywhere. */
  async *#readSection(section: PagesRange): AsyncGenerator<readonly StoredEvent[], PagesRange | undefined> {
    const pages = partitionPages(this.#context, this.#persistenceId, section, this.#options)
    try {
      for (;;) {
        const page = await pages.next()
        if (page.done === true) return yield* this.#sectionAfter(page.value)
        const visible: StoredEvent[] = []
        let jump: PagesRange | undefined
        this.#isEndDoubtful = isEndDoubtful(page.value)
        for (const event of page.value.events) {
          if (event.sequenceNr > this.#expected && this.#count < this.#max && !this.#isOverlapping(event))
            jump = await this.#judgeGapBefore(event, visible)
          if (jump !== undefined || this.#stopsAt(event)) break
          if (event.sequenceNr < this.#from) {
            this.#historyStart.sawBefore(event)
            continue
          }
          const lacksHead = this.#assembler.lacksHead(event)
          const headIsPresent = lacksHead && (await this.#historyStart.isHeadPresent(event))
          // Where the replay starts, a stray may hide that its number is a packed batch's.
          const isStray = (lacksHead && !headIsPresent) || isSteppingStone(event)
          if (isStray && event.sequenceNr === this.#start) await this.#takeCoveringBatch(visible)
          this.#take(event, headIsPresent, visible)
        }
        if (visible.length > 0) yield visible
        if (this.#isCut || jump !== undefined) return jump
      }
    } finally {
      await pages.return(0)
    }
  }

  /** Lets an event that is inside the limits become visible, or hold back, or be left out. */
  #take(event: StoredEvent, headIsPresent: boolean, visible: StoredEvent[]): void {
    if (event.sequenceNr < this.#expected || this.#isOverlapping(event)) {
      // A stray of a dead writer under a packed batch of another. Of one that is a packed batch nothing is shown.
      if (event.isPacked) this.#overlapping = event.sequenceNr - event.index
      this.#anomalies.tell('incomplete-write', event.sequenceNr, event.sequenceNr)
      return
    }
    const shown = this.#assembler.push(event, headIsPresent)
    if (shown.length > 0) this.#anomalies.tellOfGaps(this.#gaps.beforeVisible())
    for (const each of shown) visible.push(each)
    this.#count++
    this.#expected = event.sequenceNr + 1
  }

  /** Is it of a packed batch that begins under another one? */
  #isOverlapping({ sequenceNr, index, isPacked }: StoredEvent): boolean {
    return isPacked && sequenceNr - index === this.#overlapping
  }

  /** Notes the event, and says whether a limit ends the replay before it. */
  #stopsAt(event: StoredEvent): boolean {
    this.highestSeen = Math.max(this.highestSeen, event.sequenceNr)
    this.#isCut = event.sequenceNr > this.#to || this.#count >= this.#max
    this.#marked.saw(event)
    return this.#isCut
  }

  /**
   * Numbers are missing before this event. Deleted ones are no gap: the replay goes on at the low mark. Any others are looked
   * for once more: another writer may have stored them after their hundred was read, and this event after that.
   */
  async #judgeGapBefore(event: StoredEvent, visible: StoredEvent[]): Promise<PagesRange | undefined> {
    const lowMark = await this.#lowMark.get()
    if (lowMark.sequenceNr > event.sequenceNr) return this.#goOnAt(lowMark)
    await this.#takeCoveringBatch(visible)
    const gapStart = Math.max(this.#expected, lowMark.sequenceNr)
    const gapEnd = Math.min(event.sequenceNr - 1, this.#to)
    if (gapStart <= gapEnd && this.#doubted !== gapStart) {
      this.#doubted = gapStart
      this.#lowMark.outdate()
      const throughPartition = Math.min(partitionOf(event.sequenceNr), partitionOf(gapStart) + MAX_EMPTY_PARTITIONS)
      return { from: gapStart, throughPartition, lookAhead: 1 }
    }
    this.#assembler.leaveOutHeld()
    if (gapStart <= gapEnd) this.#gaps.empty(gapStart, gapEnd)
    return undefined
  }

  /** Takes the rest of the packed batch that the replay starts inside of, if it does. */
  async #takeCoveringBatch(visible: StoredEvent[]): Promise<void> {
    if (this.#expected !== this.#start || this.#start === 1) return
    for (const event of await this.#historyStart.coveringEvents(this.#start)) {
      if (this.#stopsAt(event)) return
      this.#take(event, true, visible)
    }
  }

  /** An empty hundred was read. Gives where to go on, or nothing at the end of the history. */
  async *#sectionAfter(emptyPartition: number): AsyncGenerator<readonly StoredEvent[], PagesRange | undefined> {
    const nothingIsNear = this.highestSeen < this.#start - 1 || this.highestSeen === 0
    if (nothingIsNear) {
      if (await this.#endsJustBefore()) return undefined
      const lowMark = await this.#lowMark.get()
      if (lowMark.sequenceNr > this.#expected) return this.#goOnAt(lowMark)
    }
    if (nothingIsNear || (this.highestSeen < this.#start && (await this.#historyStart.mayHideMore()))) {
      const visible: StoredEvent[] = []
      await this.#takeCoveringBatch(visible)
      if (visible.length > 0) yield visible
      if (this.#expected > this.#start) return this.#isCut ? undefined : { ...FROM_HERE, from: this.#expected }
    }
    if (nothingIsNear) {
      const meanwhile = await this.#storedMeanwhile()
      if (meanwhile !== undefined) return meanwhile
    } else if (this.#isEndDoubtful) {
      this.#isEndDoubtful = false
      this.#lowMark.outdate()
      const lowMark = await this.#lowMark.get()
      if (lowMark.sequenceNr > this.#expected) return this.#goOnAt(lowMark)
    }
    if (this.#count < LONG_HISTORY && !this.#context.config.distrust) return undefined
    const [context, persistenceId, options] = [this.#context, this.#persistenceId, this.#options]
    this.#highMarks ??= await readHighMarks(context, persistenceId, options)
    return sectionBehindHole(context, persistenceId, emptyPartition, this.#highMarks, options)
  }

  /**
   * A replay that starts at the edge of a hundred has not read the event before it: one more look proves the end, unless a packed
   * batch reaches over that edge.
   */
  async #endsJustBefore(): Promise<boolean> {
    const last = await this.#historyStart.lastBeforeEdge()
    this.highestSeen = Math.max(this.highestSeen, last ?? 0)
    return last !== undefined && last < this.#from
  }

  /**
   * A caller that starts behind the end of the history has not been shown where that is, and another writer may go on there before it
   * is found out. Gives what to read again then: whoever goes on behind events must have seen them.
   */
  async #storedMeanwhile(): Promise<PagesRange | undefined> {
    if (this.#highestFound !== undefined || this.highestSeen > 0) return undefined
    if (this.#lowMark.deletedTo >= this.#from - 1) return undefined
    const highest = await readHighest(this.#context, this.#persistenceId, 0, this.#options)
    this.#highestFound = highest
    return highest < this.#start
      ? undefined
      : { ...FROM_HERE, from: this.#start, throughPartition: partitionOf(highest) }
  }

  #goOnAt(lowMark: LowMark): PagesRange {
    this.#assembler.leaveOutHeld()
    this.#start = Math.max(this.#start, lowMark.sequenceNr)
    this.#expected = this.#start
    this.#lowMark.outdate()
    return { ...FROM_HERE, from: this.#start, throughPartition: partitionOf(this.#start) }
  }
}
