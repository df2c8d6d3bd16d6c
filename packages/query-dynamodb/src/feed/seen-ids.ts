/** How far an id has been read. */
export interface Progress {
  readonly persistenceId: string
  readonly sequenceNr: number
  /** When it was read so far, on the feed's clock: epoch milliseconds with a fraction. */
  readonly timestamp: number
}

/** A trie over the bits of a hash, 4 a level. */
type Node = readonly (Node | Leaf | undefined)[]

/** The ids of one hash: nearly always one. */
interface Leaf {
  readonly hash: number
  readonly ids: readonly Progress[]
}

const BITS = 4
const WIDTH = 1 << BITS

/** FNV-1a. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash >>> 0
}

const isLeaf = (part: Node | Leaf): part is Leaf => 'hash' in part

const slotOf = (hash: number, depth: number): number => (hash >>> (depth * BITS)) % WIDTH

const withProgress = (part: Node | Leaf | undefined, depth: number, hash: number, progress: Progress): Node | Leaf => {
  if (part === undefined) return { hash, ids: [progress] }
  if (!isLeaf(part)) {
    const slot = slotOf(hash, depth)
    return part.with(slot, withProgress(part[slot], depth + 1, hash, progress))
  }
  if (part.hash === hash)
    return {
      hash,
      ids: [...part.ids.filter(({ persistenceId }) => persistenceId !== progress.persistenceId), progress],
    }
  const split: Node = Array.from({ length: WIDTH }, (_, slot) => (slot === slotOf(part.hash, depth) ? part : undefined))
  return withProgress(split, depth, hash, progress)
}

function* progressIn(part: Node | Leaf | undefined): Generator<Progress, void> {
  if (part === undefined) return
  if (isLeaf(part)) yield* part.ids
  else for (const inner of part) yield* progressIn(inner)
}

/**
 * How far every id has been read. Immutable, so that each envelope can keep the state of its moment at no cost: its offset is made
 * of it when somebody asks, if ever.
 */
export class SeenIds implements Iterable<Progress> {
  readonly #root: Node | Leaf | undefined
  readonly size: number

  private constructor(root: Node | Leaf | undefined, size: number) {
    this.#root = root
    this.size = size
  }

  static readonly none = new SeenIds(undefined, 0)

  static of(all: Iterable<Progress>): SeenIds {
    let seen = SeenIds.none
    for (const progress of all) seen = seen.with(progress)
    return seen
  }

  get(persistenceId: string): number | undefined {
    const hash = hashOf(persistenceId)
    let part = this.#root
    for (let depth = 0; part !== undefined && !isLeaf(part); depth++) part = part[slotOf(hash, depth)]
    return part?.ids.find((progress) => progress.persistenceId === persistenceId)?.sequenceNr
  }

  with(progress: Progress): SeenIds {
    const isNew = this.get(progress.persistenceId) === undefined
    return new SeenIds(
      withProgress(this.#root, 0, hashOf(progress.persistenceId), progress),
      this.size + (isNew ? 1 : 0),
    )
  }

  [Symbol.iterator](): Iterator<Progress> {
    return progressIn(this.#root)
  }
}
