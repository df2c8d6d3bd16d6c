// @ts-check
import { once } from 'node:events'
import dynalite from 'dynalite'

/** @type {import('node:http').Server | undefined} */
let server

/**
 * Starts an in-memory dynalite in this process, whose end is then its end too.
 *
 * @param {number} port
 */
export async function startDynalite(port) {
  server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
}

export function stopDynalite() {
  server?.close()
  server?.closeAllConnections()
}
