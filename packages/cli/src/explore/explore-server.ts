import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { CliError, UsageError } from '../cli-error.js'
import { describeError } from '../describe-error.js'
import type { Failure } from '../page/protocol.js'
import { portUnavailable } from '../port-unavailable.js'
import { Access } from './access.js'
import type { Asset } from './assets.js'
import { EventStream } from './event-stream.js'
import { NotFoundError, ReadOnlyError, type Route } from './routes.js'

/** What a page may load and talk to: this server. Text of the database can't become a script even if the page had a fault. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}
const MAX_BODY_BYTES = 64 * 1024
const JSON_TYPE = 'application/json; charset=utf-8'

/** What {@link startExploreServer} takes. */
export interface ExploreServerOptions {
  /** 0: a free one. */
  readonly port: number
  readonly assets: ReadonlyMap<string, Asset>
  readonly routes: ReadonlyMap<string, Route>
  readonly env: NodeJS.ProcessEnv
  /** Ends every answer that is under way. */
  readonly signal: AbortSignal
}

/** The page, as long as it is served. */
export interface ExploreServer extends AsyncDisposable {
  readonly access: Access
}

/** Serves the page on 127.0.0.1. */
export const startExploreServer = async (options: ExploreServerOptions): Promise<ExploreServer> => {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portUnavailable(options.port, error)))
    server.listen(options.port, '127.0.0.1', resolve)
  })
  const access = new Access((server.address() as AddressInfo).port)
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    // It has answered for its errors; what is left is a connection that broke.
    new Exchange(options, access, request, response).run().catch(() => response.destroy())
  })
  return { access, [Symbol.asyncDispose]: () => closed(server) }
}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

/** One request and its answer. */
class Exchange {
  readonly #options: ExploreServerOptions
  readonly #access: Access
  readonly #request: IncomingMessage
  readonly #response: ServerResponse

  constructor(options: ExploreServerOptions, access: Access, request: IncomingMessage, response: ServerResponse) {
    this.#options = options
    this.#access = access
    this.#request = request
    this.#response = response
  }

  async run(): Promise<void> {
    const { method = '', headers, url = '/' } = this.#request
    for (const [name, value] of Object.entries(HEADERS)) this.#response.setHeader(name, value)
    const fault = this.#access.faultOf({ method, headers })
    if (fault !== undefined) return this.#refuse(403, fault)
    const { pathname, searchParams } = new URL(url, this.#access.origin)
    const token = pathname === '/' ? searchParams.get('token') : null
    const isOpened = token !== null && this.#access.opens(token)
    if (isOpened) this.#response.setHeader('set-cookie', this.#access.cookie)
    else if (!this.#access.isKnown({ method, headers }))
      return this.#refuse(
        403,
        'Open the address that dynact explore has printed: it has the token that is missing here.',
      )
    const asset = this.#options.assets.get(pathname)
    if (asset !== undefined)
      return method === 'GET' ? this.#end(200, asset.type, asset.body) : this.#refuse(405, 'Only GET is answered here.')
    const route = this.#options.routes.get(pathname)
    if (route === undefined) return this.#refuse(404, 'There is nothing here.')
    if (method !== route.method) return this.#refuse(405, `Only ${route.method} is answered here.`)
    await this.#answer(route, searchParams)
  }

  async #answer(route: Route, searchParams: URLSearchParams): Promise<void> {
    const gone = new AbortController()
    this.#response.once('close', () => gone.abort())
    const signal = AbortSignal.any([this.#options.signal, gone.signal])
    let stream: EventStream | undefined
    try {
      const params = route.method === 'GET' ? Object.fromEntries(searchParams) : await this.#body()
      if ('answer' in route) {
        const answer = await route.answer({ params, signal })
        return this.#end(200, JSON_TYPE, JSON.stringify(answer))
      }
      const opened = new EventStream(this.#response, signal)
      stream = opened
      await route.stream({ params, signal }, (name, data) => opened.send(name, data))
      await opened.end()
    } catch (error) {
      if (signal.aborted) return void this.#response.destroy()
      const { text: message } = describeError(error, this.#options.env)
      if (stream !== undefined) return stream.end({ error: message })
      this.#refuse(statusOf(error), message)
    }
  }

  async #body(): Promise<unknown> {
    const { headers } = this.#request
    if (headers['content-type'] !== 'application/json') throw new UsageError('A body must be application/json.')
    if (!(Number(headers['content-length']) <= MAX_BODY_BYTES)) throw new UsageError('The body is too long.')
    try {
      return JSON.parse(await text(this.#request))
    } catch (cause) {
      throw new UsageError('The body is no JSON.', { cause })
    }
  }

  #refuse(status: number, error: string): void {
    const failure: Failure = { error }
    // What has not been read of a body would be taken for the next request.
    if (this.#request.method !== 'GET') this.#response.setHeader('connection', 'close')
    this.#end(status, JSON_TYPE, JSON.stringify(failure))
  }

  #end(status: number, type: string, body: string | Buffer): void {
    this.#response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body)
  }
}

const statusOf = (error: unknown): number => {
  if (error instanceof NotFoundError) return 404
  if (error instanceof ReadOnlyError) return 403
  if (error instanceof UsageError) return 400
  return error instanceof CliError ? 500 : 502
}
