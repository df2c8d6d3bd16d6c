/**
 * Who may ask. The page shows, and with `--write` changes, what this machine's AWS credentials reach, so being on this machine is not
 * enough: other users are, and so is every web page that the user's browser has open.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

const TOKEN_BYTES = 16

const makeToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url')

/** In constant time, whatever the length of what was given. */
const isSame = (given: string, secret: string): boolean => {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(secret))
}

/** What of a request decides whether it is answered. */
export interface Asked {
  readonly method: string
  readonly headers: IncomingHttpHeaders
}

/** The secrets of one run of the command, and the verdict on requests. */
export class Access {
  /** In the address that is printed; opens the page as often as one likes. */
  readonly token = makeToken()
  /** In the address that a browser is started with, which others can see in the list of processes: opens the page once. */
  #once: string | undefined
  readonly #session = makeToken()
  readonly #port: number

  constructor(port: number) {
    this.#port = port
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** An address that opens the page once. */
  makeOnce(): string {
    this.#once = makeToken()
    return this.#once
  }

  /** Does this token, of an address, open the page? */
  opens(token: string): boolean {
    if (isSame(token, this.token)) return true
    if (this.#once === undefined || !isSame(token, this.#once)) return false
    this.#once = undefined
    return true
  }

  /** What the browser that has opened the page keeps. Cookies do not know ports, so the name does. */
  get cookie(): string {
    return `${this.#cookieName}=${this.#session}; HttpOnly; SameSite=Strict; Path=/`
  }

  /** Does it come with the cookie, or with the token as `Authorization: Bearer`? */
  isKnown({ headers }: Asked): boolean {
    const bearer = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1]
    if (bearer !== undefined) return isSame(bearer, this.token)
    const cookies = (headers.cookie ?? '').split(';').map((cookie) => cookie.trim())
    const prefix = `${this.#cookieName}=`
    return cookies.some((cookie) => cookie.startsWith(prefix) && isSame(cookie.slice(prefix.length), this.#session))
  }

  /**
   * Why a request is refused whatever it knows: it was sent to another name (a foreign one may have been made to lead here), or a
   * page of another origin has sent it. `undefined` if neither.
   */
  faultOf({ method, headers }: Asked): string | undefined {
    const hosts = [`127.0.0.1:${this.#port}`, `localhost:${this.#port}`]
    if (!hosts.includes(headers.host ?? '')) return 'This address is not for that host.'
    const { origin } = headers
    if (origin !== undefined && origin !== `http://${headers.host}`) return 'Not for pages of another origin.'
    // Browsers name the origin of whatever is no GET.
    if (method !== 'GET' && origin === undefined && headers.authorization === undefined)
      return 'Changes need an origin.'
    const site = headers['sec-fetch-site']
    const isOpening =
      method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
    if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isOpening)
      return 'Not for pages of another origin.'
    return undefined
  }

  get #cookieName(): string {
    return `dynact-explore-${this.#port}`
  }
}
