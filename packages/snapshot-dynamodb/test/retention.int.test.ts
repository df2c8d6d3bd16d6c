// keepSnapshots, on this store: with snapshots in one item, compressed, and in parts.
import { persistenceEngine } from '@dynact/persistence'
import type { SnapshotStoreConfig } from '@dynact/snapshot-dynamodb'
import { inMemoryJournal } from '@dynact/testkit'
import { actorHarness } from '../../../tools/test-support/actor-harness.js'
import { requiresRealDynamoDB } from '../../../tools/test-support/index.js'
import { SnapshotFixture } from './snapshot-fixture.js'

const fixture = new SnapshotFixture()
beforeAll(() => fixture.create())
afterAll(() => fixture.remove())

const configs: [string, Partial<SnapshotStoreConfig>, number][] = [
  ['one item', {}, 0],
  ['one item, compressed', { compression: 'zlib' }, 0],
  ['parts', { split: true, maxItemSize: 1_000 }, 2],
]
for (const [form, config, sets] of configs)
  requiresRealDynamoDB(`keepSnapshots keeps the newest of snapshots in ${form}, across recoveries`, async () => {
    const engine = persistenceEngine({ journal: inMemoryJournal(), snapshotStore: fixture.store(config) })
    const h = actorHarness(engine)
    const spawn = () =>
      h.spawnAppending({ keepSnapshots: 2 }, async (message, ctx, state) => {
        await ctx.persist(message)
        await ctx.saveSnapshot(state) // settles when what it makes superfluous has been deleted
      })
    const messages = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(1_200))

    for (const [first, second] of [messages.slice(0, 2), messages.slice(2, 4), messages.slice(4)]) {
      const actor = spawn()
      for (const message of [first, second]) if (message !== undefined) await h.ask(actor, message)
    }

    expect(await fixture.stored(h.id)).toEqual([4, 5])
    const { parts, records } = await fixture.itemsOf(h.id)
    expect(new Set(parts.map((part) => part['seq']?.N)).size).toBe(sets)
    expect(records).toHaveLength(sets)
    expect(await h.ask(spawn())).toBe(messages.join(''))
    expect(h.logged).toEqual([])
    h.stopAll()
  })
