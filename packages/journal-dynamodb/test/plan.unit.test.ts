import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Item } from '@dynact/dynamodb'
import { dynamoDBJournal, type JournalConfig } from '@dynact/journal-dynamodb'
import { type AtomicWrite, type SerializedPayload, WriteRejectedError } from '@dynact/persistence'
import type { Tail } from '../src/known-tails.js'
import { planWrite } from '../src/write/plan.js'
import { span, write } from './journal-fixture.js'

const client = new DynamoDBClient({ region: 'eu-central-1' })
afterAll(() => client.destroy())

const payloadsOf = ({ events }: AtomicWrite, bytes = 1): SerializedPayload[] =>
  events.map(() => ({ serializerId: 4, serializerManifest: '', bytes: new Uint8Array(bytes) }))

const plan = (atomicWrite: AtomicWrite, tail?: Tail, config: Partial<JournalConfig> = {}, payloadBytes?: number) =>
  planWrite(dynamoDBJournal({ client, ...config }).config, atomicWrite, payloadsOf(atomicWrite, payloadBytes), tail)

const sequenceNr = (item: Item) => Number(item['seq']?.N)
/** What the steps store: sequence numbers, and high marks behind a `^`. */
const outline = (steps: ReturnType<typeof plan>): string[] =>
  steps.map(({ items, highMarks }) => {
    const [first, last] = [items[0], items.at(-1)].map((item) => (item === undefined ? '' : sequenceNr(item)))
    const stored = first === last ? first : `${first}-${last}`
    return [stored, ...highMarks.map((mark) => `^${mark}`)].filter((text) => text !== '').join(' ')
  })
const at = (highest: number, markedPartition = Math.floor(highest / 100)): Tail => ({ highest, markedPartition })

describe('a write goes out hundred by hundred', () => {
  test.each<[number, number, Tail | undefined, string[]]>([
    [1, 1, undefined, ['1']],
    [1, 99, undefined, ['1-99']],
    [1, 100, undefined, ['1-99 ^100', '100']],
    [99, 99, at(98), ['99']],
    [99, 100, at(98), ['99 ^100', '100']],
    [100, 100, at(99), ['^100', '100']],
    [98, 301, at(97), ['98-99 ^100', '100-199 ^200', '200-299 ^300', '300-301']],
    [150, 199, at(149), ['150-199']],
  ])('events %d to %d behind %j', (from, to, tail, steps) => {
    expect(outline(plan(write('a', from, to), tail))).toEqual(steps)
  })

  test('every event has its place, and is in one step only', () => {
    const steps = plan(write('a', 95, 205), at(94))

    const items = steps.flatMap((step) => step.items)
    expect(items.map(sequenceNr)).toEqual(span(95, 205))
    expect(items.map(({ idx }) => Number(idx?.N))).toEqual(span(0, 110))
    expect(new Set(items.map(({ cnt }) => cnt?.N))).toEqual(new Set(['110']))
    expect(steps.every(({ inTransaction }) => !inTransaction)).toBe(true)
  })

  test('an event that is alone in its write has no place', () => {
    expect(plan(write('a', 7), at(6))[0]?.items[0]).not.toHaveProperty('idx')
  })

  test('with queries on every event is in the feed, and stepping stones are not', () => {
    const config = { queries: { shards: 4 } }
    const inFeed = { feed: { S: 'journal-0' }, slice: { N: '97' } }

    const steps = plan(write('a', 301, 302), at(99), config)

    const items = steps.flatMap((step) => step.items)
    expect(items.map(sequenceNr)).toEqual([100, 200, 301, 302])
    for (const item of items.slice(0, 2)) expect(item).not.toHaveProperty('feed')
    for (const item of items.slice(2)) expect(item).toMatchObject(inFeed)
    expect(plan(write('a', 1, 3), undefined, { ...config, atomicWrites: 'packed' })[0]?.items[0]).toMatchObject(inFeed)
    expect(plan(write('a', 1))[0]?.items[0]).not.toHaveProperty('slice')
  })

  test('no event is nothing to do', () => {
    expect(plan({ persistenceId: 'a', events: [] })).toEqual([])
  })
})

describe('the high mark of a hundred', () => {
  test.each<[string, number, Tail | undefined, string[]]>([
    ['is not there for the first hundred', 50, undefined, ['50']],
    ['is raised when nothing is known', 150, undefined, ['^100', '150']],
    ['is raised before the hundred begins', 200, at(199), ['^200', '200']],
    ['is raised when the numbers skip its multiple of 100', 207, at(198), ['^200', '207']],
    ['is raised by an incarnation that does not know it to be stored', 151, at(150, -1), ['151 ^100']],
    ['is raised when only that of another hundred is known', 151, at(150, 0), ['151 ^100']],
    ['is not raised again when it is known to be stored', 151, at(150), ['151']],
    ['is rounded down to the hundred', 123_456, at(123_399, 1233), ['^123400', '123456']],
  ])('%s', (_, from, tail, steps) => {
    expect(outline(plan(write('a', from), tail))).toEqual(steps)
  })
})

