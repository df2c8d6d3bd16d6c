import { once } from 'node:events'
import { get } from 'node:http'
import { CliFixture } from './cli-fixture.js'
import { fillTables, HOSTILE, ServedPage } from './explore-fixture.js'

const fixture = new CliFixture()
let page: ServedPage
let writer: ServedPage

beforeAll(async () => {
  await fixture.create()
  await fillTables(fixture)
  page = await ServedPage.start(fixture)
  writer = await ServedPage.start(fixture, '--write')
})
afterAll(async () => {
  await Promise.all([page.stop(), writer.stop()])
  await fixture.remove()
})

const query = (params: Readonly<Record<string, string | number>>): string =>
  String(new URLSearchParams(Object.entries(params).map(([name, value]): [string, string] => [name, String(value)])))

const historyOf = async (id: string, params: Readonly<Record<string, string | number>> = {}) =>
  (await page.ask(`/api/history?${query({ id, ...params })}`)).json

/** The lines of a history in short. */
// biome-ignore lint/suspicious/noExplicitAny: an answer.
const linesOf = ({ entries }: any): string[] =>
  entries.map(({ kind, state, sequenceNr, from, to }: Record<string, unknown>) =>
    kind === 'event' ? `${state} ${sequenceNr}` : `${kind} ${sequenceNr ?? `${from}-${to}`}`,
  )

