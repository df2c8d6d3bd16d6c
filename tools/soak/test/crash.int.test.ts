// A process that persists from many actors is killed with kill -9 at random moments: all that it has acknowledged is stored.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { dynamoDBJournal } from '@dynact/journal-dynamodb'
import { startEmbeddedDynamoDB } from '@dynact/testkit'
import { freePort } from '../../dynamodb-local/free-port.js'
import { installDynamoDBLocal } from '../../dynamodb-local/install.js'
import { requiresRealDynamoDB, testClientConfig } from '../../test-support/index.js'
import { lossesOf, type StoredEvent } from '../acknowledged.js'
import { isSoak, soakReport } from '../soak-report.js'

const ACTORS = 30
const TABLE = 'crash'
/** How often each database has its process killed. Histories grow from kill to kill: after some, they begin anew. */
const KILLS = isSoak ? 100 : 10
const KILLS_A_FOLDER = 10

const child = join(import.meta.dirname, '..', 'crash-child.js')

/** Where the process stores, by what it is told, and how to look at it afterwards. */
interface Database {
  readonly where: string
  /** Lets the observer in, while no process runs. */
  open(): Promise<{ readonly endpoint: string; close(): Promise<void> }>
}

const runUntilKilled = async (where: string, file: string): Promise<void> => {
  const running: ChildProcess = spawn(
    process.execPath,
    ['--disable-warning=Warning', child, TABLE, where, String(ACTORS), file],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const errors: string[] = []
  running.stderr?.setEncoding('utf8').on('data', (text: string) => errors.push(text))
  const ended = once(running, 'close')
  const lines = createInterface({ input: running.stdout as NonNullable<typeof running.stdout> })
  // Sometimes while it recovers, mostly while it persists.
  const moment = Math.random() < 0.25 ? 'ready' : 'acknowledged'
  const seen = new Promise<void>((resolve) => lines.on('line', (line) => line === moment && resolve()))
  await Promise.race([seen, ended])
  await pause(Math.random() * 250)
  running.kill('SIGKILL')
  const [, signal] = await ended
  expect({ signal, errors }).toEqual({ signal: 'SIGKILL', errors: [] })
}

const observe = async (database: Database, file: string) => {
  const { endpoint, close } = await database.open()
  const client = new DynamoDBClient({ ...testClientConfig(), endpoint })
  const journal = dynamoDBJournal({ client, table: TABLE, retry: { attemptMs: 20_000, totalMs: 60_000 } })
  const stored = new Map<string, StoredEvent[]>()
  for (let actor = 0; actor < ACTORS; actor++) {
    const events: StoredEvent[] = []
    for await (const { sequenceNr, payload } of journal.replayEvents(`actor-${actor}`))
      events.push({ sequenceNr, payload: String(payload) })
    stored.set(`actor-${actor}`, events)
  }
  await journal.close()
  client.destroy()
  await close()
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []
  return lossesOf(lines, stored)
}

const crashTest = async (
  part: string,
  open: (folder: string) => Promise<Database & AsyncDisposable>,
): Promise<void> => {
  const totals = { crashes: 0, acknowledged: 0, lost: 0, duplicated: 0, torn: 0 }
  try {
    while (totals.crashes < KILLS) {
      const folder = await mkdtemp(join(tmpdir(), 'dynact-crash-'))
      const file = join(folder, 'acknowledged')
      {
        await using database = await open(folder)
        let before = 0
        for (let kill = 0; kill < KILLS_A_FOLDER; kill++) {
          await runUntilKilled(database.where, file)
          totals.crashes++
          const { acknowledged, lost, duplicated, torn } = await observe(database, file)
          totals.acknowledged += acknowledged - before
          before = acknowledged
          totals.lost += lost.length
          totals.duplicated += duplicated.length
          totals.torn += torn.length
          expect({ lost, duplicated, torn }).toEqual({ lost: [], duplicated: [], torn: [] })
        }
      }
      await rm(folder, { recursive: true, force: true })
    }
  } finally {
    await soakReport(part, totals)
  }
  expect(totals.acknowledged).toBeGreaterThan(0)
}

/** The embedded one lives in the process, and dies with it. */
const embedded = async (folder: string): Promise<Database & AsyncDisposable> => {
  const path = join(folder, 'database')
  return {
    where: path,
    open: async () => {
      const dynamodb = await startEmbeddedDynamoDB({ path })
      return { endpoint: dynamodb.endpoint, close: () => dynamodb.stop() }
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

/** A DynamoDB Local of its own, with its data on disk. */
const local = async (folder: string): Promise<Database & AsyncDisposable> => {
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const options = [
    '-Xrs',
    '-Djava.library.path=./DynamoDBLocal_lib',
    '-jar',
    'DynamoDBLocal.jar',
    '-port',
    String(port),
  ]
  const server = spawn('java', [...options, '-sharedDb', '-disableTelemetry', '-dbPath', folder], {
    cwd: await installDynamoDBLocal(),
    stdio: 'ignore',
  })
  const ended = once(server, 'close')
  const isUp = () =>
    fetch(endpoint).then(
      () => true,
      () => false,
    )
  while (!(await isUp())) await pause(50)
  return {
    where: endpoint,
    open: async () => ({ endpoint, close: async () => {} }),
    [Symbol.asyncDispose]: async () => {
      server.kill('SIGKILL')
      await ended
    },
  }
}

describe('a process that is killed with kill -9', () => {
  it(
    'has stored what it acknowledged, on the embedded DynamoDB',
    () => crashTest('crash, embedded', embedded),
    1_200_000,
  )
  requiresRealDynamoDB(
    'has stored what it acknowledged, on DynamoDB Local with its data on disk',
    () => crashTest('crash, DynamoDB Local', local),
    1_200_000,
  )
})
