import { readFile, writeFile } from 'node:fs/promises'
import { ScanCommand } from '@aws-sdk/client-dynamodb'
import type { Item } from '@dynact/dynamodb'
import type { PersistentRepr } from '@dynact/persistence'
import { fates, startFaultProxy } from '@dynact/testkit'
import { readGolden } from '../../../tools/pekko-peer/golden.js'
import { harnessSerialization } from '../../../tools/pekko-peer/harness-serialization.js'
import { testClientConfig } from '../../../tools/test-support/index.js'
import { CliFixture, type RunningCli } from './cli-fixture.js'

const fixture = new CliFixture()
const golden = readGolden()
const serialization = harnessSerialization()

beforeAll(async () => {
  await fixture.create()
  await fixture.put(fixture.table, golden.journal)
  await fixture.put(fixture.snapshotTable, golden.snapshots)
  const journal = fixture.journal()
  await fixture.write('ours', 1, 250, ['tag'], journal)
  await fixture.write('ours', 251, 251, [], journal)
  await journal.deleteEventsTo('ours', 120)
  await fixture.write('all-deleted', 1, 5, [], journal)
  await journal.deleteEventsTo('all-deleted', 5)
  await fixture.write('packed', 1, 130, ['tag'], fixture.journal({ atomicWrites: 'packed' }))
})
afterAll(() => fixture.remove())

interface History {
  readonly events: readonly PersistentRepr[]
  readonly highest: number
  readonly deletedTo: number
}

/** All that a reader sees of an id. */
const historyOf = async (table: string, id: string): Promise<History> => {
  const journal = fixture.journal({ table, serialization, distrust: true })
  const replay = journal.replayEvents(id)
  const events: PersistentRepr[] = []
  for await (const event of replay) events.push(event)
  const [highest, deletedTo] = [await replay.highestSequenceNr, await journal.readDeletedToSequenceNr(id)]
  await journal.close()
  return { events, highest, deletedTo }
}

const idsOf = async (table: string): Promise<string[]> => {
  const { records } = await fixture.run('ids', '--json', '--table', table)
  return records.map(({ persistenceId }) => persistenceId).sort()
}

/** Every id of one table is in the other as well, and reads the same. */
const expectSameHistories = async (table: string): Promise<void> => {
  const ids = await idsOf(fixture.table)
  expect(await idsOf(table)).toEqual(ids)
  for (const id of ids) {
    // A gap that is no torn batch stays one; java.io payloads are compared as what the harness reads.
    expect(await historyOf(table, id)).toEqual(await historyOf(fixture.table, id))
  }
}

const itemsOf = async (table: string): Promise<Item[]> => {
  const { Items = [] } = await fixture.client.send(new ScanCommand({ TableName: table }))
  return Items
}

const emptyTables = async (): Promise<string[]> => {
  const [table, snapshots] = [fixture.anotherTable(), fixture.anotherTable()]
  const options = ['--table', table, '--snapshot-table', snapshots]
  expect(await fixture.run('tables', 'create', '--queries', ...options)).toMatchObject({ code: 0 })
  return options
}

test('an export goes into other tables, whole and twice over', async () => {
  const exported = await fixture.run('export', '--out', 'all.jsonl')
  expect(exported).toMatchObject({ code: 0, stdout: '' })
  const options = await emptyTables()

  const first = await fixture.run('import', 'all.jsonl', '--queries', ...options)
  expect(first).toMatchObject({ code: 0 })
  expect(first.stdout).toMatch(new RegExp(` ${golden.snapshots.length} snapshots$`, 'm'))
  expect(first.stdout).toBe(exported.stderr.replace('exported', 'imported'))
  const [, table = '', , snapshots = ''] = options
  await expectSameHistories(table)
  expect(await fixture.run('snapshot', 'snapshots', ...options)).toMatchObject({
    stdout: (await fixture.run('snapshot', 'snapshots')).stdout,
  })
  const [items, snapshotItems] = [await itemsOf(table), await itemsOf(snapshots)]

  expect(await fixture.run('import', 'all.jsonl', '--queries', ...options)).toMatchObject({ code: 0 })
  expect(await itemsOf(table)).toEqual(items)
  expect(await itemsOf(snapshots)).toEqual(snapshotItems)
  const tagged = await fixture.run('tail', '--tag', 'tag', '--current', '--json', ...options)
  expect(new Set(tagged.records.map(({ persistenceId }) => persistenceId))).toEqual(new Set(['ours', 'packed']))
}, 180_000)