describe('who may ask', () => {
  test('whoever has the token, by the address and then by a cookie, or by a header', async () => {
    const opened = await page.askBare(`/?token=${page.token}`)
    expect(opened.status).toBe(200)
    const [cookie = ''] = opened.headers['set-cookie'] ?? []
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/)
    expect(cookie).not.toContain(page.token)
    const pair = cookie.split(';')[0] ?? ''

    expect(await page.askBare('/api/about', { headers: { cookie: `other=1; ${pair}` } })).toMatchObject({ status: 200 })
    expect((await page.ask('/api/about')).json).toMatchObject({ table: fixture.table, isWritable: false })
  })

  test.each([
    ['no token', '/', {}],
    ['a wrong token', '/?token=AAAAAAAAAAAAAAAAAAAAAA', {}],
    ['an empty token', '/?token=', {}],
    ['no cookie', '/api/about', {}],
    ['no cookie for a script of the page', '/page/main.js', {}],
    ['a wrong header', '/api/about', { authorization: 'Bearer AAAAAAAAAAAAAAAAAAAAAA' }],
    ['a cookie of another port', '/api/about', { cookie: 'dynact-explore-1=x' }],
  ])('nobody with %s', async (_, path, headers) => {
    const { status, json, headers: answered } = await page.askBare(path, { headers })

    expect([status, json.error]).toEqual([
      403,
      expect.stringMatching(/^Open the address that dynact explore has printed/),
    ])
    expect(answered['set-cookie']).toBeUndefined()
  })

  test('the token counts in the address of the page only', async () => {
    expect(await page.askBare(`/api/about?token=${page.token}`)).toMatchObject({ status: 403 })
  })

  test.each([
    ['sent to a foreign name', { host: 'attacker.example' }, 403],
    ['sent to a foreign name with our port', { host: 'attacker.example:PORT' }, 403],
    ['of a page elsewhere', { origin: 'https://attacker.example' }, 403],
    ['of a page on another port', { origin: 'http://127.0.0.1:1' }, 403],
    ['of a page without an origin', { origin: 'null' }, 403],
    ['that the browser says is cross-site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['that the browser says is of another port', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }, 403],
    ['of the page itself', { origin: 'http://127.0.0.1:PORT', 'sec-fetch-site': 'same-origin' }, 200],
    ['sent to localhost', { host: 'localhost:PORT' }, 200],
  ])('a request %s, even with the token: %j gives %i', async (_, headers, status) => {
    const { port } = new URL(page.origin)
    const filled = Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, value.replace('PORT', port)]))

    expect(await page.ask('/api/about', { headers: filled })).toMatchObject({ status })
  })

  test('nothing is cached, sniffed, framed or run but what the page brings', async () => {
    for (const path of ['/api/about', '/', '/page/main.js', '/nothing']) {
      const { headers } = await page.ask(path)
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      })
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
      expect(policy).not.toMatch(/unsafe|https?:|\*/)
      expect(headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  test('files beside those of the page are not served', async () => {
    for (const path of ['/package.json', '/page/../bin.js', '/page/%2e%2e/bin.js', '/bin.js', '/page/'])
      expect(await page.ask(path)).toMatchObject({ status: 404 })
  })

  test('it listens on 127.0.0.1 only', async () => {
    expect(page.origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const { port } = new URL(page.origin)
    const failed = once(get(`http://[::1]:${port}/`), 'error')

    expect((await failed)[0]).toMatchObject({ code: expect.stringMatching(/ECONNREFUSED|EADDRNOTAVAIL|EAFNOSUPPORT/) })
  })
})

describe('reading', () => {
  test('lists ids page by page', async () => {
    const found: string[] = []
    let cursor: string | undefined
    let pages = 0
    do {
      const { json } = await page.ask(`/api/ids?${query({ limit: 40, ...(cursor !== undefined && { cursor }) })}`)
      expect(json.ids.length).toBeLessThanOrEqual(40)
      found.push(...json.ids)
      cursor = json.next
      pages++
    } while (cursor !== undefined)

    expect(new Set(found).size).toBe(found.length)
    expect(found).toHaveLength(127)
    expect(found).toContain(HOSTILE)
    expect(pages).toBe(4)
  })

  test('finds the ids that begin with a text, and an id itself', async () => {
    const many = (await page.ask('/api/ids?prefix=many-01')).json
    expect(many.ids.toSorted()).toEqual(Array.from({ length: 10 }, (_, index) => `many-01${index}`))
    expect(many).toMatchObject({ isId: false, lookedAt: 371 })
    expect((await page.ask(`/api/ids?${query({ prefix: 'Order|7' })}`)).json).toMatchObject({
      ids: ['Order|7'],
      isId: true,
    })
  })

  test('tells of a history what is stored about its events', async () => {
    const history = await historyOf('Order|7')

    expect(history).toMatchObject({ highestSequenceNr: 5, deletedTo: 0 })
    expect(history.next).toBeUndefined()
    expect(linesOf(history)).toEqual(['visible 1', 'visible 2', 'visible 3', 'visible 4', 'visible 5'])
    expect(history.entries[0]).toMatchObject({
      tags: ['placed'],
      lastIndex: 0,
      serializerId: 1100,
      writerUuid: 'writer-1',
      isDecodable: true,
      preview: '{"type":"Placed","items":[{"sku":"tea","count":2}],"total":9}',
      time: expect.stringMatching(/^20\d\d-/),
    })
    expect(history.entries[2]).toMatchObject({ index: 1, lastIndex: 2 })
  })

  test('pages through a history whose beginning is deleted', async () => {
    const first = await historyOf('Order|8', { limit: 50 })
    expect(first).toMatchObject({ highestSequenceNr: 250, deletedTo: 120, next: 170 })
    expect(linesOf(first).slice(0, 2)).toEqual(['deleted 1-120', 'visible 121'])
    expect(linesOf(first)).toHaveLength(50)

    const second = await historyOf('Order|8', { from: 170, limit: 50 })
    expect(linesOf(second)[0]).toBe('visible 170')
    expect(second.next).toBe(220)
    const last = await historyOf('Order|8', { from: 220, limit: 50 })
    expect(linesOf(last).at(-1)).toBe('visible 250')
    expect(last.next).toBeUndefined()
  })

  test('shows torn batches and gaps as such', async () => {
    expect(linesOf(await historyOf('torn'))).toEqual(['visible 1', 'torn 2', 'torn 3', 'gap 4-5', 'visible 6'])
    expect(linesOf(await historyOf('torn', { from: 3, limit: 2 }))).toEqual(['torn 3', 'gap 4-5'])
  })

  test('shows what is damaged or undecodable, and goes on behind it', async () => {
    const history = await historyOf('damaged')

    expect(linesOf(history)).toEqual(['unjudged 1', 'unjudged 2', 'damaged 3', 'unjudged 4', 'visible 5', 'visible 6'])
    expect(history.entries[1]).toMatchObject({ isDecodable: false })
    expect(history.failure).toMatch(/damaged: the item .* can't be read/)
    expect(linesOf(await historyOf('damaged', { from: 5 }))).toEqual(['visible 5', 'visible 6'])
  })

  test('shows an event beside the one before it', async () => {
    const { json } = await page.ask(`/api/event?${query({ id: 'Order|7', sequenceNr: 3 })}`)

    expect(JSON.parse(json.payload.json)).toMatchObject({ type: 'Discounted', total: 12 })
    expect(json.previous.sequenceNr).toBe(2)
    expect(JSON.parse(json.previous.payload.json)).toMatchObject({ type: 'ItemAdded' })
    const torn = (await page.ask(`/api/event?${query({ id: 'torn', sequenceNr: 3 })}`)).json
    expect([torn.entry.state, torn.payload.json, torn.previous.sequenceNr]).toEqual(['torn', '"event 3"', 1])
    expect(await page.ask('/api/event?id=torn&sequenceNr=4')).toMatchObject({ status: 404 })
  })

  test('shows a snapshot beside the one before it', async () => {
    const { snapshots } = (await page.ask(`/api/snapshots?${query({ id: 'Order|7' })}`)).json
    expect(snapshots).toEqual([
      { sequenceNr: 4, time: '2026-01-04T00:00:00.000Z' },
      { sequenceNr: 2, time: '2026-01-02T00:00:00.000Z' },
    ])
    const { json } = await page.ask(`/api/snapshot?${query({ id: 'Order|7', sequenceNr: 4 })}`)
    expect(JSON.parse(json.state.json)).toEqual({ open: false, total: 14 })
    expect(json.previous.sequenceNr).toBe(2)
    const first = (await page.ask(`/api/snapshots?${query({ id: 'Order|7', limit: 1 })}`)).json
    const second = await page.ask(`/api/snapshots?${query({ id: 'Order|7', limit: 1, cursor: first.next })}`)
    expect(second.json.snapshots[0].sequenceNr).toBe(2)
  })

  test('verifies an id', async () => {
    const { json } = await page.ask('/api/verify?id=unmarked')
    expect(json).toMatchObject({ events: 100, isRepairable: true, findings: [{ kind: 'missing-mark' }] })
  })

  test('tells how the tables are', async () => {
    const { json } = await page.ask('/api/tables')
    const [journal, snapshots] = json
    expect(journal).toMatchObject({ table: fixture.table, indexes: [{ name: 'feed-idx', status: 'ACTIVE' }] })
    expect(journal.facts).toContainEqual({ name: 'Status', value: 'ACTIVE' })
    expect(journal.remarks).toContainEqual({ kind: 'hint', text: expect.stringMatching(/persistence-ids-idx/) })
    expect(snapshots).toMatchObject({ table: fixture.snapshotTable, indexes: [{ name: 'ts-idx' }] })
  })

  test('counts what the journal holds', async () => {
    const { text, headers } = await page.ask('/api/count')
    expect(headers['content-type']).toBe('text/event-stream; charset=utf-8')
    const counts = [...text.matchAll(/^event: count\ndata: (.*)$/gm)].map(([, data = '']) => JSON.parse(data))
    expect(counts.at(-1)).toMatchObject({
      isDone: true,
      events: expect.any(Number),
      cost: { writingOnce: expect.any(Number) },
    })
    expect(counts.at(-1).events).toBeGreaterThan(350)
    expect(text).toMatch(/event: done\ndata: \{\}\n\n$/)
  })

  test.each([
    ['/api/history', /id/],
    ['/api/history?id=x&from=0', /from/],
    ['/api/history?id=x&limit=501', /limit/],
    ['/api/history?id=x&more=1', /more/],
    ['/api/ids?cursor=nonsense', /cursor/],
  ])('says what is wrong with %s', async (path, text) => {
    const { status, json } = await page.ask(path)
    expect([status, json.error]).toEqual([400, expect.stringMatching(text)])
  })
})

/** The entries of a live stream as they come, and the way to end it. */
const follow = async (path: string) => {
  const response = await fetch(`${page.origin}${path}`, { headers: { authorization: `Bearer ${page.token}` } })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (reader === undefined) throw new Error('no body')
  let text = ''
  return {
    next: async (pattern: RegExp): Promise<string> => {
      for (;;) {
        const match = pattern.exec(text)
        if (match !== null) return match[0]
        const { done, value } = await reader.read()
        if (done) throw new Error(`It ended with ${text}`)
        text += value
      }
    },
    end: () => reader.cancel(),
  }
}

describe('following', () => {
  test('events of one id come as they are written', async () => {
    await fixture.write('live', 1)
    const stream = await follow('/api/tail?id=live')
    await stream.next(/event: ready/)
    await fixture.write('live', 2)

    const data = JSON.parse(await stream.next(/\{"persistenceId.*\}/)) as unknown
    await stream.end()
    expect(data).toMatchObject({ persistenceId: 'live', sequenceNr: 2, preview: '{"n":2}' })
  })

  test('events of all ids come as they are written', async () => {
    const stream = await follow('/api/tail')
    await stream.next(/event: ready/)
    await fixture.write('another', 1, 1, ['hot'])

    expect(await stream.next(/\{.*"another".*\}/)).toContain('"tags":["hot"]')
    await stream.end()
  })

  test('Ctrl-C ends the command, whoever still follows', async () => {
    const other = await ServedPage.start(fixture)
    const response = await fetch(`${other.origin}/api/tail?id=live`, {
      headers: { authorization: `Bearer ${other.token}` },
    })
    other.running.child.kill('SIGINT')

    expect(await other.running.ended).toMatchObject({ code: 130, stderr: 'dynact: interrupted\n' })
    await expect(response.text()).rejects.toThrow()
  })
})

describe('changing', () => {
  test.each(['/api/repair', '/api/delete'])('%s is refused without --write', async (path) => {
    const { status, json } = await page.change(path, { id: 'unmarked', to: 10, confirmed: 'unmarked' })

    expect([status, json.error]).toEqual([403, 'This page only reads. Start it by: dynact explore --write'])
    expect(await fixture.journal().readDeletedToSequenceNr('unmarked')).toBe(0)
  })

  test('nothing changes by a GET, by another type, or by a page elsewhere', async () => {
    expect(await writer.ask('/api/repair?id=unmarked')).toMatchObject({ status: 405 })
    const body = { id: 'unmarked' }
    expect(await writer.change('/api/repair', body, { 'content-type': 'text/plain' })).toMatchObject({ status: 400 })
    expect(await writer.change('/api/repair', body, { origin: 'https://attacker.example' })).toMatchObject({
      status: 403,
    })
    const opened = await writer.askBare(`/?token=${writer.token}`)
    const cookie = opened.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    const headers = { cookie, 'content-type': 'application/json', 'content-length': '17' }
    const bare = await writer.askBare('/api/repair', { method: 'POST', headers, body: '{"id":"unmarked"}' })
    expect([bare.status, bare.json.error]).toEqual([403, 'Changes need an origin.'])
    expect((await page.ask('/api/verify?id=unmarked')).json.findings).toHaveLength(1)
  })

  test('events are deleted when the id has been typed once more', async () => {
    await fixture.write('old', 1, 5)
    const other = await writer.change('/api/delete', { id: 'old', to: 3, confirmed: 'other' })
    expect([other.status, other.json.error]).toEqual([400, expect.stringMatching(/Nothing was deleted/)])
    expect(linesOf(await historyOf('old'))).toHaveLength(5)

    expect((await writer.change('/api/delete', { id: 'old', to: 3, confirmed: 'old' })).json).toEqual({ deletedTo: 3 })
    expect(linesOf(await historyOf('old'))).toEqual(['deleted 1-3', 'visible 4', 'visible 5'])
  })

  test('high marks are repaired', async () => {
    const { json } = await writer.change('/api/repair', { id: 'unmarked' })
    expect(json).toEqual({ done: ['stored the high mark 100'], left: [] })
    expect((await page.ask('/api/verify?id=unmarked')).json.findings).toEqual([])
  })
})
