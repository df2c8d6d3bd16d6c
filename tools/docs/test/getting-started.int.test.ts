import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { emitProgram } from '../compile-programs.js'
import { programsOf } from '../page-programs.js'
import type { Program } from '../program.js'
import { readPage } from '../read-page.js'
import { root } from '../repository.js'
import { shownOutput, withoutNumbers } from '../shown-output.js'

const program = programsOf(root, 'docs/getting-started.md')[0] as Program
let code: string
let folder: string
let running: ChildProcess | undefined

beforeAll(async () => {
  code = await mkdtemp(join(root, 'node_modules/.dynact-docs-'))
  folder = await mkdtemp(join(tmpdir(), 'dynact-docs-'))
  await writeFile(join(code, 'counter.mjs'), emitProgram(program))
})
afterAll(async () => {
  running?.kill('SIGKILL')
  await rm(code, { recursive: true })
  await rm(folder, { recursive: true })
})

/** Starts the program and kills it after so many lines. */
const linesUntilKilled = async (count: number): Promise<string[]> => {
  const child = spawn(process.execPath, ['--disable-warning=Warning', join(code, 'counter.mjs')], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running = child
  const ended = once(child, 'exit')
  const lines: string[] = []
  for await (const line of createInterface(child.stdout)) {
    lines.push(line)
    if (lines.length === count) child.kill('SIGKILL')
  }
  await ended
  return lines
}
/** What the page says that the first start prints, and the second. */
const [shownFirst = [], shownSecond = []] = shownOutput('docs/getting-started.md')
const countIn = (line: string | undefined) => Number(line?.split(': ')[1])

test('the commands of the page make a package of ES modules', async () => {
  const block = readPage(join(root, 'docs/getting-started.md')).blocks.find(({ info }) => info === 'sh')
  const [line = ''] = block?.lines ?? []
  const { status, stderr } = spawnSync('bash', ['-ec', line], { cwd: folder, encoding: 'utf8' })

  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringMatching(/npm error/) })
  expect(JSON.parse(await readFile(join(folder, 'counter/package.json'), 'utf8'))).toMatchObject({
    name: 'counter',
    type: 'module',
  })
})

test('the counter of the page goes on after it was killed', async () => {
  const first = await linesUntilKilled(shownFirst.length)
  expect(shownFirst.length).toBeGreaterThan(2)
  expect(first.slice(0, shownFirst.length)).toEqual(shownFirst)

  // At most one more was stored than was printed.
  const second = await linesUntilKilled(2)
  const recovered = countIn(second[0])
  expect([countIn(first.at(-1)), countIn(first.at(-1)) + 1]).toContain(recovered)
  expect(countIn(second[1])).toBe(recovered + 1)
  expect(withoutNumbers(second.slice(0, 2))).toEqual(withoutNumbers(shownSecond))
  expect(shownSecond.map(countIn)).toEqual([countIn(shownFirst.at(-1)), countIn(shownFirst.at(-1)) + 1])
})
