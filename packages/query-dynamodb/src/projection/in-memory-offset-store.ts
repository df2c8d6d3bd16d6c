import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import { type AbortOptions, NoOffset, type Offset } from '@dynact/persistence'
import type { OffsetLease, OffsetStore } from './offset-store.js'
import { ProjectionError, ProjectionFencedError } from './projection-error.js'

/** What {@link inMemoryOffsetStore} takes. */
export interface InMemoryOffsetStoreOptions {
  /**
   * Carries out the writes of exactly-once projections, at once and all or none; what it throws rejects the save. Without it only
   * at-least-once projections run.
   */
  readonly transact?: ((writes: readonly TransactWriteItem[]) => void) | undefined
}

class InMemoryOffsetStore implements OffsetStore {
  readonly name = 'the offset store in memory'
  readonly #transact: InMemoryOffsetStoreOptions['transact']
  /** JSON, as it would be stored. */
  readonly #offsets = new Map<string, string>()
  readonly #holders = new Map<string, OffsetLease>()

  constructor({ transact }: InMemoryOffsetStoreOptions) {
    this.#transact = transact
  }

  get isTransactional(): boolean {
    return this.#transact !== undefined
  }

  async acquire(projection: string, { signal }: AbortOptions = {}): Promise<OffsetLease> {
    signal?.throwIfAborted()
    const store = async (lease: OffsetLease, offset: Offset, writes: readonly TransactWriteItem[]) => {
      if (this.#holders.get(projection) !== lease)
        throw new ProjectionFencedError(`Projection ${projection}: another instance has taken it over.`, {
          projection,
          owner: '',
        })
      if (writes.length > 0 && this.#transact === undefined)
        throw new ProjectionError(`Projection ${projection}: ${this.name} was made without 'transact'.`, { projection })
      const json = JSON.stringify(offset)
      if (writes.length > 0) this.#transact?.(writes)
      this.#offsets.set(projection, json)
    }
    const readNow = () => this.#read(projection)
    const lease: OffsetLease = {
      get offset() {
        return readNow()
      },
      save: (offset, options) => this.#checked(options, () => store(lease, offset, [])),
      saveWith: (offset, writes, options) => this.#checked(options, () => store(lease, offset, writes)),
    }
    this.#holders.set(projection, lease)
    return lease
  }

  async read(projection: string): Promise<Offset> {
    return this.#read(projection)
  }

  async reset(projection: string, offset: Offset = NoOffset): Promise<void> {
    await (await this.acquire(projection)).save(offset)
  }

  async close(): Promise<void> {}

  #read(projection: string): Offset {
    const json = this.#offsets.get(projection)
    return json === undefined ? NoOffset : JSON.parse(json)
  }

  async #checked(options: AbortOptions | undefined, work: () => Promise<void>): Promise<void> {
    options?.signal?.throwIfAborted()
    await work()
  }
}

/** An offset store for tests: in memory, with the fencing of the one on DynamoDB. */
export const inMemoryOffsetStore = (options: InMemoryOffsetStoreOptions = {}): OffsetStore =>
  new InMemoryOffsetStore(options)
