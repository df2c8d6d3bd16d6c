import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedDynamoDB } from '@dynact/testkit'
import { type RunOptions, runExample } from './example.js'

describe('npm start of stock-ledger', () => {
  let folder: string
  const run = ({ args = [], ...rest }: RunOptions = {}) => runExample({ args: ['--data', folder, ...args], ...rest })

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dynact-stock-ledger-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('dies half-way, recovers, finishes, and persists nothing twice the next time', async () => {
    const first = await run()
    const second = await run()

    expect(first).toMatchObject({ end: 0, errorLines: [] })
    expect(first.lines).toContain('The process is dead. Starting it again ...')
    expect(first.lines.filter((line) => line.startsWith('Recovered '))).toHaveLength(5)
    expect(first.lines.join('\n')).toMatch(/MSFT +123 +2000-01 39.81 +2010-03 28.80 +15.81 +43.22 +24.74 +-27.7 % +\d+/)
    expect(first.lines.at(-1)).toMatch(/^Every figure equals/)
    expect(second).toMatchObject({ end: 0, errorLines: [] })
    expect(second.lines).toContain('Everything was stored already: nothing was persisted twice.')
    expect(second.lines.at(-1)).toMatch(/^Every figure equals/)
  }, 120_000)

  it('finds acknowledged events that are missing, and says which', async () => {
    await run()
    await appendFile(join(folder, 'acknowledged-embedded.log'), 'IBM 124\n')

    const { end, errorLines } = await run()

    expect(end).toBe(1)
    expect(errorLines).toEqual([
      'Acknowledged events are missing from the database:',
      '  IBM: 124 months were acknowledged, 123 were recovered',
    ])
  }, 120_000)

  it('stops cleanly at Ctrl-C and goes on from there', async () => {
    let isSent = false
    const interrupted = await run({
      onLine: (line, example) => {
        if (isSent || !line.includes('months persisted')) return
        isSent = true
        // As a terminal does: to every process of the group.
        if (example.pid !== undefined) process.kill(-example.pid, 'SIGINT')
      },
    })
    const next = await run()

    expect(interrupted).toMatchObject({ end: 130, errorLines: [] })
    expect(interrupted.lines.at(-1)).toMatch(/^Interrupted with \d+ of 560 months stored/)
    expect(next.end).toBe(0)
    expect(next.lines.some((line) => line.startsWith('Recovered '))).toBe(true)
  }, 120_000)

  it('waits for another one on the same folder', async () => {
    const runs = await Promise.all([run(), run()])

    expect(runs.map(({ end }) => end)).toEqual([0, 0])
  }, 120_000)

  it('forgets everything with --reset', async () => {
    await run()

    const { end, lines } = await run({ args: ['--reset'] })

    expect(end).toBe(0)
    expect(lines).toContain('Nothing to recover: the ledgers are new.')
  }, 120_000)

  it('uses the DynamoDB at DYNAMODB_ENDPOINT', async () => {
    await using dynamodb = await startEmbeddedDynamoDB()
    const env = { DYNAMODB_ENDPOINT: dynamodb.endpoint }

    const first = await run({ env })
    const second = await run({ env })

    expect(first).toMatchObject({ end: 0, errorLines: [] })
    expect(first.lines[0]).toContain(dynamodb.endpoint)
    expect(second.lines).toContain('Everything was stored already: nothing was persisted twice.')
  }, 120_000)

  it('leaves AWS alone when only credentials are set', async () => {
    const { end, lines } = await run({ env: { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'example' } })

    expect(end).toBe(0)
    expect(lines[0]).toBe('AWS credentials are set, but stay unused: only DYNACT_AWS=1 chooses AWS.')
    expect(lines[1]).toMatch(/^Database: embedded, in /)
  }, 120_000)

  it('shows its help', async () => {
    const { end, lines } = await run({ args: ['--help'] })

    expect(end).toBe(0)
    expect(lines.join('\n')).toContain('DYNAMODB_ENDPOINT')
  })

  // The SDK looks for credentials and a region in these places too.
  const noAws = {
    HOME: tmpdir(),
    AWS_CONFIG_FILE: '/nowhere',
    AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
    AWS_EC2_METADATA_DISABLED: 'true',
  }
  it.each<[string, RunOptions, RegExp]>([
    ['an unknown option', { args: ['--rest'] }, /--rest.*--help shows what there is/],
    ['an argument too many', { args: ['reset'] }, /reset.*--help shows what there is/],
    ['no address', { env: { DYNAMODB_ENDPOINT: 'localhost:8000' } }, /^DYNAMODB_ENDPOINT is localhost:8000/],
    ['no server', { env: { DYNAMODB_ENDPOINT: 'http://127.0.0.1:9' } }, /^Nothing answers at .*127\.0\.0\.1:9/],
    ['an address of AWS', { env: { DYNAMODB_ENDPOINT: 'https://dynamodb.eu-west-1.amazonaws.com' } }, /DYNACT_AWS=1/],
    ['two databases', { env: { DYNAMODB_ENDPOINT: 'http://127.0.0.1:9', DYNACT_AWS: '1' } }, /Unset one of them/],
    ['an unclear wish for AWS', { env: { DYNACT_AWS: 'maybe' } }, /^DYNACT_AWS is maybe/],
    ['AWS without a region', { env: { ...noAws, DYNACT_AWS: '1' } }, /^DYNACT_AWS=1 asks for AWS, but: .*egion/],
    ['--reset of another database', { args: ['--reset'], env: { DYNACT_AWS: '1' } }, /--reset wipes the embedded/],
  ])('refuses %s in one readable message', async (_, options, message) => {
    const { end, lines, errorLines } = await run(options)

    expect(end).toBe(1)
    expect(errorLines.join('\n')).toMatch(message)
    expect(errorLines).toHaveLength(1)
    expect(lines).toEqual([])
  })

  it('refuses a folder that is a file in one readable message', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')

    const { end, errorLines } = await runExample({ args: ['--data', file] })

    expect(end).toBe(1)
    expect(errorLines).toEqual([expect.stringContaining(file)])
  })
})
