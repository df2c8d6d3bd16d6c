import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { testClientConfig } from '../../../tools/test-support/index.js'
import { CliFixture } from './cli-fixture.js'

// Mistakes of who does not know the command yet: what they are told.

const BIN = join(import.meta.dirname, '../dist/bin.js')
const fixture = new CliFixture()
const servers: Server[] = []

beforeAll(async () => {
  await fixture.create({})
  await fixture.write('orders-1', 1, 3, [], fixture.journal({ queries: undefined }))
})
afterAll(async () => {
  for (const server of servers) {
    server.close()
    server.closeAllConnections()
  }
  await fixture.remove()
})

/** A port that something listens at. */
const takenPort = async (listener?: RequestListener): Promise<number> => {
  const server = createServer(listener)
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** A port that nothing listens at any more. */
const freePort = async (): Promise<number> => {
  const port = await takenPort()
  servers.pop()?.close()
  return port
}

const bare = async (...args: string[]) => (await fixture.startBare(...args)).ended

describe('an endpoint', () => {
  test('where nothing listens is told of, with what to do', async () => {
    const endpoint = `http://127.0.0.1:${await freePort()}`

    const commands = [['ids'], ['tables', 'check'], ['explore', '--no-open'], ['bench']]
    const runs = await Promise.all(commands.map((command) => bare(...command, '--endpoint', endpoint)))

    for (const { code, stdout, stderr } of runs) {
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toContain(`dynact: The endpoint ${endpoint} can't be reached: connect ECONNREFUSED`)
      expect(stderr).toContain('dynact dev')
    }
  })

  test('that is no DynamoDB is told of while it is tried', async () => {
    const port = await takenPort((_, response) => response.end('<html>It works!</html>'))
    const running = await fixture.startBare('ids', '--endpoint', `http://127.0.0.1:${port}`)

    const note = await running.lineMatching(/^Trying again/)
    running.child.kill('SIGINT')

    expect(note).toMatch(
      / failed \d+ times, the last time by InvalidResponseError \(response\)\. Is the endpoint right\?$/,
    )
    expect((await running.ended).code).toBe(130)
  })

  test('of no host', async () => {
    const { code, stderr } = await bare('ids', '--endpoint', 'http://dynamodb.invalid:8000')

    expect(code).toBe(1)
    expect(stderr).toMatch(/^dynact: The endpoint http:\/\/dynamodb.invalid:8000 can't be reached: getaddrinfo /)
  })

  test('without a scheme', async () => {
    const { code, stderr } = await bare('ids', '--endpoint', 'localhost:8000')

    expect(code).toBe(2)
    expect(stderr).toContain('must be an URL such as http://localhost:8000')
  })

  test('without a region, but not on this machine', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dynact-home-'))
    const child = spawn(process.execPath, [BIN, 'ids'], {
      cwd: folder,
      // No configuration of this machine's user.
      env: { HOME: folder, AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_EC2_METADATA_DISABLED: 'true' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
    await rm(folder, { recursive: true })

    expect(code).toBe(1)
    expect(stderr).toMatch(/Region is missing\. Give --region, or set AWS_REGION\.\n$/)
  })

  test('with a profile that is not there', async () => {
    const { code, stderr } = await fixture.run('ids', '--profile', 'no-such-profile')

    expect(code).toBe(1)
    expect(stderr).toMatch(/CredentialsProviderError.* Give --profile, or set AWS_PROFILE or AWS_ACCESS_KEY_ID\.\n$/s)
  })
})

describe('a table', () => {
  test('that is another one', async () => {
    const { code, stderr } = await fixture.run('verify', 'orders-1', '--table', fixture.snapshotTable)

    expect(code).toBe(1)
    expect(stderr).toMatch(/ValidationException.* dynact tables check /)
    expect(stderr).not.toContain('report it')
  })

  test.each([
    ['ids', ['ids']],
    ['stats', ['stats']],
    ['verify', ['verify']],
    ['cleanup', ['cleanup', '--before', '2020-01-01', '--yes']],
  ])('of a journal of another name: %s', async (_, args) => {
    const { code, stderr } = await fixture.run('--journal-name', 'other', ...args)

    expect(code).toBe(0)
    expect(stderr).toContain(`table ${fixture.table} has items, but none of journal "other"`)
    expect(stderr).toContain('Give --journal-name: there are "journal".')
  })

  test('of a journal of another name, to migrate', async () => {
    const source = ['--source-table', fixture.table, '--source-journal-name', 'other']
    const { stderr } = await fixture.run('migrate', 'jvm', ...source, '--journal-name', 'third')

    expect(stderr).toContain('Give --source-journal-name: there are "journal".')
  })

  test('that is empty', async () => {
    const table = fixture.anotherTable()
    await fixture.run('tables', 'create', '--only', 'journal', '--queries', '--table', table)

    expect(await fixture.run('ids', '--table', table)).toMatchObject({
      code: 0,
      stderr: `No ids: table ${table} is empty.\n`,
    })
    expect(await fixture.run('tail', '--current', '--table', table)).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^No events in the feed: table \S+ is empty\./),
    })
  })

  test('that is another one altogether', async () => {
    const { stderr } = await fixture.run('ids', '--prefix', 'nobody')

    expect(stderr).toMatch(/^No ids that begin with nobody/)
  })
})

describe('an id that is misspelt', () => {
  test('is told of by verify', async () => {
    const { code, stderr } = await fixture.run('verify', 'orders-1', 'order-1')

    expect(code).toBe(0)
    expect(stderr).toMatch(/^order-1: nothing is stored of it\. The id may be misspelt\.$/m)
    expect(stderr).not.toMatch(/^orders-1: nothing/m)
  })

  test('is told of by delete, before anything is deleted', async () => {
    const { code, stderr } = await fixture.run('delete', 'orders-1', 'order-1')

    expect(code).toBe(2)
    expect(stderr).toMatch(/^order-1: no events are stored of it\. The id may be misspelt\.\ndynact: This deletes /)
  })
})

describe('a config file', () => {
  const withConfig = async (name: string, text: string, ...args: string[]) => {
    await fixture.file(name, text)
    return bare(...(args.length > 0 ? args : ['ids']), '--config', name, '--endpoint', testClientConfig().endpoint)
  }

  test.each([
    [
      'an unknown key',
      'export default { tabel: "x" }',
      /wrong\.mjs can't be used:\n.*"tabel"\nThere are: endpoint, .*table/,
    ],
    ['a wrong type', 'export default { table: 7 }', /wrong\.mjs can't be used:\n.*\n.*at table/],
    ['a wrong thing', 'export default () => ({})', /wrong\.mjs can't be used:\n.*expected object/],
    ['nothing', 'export const table = "x"', /wrong\.mjs has no default export/],
    ['a mistake in it', '\nthrow new Error("boom")', /can't be loaded: boom \(file:.*wrong\.mjs:2/],
    ['no JavaScript', '\nexport defalt {}', /wrong\.mjs.* can't be loaded: .*wrong\.mjs:2/],
    ['a missing import', 'import "./nothing.js"', /wrong\.mjs can't be loaded: .*nothing\.js/],
  ])('with %s', async (_, code, message) => {
    const run = await withConfig('wrong.mjs', code)

    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toMatch(message)
  })

  test('does not keep a shell from its completions', async () => {
    const { code, stdout } = await withConfig('wrong.mjs', 'throw new Error()', 'completion', 'bash')

    expect(code).toBe(0)
    expect(stdout).toContain('complete -o default -F _dynact dynact')
  })
})

describe('an import', () => {
  test.each([
    ['of nothing', 'nothing.jsonl', /nothing\.jsonl can't be read: ENOENT/],
    ['of a folder', '.', /can't be read: it is no file/],
    ['of a compressed file', 'some.jsonl.gz', /some\.jsonl\.gz can't be read: it is compressed: gunzip /],
    ['of an empty file', 'empty.jsonl', /empty\.jsonl has no checkpoint/],
  ])('%s', async (_, name, message) => {
    await writeFile(join(await fixture.folder(), 'some.jsonl.gz'), gzipSync('{"type":"header"}\n'.repeat(100)))
    await fixture.file('empty.jsonl', '')

    const { code, stderr } = await fixture.run('import', name)

    expect(code).toBe(1)
    expect(stderr).toMatch(message)
  })

  test('that goes on behind the end', async () => {
    await fixture.run('export', 'orders-1', '--out', 'short.jsonl')

    const { code, stderr } = await fixture.run('import', 'short.jsonl', '--skip', '1000')

    expect(code).toBe(2)
    expect(stderr).toMatch(/--skip 1000 is behind the last checkpoint .*, line 5\./)
  })
})

test.each([
  ['verify', ['verify', 'orders-1', '--from', 'x']],
  ['cleanup', ['cleanup', 'orders-1', '--before', '2020-01-01', '--from', 'x', '--yes']],
])('%s of some ids knows no --from', async (_, args) => {
  const { code, stderr } = await fixture.run(...args)

  expect(code).toBe(2)
  expect(stderr).toMatch(/--from is for /)
})

test.each([['dev'], ['explore', '--no-open']])('a port that is taken: %s', async (...args) => {
  const port = await takenPort()

  const { code, stderr } = await fixture.run(...args, '--port', String(port))

  expect(code).toBe(1)
  expect(stderr).toMatch(new RegExp(`^dynact: Port ${port} .* Give another one by --port; 0 takes a free one\\.\n$`))
})

test('a disk that is full is no reader that went away', async () => {
  const { endpoint, region } = testClientConfig()
  const where = ['--endpoint', endpoint, '--region', String(region), '--table', fixture.table]
  const full = await open('/dev/full', 'w')
  const child = spawn(process.execPath, [BIN, ...where, 'ids'], { stdio: ['ignore', full.fd, 'pipe'] })
  const [stderr, [code]] = await Promise.all([text(child.stderr as Readable), once(child, 'close')])
  await full.close()

  expect(code).toBe(1)
  expect(stderr).toMatch(/^dynact: Standard output can't be written: ENOSPC/)
})

test('SIGTERM ends dev as Ctrl-C does', async () => {
  const running = await fixture.startBare('dev', '--port', '0', '--folder', 'terminated')
  await running.lineMatching(/^ {2}dynact ids --endpoint/)

  running.child.kill('SIGTERM')

  expect(await running.ended).toMatchObject({ code: 143, stderr: 'dynact: interrupted\n' })
})
