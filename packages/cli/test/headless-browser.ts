import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Debian's. */
const CHROMIUM = '/usr/bin/chromium'
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** On a developer's machine there may be none; in CI that is a failure. */
export const hasBrowser = existsSync(CHROMIUM) || process.env['CI'] === 'true'
if (!hasBrowser) process.stderr.write(`The page is not tested: there is no ${CHROMIUM}. Install Debian's chromium.\n`)

/** A real browser, without a window. */
export const launchBrowser = (): Promise<Browser> => chromium.launch({ headless: true, executablePath: CHROMIUM, args })