test('an interrupted export goes on where it stopped', async () => {
  await fixture.run('export', '--out', 'whole.jsonl')
  const folder = await fixture.folder()
  const whole = await readFile(`${folder}/whole.jsonl`)
  // In the middle of a line behind the first checkpoint.
  const cut = whole.indexOf('{"type":"checkpoint"') + 1_000
  await writeFile(`${folder}/cut.jsonl`, whole.subarray(0, cut))

  expect(await fixture.run('import', 'cut.jsonl')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/not complete/),
  })
  expect(await fixture.run('export', '--out', 'cut.jsonl')).toMatchObject({ code: 2 })
  expect(await fixture.run('export', '--out', 'cut.jsonl', '--resume')).toMatchObject({ code: 0 })

  expect(await readFile(`${folder}/cut.jsonl`, 'utf8')).toBe(whole.toString())
})

test('what was changed in an export is not imported, and nothing of it', async () => {
  await fixture.run('export', 'ours', 'packed', '--out', 'some.jsonl')
  const folder = await fixture.folder()
  const text = await readFile(`${folder}/some.jsonl`, 'utf8')
  const lines = text.trimEnd().split('\n')
  const options = await emptyTables()
  const tries = {
    'changed.jsonl': text.replace('"sequenceNr":251', '"sequenceNr":252'),
    'shorter.jsonl': `${lines.filter((_, index) => index !== 2).join('\n')}\n`,
    'text.jsonl': 'hello\n',
  }
  for (const [name, changed] of Object.entries(tries)) {
    await fixture.file(name, changed)
    const { code, stderr } = await fixture.run('import', name, ...options)
    expect(code).toBe(1)
    expect(stderr).toMatch(/checksum|no JSON/)
  }
  expect(await itemsOf(options[1] ?? '')).toEqual([])
})

test('a half imported history is completed', async () => {
  await fixture.run('export', 'ours', '--out', 'one.jsonl')
  const options = await emptyTables()
  const [, table = ''] = options
  const source = (await itemsOf(fixture.table)).filter(({ persistence_id }) => persistence_id?.S === 'ours')
  // A crash leaves some of a hundred.
  await fixture.put(
    table,
    source.filter(({ seq }) => [125, 130].includes(Number(seq?.N))).map(({ feed, slice, ...item }) => item),
  )

  expect(await fixture.run('import', 'one.jsonl', ...options)).toMatchObject({ code: 0 })

  expect(await historyOf(table, 'ours')).toEqual(await historyOf(fixture.table, 'ours'))
})

test('an import does not touch another history', async () => {
  await fixture.run('export', 'ours', '--out', 'mine.jsonl')
  const options = await emptyTables()
  const [, table = ''] = options
  await fixture.write('ours', 1, 251, [], fixture.journal({ table }))
  const before = await itemsOf(table)

  const { code, stderr } = await fixture.run('import', 'mine.jsonl', ...options)

  expect(code).toBe(1)
  expect(stderr).toMatch(/^dynact: ours: event \d+ can't be stored: table \S+ has another event there/)
  const events = (items: readonly Item[]) => items.filter(({ event }) => event !== undefined)
  expect(events(await itemsOf(table))).toEqual(events(before))
})

test('an import that Ctrl-C stops says how to go on, and does', async () => {
  await fixture.run('export', '--out', 'stopped.jsonl')
  const options = await emptyTables()
  const [, table = ''] = options
  let writes = 0
  const proxy = await startFaultProxy({
    target: testClientConfig().endpoint,
    fateOf: ({ operation }) => {
      // In the middle of a history.
      if (operation === 'BatchExecuteStatement' && ++writes === 20) running?.child.kill('SIGINT')
      return fates.pass
    },
  })
  let running: RunningCli | undefined
  try {
    running = await fixture.start('import', 'stopped.jsonl', ...options, '--endpoint', proxy.endpoint)
    const { code, stderr } = await running.ended
    expect(code).toBe(130)
    const again = /^Go on with: dynact (.* --skip \d+)$/m.exec(stderr)?.[1] ?? ''
    expect((await idsOf(table)).length).toBeLessThan((await idsOf(fixture.table)).length)

    expect(await (await fixture.startBare(...again.split(' '))).ended).toMatchObject({ code: 0 })
  } finally {
    await proxy.stop()
  }

  await expectSameHistories(table)
}, 180_000)

test('Ctrl-C ends an export that nobody reads', async () => {
  const running = await fixture.start('export')
  await running.lineMatching(/"type":"header"/)
  running.child.stdout?.pause()
  running.child.kill('SIGINT')

  const { code } = await running.ended

  expect([0, 130]).toContain(code)
})
