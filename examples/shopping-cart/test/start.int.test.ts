import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
    expect(first.lines).toEqual([
      'Recovered 2 lines from snapshot 0 and events to 2.',
      expect.stringMatching(/^so far +total 5$/),
      expect.stringMatching(/total 44.8$/),
      expect.stringMatching(/total 56.8$/),
      expect.stringMatching(/^half a chair .*expected int/),
      expect.stringMatching(/total 54.3$/),
      expect.stringMatching(/^check out +total 54.3$/),
      expect.stringMatching(/^one more lamp +the cart has been checked out$/),
    ])
    expect(second.lines.slice(0, 2)).toEqual([
      'Recovered 3 lines from snapshot 6 and events to 6.',
      expect.stringMatching(/^so far +total 54.3$/),
    ])
  })
})
