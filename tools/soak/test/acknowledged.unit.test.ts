import { lossesOf } from '../acknowledged.js'

const stored = [
  { sequenceNr: 1, payload: 'a.0.1' },
  { sequenceNr: 2, payload: 'b.0.2' },
  { sequenceNr: 3, payload: 'b.1.2' },
]
const lines = ['x 1 a.0.1', 'x 2 b.0.2 b.1.2']
const judged = (events: typeof stored) => {
  const { acknowledged, lost, duplicated, torn } = lossesOf(lines, new Map([['x', events]]))
  return { acknowledged, lost: lost.length, duplicated: duplicated.length, torn: torn.length }
}

describe('what was acknowledged', () => {
  it('is there', () => expect(judged(stored)).toEqual({ acknowledged: 3, lost: 0, duplicated: 0, torn: 0 }))

  it('is missed when it is not', () => {
    expect(judged(stored.slice(1))).toMatchObject({ lost: 1 })
    expect(judged([])).toMatchObject({ lost: 3 })
    expect(judged(stored.map((event) => ({ ...event, sequenceNr: event.sequenceNr + 1 })))).toMatchObject({ lost: 3 })
  })

  it('is seen to be there twice', () => {
    expect(judged([...stored, { sequenceNr: 4, payload: 'a.0.1' }])).toMatchObject({ duplicated: 1 })
    expect(judged([...stored, { sequenceNr: 3, payload: 'c.0.1' }])).toMatchObject({ duplicated: 1 })
  })

  it('is seen to be torn', () => {
    expect(judged(stored.slice(0, 2))).toMatchObject({ torn: 1 })
    expect(judged(stored.toSpliced(1, 1))).toMatchObject({ torn: 1 })
  })
})
