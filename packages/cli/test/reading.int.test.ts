import { readGolden } from '../../../tools/pekko-peer/golden.js'
import { testClientConfig } from '../../../tools/test-support/index.js'
import { CliFixture } from './cli-fixture.js'

const fixture = new CliFixture()
const golden = readGolden()

beforeAll(async () => {
  await fixture.create()
  await fixture.write('orders-1', 1, 3)
  await fixture.write('orders-1', 4, 4, ['shipped'])
  await fixture.write('begun-late', 1, 3)
  await fixture.journal().deleteEventsTo('begun-late', 2)
  await fixture.write('bad\u202Eid', 1)
  await fixture
    .snapshotStore()
    .saveSnapshot({ persistenceId: 'orders-1', sequenceNr: 3, timestamp: 1000 }, { sum: 6n.toString() })
})
afterAll(() => fixture.remove())

describe('ids', () => {
  test('lists every id, what is invisible escaped', async () => {
    const { code, lines, stderr } = await fixture.run('ids')

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect([...lines].sort()).toEqual(['bad\\u{202e}id', 'begun-late', 'orders-1'])
  })

  test('gives them as they are in JSON', async () => {
    const { records } = await fixture.run('ids', '--json', '--prefix', 'bad')

    expect(records).toEqual([{ persistenceId: 'bad\u202Eid' }])
  })

  test('lists so many of those with a prefix, and says how to go on with them', async () => {
    const table = fixture.anotherTable()
    await fixture.run('tables', 'create', '--only', 'journal', '--persistence-ids-index', '--table', table)
    const journal = fixture.journal({ table, queries: undefined })
    for (const id of ["o'k-1", "o'k-2", "o'k-3", 'other']) await fixture.write(id, 1, 1, [], journal)
    const run = (...args: string[]) => fixture.run('ids', '--table', table, ...args)

    expect((await run('--prefix', "o'k", '--limit', '2')).lines).toEqual(["o'k-1", "o'k-2"])
    expect((await run('--prefix', "o'k")).lines).toEqual(["o'k-1", "o'k-2", "o'k-3"])
    expect(await run('--limit', '0')).toMatchObject({ code: 2 })
  })

  test('lists what the JVM plugin wrote', async () => {
    const table = fixture.anotherTable()
    await fixture.run('tables', 'create', '--only', 'journal', '--persistence-ids-index', '--table', table)
    await fixture.put(table, golden.journal)

    const { code, records } = await fixture.run('ids', '--json', '--table', table)

    expect(code).toBe(0)
    const withMarks = golden.journal.flatMap(
      ({ par }) => /^journal-(?:P|SH|SL)-(.*)-\d+$/.exec(par?.S ?? '')?.[1] ?? [],
    )
    expect(records.map(({ persistenceId }) => persistenceId).sort()).toEqual([...new Set(withMarks)].sort())
  })
})

