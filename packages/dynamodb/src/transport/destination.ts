import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { NeedsSdkError } from '../errors.js'
import { dryRun, type SdkIdentity, type SdkRequest } from './dry-run.js'
import { amzDate, type Header, RequestSigner } from './request-signer.js'

/** Headers that belong to one request of the SDK's, or to its credentials; any other is sent with every request. */
const NOT_SHARED = new Set([
  'amz-sdk-invocation-id',
  'amz-sdk-request',
  'authorization',
  'content-length',
  'user-agent',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-target',
  'x-amz-user-agent',
  'x-amzn-trace-id',
])

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+),/

/** Where the requests of a client go, and as whom. */
export class Destination {
  /** `https://dynamodb.eu-central-1.amazonaws.com` */
  readonly origin: string
  /** When the credentials end, in epoch milliseconds. */
  readonly expiresMs: number
  readonly #path: string
  readonly #signer: RequestSigner
  readonly #userAgent: string
  /** The headers to sign, in order; what date and target are is said with each request. */
  readonly #headers: readonly Header[]
  readonly #dateIndex: number
  readonly #targetIndex: number
  #second = Number.NaN
  #date = ''

  private constructor(
    { protocol, hostname, port, path, headers }: SdkRequest,
    identity: SdkIdentity,
    signer: RequestSigner,
  ) {
    this.origin = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`
    this.expiresMs = identity.expiration?.getTime() ?? Number.POSITIVE_INFINITY
    this.#path = path
    this.#signer = signer
    this.#userAgent = headers['user-agent'] ?? ''
    const signed: Header[] = Object.entries(headers).filter(([name]) => !NOT_SHARED.has(name))
    signed.push(['x-amz-date', ''], ['x-amz-target', ''])
    if (identity.sessionToken !== undefined) signed.push(['x-amz-security-token', identity.sessionToken])
    this.#headers = signed.sort(byName)
    this.#dateIndex = this.#headers.findIndex(([name]) => name === 'x-amz-date')
    this.#targetIndex = this.#headers.findIndex(([name]) => name === 'x-amz-target')
  }

  /**
   * @throws {@link NeedsSdkError} the client signs in a way of its own.
   * @throws what the SDK throws when there is no region, or when there are no credentials.
   */
  static async of(client: DynamoDBClient): Promise<Destination> {
    const { request, identity } = await dryRun(client)
    const [, accessKeyId, region, service, names] = AUTHORIZATION.exec(request.headers['authorization'] ?? '') ?? []
    if (region === undefined || service === undefined || names === undefined || identity === undefined)
      throw new NeedsSdkError('the client does not sign with Signature Version 4')
    const signer = new RequestSigner(identity, { region, service })
    // With credentials that end soon, the SDK may have signed with newer ones than it had looked up before.
    const isComparable = accessKeyId === identity.accessKeyId
    if (isComparable && signAgain(signer, request, names.split(';')) !== request.headers['authorization'])
      throw new NeedsSdkError('the client signs in a way of its own')
    return new Destination(request, identity, signer)
  }

  /** All that undici's dispatcher has to know to send a body to an operation. */
  request(target: string, body: Buffer, nowMs: number) {
    const date = this.#dateAt(nowMs)
    const signed = this.#headers.slice()
    signed[this.#dateIndex] = ['x-amz-date', date]
    signed[this.#targetIndex] = ['x-amz-target', target]
    const authorization = this.#signer.authorization({ method: 'POST', path: this.#path, headers: signed, body, date })
    // Not signed: what stands between us and DynamoDB may change it. Compressed, a body could not be checked.
    const headers = ['authorization', authorization, 'user-agent', this.#userAgent, 'accept-encoding', 'identity']
    for (const [name, value] of signed) headers.push(name, value)
    return { method: 'POST' as const, path: this.#path, headers, body }
  }

  /** Written once a second. */
  #dateAt(nowMs: number): string {
    const second = Math.floor(nowMs / 1000)
    if (second !== this.#second) this.#date = amzDate(nowMs)
    this.#second = second
    return this.#date
  }
}

const byName = ([a]: Header, [b]: Header): number => (a < b ? -1 : 1)

/** Signs a request of the SDK's as it has done: would ours be taken for the same? */
const signAgain = (
  signer: RequestSigner,
  { method, path, headers, body }: SdkRequest,
  names: readonly string[],
): string =>
  signer.authorization({
    method,
    path,
    headers: names.map((name) => [name, headers[name] ?? '']),
    body: typeof body === 'string' ? Buffer.from(body) : body,
    date: headers['x-amz-date'] ?? '',
  })
