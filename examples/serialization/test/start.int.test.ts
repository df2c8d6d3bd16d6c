import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { shownOutput } from '../../../tools/docs/shown-output.js'
import { runProgram } from '../../../tools/test-support/run-program.js'

describe('npm start of serialization', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dynact-serialization-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  test('every release reads what the earlier ones wrote; a forgotten customer is shredded, the other is not', async () => {
    const run = await runProgram(join(import.meta.dirname, '..', 'dist', 'index.js'), folder)

    expect(run).toMatchObject({ end: 0, errors: '' })
    const [releases = []] = shownOutput('docs/serialization.md')
    expect(releases).toHaveLength(3)
    expect(run.lines).toEqual([...releases, 'customer-1: shredded', 'customer-2: call me back'])
  })
})
