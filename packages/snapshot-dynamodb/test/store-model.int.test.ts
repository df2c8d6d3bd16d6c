// The store beside a model of it, a Map: whatever is saved, deleted and interrupted, by stores of any configuration, they agree.
import type { SnapshotSelectionCriteria } from '@dynact/persistence'
import type { SnapshotStoreConfig } from '@dynact/snapshot-dynamodb'
import fc from 'fast-check'
import { requiresRealDynamoDB } from '../../../tools/test-support/index.js'
import { diesBefore, type Fate } from '../../../tools/test-support/observed-client.js'
import { freshId, SnapshotFixture } from './snapshot-fixture.js'

const fixture = new SnapshotFixture()
beforeAll(() => fixture.create())
afterAll(() => fixture.remove())
beforeEach(() => fixture.reset())

const configs: readonly Partial<SnapshotStoreConfig>[] = [
  { split: true, maxItemSize: 1_000 },
  { split: true, maxItemSize: 1_300, compression: { algorithm: 'zlib', minBytes: 0 } },
  { split: true, compression: 'zlib' },
  {},
]
const sequenceNr = fc.integer({ min: 1, max: 5 })
const timestamp = fc.integer({ min: 1, max: 5 })
const bound = (value: fc.Arbitrary<number>) => fc.option(value, { nil: undefined, freq: 1 })
const criteria: fc.Arbitrary<SnapshotSelectionCriteria> = fc.record({
  minSequenceNr: bound(sequenceNr),
  maxSequenceNr: bound(sequenceNr),
  minTimestamp: bound(timestamp),
  maxTimestamp: bound(timestamp),
})
/** From small to some parts, from compressible to not. */
const state = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.tuple(fc.string({ minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 900 })).map(([s, n]) => s.repeat(n)),
  fc
    .uint8Array({ minLength: 500, maxLength: 2_500, size: 'max' })
    .map((bytes) => Buffer.from(bytes).toString('base64')),
)
const store = fc.nat(configs.length - 1)
const interruption = fc.record({ at: fc.nat(9), how: fc.constantFrom('never', 'dies', 'answer lost') })
const commands = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('save' as const), sequenceNr, timestamp, state, store, interruption }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('delete' as const),
        sequenceNr,
        timestamp: fc.oneof(fc.constant(0), timestamp),
        store,
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('delete all' as const), criteria, store }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('load' as const), criteria, store }) },
  ),
  { minLength: 1, maxLength: 12 },
)

type Model = Map<number, { readonly timestamp: number; readonly state: string }>

const matches = (
  nr: number,
  at: number,
  { minSequenceNr, maxSequenceNr, minTimestamp, maxTimestamp }: SnapshotSelectionCriteria,
) =>
  nr >= (minSequenceNr ?? 0) && nr <= (maxSequenceNr ?? 99) && at >= (minTimestamp ?? 0) && at <= (maxTimestamp ?? 99)

const newest = (model: Model, wanted: SnapshotSelectionCriteria) =>
  [...model].filter(([nr, { timestamp: at }]) => matches(nr, at, wanted)).sort(([a], [b]) => b - a)[0]

const fateOf =
  (how: string, at: number) =>
  (request: Parameters<ReturnType<typeof diesBefore>>[0], index: number): Fate => {
    if (how === 'never' || index < at) return 'pass'
    if (how === 'answer lost' && index === at) return { loseAnswer: 'reset' }
    return diesBefore(0)(request, index)
  }

requiresRealDynamoDB(
  'store and model agree, after every step, and nothing is left that is not a snapshot',
  async () => {
    const stores = configs.map((config) => fixture.store(config))
    const storeAt = (index: number) => stores[index] as (typeof stores)[number]

    await fc.assert(
      fc.asyncProperty(commands, async (list) => {
        const persistenceId = freshId()
        const model: Model = new Map()
        const load = async (index: number, wanted: SnapshotSelectionCriteria) => {
          const found = await storeAt(index).loadSnapshot(persistenceId, wanted)
          return found && [found.metadata.sequenceNr, { timestamp: found.metadata.timestamp, state: found.snapshot }]
        }
        for (const command of list) {
          fixture.reset()
          if (command.do === 'save') {
            const {
              sequenceNr: nr,
              timestamp: at,
              state: snapshot,
              interruption: { how, at: place },
            } = command
            fixture.observed.fateOf = fateOf(how, place)
            const metadata = { persistenceId, sequenceNr: nr, timestamp: at }
            const outcome = await storeAt(command.store)
              .saveSnapshot(metadata, snapshot)
              .then(
                () => 'stored',
                (error: { code?: string }) => error.code,
              )
            fixture.reset()
            const stays = (model.get(nr)?.timestamp ?? 0) > at
            const after: [number, object] = [nr, { timestamp: at, state: snapshot }]
            const one = await load(0, { minSequenceNr: nr, maxSequenceNr: nr })
            const isStored = JSON.stringify(one) === JSON.stringify(after)
            if (outcome === 'stored' && !stays) expect(one).toEqual(after)
            else if (outcome !== 'WRITE_UNCERTAIN' || !isStored || stays)
              expect(one).toEqual(model.has(nr) ? [nr, model.get(nr)] : undefined)
            expect(['stored', 'WRITE_REJECTED', 'WRITE_UNCERTAIN']).toContain(outcome)
            if (isStored) model.set(nr, { timestamp: at, state: snapshot })
          } else if (command.do === 'delete') {
            const { sequenceNr: nr, timestamp: at } = command
            await storeAt(command.store).deleteSnapshot({ persistenceId, sequenceNr: nr, timestamp: at })
            if (at === 0 || model.get(nr)?.timestamp === at) model.delete(nr)
          } else if (command.do === 'delete all') {
            await storeAt(command.store).deleteSnapshots(persistenceId, command.criteria)
            for (const [nr, { timestamp: at }] of model) if (matches(nr, at, command.criteria)) model.delete(nr)
          } else expect(await load(command.store, command.criteria)).toEqual(newest(model, command.criteria))
        }
        fixture.reset()
        await fixture.ageRecords(persistenceId)
        await storeAt(0).deleteSnapshots(persistenceId, { minSequenceNr: 99 })

        const { snapshots, parts, records } = await fixture.itemsOf(persistenceId)
        const named = snapshots.flatMap((item) => item['set']?.N ?? []).sort()
        expect(snapshots).toHaveLength(model.size)
        expect([...new Set(parts.map((item) => item['set']?.N))].sort()).toEqual(named)
        expect(records.map((item) => item['seq']?.N?.slice(1)).sort()).toEqual(named)
        for (const [nr, one] of model)
          expect(await load(0, { minSequenceNr: nr, maxSequenceNr: nr })).toEqual([nr, one])
        await storeAt(0).deleteSnapshots(persistenceId)
        expect(await fixture.itemsOf(persistenceId)).toEqual({ snapshots: [], parts: [], records: [] })
      }),
      { numRuns: 40 },
    )
  },
  180_000,
)
