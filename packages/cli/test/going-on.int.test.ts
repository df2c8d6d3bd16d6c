import { execFileSync } from 'node:child_process'
import { type Fate, type FaultProxy, fates, startFaultProxy } from '@dynact/testkit'
import { testClientConfig } from '../../../tools/test-support/index.js'
import { CliFixture, type CliRun } from './cli-fixture.js'

// What a command says when it is interrupted is given to a shell as it is, and goes on with the same tables and options.

const fixture = new CliFixture()
const IDS = ["it's 1", "it's 2", "it's 3"]
const EVENTS = 600
let proxy: FaultProxy

beforeAll(async () => {
  await fixture.create({ queries: {} })
  const journal = fixture.journal({ queries: undefined })
  for (const id of IDS)
    for (let from = 1; from <= EVENTS; from += 100) await fixture.write(id, from, from + 99, ['tag'], journal)
  proxy = await startFaultProxy({ target: testClientConfig().endpoint })
}, 60_000)
afterAll(async () => {
  await proxy.stop()
  await fixture.remove()
})

interface When {
  readonly operation?: string
  readonly place?: number
  readonly signal?: NodeJS.Signals
}

/** Sends a signal to the command at a request, which is never answered: the second page of a table, unless told. */
const interrupted = async (
  args: readonly string[],
  { operation = 'Scan', place = 2, signal = 'SIGINT' }: When = {},
) => {
  let count = 0
  let interrupt: () => void = () => undefined
  const reached = new Promise<void>((resolve) => {
    interrupt = resolve
  })
  proxy.fateOf = (request): Fate => {
    if (request.operation !== operation || ++count !== place) return fates.pass
    interrupt()
    return fates.hang
  }
  const running = await fixture.start('--endpoint', proxy.endpoint, ...args)
  await Promise.race([reached, running.ended])
  running.child.kill(signal)
  const ended = await running.ended
  proxy.fateOf = () => fates.pass
  return ended
}

/** The words of the command that the message names, as bash takes them. */
const wordsOf = ({ stderr }: CliRun): string[] => {
  const line = /^Go on with: dynact (.*)$/m.exec(stderr)?.[1]
  if (line === undefined) throw new Error(`It does not say how to go on: ${stderr}`)
  return execFileSync('bash', ['--norc', '-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1)
}

const goOn = async (before: CliRun): Promise<CliRun> => (await fixture.startBare(...wordsOf(before))).ended

test('ids', async () => {
  const first = await interrupted(['ids', '--prefix', "it's", '--limit', '2'])
  expect(first).toMatchObject({ code: 130, lines: [expect.stringMatching(/^it's/)] })

  const rest = await goOn(first)

  expect(rest.code).toBe(0)
  expect(new Set([...first.lines, ...rest.lines]).size).toBe(2)
  expect(rest.lines).toHaveLength(1)
})

test('verify', async () => {
  const first = await interrupted(['verify', '--json', '--no-snapshots'])
  expect(first.code).toBe(130)

  const rest = await goOn(first)

  expect(rest.code).toBe(0)
  expect(rest.stderr).toMatch(/^[12] ids, .* 0 snapshots: 0 findings/m)
})

test('backfill-feed, ended by SIGTERM', async () => {
  const first = await interrupted(['backfill-feed', '--parallelism', '1'], { operation: 'Query', signal: 'SIGTERM' })
  expect(first.code).toBe(143)

  const rest = await goOn(first)

  expect(rest.code).toBe(0)
  expect((await fixture.run('tail', '--tag', 'tag', '--current', '--json')).lines).toHaveLength(IDS.length * EVENTS)
}, 60_000)

test('tail', async () => {
  const { records } = await fixture.run('tail', '--current', '--json')
  const first = await interrupted(['tail', '--current', '--json'], { operation: 'Query', place: 40 })
  expect(first.code).toBe(130)

  const rest = await goOn(first)

  expect(rest.code).toBe(0)
  const seen = [...first.records, ...rest.records].map(
    ({ persistenceId, sequenceNr }) => `${persistenceId} ${sequenceNr}`,
  )
  expect(new Set(seen).size).toBe(records.length)
}, 60_000)

test('import of what there is', async () => {
  expect(await fixture.run('export', '--out', "it's all.jsonl")).toMatchObject({ code: 0 })
  const [table, snapshotTable] = [fixture.anotherTable(), fixture.anotherTable()]
  const target = ['--table', table, '--snapshot-table', snapshotTable]
  expect(await fixture.run('tables', 'create', '--queries', ...target)).toMatchObject({ code: 0 })

  const first = await interrupted(['import', "it's all.jsonl", '--partial', '--queries', '--no-snapshots', ...target], {
    operation: 'BatchExecuteStatement',
  })
  expect(first.code).toBe(130)
  expect(wordsOf(first)).toEqual(expect.arrayContaining(['--partial', '--queries', '--no-snapshots']))
  const rest = await goOn(first)

  expect(rest).toMatchObject({ code: 0, stdout: expect.stringMatching(/^imported 3 ids, 1800 events, 0 snapshots$/m) })
  expect((await fixture.run('tail', '--tag', 'tag', '--current', '--json', ...target)).lines).toHaveLength(1_800)
}, 60_000)

test('cleanup', async () => {
  const first = await interrupted(['cleanup', '--before', '2100-01-01', '--yes'])
  expect(first.code).toBe(130)

  const rest = await goOn(first)

  expect(rest).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[123] ids cleaned up$/m) })
  for (const id of IDS) expect((await fixture.run('events', id)).stdout).toBe('')
}, 60_000)

test.each(['create', 'check', 'delete'])('tables %s ends while it waits', async (verb) => {
  const operation = verb === 'delete' ? 'DeleteTable' : 'DescribeTable'
  const flags = ['--only', 'journal', '--table', fixture.anotherTable(), ...(verb === 'delete' ? ['--yes'] : [])]

  expect(await interrupted(['tables', verb, ...flags], { operation, place: 1 })).toMatchObject({ code: 130 })
})

test('a snapshot and an event are printed with the backslashes that JSON has', async () => {
  const [event] = fixture.events('quotes', 1)
  if (event === undefined) throw new Error('no event')
  const payload = 'say "\u202Ehello"'
  await fixture
    .journal({ queries: undefined })
    .writeEvents({ persistenceId: 'quotes', events: [{ ...event, payload }] })
  await fixture.snapshotStore().saveSnapshot({ persistenceId: 'quotes', sequenceNr: 1, timestamp: 1 }, payload)

  for (const command of ['events', 'snapshot'])
    expect((await fixture.run(command, 'quotes')).stdout).toContain('"say \\"\\u{202e}hello\\""')
})
