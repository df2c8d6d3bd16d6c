import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { shownOutput } from '../../../tools/docs/shown-output.js'
import { runProgram } from '../../../tools/test-support/run-program.js'

describe('npm start of shopping-cart', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dynact-shopping-cart-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  test('reads what version 1 stored, refuses what is invalid, and recovers from a snapshot', async () => {
    const entry = join(import.meta.dirname, '..', 'dist', 'index.js')

    const first = await runProgram(entry, folder)
    const second = await runProgram(entry, folder)

    expect(first).toMatchObject({ end: 0, errors: '' })
    const [shown = []] = shownOutput('examples/shopping-cart/README.md')
    expect(shown.length).toBeGreaterThan(9)
    expect([...first.lines, ...second.lines.slice(0, 2), '...']).toEqual(shown)
  })
})
