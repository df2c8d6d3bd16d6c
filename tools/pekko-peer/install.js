// @ts-check
import { join } from 'node:path'
import { buildOnce } from '../maven/build-once.js'

/**
 * Makes sure that the peer is on disk and returns its jar.
 *
 * @returns {Promise<string>}
 */
export const installPekkoPeer = async () =>
  join(await buildOnce({ title: 'the Pekko peer', project: import.meta.dirname, name: 'pekko-peer' }), 'pekko-peer.jar')
