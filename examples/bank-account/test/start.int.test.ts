import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { shownOutput } from '../../../tools/docs/shown-output.js'
import { runProgram } from '../../../tools/test-support/run-program.js'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dynact-bank-account-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const run = (file: string) => runProgram(join(import.meta.dirname, '..', 'dist', file), folder)

test.each(['index.js', 'event-sourced.js'])(
  '%s of bank-account finds the balance of the process before it',
  async (file) => {
    const first = await run(file)
    const second = await run(file)

    expect(first).toMatchObject({ end: 0, errors: '' })
    expect([...first.lines, ...second.lines].map((line) => Number(line.split(':')[1]))).toEqual([0, 70, 70, 140])
  },
)

test('npm start of bank-account prints what its page shows', async () => {
  const lines: string[] = []
  for (const file of ['index.js', 'index.js', 'event-sourced.js']) lines.push(...(await run(file)).lines)

  expect([lines]).toEqual(shownOutput('examples/bank-account/README.md'))
})
