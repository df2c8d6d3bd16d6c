import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { runProgram } from '../../test-support/run-program.js'
import { readCommands } from '../commands/page-commands.js'
import { readPage } from '../read-page.js'
import { root } from '../repository.js'

const BIN = join(root, 'packages/cli/dist/bin.js')
/** Of the pages, where the port is the usual one; here any free one. */
const SHOWN_ENDPOINT = 'http://127.0.0.1:8000'

let folder: string
let endpoint: string
const running = new Set<ChildProcess>()

const argumentsIn = (page: string, command: string): string[] => {
  const { commands } = readCommands(join(root, page), new Set(['npx']))
  const found = commands.find(({ words }) => words[1] === 'dynact' && words[2] === command)
  if (found === undefined) throw new Error(`${page} does not show npx dynact ${command}`)
  return found.words.slice(2).map((word) => (word === SHOWN_ENDPOINT ? endpoint : word))
}
const run = (...args: readonly string[]) => runProgram(BIN, folder, args)

/** Starts a command that runs until Ctrl-C, and gives the JSON that it prints first. */
const start = async (...args: readonly string[]) => {
  const child = spawn(process.execPath, ['--disable-warning=Warning', BIN, ...args, '--json'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const lines = createInterface(child.stdout)
  const [line] = await Promise.race([once(lines, 'line'), once(lines, 'close')])
  if (line === undefined) throw new Error(`dynact ${args.join(' ')} has ended: ${errors}`)
  return { child, printed: JSON.parse(line) }
}
const interrupt = async (child: ChildProcess) => {
  running.delete(child)
  const ended = once(child, 'exit')
  child.kill('SIGINT')
  return (await ended)[0]
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dynact-docs-'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  const dev = await start(...argumentsIn('packages/cli/README.md', 'dev'), '--port', '0')
  endpoint = dev.printed.endpoint
})
afterAll(async () => {
  for (const child of running) await interrupt(child)
  await rm(folder, { recursive: true })
})

test('what the README shows lists the ids of a DynamoDB in the folder, or why there are none', async () => {
  expect(await run(...argumentsIn('packages/cli/README.md', 'ids'))).toEqual({
    lines: [''],
    errors: 'No ids: table dynact-journal is empty.\n',
    end: 0,
  })
})

test("getting started's command looks for the counter's events", async () => {
  const { errors, end } = await run(...argumentsIn('docs/getting-started.md', 'events'))

  expect([errors.trim(), end]).toEqual(['No events of Counter|1 here: the id may be misspelt.', 0])
})

test('the page of dynact explore is served until Ctrl-C', async () => {
  const args = [...argumentsIn('docs/explore.md', 'explore'), '--no-open', '--endpoint', endpoint]
  const { child, printed } = await start(...args)
  const { status } = await fetch(printed.url)

  expect([new URL(printed.url).hostname, printed.table, printed.isWritable]).toEqual(['127.0.0.1', 'orders', false])
  expect(status).toBe(200)
  expect(await interrupt(child)).toBe(130)
})

test("the page's config file names the table and the serializer", async () => {
  const { blocks } = readPage(join(root, 'docs/cli.md'))
  const config = blocks[blocks.findIndex(({ info }) => info === 'config') + 1]?.lines ?? []
  const [, name] = /^\/\/ (\S+)$/.exec(config[0] ?? '') ?? []
  const [, imported] = config.map((line) => /from '(\.\/.*)'/.exec(line)).find((match) => match !== null) ?? []
  await mkdir(join(folder, 'dist'))
  await writeFile(join(folder, name ?? ''), config.join('\n'))
  await writeFile(
    join(folder, imported ?? ''),
    `export const orderSerializer = {
      identifier: 1200,
      manifest: () => '',
      toBinary: (order) => Buffer.from(order),
      fromBinary: (bytes) => Buffer.from(bytes).toString(),
    }`,
  )

  expect(await run('tables', 'create', '--only', 'journal', '--endpoint', endpoint)).toEqual({
    lines: ['orders: ready'],
    errors: '',
    end: 0,
  })
})
