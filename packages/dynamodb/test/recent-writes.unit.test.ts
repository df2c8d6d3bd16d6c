import { inProcessPokes, RecentWrites, recentWrites } from '@dynact/dynamodb'

const poke = (persistenceId: string, sequenceNr: number) => ({ persistenceId, sequenceNr, timestamp: 1 })

test('the last write of every id is known for two minutes', () => {
  let now = 0
  const writes = new RecentWrites(() => now)
  writes.add(poke('a', 1))
  writes.add(poke('b', 1))
  now = 60_000
  writes.add(poke('a', 2))
  expect(writes.list()).toEqual([poke('b', 1), poke('a', 2)])

  now = 130_000
  expect(writes.list()).toEqual([poke('a', 2)])
})

test('of very many ids those written longest ago are forgotten', () => {
  const writes = new RecentWrites(() => 0)
  for (let id = 0; id <= 50_000; id++) writes.add(poke(`id-${id}`, 1))

  expect(writes.list()).toHaveLength(50_000)
  expect(writes.list()[0]).toEqual(poke('id-1', 1))
})

test('journals of one table and name share them, and pokes, with others they do not', () => {
  expect(recentWrites('t', 'j')).toBe(recentWrites('t', 'j'))
  expect(recentWrites('t', 'j')).not.toBe(recentWrites('t', 'k'))
  expect(inProcessPokes('t', 'j')).toBe(inProcessPokes('t', 'j'))
  expect(inProcessPokes('u', 'j')).not.toBe(inProcessPokes('t', 'j'))
})

test('a poke reaches those who listen, as often as they do, until they stop', () => {
  const heard: number[] = []
  const listener = ({ sequenceNr }: { sequenceNr: number }) => heard.push(sequenceNr)
  const pokes = inProcessPokes('pokes', 'j')
  const stops = [pokes.subscribe(listener), pokes.subscribe(listener)]

  pokes.poke(poke('a', 1))
  stops[0]?.()
  pokes.poke(poke('a', 2))
  stops[1]?.()
  pokes.poke(poke('a', 3))

  expect(heard).toEqual([1, 1, 2])
})