describe('events', () => {
  test('prints the events of an id', async () => {
    const { code, records } = await fixture.run('events', 'orders-1', '--from', '2', '--json')

    expect(code).toBe(0)
    expect(records.map(({ sequenceNr, event, tags }) => [sequenceNr, event, tags])).toEqual([
      [2, { n: 2 }, []],
      [3, { n: 3 }, []],
      [4, { n: 4 }, ['shipped']],
    ])
  })

  test('prints them for people', async () => {
    const { lines } = await fixture.run('events', 'orders-1', '--from', '4', '--to', '4')

    expect(lines).toEqual([expect.stringMatching(/^ {5}4 {2}\d{4}-\S+Z {2}\{"n":4\} {2}#shipped$/)])
  })

  test.each([
    ['of an id that has none', ['nobody'], 'the id may be misspelt'],
    ['behind the last one', ['orders-1', '--from', '9'], 'the highest sequenceNr is 4'],
    ['of what is deleted', ['begun-late', '--to', '2'], 'events up to 2 have been deleted'],
    [
      'of a batch that is cut',
      ['orders-1', '--to', '2'],
      'what lies there belongs to a batch that is incomplete, or that goes on behind --to (dynact verify tells which)',
    ],
  ])('says why there are none: %s', async (_, args, why) => {
    const { code, stdout, stderr } = await fixture.run('events', ...args)

    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).toBe(`No events of ${args[0]} here: ${why}.\n`)
  })

  test('refuses a range that ends before it begins', async () => {
    expect(await fixture.run('events', 'orders-1', '--from', '3', '--to', '2')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--from 3 is behind --to 2'),
    })
  })

  test('follows new events until Ctrl-C', async () => {
    const running = await fixture.start('events', 'followed', '--follow', '--json')
    await fixture.write('followed', 1)
    await running.lineMatching(/"sequenceNr":1/)
    await fixture.write('followed', 2)
    await running.lineMatching(/"sequenceNr":2/)

    running.child.kill('SIGINT')

    const { code, stderr } = await running.ended
    expect(code).toBe(130)
    expect(stderr).toMatch(/^Go on with: dynact .* events followed --follow --json --from 3$/m)
  })

  test('shows what can not be deserialized as it is stored', async () => {
    const table = fixture.anotherTable()
    await fixture.run('tables', 'create', '--only', 'journal', '--table', table)
    await fixture.put(table, golden.journal)

    const { code, records } = await fixture.run('events', 'notes', '--json', '--table', table)

    expect(code).toBe(0)
    expect(records[0].event).toMatchObject({ serializerId: 9001, bytes: { $bytes: expect.any(String) } })
    expect(records[0].event.undecodable).toMatch(/serializer 9001/)
  })

  test('ends quietly when its reader does', async () => {
    await fixture.write('long', 1, 500)
    const running = await fixture.start('events', 'long', '--json')
    await running.lineMatching(/"sequenceNr":1,/)
    running.child.stdout?.destroy()

    const { code, stderr } = await running.ended

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})

describe('snapshot', () => {
  test('prints the newest one', async () => {
    const { code, records } = await fixture.run('snapshot', 'orders-1', '--json')

    expect(code).toBe(0)
    expect(records).toEqual([
      { persistenceId: 'orders-1', sequenceNr: 3, time: '1970-01-01T00:00:01.000Z', snapshot: { sum: '6' } },
    ])
  })

  test('fails where there is none', async () => {
    const { code, stderr } = await fixture.run('snapshot', 'orders-1', '--at', '2')

    expect(code).toBe(1)
    expect(stderr).toMatch(/^dynact: orders-1 has no snapshot up to event 2 in table /)
  })
})

describe('tail', () => {
  test('prints the events with a tag', async () => {
    const { code, records } = await fixture.run('tail', '--tag', 'shipped', '--current', '--json')

    expect(code).toBe(0)
    expect(records.map(({ persistenceId, sequenceNr }) => [persistenceId, sequenceNr])).toEqual([['orders-1', 4]])
  })

  test('follows slices until Ctrl-C', async () => {
    const running = await fixture.start('tail', '--slices', '0-1023', '--since', '2020-01-01T00:00:00Z', '--json')
    await running.lineMatching(/"persistenceId":"orders-1","sequenceNr":4/)
    await fixture.write('tailed', 1)
    await running.lineMatching(/"persistenceId":"tailed","sequenceNr":1/)

    running.child.kill('SIGINT')

    expect((await running.ended).code).toBe(130)
  })
})

describe('tables', () => {
  test('are made, checked, described and deleted', async () => {
    const [table, snapshotTable] = [fixture.anotherTable(), fixture.anotherTable()]
    const run = (...args: string[]) =>
      fixture.run(...args, '--table', table, '--snapshot-table', snapshotTable, '--json')

    expect((await run('tables', 'check')).records).toEqual([
      { table, ok: false, fault: `The table ${table} is not there. Make it by: dynact tables create` },
      { table: snapshotTable, ok: false, fault: expect.any(String) },
    ])
    expect((await run('tables', 'create', '--queries')).records).toEqual([{ table }, { table: snapshotTable }])
    expect(await run('tables', 'check', '--queries')).toMatchObject({ code: 0 })
    expect(await run('tables', 'check', '--persistence-ids-index')).toMatchObject({ code: 1 })
    expect((await run('tables', 'describe', '--only', 'journal')).records).toMatchObject([
      { table, status: 'ACTIVE', indexes: [{ name: 'feed-idx', projection: 'INCLUDE' }] },
    ])
    expect(await run('tables', 'delete')).toMatchObject({ code: 2, stdout: '' })
    expect(await run('tables', 'delete', '--yes')).toMatchObject({ code: 0 })
    expect(await run('ids')).toMatchObject({ code: 1, stderr: expect.stringContaining('dynact tables create') })
  })
})

describe('what is wrong on the command line', () => {
  const { endpoint } = testClientConfig()

  test.each([
    ['an unknown command', ['frobnicate'], /unknown command/],
    ['an unknown option', ['ids', '--frobnicate'], /unknown option/],
    ['a missing id', ['events'], /missing required argument/],
    ['a bad number', ['events', 'a', '--from', 'x'], /Give a whole number from 1 on/],
    ['an endpoint that is none', ['ids', '--endpoint', 'nowhere'], /endpoint/],
    ['a table name that is none', ['ids', '--table', 'a b'], /3 to 255 characters/],
    ['a config file that is not there', ['ids', '--config', 'none.js', '--endpoint', endpoint], /no config file/],
  ])('%s ends with 2, and no stack trace', async (_, args, message) => {
    const { code, stdout, stderr } = await (await fixture.startBare(...args)).ended

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/^ +at /m)
  })
})

describe('the config file', () => {
  test('names tables and serializers', async () => {
    const file = await fixture.file(
      'some.config.mjs',
      `const upper = { deserialize: ({ bytes }) => Buffer.from(bytes).toString().toUpperCase(), serialize: () => { throw new Error() } }
       export default { table: ${JSON.stringify(fixture.table)}, serialization: upper }`,
    )
    const { endpoint, region } = testClientConfig()

    const running = await fixture.startBare(
      'events',
      'orders-1',
      '--from',
      '4',
      '--json',
      '--config',
      file,
      '--endpoint',
      endpoint,
      '--region',
      String(region),
    )

    expect((await running.ended).records).toMatchObject([{ sequenceNr: 4, event: '{"N":4}' }])
  })

  test('is refused with every mistake in it', async () => {
    const file = await fixture.file('wrong.config.mjs', 'export default { tabel: "x", region: 7 }')

    const { code, stderr } = await fixture.run('ids', '--config', file)

    expect(code).toBe(2)
    expect(stderr).toMatch(/tabel/)
    expect(stderr).toMatch(/region/)
  })

  test('in TypeScript is loaded, or refused with what to do where Node can not', async () => {
    const file = await fixture.file(
      'typed.config.ts',
      `export default { table: ${JSON.stringify(fixture.table)} as string }`,
    )

    const { code, stderr } = await fixture.run('ids', '--config', file)

    if (Reflect.get(process.features, 'typescript')) expect(code).toBe(0)
    else {
      expect(code).toBe(2)
      expect(stderr).toMatch(/Use Node 22.18 or later/)
    }
  })
})
