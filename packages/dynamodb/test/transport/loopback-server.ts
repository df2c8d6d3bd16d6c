import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'

/** An HTTP server of the test's own, on a free port of this machine. */
export interface LoopbackServer {
  readonly endpoint: string
  readonly server: Server
  stop(): Promise<void>
}

/** Starts one; with TLS options it speaks HTTPS. */
export const startServer = async (listener: RequestListener, tls?: ServerOptions): Promise<LoopbackServer> => {
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    server,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
