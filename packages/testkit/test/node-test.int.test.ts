// The suites need no jest: node's own runner declares and runs them, on the package as it is built.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import {
  inMemoryJournal,
  inMemoryReadJournal,
  inMemorySnapshotStore,
  journalConformanceCases,
  readJournalConformanceCases,
  snapshotStoreConformanceCases,
} from '@dynact/testkit'

const fixture = fileURLToPath(new URL('fixtures/conformance.node-test.mjs', import.meta.url))

const runNodeTest = (env: Readonly<Record<string, string>> = {}) => {
  const args = ['--test', '--test-reporter=tap', fixture]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    maxBuffer: 64 * 1024 * 1024,
  })
  const count = (kind: string) => Number(stdout.match(new RegExp(`^# ${kind} (\\d+)$`, 'm'))?.[1])
  return { status, stderr, count, stdout }
}

const capabilities = { severalProcesses: false }
const cases = [
  ...journalConformanceCases(() => inMemoryJournal(), { capabilities }),
  ...snapshotStoreConformanceCases(() => inMemorySnapshotStore(), { capabilities }),
  ...readJournalConformanceCases(() => {
    const journal = inMemoryJournal()
    return { journal, readJournal: inMemoryReadJournal(journal) }
  }),
]

test('node:test runs every case, and skips those that are declared so', () => {
  const { status, stderr, count } = runNodeTest()

  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const skipped = cases.filter(({ skip }) => skip !== undefined).length
  expect([count('tests'), count('pass'), count('skipped'), count('fail')]).toEqual([
    cases.length,
    cases.length - skipped,
    skipped,
    0,
  ])
})

test('node:test fails where a case does', () => {
  const { status, count, stdout } = runNodeTest({ BROKEN: 'yes' })

  expect(status).toBe(1)
  expect(count('fail')).toBeGreaterThan(0)
  expect(stdout).toMatch(/not ok \d+ - a batch of 101 from event 1 on is seen whole/)
})
