import { CliFixture } from './cli-fixture.js'

// On a real terminal, made by util-linux's script.

const fixture = new CliFixture()
beforeAll(async () => {
  await fixture.create({})
  for (const id of ['asked', 'spared']) await fixture.write(id, 1, 3, [], fixture.journal({ queries: undefined }))
})
afterAll(() => fixture.remove())

const CTRL_C = '\u0003'
const CTRL_D = '\u0004'

const answer = async (keys: string, ...args: string[]) => {
  const running = await fixture.startOnTerminal(...args)
  await running.shown('Type yes to go on: ')
  running.child.stdin?.write(keys)
  return running.ended
}
const eventsOf = async (id: string) => (await fixture.run('events', id, '--json')).records.length

test.each([
  ['no', 'no\r', 1, 'dynact: Not confirmed. Nothing was done.'],
  ['nothing', '\r', 1, 'dynact: Not confirmed. Nothing was done.'],
  ['the beginning of yes', 'y\r', 1, 'dynact: Not confirmed. Nothing was done.'],
  ['Ctrl-D', CTRL_D, 1, 'dynact: Not confirmed. Nothing was done.'],
  ['Ctrl-C', CTRL_C, 130, 'dynact: interrupted'],
  ['Ctrl-C after yes', `yes${CTRL_C}`, 130, 'dynact: interrupted'],
])('%s deletes nothing', async (_, keys, exitCode, last) => {
  const { code, lines } = await answer(keys, 'delete', 'spared')

  expect({ code, last: lines.at(-1)?.trimEnd() }).toEqual({ code: exitCode, last })
  expect(await eventsOf('spared')).toBe(3)
})

test.each([
  ['cleanup', ['cleanup', '--before', '2100-01-01T00:00:00Z'], 'This deletes of all ids the events before 2100'],
  ['tables delete', ['tables', 'delete'], 'with every event and snapshot in it'],
])('%s asks as well', async (_, args, question) => {
  const { code, stdout } = await answer('no\r', ...args)

  expect(stdout).toContain(question)
  expect(code).toBe(1)
  expect(await eventsOf('spared')).toBe(3)
})

test('yes deletes', async () => {
  const { code, stdout } = await answer('yes\r', 'delete', 'asked')

  expect(stdout).toContain('This deletes all events and snapshots of asked. Type yes to go on: ')
  expect(stdout).toContain('asked: deleted all events and snapshots')
  expect(code).toBe(0)
  expect(await eventsOf('asked')).toBe(0)
  expect(await eventsOf('spared')).toBe(3)
})
