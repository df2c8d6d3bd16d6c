import { CliFixture } from './cli-fixture.js'

const fixture = new CliFixture()

beforeAll(() => fixture.create({}))
afterAll(() => fixture.remove())

test('dev runs a DynamoDB on a folder until Ctrl-C, and keeps what is in it', async () => {
  const start = async () => {
    const running = await fixture.startBare('dev', '--port', '0', '--json')
    const { endpoint } = JSON.parse(await running.lineMatching(/"endpoint"/))
    return { running, endpoint }
  }
  const first = await start()
  const check = await fixture.startBare('tables', 'check', '--queries', '--endpoint', first.endpoint)
  expect(await check.ended).toMatchObject({ code: 0 })
  const create = ['tables', 'create', '--only', 'snapshot', '--snapshot-table', 'more']
  expect(await (await fixture.startBare(...create, '--endpoint', first.endpoint)).ended).toMatchObject({ code: 0 })
  first.running.child.kill('SIGINT')
  expect(await first.running.ended).toMatchObject({ code: 130 })

  const second = await start()
  const again = ['tables', 'check', '--only', 'snapshot', '--snapshot-table', 'more', '--endpoint', second.endpoint]
  expect(await (await fixture.startBare(...again)).ended).toMatchObject({ code: 0 })
  const busy = await fixture.startBare('dev', '--port', '0')
  expect(await busy.ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/in use by another embedded/) })
  second.running.child.kill('SIGINT')
  await second.running.ended
})

test('bench measures in a table of its own, and deletes it', async () => {
  const { code, records } = await fixture.run('bench', '--actors', '3', '--events', '4', '--json')

  expect(code).toBe(0)
  expect(records.map(({ what, count }) => [what, count])).toEqual([
    ['persist', 12],
    ['persistAll of 10', 12],
    ['recovery', 3],
  ])
  expect(records.every(({ perSecond, p99Ms }) => perSecond > 0 && p99Ms > 0)).toBe(true)
  expect(await fixture.tablesBeginningWith('dynact-bench-')).toEqual([])
})
