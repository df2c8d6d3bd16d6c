import { CliFixture } from './cli-fixture.js'

const fixture = new CliFixture()
const [OLD, NEW] = [Date.UTC(2020, 0, 1), Date.UTC(2026, 0, 1)]

beforeAll(() => fixture.create())
afterAll(() => fixture.remove())

const seqsOf = async (id: string): Promise<number[]> => {
  const journal = fixture.journal()
  const seqs: number[] = []
  for await (const { sequenceNr } of journal.replayEvents(id)) seqs.push(sequenceNr)
  return seqs
}

test('delete asks, or needs --yes', async () => {
  await fixture.write('a', 1)
  const { code, stderr } = await fixture.run('delete', 'a')

  expect(code).toBe(2)
  expect(stderr).toMatch(/This deletes all events and snapshots of a\. There is no terminal to ask on: give --yes/)
  expect(await seqsOf('a')).toEqual([1])
})

test('delete deletes, and keeps the number', async () => {
  for (const seq of [1, 2, 3]) await fixture.write('b', seq)
  await fixture.snapshotStore().saveSnapshot({ persistenceId: 'b', sequenceNr: 2, timestamp: 1 }, 'state')

  expect(await fixture.run('delete', 'b', '--to', '1', '--yes')).toMatchObject({ code: 0 })
  expect(await seqsOf('b')).toEqual([2, 3])
  expect(await fixture.run('snapshot', 'b')).toMatchObject({ code: 0 })

  expect(await fixture.run('delete', 'b', '--yes')).toMatchObject({ code: 0 })
  expect(await seqsOf('b')).toEqual([])
  expect(await fixture.run('snapshot', 'b')).toMatchObject({ code: 1 })
  expect(await fixture.journal().readHighestSequenceNr('b')).toBe(3)

  expect(await fixture.run('delete', 'b', '--yes', '--reset-sequence-number')).toMatchObject({ code: 0 })
  expect(await fixture.journal().readHighestSequenceNr('b')).toBe(0)
})

test('cleanup deletes what snapshots cover, or what is old', async () => {
  const journal = fixture.journal()
  for (const id of ['c', 'd'])
    for (const [sequenceNr, timestamp] of [
      [1, OLD],
      [2, OLD],
      [3, NEW],
    ] as const) {
      const [event] = fixture.events(id, sequenceNr)
      if (event !== undefined) await journal.writeEvents({ persistenceId: id, events: [{ ...event, timestamp }] })
    }
  await fixture.snapshotStore().saveSnapshot({ persistenceId: 'c', sequenceNr: 1, timestamp: 1 }, 'state')

  expect(await fixture.run('cleanup', '--yes')).toMatchObject({ code: 2 })
  expect(await fixture.run('cleanup', '--before-snapshot')).toMatchObject({ code: 2, stdout: '' })
  expect(await fixture.run('cleanup', '--before-snapshot', '--yes', '--json')).toMatchObject({ code: 0 })
  expect([await seqsOf('c'), await seqsOf('d')]).toEqual([
    [2, 3],
    [1, 2, 3],
  ])
  expect(await fixture.run('cleanup', 'd', '--before', '2021-01-01T00:00:00Z', '--yes')).toMatchObject({ code: 0 })
  expect([await seqsOf('c'), await seqsOf('d')]).toEqual([[2, 3], [3]])
})

test('backfill-feed puts into the feed what is not there', async () => {
  await fixture.write('e', 1, 3, ['e-tag'], fixture.journal({ queries: undefined }))
  expect((await fixture.run('tail', '--tag', 'e-tag', '--current', '--json')).records).toEqual([])

  const { code, records } = await fixture.run('backfill-feed', '--json')

  expect(code).toBe(0)
  expect(records).toEqual([{ scanned: expect.any(Number), updated: 3 }])
  expect((await fixture.run('tail', '--tag', 'e-tag', '--current', '--json')).records).toHaveLength(3)
})

test('a cursor that is none is refused', async () => {
  const { code, stderr } = await fixture.run('cleanup', '--before-snapshot', '--yes', '--from', 'nonsense')

  expect(code).toBe(1)
  expect(stderr).toMatch(/^dynact: .*Give the `next` of a page as it was/)
})
