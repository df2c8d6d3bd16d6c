import { KnownTails, type Tail } from '../src/known-tails.js'

const tail = (highest: number, holes: Tail['holes'] = []): Tail => ({ highest, markedPartition: -1, holes })

test('of more ids than fit, those used longest ago are forgotten', () => {
  const tails = new KnownTails(2)
  for (const id of ['a', 'b', 'a', 'c']) tails.set(id, tail(1))

  expect(['a', 'b', 'c'].map((id) => tails.get(id) !== undefined)).toEqual([true, false, true])
})

test('holes are remembered until they are plugged, however many other ids there are', () => {
  const tails = new KnownTails(2)
  const torn = tail(4, [{ sequenceNr: 3, lastSequenceNr: 4 }])
  tails.set('torn', tail(1))
  tails.set('torn', torn)
  for (const id of ['a', 'b', 'c']) tails.set(id, tail(1))

  expect(tails.get('torn')).toBe(torn)

  tails.set('torn', tail(5))
  expect(tails.get('torn')).toEqual(tail(5))
  for (const id of ['a', 'b']) tails.set(id, tail(1))
  expect(tails.get('torn')).toBeUndefined()
})

test('a tail that is forgotten is gone, with holes or without', () => {
  const tails = new KnownTails()
  tails.set('a', tail(4, [{ sequenceNr: 3, lastSequenceNr: 4 }]))
  tails.set('b', tail(4))

  for (const id of ['a', 'b']) tails.forget(id)

  expect([tails.get('a'), tails.get('b')]).toEqual([undefined, undefined])
})
