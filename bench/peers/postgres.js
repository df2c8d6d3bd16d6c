// @ts-check
// nact-persistence-postgres on a real PostgreSQL of its own: in a temporary folder, on a loopback port, gone at the end.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
// @ts-expect-error it has no types
import postgresEngine from 'nact-persistence-postgres'
import { freePort } from '../../tools/dynamodb-local/free-port.js'
import { NotInstallableError } from '../../tools/maven/build-once.js'

const run = promisify(execFile)
/** The driver that nact-persistence-postgres uses. */
const require = createRequire(createRequire(import.meta.url).resolve('nact-persistence-postgres'))
const postgres = createRequire(require.resolve('pg-promise'))('pg')
const VERSIONS = '/usr/lib/postgresql'

/** @param {string} folder @returns {Promise<string[]>} none where there is no folder */
const namesIn = (folder) => readdir(folder).catch(() => [])

/** Where initdb and postgres are: on the PATH, or where Debian keeps them. @returns {Promise<string>} */
const programs = async () => {
  for (const folder of process.env['PATH']?.split(':') ?? [])
    if ((await namesIn(folder)).includes('initdb')) return folder
  const [newest] = (await namesIn(VERSIONS)).sort((a, b) => Number(b) - Number(a))
  if (newest !== undefined) return join(VERSIONS, newest, 'bin')
  const found = await run('pg_config', ['--bindir']).catch(() => undefined)
  if (found !== undefined) return dirname(join(found.stdout.trim(), 'initdb'))
  throw new NotInstallableError('There is no PostgreSQL (no "initdb" on the PATH).')
}

/** PostgreSQL refuses to run as root: then it runs as the user that its package made. @returns {Promise<{ uid: number, gid: number } | undefined>} */
const otherUser = async () => {
  if (process.getuid?.() !== 0) return undefined
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout)),
    )
    return { uid: uid ?? 0, gid: gid ?? 0 }
  } catch (cause) {
    throw new NotInstallableError('PostgreSQL refuses to run as root, and there is no user "postgres".', { cause })
  }
}

/** Waits until the server takes connections: it opens its port a moment before. @param {number} port @param {import('node:child_process').ChildProcess} server */
const untilReady = async (port, server) => {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL ended at once, with exit code ${server.exitCode}`)
    const client = new postgres.Client({ host: '127.0.0.1', port, user: 'bench', database: 'postgres' })
    try {
      await client.connect()
      await client.end()
      return
    } catch {
      await delay(100)
    }
  }
  throw new Error('PostgreSQL took no connection within half a minute.')
}

/**
 * @throws {NotInstallableError} there is no PostgreSQL
 * @returns {Promise<{ engine: any, version: string, stop: () => Promise<void> }>} nact's engine, and how to end the server
 */
export const startPostgres = async () => {
  const bin = await programs()
  const user = await otherUser()
  const folder = await mkdtemp(join(tmpdir(), 'bench-postgres-'))
  if (user !== undefined) await chown(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  const options = { ...user, cwd: folder }
  await run(join(bin, 'initdb'), ['-D', data, '-U', 'bench', '--auth=trust', '--encoding=UTF8', '--no-sync'], options)
  const port = await freePort()
  const args = [
    '-D',
    data,
    '-p',
    String(port),
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    `unix_socket_directories=${folder}`,
  ]
  const server = spawn(join(bin, 'postgres'), args, { ...options, stdio: 'ignore' })
  const kill = () => {
    server.kill('SIGINT')
  }
  process.once('exit', kill)
  await untilReady(port, server)
  const { stdout } = await run(join(bin, 'postgres'), ['--version'])
  const engine = new postgresEngine.PostgresPersistenceEngine(`postgres://bench@127.0.0.1:${port}/postgres`)
  const stop = async () => {
    const db = await engine.db
    await db.$pool.end()
    const ended = once(server, 'exit')
    server.kill('SIGTERM') // waits for those who are just leaving
    await ended
    process.off('exit', kill)
    await rm(folder, { recursive: true, force: true })
  }
  return { engine, version: stdout.trim(), stop }
}
