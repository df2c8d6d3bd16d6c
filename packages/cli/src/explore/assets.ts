import { readdirSync, readFileSync } from 'node:fs'

/** A file of the page. */
export interface Asset {
  readonly type: string
  readonly body: Buffer
}

const SCRIPT = 'text/javascript; charset=utf-8'
const DIST = new URL('../', import.meta.url)
/** What is not compiled is served as it is in the sources, which are part of the package. */
const SOURCES = new URL('../../src/page/', import.meta.url)

/** All files of the page by their path; the page itself is at `/`. */
export const loadAssets = (): ReadonlyMap<string, Asset> => {
  const scripts = readdirSync(new URL('page/', DIST)).filter((name) => name.endsWith('.js'))
  const asset = (type: string, from: URL): Asset => ({ type, body: readFileSync(from) })
  return new Map([
    ['/', asset('text/html; charset=utf-8', new URL('index.html', SOURCES))],
    ['/explore.css', asset('text/css; charset=utf-8', new URL('explore.css', SOURCES))],
    ['/icon.svg', asset('image/svg+xml', new URL('icon.svg', SOURCES))],
    ['/visible.js', asset(SCRIPT, new URL('visible.js', DIST))],
    ...scripts.map((name) => [`/page/${name}`, asset(SCRIPT, new URL(`page/${name}`, DIST))] as const),
  ])
}
