// What a replay, and the writes after it, must not get wrong while others write too.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { PersistenceError, WriteRejectedError } from '@dynact/persistence'
import { testClientConfig } from '../../../tools/test-support/index.js'
import { serviceError } from '../../../tools/test-support/observed-client.js'
import { freshId, JournalFixture, replayed, repr, span, write } from './journal-fixture.js'

const fixture = new JournalFixture()
beforeAll(() => fixture.create())
afterAll(() => fixture.remove())
beforeEach(() => fixture.reset())

/** Replays, and lets others write when the n-th Query has been answered, before its answer arrives. */
const replayedAround = async (id: string, nthQuery: number, others: () => Promise<void>, fromSequenceNr = 1) => {
  const journal = fixture.journal({ replayParallelism: 1 })
  let queries = 0
  fixture.observed.beforeAnswer = async ({ operation }) => {
    if (operation === 'Query' && ++queries === nthQuery) await others()
  }
  return replayed(journal, id, { fromSequenceNr })
}

describe('another writer stores events behind the place where a replay is', () => {
  test.each([
    ['one by one', [98, 99, 100, 101].map((nr) => [nr, nr] as const)],
    ['as one batch over the edge', [[98, 101] as const]],
  ])('%s: the replay has them all', async (_, ranges) => {
    const id = freshId()
    await fixture.journal().writeEvents(write(id, 1, 97))
    const other = fixture.journal()

    const result = await replayedAround(id, 1, async () => {
      for (const [from, to] of ranges) await other.writeEvents(write(id, from, to, 'other'))
    })

    expect(result).toEqual({ sequenceNrs: span(1, 101), highest: 101 })
  })
})

test('a rejected write is forgotten, not the end of the history: what skips a hundred later is found', async () => {
  const id = freshId()
  const journal = fixture.journal({ retry: { attemptMs: 20_000, totalMs: 20_000, baseMs: 1, maxMs: 1 } })
  await journal.writeEvents(write(id, 1, 97))
  fixture.observed.fateOf = () => ({ fail: serviceError('AccessDeniedException') })
  await expect(journal.writeEvents(write(id, 98))).rejects.toBeInstanceOf(WriteRejectedError)
  fixture.reset()

  await journal.writeEvents(write(id, 320))

  expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: [...span(1, 97), 320], highest: 320 })
})

test('a replay that is overtaken by writes of its own journal does not lay stones in their way', async () => {
  const id = freshId()
  const journal = fixture.journal()
  await journal.writeEvents(write(id, 1, 50))
  const replay = journal.replayEvents(id, { fromSequenceNr: 2 })[Symbol.asyncIterator]()
  await replay.next()
  await journal.writeEvents(write(id, 51, 250))
  while ((await replay.next()).done !== true);

  await journal.writeEvents(write(id, 251))

  expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: span(1, 251), highest: 251 })
})

test.each(['x\ud800', '\udc00'])(
  'an id with a lone surrogate is refused: its key would be that of another',
  async (id) => {
    await expect(fixture.journal().writeEvents(write(id, 1))).rejects.toBeInstanceOf(WriteRejectedError)
    expect(() => fixture.journal().replayEvents(id)).toThrow(PersistenceError)
  },
)

test('a tag that UTF-8 can not hold is rejected', async () => {
  const id = freshId()
  const events = [{ ...repr(id, 1), tags: ['a\ud800'] }]

  await expect(fixture.journal().writeEvents({ persistenceId: id, events })).rejects.toBeInstanceOf(WriteRejectedError)
  expect(fixture.observed.requests).toEqual([])
})

test('a client without a region is rejected at once, with what to do', async () => {
  const region = () => Promise.reject(new Error('Region is missing'))
  const journal = fixture.journal({ client: new DynamoDBClient({ ...testClientConfig(), region }) })

  const rejected = journal.writeEvents(write(freshId(), 1))

  await expect(rejected).rejects.toBeInstanceOf(WriteRejectedError)
  await expect(rejected).rejects.toThrow('Set AWS_REGION')
})