describe('stepping stones', () => {
  test.each<[string, number, Tail | undefined, string[]]>([
    ['none in the same hundred', 98, at(3), ['98']],
    ['none in the next hundred', 199, at(3), ['^100', '199']],
    ['one where a hundred would stay empty', 200, at(99), ['^100', '100 ^200', '200']],
    ['one for every hundred that would', 420, at(3), ['^100', '100 ^200', '200 ^300', '300 ^400', '420']],
    ['none when the end of the history is not known', 420, undefined, ['^400', '420']],
    ['for a new id whose first number is far away', 250, at(0), ['^100', '100 ^200', '250']],
  ])('%s', (_, from, tail, steps) => {
    expect(outline(plan(write('a', from), tail))).toEqual(steps)
  })

  test('claim to be the first of two events of the writer', () => {
    const [, stone] = plan(write('a', 200, 200, 'w'), at(99))

    expect(stone?.items).toEqual([
      expect.objectContaining({
        seq: { N: '100' },
        writer_uuid: { S: 'w' },
        idx: { N: '0' },
        cnt: { N: '1' },
        event: { B: new Uint8Array(0) },
      }),
    ])
  })

  test('are laid before the batch that they lead to', () => {
    expect(outline(plan(write('a', 298, 301), at(50)))).toEqual(['^100', '100 ^200', '298-299 ^300', '300-301'])
  })

  test('as many as a thousand are laid; a longer skip is a mistake and rejected', () => {
    expect(plan(write('a', 100_100), at(3))).toHaveLength(1_002)
    expect(() => plan(write('a', 100_200), at(3))).toThrow(WriteRejectedError)
    expect(() => plan(write('a', 100_200), at(3))).toThrow(
      'a: event 100200 would skip the sequence numbers from 4 on. Give it the next one. Nothing was written.',
    )
  })
})

describe('atomicWrites: transaction', () => {
  const config = { atomicWrites: 'transaction' } as const

  test('sends all events of a batch in one step, after the mark of the hundred that it enters', () => {
    const steps = plan(write('a', 150, 249), at(149), config)

    expect(outline(steps)).toEqual(['^200', '150-249'])
    expect(steps.map(({ inTransaction }) => inTransaction)).toEqual([false, true])
  })

  test('sends a single event as a plain put', () => {
    expect(plan(write('a', 150), at(149), config)[0]?.inTransaction).toBe(false)
  })

  test('lays stepping stones before it, outside of it', () => {
    const steps = plan(write('a', 250, 251), at(50), config)

    expect(outline(steps)).toEqual(['^100', '100 ^200', '250-251'])
    expect(steps.map(({ inTransaction }) => inTransaction)).toEqual([false, false, true])
  })

  test('rejects more than 100 events', () => {
    expect(plan(write('a', 2, 101), at(1), config).at(-1)?.items).toHaveLength(100)
    expect(() => plan(write('a', 2, 102), at(1), config)).toThrow(
      /the 101 events from 2 on.*a transaction takes at most 100 events.*Nothing was written\./,
    )
  })

  test('rejects more than 4 MiB', () => {
    expect(plan(write('a', 1, 40), at(0), config, 104_500)).toHaveLength(1)
    expect(() => plan(write('a', 1, 40), at(0), config, 105_000)).toThrow(
      /they need \d+ bytes, and a transaction takes at most 4194304/,
    )
  })
})

describe('atomicWrites: packed', () => {
  const config = { atomicWrites: 'packed' } as const

  test('stores a batch as one item under its first event’s key, after the mark of its end', () => {
    const steps = plan(write('a', 150, 349), at(149), config)

    expect(outline(steps)).toEqual(['^300', '150'])
    expect(steps[1]?.items[0]).toMatchObject({ num: { N: '50' }, n: { N: '200' } })
  })

  test('stores a single event as any other', () => {
    expect(plan(write('a', 150), at(149), config)[0]?.items[0]).not.toHaveProperty('n')
  })

  test('rejects more than 10,000 events', () => {
    expect(plan(write('a', 1, 10_000), at(0), config).at(-1)?.items).toHaveLength(1)
    expect(() => plan(write('a', 1, 10_001), at(0), config)).toThrow(
      /a packed batch takes at most 10000 events.*Nothing was written\./,
    )
  })
})
