import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProgram } from '../../../tools/test-support/run-program.js'

describe.each(['index.js', 'event-sourced.js'])('%s of bank-account', (file) => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dynact-bank-account-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  test('finds the balance that the process before it has left', async () => {
    const entry = join(import.meta.dirname, '..', 'dist', file)

    const first = await runProgram(entry, folder)
    const second = await runProgram(entry, folder)

    expect(first).toMatchObject({ end: 0, errors: '' })
    expect([...first.lines, ...second.lines].map((line) => Number(line.split(':')[1]))).toEqual([0, 70, 70, 140])
  })
})
