import fc from 'fast-check'
import { sideBySide } from '../src/transfer/side-by-side.js'

/** Sources of so many numbers each, which count how many of them are open. */
class Sources {
  open = 0
  mostOpen = 0
  readonly failsAt: readonly [source: number, place: number] | undefined

  constructor(failsAt?: readonly [number, number]) {
    this.failsAt = failsAt
  }

  *of(sizes: readonly number[]): Generator<AsyncGenerator<string, void>> {
    for (const [source, size] of sizes.entries()) yield this.#source(source, size)
  }

  async *#source(source: number, size: number): AsyncGenerator<string, void> {
    this.open++
    this.mostOpen = Math.max(this.mostOpen, this.open)
    try {
      for (let place = 0; place < size; place++) {
        await null
        if (this.failsAt?.[0] === source && this.failsAt[1] === place) throw new Error(`${source} fails`)
        yield `${source}/${place}`
      }
    } finally {
      this.open--
    }
  }
}

const all = (sizes: readonly number[]): string[] =>
  sizes.flatMap((size, source) => Array.from({ length: size }, (_, place) => `${source}/${place}`))
const sizes = fc.array(fc.nat(25), { maxLength: 12 })
const atOnce = fc.integer({ min: 1, max: 5 })

test('gives all of one source after the other, and has no more open than it may', () =>
  fc.assert(
    fc.asyncProperty(sizes, atOnce, async (sizes, atOnce) => {
      const sources = new Sources()
      const given: string[] = []
      for await (const one of sideBySide(sources.of(sizes), atOnce)) given.push(one)

      expect(given).toEqual(all(sizes))
      expect(sources.open).toBe(0)
      expect(sources.mostOpen).toBeLessThanOrEqual(atOnce)
    }),
    { numRuns: 300 },
  ))

test('begins several at once', async () => {
  const sources = new Sources()
  const reading = sideBySide(sources.of([3, 3, 3, 3]), 3)
  await reading.next()

  expect(sources.mostOpen).toBe(3)
  await reading.return()
})

test('a source that fails ends it in its turn, and those begun are closed; so does a break', () =>
  fc.assert(
    fc.asyncProperty(sizes, atOnce, fc.nat(12), fc.nat(25), async (sizes, atOnce, source, place) => {
      fc.pre(place < (sizes[source] ?? 0))
      const sources = new Sources([source, place])
      const given: string[] = []
      const read = async () => {
        for await (const one of sideBySide(sources.of(sizes), atOnce)) given.push(one)
      }

      await expect(read()).rejects.toThrow(`${source} fails`)

      expect(all(sizes).slice(0, given.length)).toEqual(given)
      expect(given.some((one) => Number(one.split('/')[0]) > source)).toBe(false)
      expect(sources.open).toBe(0)
      const broken = new Sources()
      for await (const one of sideBySide(broken.of(sizes), atOnce)) if (one === `${source}/${place}`) break
      expect(broken.open).toBe(0)
    }),
    { numRuns: 300 },
  ))
