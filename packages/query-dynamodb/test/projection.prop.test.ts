import { inMemoryOffsetStore, type Offset, type OffsetStore, projection } from '@dynact/query-dynamodb'
import * as fc from 'fast-check'
import { envelope, noPauses } from './projection-fixture.js'

/** What goes wrong, or is asked for, at one step; drawn in order, then nothing more. */
const trouble = fc.constantFrom(
  'none',
  'handler-throws',
  'source-throws',
  'save-rejected',
  'save-uncertain-done',
  'save-uncertain-not-done',
  'acquire-fails',
  'pause',
  'taken-over',
)
type Trouble = typeof trouble extends fc.Arbitrary<infer T> ? T : never

/** Events of three ids, in order per id, mixed. */
const history = fc
  .array(fc.constantFrom('a', 'b', 'c'), { maxLength: 30 })
  .map((ids) =>
    ids.map((id, place) => envelope(place + 1, id, ids.slice(0, place + 1).filter((one) => one === id).length)),
  )

/** A store in which saves fail, before or after they are carried out. */
const faulty = (inner: OffsetStore, next: (where: string) => Trouble): OffsetStore => ({
  ...inner,
  name: inner.name,
  isTransactional: true,
  read: (name) => inner.read(name),
  reset: (name, offset) => inner.reset(name, offset),
  close: () => inner.close(),
  acquire: async (name) => {
    if (next('acquire') === 'acquire-fails') throw new Error('acquire')
    const lease = await inner.acquire(name)
    const save = async (work: () => Promise<void>) => {
      const now = next('save')
      if (now === 'save-rejected' || now === 'save-uncertain-not-done') throw new Error(now)
      if (now === 'taken-over') await inner.acquire(name)
      await work()
      if (now === 'save-uncertain-done') throw new Error(now)
    }
    return {
      get offset() {
        return lease.offset
      },
      save: (offset) => save(() => lease.save(offset)),
      saveWith: (offset, writes) => save(() => lease.saveWith(offset, writes)),
    }
  },
})

const runs = fc.record({
  events: history,
  troubles: fc.array(trouble, { maxLength: 40 }),
  groupSize: fc.option(fc.integer({ min: 1, max: 7 }), { nil: undefined }),
  saveEvery: fc.integer({ min: 1, max: 9 }),
})

/** Runs a projection to its end, through all troubles, with a new instance whenever one was taken over. */
const runThrough = async (
  { events, troubles, groupSize, saveEvery }: typeof runs extends fc.Arbitrary<infer R> ? R : never,
  delivery: 'at-least-once' | 'exactly-once',
) => {
  const left = [...troubles]
  const next = (): Trouble => left.shift() ?? 'none'
  const applied: string[] = []
  const handled: string[] = []
  const inner = inMemoryOffsetStore({ transact: (writes) => applied.push(...(writes as unknown as string[])) })
  const offsetStore = faulty(inner, next)
  for (let isDone = false; !isDone; ) {
    const running = projection({
      name: 'p',
      offsetStore,
      delivery: delivery as 'exactly-once',
      timing: noPauses,
      onStatus: () => undefined,
      saveOffset: { events: saveEvery },
      group: { size: groupSize ?? 1 },
      source: async function* (offset: Offset) {
        for (const one of events.slice(offset.sequenceNr ?? 0)) {
          if (next() === 'source-throws') throw new Error('source')
          yield one
        }
      },
      handler: (group) => {
        const now = next()
        if (now === 'handler-throws') throw new Error('handler')
        if (now === 'pause')
          running
            .pause()
            .then(() => running.resume())
            .catch(() => undefined)
        const effects = group.map(({ persistenceId, sequenceNr }) => `${persistenceId}${sequenceNr}`)
        handled.push(...effects)
        return effects as never
      },
    })
    isDone = await running.done.then(
      () => true,
      (error) => {
        if (error.code !== 'FENCED') throw error
        return false
      },
    )
  }
  const all = events.map(({ persistenceId, sequenceNr }) => `${persistenceId}${sequenceNr}`)
  return { all, applied, handled, offset: await inner.read('p') }
}

test('exactly once: every event takes effect once, in order, whatever goes wrong', async () => {
  await fc.assert(
    fc.asyncProperty(runs, async (run) => {
      const { all, applied, offset } = await runThrough(run, 'exactly-once')

      expect(applied).toEqual(all)
      expect(offset.sequenceNr ?? 0).toBe(all.length)
    }),
    { numRuns: 300 },
  )
})

test('at least once: every event is handled; only what came after the stored offset again, in order', async () => {
  await fc.assert(
    fc.asyncProperty(runs, async (run) => {
      const { all, handled, offset } = await runThrough(run, 'at-least-once')

      // The first time each event is handled is in order, and after every step back the order goes on from there.
      expect([...new Set(handled)]).toEqual(all)
      for (const [index, effect] of handled.entries())
        expect(all.indexOf(effect)).toBeLessThanOrEqual(index === 0 ? 0 : all.indexOf(handled[index - 1] ?? '') + 1)
      expect(offset.sequenceNr ?? 0).toBe(all.length)
    }),
    { numRuns: 300 },
  )
})
