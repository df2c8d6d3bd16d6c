/**
 * Signature Version 4 (AWS, "Create a signed AWS API request"). Our own, because the key of a day is derived once and the
 * headers are put in order once, not with every request: half the time of `@smithy/signature-v4` (docs/adr/0006).
 */
import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto'

const ALGORITHM = 'AWS4-HMAC-SHA256'

/** Whom a request comes from. */
export interface SigningIdentity {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** Where it goes to. */
export interface SigningScope {
  readonly region: string
  readonly service: string
}

/** Name, in lower case, and value. */
export type Header = readonly [name: string, value: string]

/** What a signature vouches for. */
export interface SignableRequest {
  readonly method: string
  /** As it is sent, without query; percent-encoded. */
  readonly path: string
  /** The headers to sign, in the order of their names, `host` and `x-amz-date` among them. */
  readonly headers: readonly Header[]
  readonly body: Uint8Array
  /** Value of `x-amz-date`: see {@link amzDate}. */
  readonly date: string
}

/** Signs requests of one identity to one service in one region. */
export class RequestSigner {
  readonly #identity: SigningIdentity
  readonly #scope: SigningScope
  #day = ''
  #dayScope = ''
  #dayKey: KeyObject | undefined

  constructor(identity: SigningIdentity, scope: SigningScope) {
    this.#identity = identity
    this.#scope = scope
  }

  /** @returns the value of the `authorization` header. */
  authorization({ method, path, headers, body, date }: SignableRequest): string {
    let canonicalHeaders = ''
    let names = ''
    for (const [name, value] of headers) {
      canonicalHeaders += `${name}:${value}\n`
      names += names === '' ? name : `;${name}`
    }
    const canonical = `${method}\n${path}\n\n${canonicalHeaders}\n${names}\n${hash('sha256', body)}`
    const key = this.#keyOf(date.slice(0, 8))
    const toSign = `${ALGORITHM}\n${date}\n${this.#dayScope}\n${hash('sha256', canonical)}`
    const signature = createHmac('sha256', key).update(toSign).digest('hex')
    return `${ALGORITHM} Credential=${this.#identity.accessKeyId}/${this.#dayScope}, SignedHeaders=${names}, Signature=${signature}`
  }

  #keyOf(day: string): KeyObject {
    if (this.#dayKey !== undefined && this.#day === day) return this.#dayKey
    const { region, service } = this.#scope
    const ofDay = hmac(`AWS4${this.#identity.secretAccessKey}`, day)
    const key = createSecretKey(hmac(hmac(hmac(ofDay, region), service), 'aws4_request'))
    this.#day = day
    this.#dayScope = `${day}/${region}/${service}/aws4_request`
    this.#dayKey = key
    return key
  }
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** A point in time as signatures have it: `20150830T123600Z`. */
export const amzDate = (epochMs: number): string => new Date(epochMs).toISOString().replace(/[-:]|\.\d{3}/g, '')
