import { GroupingChoice } from '../src/grouping-choice.js'

/** An endpoint that is always busy, and stores so many items a millisecond each way. */
class Endpoint {
  nowMs = 0
  readonly choice = new GroupingChoice(() => this.nowMs)
  rates: { grouped: number; single: number }
  /** The way of every request, in order, and how long it took. */
  readonly requests: { readonly isGrouped: boolean; readonly ms: number }[] = []

  constructor(rates: { grouped: number; single: number }) {
    this.rates = rates
  }

  send(requests: number, isBusy = true): void {
    for (let sent = 0; sent < requests; sent++) {
      const way = this.choice.isGrouping ? 'grouped' : 'single'
      const items = way === 'grouped' ? 25 : 1
      const ms = items / this.rates[way]
      this.requests.push({ isGrouped: this.choice.isGrouping, ms })
      this.choice.began(way)
      this.nowMs += ms
      this.choice.ended(way, items, isBusy)
    }
  }

  /** How much of the time of the last requests went to groups, from 0 to 1. */
  groupedOfLast(requests: number): number {
    const last = this.requests.slice(-requests)
    const timeOf = (some: typeof last) => some.reduce((total, { ms }) => total + ms, 0)
    return timeOf(last.filter(({ isGrouped }) => isGrouped)) / timeOf(last)
  }
}

test('groups are tried first', () => {
  expect(new GroupingChoice(() => 0).isGrouping).toBe(true)
})

test('where groups store more, nearly all go out in groups', () => {
  const endpoint = new Endpoint({ grouped: 25, single: 1 })

  endpoint.send(20_000)

  expect(endpoint.groupedOfLast(10_000)).toBeGreaterThan(0.95)
})

test('where they store less, nearly all the time goes to single ones, however long a look at groups takes', () => {
  const endpoint = new Endpoint({ grouped: 0.7, single: 1 })

  endpoint.send(600_000)

  // Three events of ten are lost in that time.
  expect(endpoint.groupedOfLast(400_000)).toBeLessThan(0.05)
  expect(endpoint.groupedOfLast(400_000)).toBeGreaterThan(0)
})

test('the closer they are, the sooner a wrong first impression is mended', () => {
  const endpoint = new Endpoint({ grouped: 1, single: 0.5 })
  endpoint.send(1_000)
  endpoint.rates = { grouped: 1, single: 1.2 }

  endpoint.send(100_000)

  expect(endpoint.groupedOfLast(50_000)).toBeLessThan(0.1)
})

test('single ones are taken where groups gain next to nothing', () => {
  const endpoint = new Endpoint({ grouped: 1.05, single: 1 })

  endpoint.send(100_000)

  expect(endpoint.groupedOfLast(50_000)).toBeLessThan(0.3)
})

test('a change is noticed', () => {
  const endpoint = new Endpoint({ grouped: 0.7, single: 1 })
  endpoint.send(20_000)
  endpoint.rates = { grouped: 25, single: 1 }

  endpoint.send(250_000)

  expect(endpoint.groupedOfLast(5_000)).toBeGreaterThan(0.9)
})

test('nothing is concluded while there is not enough to do', () => {
  const endpoint = new Endpoint({ grouped: 0.1, single: 100 })

  endpoint.send(1_000, false)

  expect(endpoint.choice.isGrouping).toBe(true)
})

test('answers that come nearly at once tell no more than the time that they took together', () => {
  let nowMs = 0
  const choice = new GroupingChoice(() => nowMs)
  /** Requests that begin together; the answers of groups come late, and one after the other. */
  const wave = () => {
    const way = choice.isGrouping ? 'grouped' : 'single'
    const items = way === 'grouped' ? 25 : 1
    for (let sent = 0; sent < 64; sent++) choice.began(way)
    // A thousand groups' events a second, or 1,250 single ones.
    nowMs += way === 'grouped' ? 1_050 : 0
    for (let sent = 0; sent < 64; sent++) {
      nowMs += way === 'grouped' ? 4 : 0.8
      choice.ended(way, items, true)
    }
    return way
  }

  const ways = Array.from({ length: 200 }, wave)

  expect(ways.filter((way) => way === 'grouped').length).toBeLessThanOrEqual(3)
})

test('what the other way still has in flight does not count', () => {
  let nowMs = 0
  const choice = new GroupingChoice(() => nowMs)
  choice.began('single')
  for (let sent = 0; sent < 1_000; sent++) {
    choice.began('grouped')
    nowMs += 10
    choice.ended('grouped', 25, true)
  }

  expect(choice.isGrouping).toBe(true)
})
