import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Counter, type FaultProxyCounts } from './counts.js'
import type { Fate, FateOf, Pause } from './fate.js'
import { FaultProxyError } from './fault-proxy-error.js'
import { partialBatch } from './partial-batch.js'
import { type ProxiedAnswer, ProxiedRequest } from './proxied-request.js'
import { errorAnswer, jsonAnswer, reply } from './reply.js'
import { serviceFault } from './service-fault.js'
import { bytesOf, Upstream } from './upstream.js'

// Long enough for any request to an emulator; one that takes longer is cut off when the proxy stops.
const STOP_GRACE_MS = 2_000

/** Reads requests, asks for their fates, and carries these out. */
export class ProxyServer {
  fateOf: FateOf
  /** Its address; '' until it listens. */
  endpoint = ''
  readonly #target: URL
  readonly #upstream: Upstream
  readonly #server: Server
  readonly #counter = new Counter()
  readonly #underWay = new Set<Promise<void>>()
  /** Ends the pauses that are under way. */
  readonly #wakeUps = new Set<() => void>()
  #isStopping = false
  #decided = 0
  #fateError: { readonly error: unknown } | undefined
  #stopped: Promise<void> | undefined

  constructor(target: URL, fateOf: FateOf) {
    this.#target = target
    this.fateOf = fateOf
    this.#upstream = new Upstream(target)
    this.#server = createServer((incoming, response) => this.#accept(incoming, response))
    // Never: closing an idle connection races with a client that is about to reuse it.
    this.#server.keepAliveTimeout = 0
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(0, '127.0.0.1', () => {
        this.#server.off('error', reject)
        this.endpoint = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
        resolve()
      })
    })
  }

  get counts(): FaultProxyCounts {
    return this.#counter.counts
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#shutDown()
    return this.#stopped
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #shutDown(): Promise<void> {
    this.#isStopping = true
    for (const wakeUp of this.#wakeUps) wakeUp()
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    const cutOff = setTimeout(() => this.#upstream.close(), STOP_GRACE_MS)
    await Promise.all(this.#underWay)
    clearTimeout(cutOff)
    this.#upstream.close()
    this.#server.closeAllConnections()
    await closed
    if (this.#fateError === undefined) return
    const { error } = this.#fateError
    throw new FaultProxyError('FATE_FAILED', `fateOf, or a pause of a fate, has thrown ${String(error)}`, error)
  }

  #accept(incoming: IncomingMessage, response: ServerResponse): void {
    const done: Promise<void> = this.#answer(incoming, response).finally(() => this.#underWay.delete(done))
    this.#underWay.add(done)
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { headers, method = 'POST', url = '/' } = incoming
    let body: Uint8Array
    try {
      body = await bytesOf(incoming)
    } catch {
      return // The client went away while it sent: there is nobody to tell.
    }
    const target = headers['x-amz-target']
    try {
      // Without an operation, somebody only looks whether DynamoDB is there.
      if (typeof target !== 'string') reply(response, undefined, await this.#pass({ method, path: url, headers, body }))
      else await this.#carryOut(new ProxiedRequest(target.slice(target.indexOf('.') + 1), url, headers, body), response)
    } catch (error) {
      this.#fateError ??= { error }
      reply(response, serviceFault('ValidationException', `The fault proxy's fateOf has thrown ${error}`), undefined)
    }
  }

  async #carryOut(request: ProxiedRequest, response: ServerResponse): Promise<void> {
    this.#counter.received(request.operation, request.body.byteLength)
    const fate = this.fateOf(request, this.#decided++)
    if (fate.name !== undefined) this.#counter.met(fate.name)
    await this.#pause(fate.before)
    const answer = await this.#deliver(request, fate)
    request.answer = answer
    await this.#pause(fate.after)
    this.#counter.sent(reply(response, fate.answer, answer))
  }

  async #deliver(request: ProxiedRequest, fate: Fate): Promise<ProxiedAnswer | undefined> {
    if (fate.deliver === 'never' || this.#isStopping) return undefined
    const { operation, path, headers } = request
    const input = fate.input ?? request.input
    const part = partialBatch(operation, input, fate)
    if (part !== undefined && part.input === undefined) return jsonAnswer(200, part.wholeAnswer(undefined))
    const altered = part?.input ?? fate.input
    const body = altered === undefined ? request.body : Buffer.from(JSON.stringify(altered))
    let answer: ProxiedAnswer | undefined
    for (let copies = fate.deliver === 'twice' ? 2 : 1; copies > 0; copies--) {
      answer = await this.#pass({ method: 'POST', path, headers, body })
      this.#counter.delivered(operation, altered ?? input, answer)
    }
    if (part === undefined || answer?.status !== 200) return answer
    return jsonAnswer(200, part.wholeAnswer(answer.output))
  }

  async #pass(message: Parameters<Upstream['send']>[0]): Promise<ProxiedAnswer> {
    try {
      return await this.#upstream.send(message)
    } catch (error) {
      const reason = error instanceof Error && error.message !== '' ? error.message : String(error)
      return errorAnswer(
        serviceFault('ServiceUnavailable', `The fault proxy has no answer from ${this.#target.origin}: ${reason}`),
      )
    }
  }

  /** Waits, unless the proxy stops. */
  async #pause(pause: Pause = 0): Promise<void> {
    if (pause === 0 || this.#isStopping) return
    let timer: NodeJS.Timeout | undefined
    let wakeUp = () => {}
    const stopped = new Promise<void>((resolve) => {
      wakeUp = resolve
      this.#wakeUps.add(wakeUp)
      if (typeof pause === 'number') timer = setTimeout(resolve, pause)
    })
    try {
      await (typeof pause === 'function' ? Promise.race([pause(), stopped]) : stopped)
    } finally {
      clearTimeout(timer)
      this.#wakeUps.delete(wakeUp)
    }
  }
}
