import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
    expect(run.lines).toEqual([
      'Release 1: [{"cents":500,"clerk":"Ada"}]',
      'Release 2: [{"cents":500,"clerk":"Ada","currency":"EUR"},{"cents":1099511627776,"clerk":"Bob","currency":"USD"}]',
      'Release 3: [{"amount":500,"currency":"EUR","at":null},{"amount":1099511627776,"currency":"USD","at":null},{"amount":7,"currency":"CHF","at":"2026-01-02T03:04:05.000Z"}]',
      'customer-1: shredded',
      'customer-2: call me back',
    ])
  })
})
