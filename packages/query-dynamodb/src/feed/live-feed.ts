import type { Delivery, FeedReader } from './feed-reader.js'
import { hintOf } from './hint-of.js'
import type { PokeInbox } from './poke-inbox.js'

/** What {@link liveFeed} works with. */
export interface LiveFeedParts {
  readonly inbox: PokeInbox
  /** How long a round over all shards takes while there is something new, in milliseconds. */
  readonly refreshInterval: number
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly signal: AbortSignal
}

/** An idle stream sends a request every so many milliseconds at most: 8 a second. */
const IDLE_PAUSE_MS = 125
/** So many rounds after something new are quick ones: what comes every few seconds is not kept waiting for a slow one. */
const QUICK_ROUNDS = 5

/**
 * Reads all that is there, then one shard after the other, evenly spread over a round: one takes `refreshInterval` while there is
 * something new, and for five rounds after that; else it takes as long as needed to send no more than 8 requests a second. What a
 * poke tells of is read at once.
 */
export async function* liveFeed(
  reader: FeedReader,
  { inbox, refreshInterval, clock, signal }: LiveFeedParts,
): AsyncGenerator<Delivery, void> {
  const { shardCount } = reader
  const quickPolls = QUICK_ROUNDS * shardCount + 1
  const busyPauseMs = refreshInterval / shardCount
  const idlePauseMs = Math.max(busyPauseMs, IDLE_PAUSE_MS)
  let busyPolls = 0
  for await (const delivery of reader.sweep()) {
    busyPolls = quickPolls
    yield delivery
  }
  let dueAt = clock() + (busyPolls > 0 ? busyPauseMs : idlePauseMs)
  for (let shard = 0; ; ) {
    await inbox.wait(Math.max(0, dueAt - clock()), signal)
    const pokes = inbox.takeAll()
    if (pokes.length > 0) yield* reader.take(pokes.map(hintOf))
    if (clock() < dueAt) continue
    const startedAt = clock()
    for await (const delivery of reader.poll(shard)) {
      busyPolls = quickPolls
      yield delivery
    }
    shard = (shard + 1) % shardCount
    busyPolls = Math.max(0, busyPolls - 1)
    dueAt = startedAt + (busyPolls > 0 ? busyPauseMs : idlePauseMs)
  }
}
