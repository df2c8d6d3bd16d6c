import { DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb'
import { createJournalTable } from '@dynact/journal-dynamodb'
import { ConfigError, FencedError } from '@dynact/persistence'
import { requiresRealDynamoDB, uniqueTableName } from '../../../tools/test-support/index.js'
import { freshId, JournalFixture, replayed, span, write } from './journal-fixture.js'

// That a deletion by a time to live is a deletion for every reader: highest-and-deletes.int.test.ts.
const fixture = new JournalFixture()
beforeAll(() => fixture.create())
afterAll(() => fixture.remove())
beforeEach(() => fixture.reset())

const HOUR = 3_600_000
const secondsFromNow = (item: { expiry?: { N?: string } } | undefined) =>
  Number(item?.expiry?.N) - Math.floor(Date.now() / 1_000)

test('what is deleted stays, and says from when on DynamoDB may remove it', async () => {
  const id = freshId()
  const journal = fixture.journal({ deletedTimeToLiveMs: HOUR })
  await journal.writeEvents(write(id, 1, 3))

  await journal.deleteEventsTo(id, 2)

  const [first, second, third] = await Promise.all([1, 2, 3].map((nr) => fixture.getItem(id, nr)))
  for (const item of [first, second]) {
    expect(item?.['event']?.B).toBeDefined()
    expect(secondsFromNow(item)).toBeGreaterThan(3_500)
    expect(secondsFromNow(item)).toBeLessThanOrEqual(3_601)
  }
  expect(third).toBeDefined()
  expect(third?.['expiry']).toBeUndefined()
})

test('it leaves the feed', async () => {
  const id = freshId()
  const journal = fixture.journal({ deletedTimeToLiveMs: HOUR, queries: {} })
  await journal.writeEvents(write(id, 1, 2))

  await journal.deleteEventsTo(id, 1)

  expect((await fixture.getItem(id, 1))?.['feed']).toBeUndefined()
  expect((await fixture.getItem(id, 2))?.['feed']).toBeDefined()
})

test('deleting again changes nothing of it', async () => {
  const id = freshId()
  const journal = fixture.journal({ deletedTimeToLiveMs: HOUR })
  await journal.writeEvents(write(id, 1, 5))
  await journal.deleteEventsTo(id, 3)
  fixture.reset()

  await journal.deleteEventsTo(id, 3)

  expect(fixture.observed.requests.filter(({ operation }) => operation === 'UpdateItem')).toEqual([])
})

test.each([
  ['events', 'marked', 5],
  ['a packed batch', 'packed', 5],
] as const)('%s that another deletion removes meanwhile do not come back', async (_, atomicWrites, size) => {
  const id = freshId()
  const slow = fixture.journal({ atomicWrites, deletedTimeToLiveMs: HOUR })
  await slow.writeEvents(write(id, 1, size))
  let removal: Promise<void> | undefined
  const removeAll = () => (removal ??= fixture.journal().deleteEventsTo(id, size))
  fixture.observed.fateOf = ({ operation }) => (operation === 'UpdateItem' ? { before: removeAll } : 'pass')

  await slow.deleteEventsTo(id, 3)

  expect(removal).toBeDefined()
  expect(await fixture.itemsOf(`journal-P-${id}`)).toEqual([])
})

test('what is deleted holds its number against a writer that was paused meanwhile', async () => {
  const id = freshId()
  const journal = fixture.journal({ deletedTimeToLiveMs: HOUR })
  await journal.writeEvents(write(id, 1, 5))
  await journal.deleteEventsTo(id, 5)

  await expect(fixture.journal().writeEvents(write(id, 3, 3, 'paused'))).rejects.toThrow(FencedError)

  expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: [], highest: 5 })
})

test('an event whose answer was lost counts as stored, though it is deleted meanwhile', async () => {
  const id = freshId()
  const journal = fixture.journal({ deletedTimeToLiveMs: HOUR, queries: {} })
  let deletion: Promise<void> | undefined
  const deleteIt = () => (deletion ??= fixture.journal({ deletedTimeToLiveMs: HOUR }).deleteEventsTo(id, 1))
  fixture.observed.fateOf = ({ operation }) =>
    operation === 'PutItem' && deletion === undefined ? { after: deleteIt, answer: 'reset' } : 'pass'

  await journal.writeEvents(write(id, 1))

  expect((await fixture.getItem(id, 1))?.['expiry']).toBeDefined()
})

test('a reset leaves nothing to it, or numbers could not be used again', async () => {
  const id = freshId()
  const journal = fixture.journal({ deletedTimeToLiveMs: HOUR })
  for (const from of [1, 101, 201]) await journal.writeEvents(write(id, from, from + 99))
  await journal.deleteEventsTo(id, 250)

  await journal.resetSequenceNumber(id)

  expect(await fixture.itemsOf(`journal-P-${id}`)).toEqual([])
  await journal.writeEvents(write(id, 1, 2))
  expect(await replayed(fixture.journal(), id)).toEqual({ sequenceNrs: span(1, 2), highest: 2 })
})

describe('the table', () => {
  requiresRealDynamoDB('has its time to live switched on, once', async () => {
    const config = { table: fixture.table, deletedTimeToLiveMs: HOUR }

    await createJournalTable(fixture.client, config)
    await createJournalTable(fixture.client, config)

    const { TimeToLiveDescription } = await fixture.client.send(
      new DescribeTimeToLiveCommand({ TableName: fixture.table }),
    )
    expect(TimeToLiveDescription).toEqual({ AttributeName: 'expiry', TimeToLiveStatus: 'ENABLED' })
  })

  requiresRealDynamoDB('is refused when it has it on another attribute', async () => {
    const { UpdateTimeToLiveCommand } = await import('@aws-sdk/client-dynamodb')
    const other = { table: uniqueTableName('journal-ttl') }
    await createJournalTable(fixture.client, other)
    const TimeToLiveSpecification = { AttributeName: 'ttl', Enabled: true }
    await fixture.client.send(new UpdateTimeToLiveCommand({ TableName: other.table, TimeToLiveSpecification }))

    const creation = createJournalTable(fixture.client, { ...other, deletedTimeToLiveMs: HOUR })

    await expect(creation).rejects.toThrow(ConfigError)
    await expect(creation).rejects.toThrow(/time to live on the attribute ttl, where dynact needs expiry/)
  })
})
