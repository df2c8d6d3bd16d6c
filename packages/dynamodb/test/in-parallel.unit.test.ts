import { inParallel } from '../src/in-parallel.js'

const items = Array.from({ length: 10 }, (_, index) => index)

test('does the work for each with its place, in order, never more than so many at once', async () => {
  const begun: number[][] = []
  let underWay = 0
  let most = 0

  await inParallel(items, 3, async (item, place) => {
    begun.push([item, place])
    most = Math.max(most, ++underWay)
    await new Promise(setImmediate)
    underWay--
  })

  expect(begun).toEqual(items.map((item) => [item, item]))
  expect(most).toBe(3)
})

test('begins no more after a failure, and throws it when what is under way has ended', async () => {
  const ended: number[] = []

  const done = inParallel(items, 3, async (item) => {
    if (item === 1) throw new RangeError('stop')
    await new Promise(setImmediate)
    ended.push(item)
  })

  await expect(done).rejects.toThrow(new RangeError('stop'))
  expect(ended).toEqual([0, 2])
})
