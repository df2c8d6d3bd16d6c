import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { shownOutput, withoutNumbers } from '../../../tools/docs/shown-output.js'
import { describeOnRealDynamoDB, testClientConfig, uniqueTableName } from '../../../tools/test-support/index.js'

const entry = join(import.meta.dirname, '..', 'dist', 'index.js')
const launcher = join(import.meta.dirname, '../../../tools/dynamodb-local/run-with.js')

interface Run {
  readonly lines: readonly string[]
  readonly errors: string
  readonly end: number | NodeJS.Signals | null
}

/** Runs a program in a process group of its own, until it has ended. */
const run = (
  args: readonly string[],
  onLine: (line: string, program: ChildProcess) => void = () => {},
): Promise<Run> => {
  const { DYNAMODB_ENDPOINT: _, ...env } = process.env
  const withEndpoint = args[0] === launcher ? env : { ...env, DYNAMODB_ENDPOINT: testClientConfig().endpoint }
  const program = spawn(process.execPath, ['--disable-warning=Warning', ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: withEndpoint,
  })
  const lines: string[] = []
  let errors = ''
  createInterface({ input: program.stdout }).on('line', (line) => {
    lines.push(line)
    onLine(line, program)
  })
  program.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  return new Promise((resolve, reject) => {
    program.on('error', reject)
    program.on('close', (code, signal) => resolve({ lines, errors, end: signal ?? code }))
  })
}

/** Sends a signal to a program and all its processes, once so many flights are recorded, or in the read model. */
const signalAt = (signal: NodeJS.Signals, what: RegExp, atLeast: number) => {
  let isSent = false
  return (line: string, { pid }: ChildProcess) => {
    if (isSent || pid === undefined || Number(what.exec(line)?.[1] ?? 0) < atLeast) return
    isSent = true
    process.kill(-pid, signal)
  }
}
const RECORDED = /^(\d+) of \d+ flights recorded/
const DEPARTURES = /(\d+) departures/
const right = /^Every figure equals .* \d+ airports, 31 days\.$/

describeOnRealDynamoDB('npm start of order-tracking', () => {
  test('killed again and again, counts every flight exactly once', async () => {
    const prefix = uniqueTableName('order-tracking')
    const kills = [
      signalAt('SIGKILL', RECORDED, 1),
      signalAt('SIGKILL', DEPARTURES, 1),
      signalAt('SIGKILL', DEPARTURES, 300),
    ]
    const killed: Run[] = []
    for (const kill of kills) killed.push(await run([entry, prefix], kill))
    const last = await run([entry, prefix])
    const again = await run([entry, prefix])
    const client = new DynamoDBClient(testClientConfig())
    for (const table of ['journal', 'offset', 'departures', 'delays'])
      await client.send(new DeleteTableCommand({ TableName: `${prefix}-${table}` }))
    client.destroy()

    expect(killed.map(({ end, errors }) => ({ end, errors }))).toContainEqual({ end: 'SIGKILL', errors: '' })
    for (const { end, lines } of killed) expect(end === 'SIGKILL' || right.test(lines.at(-1) ?? '')).toBe(true)
    expect(last).toMatchObject({ end: 0, errors: '' })
    expect(last.lines.at(-1)).toMatch(right)
    expect(again).toMatchObject({ end: 0, errors: '' })
    expect(again.lines.at(-2)).toMatch(/^\d+ flights are recorded, 0 of them by this process\.$/)
    expect(again.lines.at(-1)).toMatch(right)
  }, 300_000)

  test('stops cleanly at Ctrl-C and goes on from there, on a DynamoDB of its own', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dynact-order-tracking-'))
    const start = [launcher, folder, process.execPath, '--disable-warning=Warning', entry]

    // As a terminal does: to every process of the group.
    const interrupted = await run(start, signalAt('SIGINT', RECORDED, 1))
    const next = await run(start)
    await rm(folder, { recursive: true, force: true })

    expect(interrupted).toMatchObject({ end: 130, errors: '' })
    expect(interrupted.lines.at(-1)).toMatch(/^Interrupted with \d+ of \d+ flights recorded\./)
    expect(next).toMatchObject({ end: 0, errors: '' })
    const [, total = 0, byThisProcess] = /^(\d+) flights are recorded, (\d+) /.exec(next.lines.at(-2) ?? '') ?? []
    expect(Number(byThisProcess)).toBeLessThan(Number(total))
    const [shown = []] = shownOutput('examples/order-tracking/README.md')
    expect(next.lines.at(-1)).toBe(shown.at(-1))
    const shownLines = shown.filter((line) => line !== '...')
    expect(withoutNumbers(next.lines)).toEqual(expect.arrayContaining(withoutNumbers(shownLines)))
  }, 300_000)
})
