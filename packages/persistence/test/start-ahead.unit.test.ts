import { startAhead } from '@dynact/persistence'

/** Work of which the test decides when it is done. */
class Work {
  readonly started: number[] = []
  readonly #finish = new Map<number, (error?: Error) => void>()

  readonly run = (item: number): Promise<number> => {
    this.started.push(item)
    return new Promise((resolve, reject) => {
      this.#finish.set(item, (error) => (error === undefined ? resolve(item) : reject(error)))
    })
  }

  finish(item: number, error?: Error): void {
    this.#finish.get(item)?.(error)
  }
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

test('starts at most 16, and the next one when the first has been awaited', async () => {
  const work = new Work()
  const results = startAhead(numbers(40), work.run)

  const first = results.next().value
  expect(work.started).toEqual(numbers(16))

  work.finish(5)
  work.finish(0)
  expect(await first).toBe(0)
  results.next()
  expect(work.started).toEqual(numbers(17))
})

test('gives results in the order of the items, whichever is done first', async () => {
  const work = new Work()
  const seen: number[] = []
  const reading = (async () => {
    for (const result of startAhead(numbers(3), work.run)) seen.push(await result)
  })()

  for (const item of [2, 1, 0]) work.finish(item)
  await reading

  expect(seen).toEqual([0, 1, 2])
})

test('works on one item at a time where the results are no promises', () => {
  const started: number[] = []
  const results = startAhead(numbers(3), (item) => {
    started.push(item)
    return item
  })

  expect(results.next().value).toBe(0)
  expect(started).toEqual([0])
  expect([...results]).toEqual([1, 2])
})

test('lets a failure come up at its place, thrown or rejected, and leaves none unhandled', async () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', note)
  const seen: number[] = []
  const work = (item: number): Promise<number> => {
    if (item === 2) throw new Error('thrown at 2')
    return item === 3 ? Promise.reject(new Error('rejected at 3')) : Promise.resolve(item)
  }

  const reading = (async () => {
    for (const result of startAhead(numbers(5), work)) seen.push(await result)
  })()

  await expect(reading).rejects.toThrow('thrown at 2')
  expect(seen).toEqual([0, 1])
  await new Promise(setImmediate)
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})
