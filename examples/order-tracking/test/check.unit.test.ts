import { differences, figuresOfFile } from '../src/check.js'

const json = JSON.stringify([
  { date: '2001/01/01 06:55', delay: 20, distance: 100, origin: 'LAX', destination: 'BNA' },
  { date: '2001/01/01 08:47', delay: 14, distance: 10, origin: 'LAX', destination: 'IAH' },
  { date: '2001/01/02 09:24', delay: 15, distance: 1, origin: 'IAH', destination: 'PIT' },
  { date: '2001/02/01 09:24', delay: 99, distance: 1, origin: 'IAH', destination: 'PIT' },
])

test('the figures of the file are those of January', () => {
  expect(figuresOfFile(json)).toEqual({
    departures: new Map([
      ['LAX', { flights: 2, amount: 110 }],
      ['IAH', { flights: 1, amount: 1 }],
    ]),
    delays: new Map([
      ['2001/01/01', { flights: 1, amount: 20 }],
      ['2001/01/02', { flights: 1, amount: 15 }],
    ]),
  })
})

test('figures that differ, are missing or too many are named', () => {
  const { departures } = figuresOfFile(json)
  const stored = new Map([
    ['LAX', { flights: 3, amount: 110 }],
    ['JFK', { flights: 1, amount: 7 }],
  ])

  expect(differences('departures', departures, departures)).toEqual([])
  expect(differences('departures', stored, departures)).toEqual([
    'departures: LAX has 3 flights with 110, but the file 2 flights with 110',
    'departures: JFK has 1 flights with 7, but the file nothing',
    'departures: IAH has nothing, but the file 1 flights with 1',
  ])
})
