import { type FateOf, type FaultProxy, fates, startFaultProxy } from '@dynact/testkit'
import { testClientConfig } from '../test-support/index.js'

/** One way through the proxy, with fates of its own. */
export interface FaultLine {
  /** What a client needs to go this way. */
  readonly clientConfig: ReturnType<typeof testClientConfig>
  /** Nothing goes this way any more. */
  end(): void
}

/** A fault proxy that many simulated processes share, each with its own faults: their access keys tell them apart. */
export class FaultSwitch {
  readonly #lines = new Map<string, { readonly fateOf: FateOf; requests: number }>()
  #proxy: FaultProxy | undefined
  #opened = 0

  async start(): Promise<void> {
    const { endpoint: target } = testClientConfig()
    this.#proxy = await startFaultProxy({
      target,
      fateOf: (request) => {
        const line = this.#lines.get(accessKeyOf(request.headers.authorization))
        return line === undefined ? fates.reset : line.fateOf(request, line.requests++)
      },
    })
  }

  async stop(): Promise<void> {
    await this.#proxy?.stop()
  }

  get proxy(): FaultProxy {
    if (this.#proxy === undefined) throw new Error('The switch has not been started: do so in beforeAll.')
    return this.#proxy
  }

  /** Opens a way; the index that `fateOf` is given counts the requests on it. */
  open(fateOf: FateOf): FaultLine {
    const accessKeyId = `line${this.#opened++}`
    this.#lines.set(accessKeyId, { fateOf, requests: 0 })
    const clientConfig = {
      ...testClientConfig(),
      endpoint: this.proxy.endpoint,
      credentials: { accessKeyId, secretAccessKey: 'test' },
    }
    return { clientConfig, end: () => this.#lines.delete(accessKeyId) }
  }
}

const accessKeyOf = (authorization: string | undefined): string =>
  /Credential=([^/]+)\//.exec(authorization ?? '')?.[1] ?? ''
