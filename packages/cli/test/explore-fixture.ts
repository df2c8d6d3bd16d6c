import { request } from 'node:http'
import { eventItem, type Item, markItem } from '@dynact/dynamodb'
import type { CliFixture, RunningCli } from './cli-fixture.js'

const keys = { journalName: 'journal', sequenceShards: 10 }

/** An id and a payload that would run as a script if they were put into the page as HTML. */
export const HOSTILE = `<script>document.title='hacked'</script><img src=x onerror="document.title='hacked'">`

/** An event as an item, as a test wants it. */
export const storedEvent = (
  fixture: CliFixture,
  id: string,
  sequenceNr: number,
  {
    place: [index, lastIndex] = [0, 0],
    serializerId = 20,
    text = `event ${sequenceNr}`,
  }: {
    readonly place?: readonly [number, number]
    readonly serializerId?: number
    readonly text?: string
  } = {},
): Item => {
  const [event] = fixture.events(id, sequenceNr)
  if (event === undefined) throw new Error('no event')
  const payload = { serializerId, serializerManifest: '', bytes: Buffer.from(text) }
  return eventItem(keys, event, payload, { index, lastIndex })
}

/** Histories of every kind. */
export const fillTables = async (fixture: CliFixture): Promise<void> => {
  const item = storedEvent.bind(undefined, fixture)
  const journal = fixture.journal()
  const tea = { sku: 'tea', count: 2 }
  const items = [tea, { sku: 'cup', count: 1 }]
  const orders = [
    { type: 'Placed', items: [tea], total: 9 },
    { type: 'ItemAdded', items, total: 14 },
    { type: 'Discounted', items, total: 12, note: 'spring' },
    { type: 'Paid', items, total: 12, by: 'card' },
    { type: 'Shipped', items, total: 12, by: 'card' },
  ]
  const write = async (from: number, payloads: readonly unknown[], tags: readonly string[] = []) => {
    const events = fixture.events('Order|7', from, from + payloads.length - 1, tags)
    await journal.writeEvents({
      persistenceId: 'Order|7',
      events: events.map((event, index) => ({ ...event, payload: payloads[index] })),
    })
  }
  await write(1, orders.slice(0, 1), ['placed'])
  await write(2, orders.slice(1, 4))
  await write(5, orders.slice(4), ['shipped'])
  for (const sequenceNr of [2, 4]) {
    const metadata = { persistenceId: 'Order|7', sequenceNr, timestamp: Date.UTC(2026, 0, sequenceNr) }
    await fixture.snapshotStore().saveSnapshot(metadata, { open: sequenceNr < 4, total: 10 + sequenceNr })
  }
  await fixture.write('Order|8', 1, 250)
  await journal.deleteEventsTo('Order|8', 120)
  await fixture.put(fixture.table, [
    item('torn', 1),
    item('torn', 2, { place: [0, 2] }),
    item('torn', 3, { place: [1, 2] }),
    item('torn', 6),
    item('damaged', 1),
    item('damaged', 2, { serializerId: 8888 }),
    { ...item('damaged', 3), event: { S: 'no bytes' } },
    item('damaged', 4),
    item('damaged', 5),
    item('damaged', 6),
    item(HOSTILE, 1, { text: HOSTILE }),
    ...Array.from({ length: 100 }, (_, index) => item('unmarked', index + 1)),
    markItem(keys, 'SH', 'marked', 700),
    item('marked', 1),
    ...Array.from({ length: 120 }, (_, index) => item(`many-${String(index).padStart(3, '0')}`, 1)),
  ])
}

/** How a request is made. */
export interface Asking {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** An answer. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: answers of all questions.
  readonly json: any
}

/** The page, served by a process of its own. */
export class ServedPage {
  readonly running: RunningCli
  /** As it is printed: with the token. */
  readonly url: string
  readonly origin: string
  readonly token: string

  constructor(running: RunningCli, url: string) {
    this.running = running
    this.url = url
    this.origin = new URL(url).origin
    this.token = new URL(url).searchParams.get('token') ?? ''
  }

  static async start(fixture: CliFixture, ...options: readonly string[]): Promise<ServedPage> {
    const running = await fixture.start('explore', '--no-open', '--json', ...options)
    const { url } = JSON.parse(await running.lineMatching(/"url"/))
    return new ServedPage(running, url)
  }

  async stop(): Promise<void> {
    this.running.child.kill('SIGINT')
    await this.running.ended
  }

  /** Asks as a script with the token does. */
  ask(path: string, { headers, ...asking }: Asking = {}): Promise<Answer> {
    return this.askBare(path, { ...asking, headers: { authorization: `Bearer ${this.token}`, ...headers } })
  }

  /** Asks with these headers only. */
  askBare(path: string, { method = 'GET', headers = {}, body }: Asking = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(`${this.origin}${path}`, { method, headers, agent: false }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part
        })
        response.on('error', reject).on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            get json() {
              return JSON.parse(text)
            },
          }),
        )
      })
      sent.on('error', reject).end(body)
    })
  }

  change(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const text = JSON.stringify(body)
    const length = String(Buffer.byteLength(text))
    return this.ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': length, ...headers },
      body: text,
    })
  }
}
