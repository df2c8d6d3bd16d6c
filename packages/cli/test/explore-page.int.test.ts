import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { CliFixture } from './cli-fixture.js'
import { fillTables, HOSTILE, ServedPage } from './explore-fixture.js'
import { hasBrowser, launchBrowser } from './headless-browser.js'

// In a real browser: Debian's Chromium. `DYNACT_SCREENSHOTS=docs/images` stores the pictures of docs/explore.md.

const screenshots = process.env['DYNACT_SCREENSHOTS']
const timeoutMs = 60_000

const describeInBrowser = hasBrowser ? describe : describe.skip

describeInBrowser('the page of dynact explore', () => {
  const fixture = new CliFixture()
  let browser: Browser
  let reader: ServedPage
  let writer: ServedPage
  const opened: Page[] = []
  /** What the pages have complained about: errors, refused scripts, failed requests. */
  const complaints: string[] = []

  beforeAll(async () => {
    await fixture.create()
    await fillTables(fixture)
    browser = await launchBrowser()
    reader = await ServedPage.start(fixture)
    writer = await ServedPage.start(fixture, '--write')
  }, timeoutMs)
  afterEach(async () => {
    for (const page of opened.splice(0)) await page.context().close()
    expect(complaints.splice(0)).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    await Promise.all([reader?.stop(), writer?.stop()])
    await fixture.remove()
  }, timeoutMs)

  const open = async (view = '', served = reader, options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width: 1200, height: 760 }, locale: 'en-US', ...options })
    const page = await context.newPage()
    opened.push(page)
    page.setDefaultTimeout(timeoutMs / 3)
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('dialog', (dialog) => complaints.push(dialog.message()))
    await page.goto(`${served.url}${view}`)
    await page.locator('h1').waitFor()
    return page
  }
  const history = (id: string, from = 1) => `#/id?${new URLSearchParams({ id, from: String(from) })}`
  const rows = (page: Page) => page.locator('table.timeline tbody tr')

  test('the token leaves the address at once, and the page lives on without it', async () => {
    const page = await open()

    expect(page.url()).toBe(`${reader.origin}/`)
    await page.reload()
    await page.getByRole('heading', { name: 'Persistence ids' }).waitFor()
  })

  test('ids are listed page by page, and found by how they begin', async () => {
    const page = await open()
    await page.getByText('Page 1: 50 ids').first().waitFor()
    expect(await page.locator('ul.ids li').count()).toBe(50)
    await page.getByRole('button', { name: 'Next page' }).click()
    await page.getByText('Page 2: 50 ids').first().waitFor()
    await page.getByRole('button', { name: 'Previous page' }).click()
    await page.getByText('Page 1: 50 ids').first().waitFor()

    await page.getByRole('searchbox', { name: 'Ids that begin with' }).fill('Order|')
    await page.keyboard.press('Enter')
    await page.getByText('Page 1: 2 ids that begin with it').first().waitFor()
    await page.getByRole('link', { name: 'Order|7' }).click()
    await page.getByRole('heading', { name: 'Order|7', level: 1 }).waitFor()
  })

  test('a search goes on by itself until it has found something', async () => {
    const page = await open()
    // As the command answers after 20 pages without a match.
    const answer = { ids: [], lookedAt: 20_000, next: Buffer.from('{}').toString('base64url'), isId: false }
    await page.route(/\/api\/ids\?(?!.*cursor).*prefix=many-11/, (route) => route.fulfill({ json: answer }))
    await page.goto(`${reader.origin}/#/ids?prefix=many-11`)

    await page
      .getByText(/Page 1: 10 ids that begin with it, among 2\d,\d{3} looked at/)
      .first()
      .waitFor()
  })

  test('a history tells of batches, snapshots, tags and the difference of one event to the next', async () => {
    const page = await open(history('Order|7'))
    await rows(page).nth(6).waitFor()
    const lines = await rows(page).allInnerTexts()
    expect(lines.map((line) => line.split(/\s/)[0])).toEqual(['1', '2', 'after', '3', '4', 'after', '5'])
    expect(lines[3]).toMatch(/2 of 3/)
    expect(lines[0]).toMatch(/placed/)

    await page.getByRole('button', { name: 'Event 3: show its payload' }).click()
    const detail = page.getByRole('region', { name: 'Event 3' })
    await detail.waitFor()
    expect(await detail.locator('tr.changed').allInnerTexts()).toEqual([
      expect.stringMatching(/value/),
      expect.stringMatching(/type\s+"ItemAdded"\s+"Discounted"\s+changed/),
      expect.stringMatching(/total\s+14\s+12\s+changed/),
    ])
    expect(await detail.locator('tr.added').allInnerTexts()).toEqual([expect.stringMatching(/note\s+"spring"\s+new/)])

    await page.getByRole('button', { name: 'Snapshot after 4' }).click()
    await page.getByRole('region', { name: 'Snapshot after 4' }).waitFor()
    expect(await page.locator('.diff tr.changed').allInnerTexts()).toContainEqual(
      expect.stringMatching(/open\s+true\s+false\s+changed/),
    )
  })

  test('torn batches, gaps, deleted ranges and damage are shown as such', async () => {
    const page = await open(history('torn'))
    await rows(page).first().waitFor()
    expect(await page.locator('tr.torn').allInnerTexts()).toEqual([
      expect.stringMatching(/torn batch: left out/),
      expect.stringMatching(/torn batch: left out/),
    ])
    expect(await page.locator('tr.gap').innerText()).toMatch(/4 to 5\s+gap/)

    await page.goto(`${reader.origin}/${history('Order|8')}`)
    expect(await page.locator('tr.deleted').innerText()).toMatch(/1 to 120\s+deleted/)
    await page.goto(`${reader.origin}/${history('damaged')}`)
    expect(await page.locator('tr.damaged').innerText()).toMatch(/damaged item/)
    expect(await page.locator('p.error').innerText()).toMatch(/A recovery of these events fails/)
  })

  test('a long history is paged', async () => {
    const page = await open(history('Order|8', 121))
    await rows(page).nth(49).waitFor()
    expect(await rows(page).count()).toBe(50)
    await page.getByRole('button', { name: 'Newest' }).click()
    await page.getByRole('button', { name: 'Event 250: show its payload' }).waitFor()
    expect(await rows(page).count()).toBe(50)
    await page.getByRole('spinbutton', { name: 'From event' }).fill('130')
    await page.getByRole('button', { name: 'Go' }).click()
    await page.getByRole('button', { name: 'Event 130: show its payload' }).waitFor()
  })

  test('all of it works by the keyboard', async () => {
    const page = await open(history('Order|7'))
    await rows(page).nth(6).waitFor()
    await page.reload()
    await rows(page).nth(6).waitFor()
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').innerText()).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    expect(await page.locator(':focus').getAttribute('id')).toBe('main')

    await page.getByRole('button', { name: 'Event 1: show its payload' }).focus()
    await page.keyboard.press('ArrowDown')
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Event 2: show its payload')
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'Event 2' }).waitFor()
    expect(await page.locator(':focus').innerText()).toBe('Event 2')
    await page.keyboard.press('Escape')
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Event 2: show its payload')
    expect(await page.locator('.detail').count()).toBe(0)
  })

  test('an id and a payload that are HTML stay text', async () => {
    const page = await open('#/ids?prefix=%3Cscript')
    await page.getByRole('link', { name: HOSTILE }).first().click()
    expect(await page.locator('h1').innerText()).toBe(HOSTILE)
    await page.getByRole('button', { name: 'Event 1: show its payload' }).click()
    const detail = page.getByRole('region', { name: 'Event 1' })
    await detail.waitFor()

    expect(await detail.locator('td.value').innerText()).toBe(JSON.stringify(HOSTILE))
    expect(await page.locator('img, main script').count()).toBe(0)
    expect(await page.title()).toBe(`${HOSTILE} – dynact explore`)
  })

  test('events show up live', async () => {
    const page = await open('#/live')
    await page.locator('#live-state', { hasText: 'Waiting for events.' }).waitFor()
    await fixture.write('Order|9', 1, 1, ['hot'])
    const row = page.locator('tbody tr', { hasText: 'Order|9' })
    await row.waitFor()
    expect(await row.innerText()).toMatch(/\{"n":1\}\s+hot/)
    await page.getByRole('status').filter({ hasText: '1 events, the newest: Order|9 1' }).waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.locator('#live-state', { hasText: 'Stopped after 1 events.' }).waitFor()
  })

  test('the tables tell how they are, and what they hold', async () => {
    const page = await open('#/tables')
    await page.getByRole('region', { name: `Table ${fixture.table}` }).waitFor()
    await page.getByRole('button', { name: 'Count now' }).click()
    await page.getByText('complete', { exact: true }).waitFor()
    expect(await page.locator('#count ~ div dl').innerText()).toMatch(/Events\s+[3-9]\d\d/)
  })

  test('without --write there is nothing to change; with it marks are repaired and events deleted', async () => {
    const page = await open(history('unmarked'))
    await page.getByRole('button', { name: 'Verify this id' }).click()
    await page.getByText('dynact explore --write can repair the high marks.').waitFor()
    expect(await page.getByRole('button', { name: /Repair|Delete/ }).count()).toBe(0)

    const other = await open(history('unmarked'), writer)
    await other.getByRole('button', { name: 'Verify this id' }).click()
    await other.getByRole('button', { name: 'Repair the high marks' }).click()
    await other.getByText('Repaired: stored the high mark 100').waitFor()
    await other.getByLabel('Delete the events up to number').fill('60')
    await other.getByLabel('Type the id to confirm').fill('unmarked')
    await other.getByRole('button', { name: 'Delete these events for good' }).click()
    await other.locator('tr.deleted', { hasText: '1 to 60' }).waitFor()
    expect(await fixture.journal().readDeletedToSequenceNr('unmarked')).toBe(60)
  })

  test('it says that the command has ended', async () => {
    const other = await ServedPage.start(fixture)
    const page = await open('', other)
    await page.getByText('Page 1: 50 ids').first().waitFor()
    await other.stop()
    await page.getByRole('link', { name: 'Tables' }).click()

    await page.getByRole('alert').filter({ hasText: 'dynact explore does not answer any more' }).waitFor()
    complaints.splice(0) // the browser's own, of the refused connection
  })

  const views = [
    ['ids', '', 'ul.ids li'],
    ['history', history('Order|7'), 'tr.snapshot'],
    ['damage', history('torn'), 'tr.torn'],
    ['live', '#/live', '#live-state'],
    ['tables', '#/tables', '.cards .detail'],
  ] as const

  describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
    test.each(views)('%s is accessible', async (name, view, ready) => {
      // Its rules run in the page, which lets no script in; and the policy is tested by all other tests.
      const viewport = { width: 1450, height: name === 'history' ? 830 : 620 }
      const page = await open(view, writer, { colorScheme, bypassCSP: true, viewport })
      await page.locator(ready).first().waitFor()
      if (name === 'history') {
        await page.getByRole('button', { name: 'Event 3: show its payload' }).click()
        await page.getByRole('region', { name: 'Event 3' }).waitFor()
      }
      await page.addScriptTag({ path: createRequire(import.meta.url).resolve('axe-core/axe.min.js') })
      const { violations, passes } = (await page.evaluate('axe.run()')) as AxeResults

      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
      expect(passes.length).toBeGreaterThan(10)
      if (screenshots !== undefined) {
        const path = join(import.meta.dirname, '../../..', screenshots, `explore-${name}-${colorScheme}.png`)
        await page.screenshot({ path })
      }
    })
  })
})

interface AxeResults {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[]
  readonly passes: readonly unknown[]
}
