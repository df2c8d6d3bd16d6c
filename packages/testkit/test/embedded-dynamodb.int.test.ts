import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ListTablesCommand,
  PutItemCommand,
  paginateScan,
} from '@aws-sdk/client-dynamodb'
import { ClassicLevel } from 'classic-level'
import { startEmbeddedDynamoDB } from '../src/embedded-dynamodb.js'

const createTable = (client: DynamoDBClient, TableName: string) =>
  client.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: [{ AttributeName: 'n', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'n', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  )

const tableStatus = async (client: DynamoDBClient, TableName: string) =>
  (await client.send(new DescribeTableCommand({ TableName }))).Table?.TableStatus

const untilActive = async (client: DynamoDBClient, tableName: string) => {
  while ((await tableStatus(client, tableName)) !== 'ACTIVE');
}

const put = (client: DynamoDBClient, TableName: string, n: string) =>
  client.send(new PutItemCommand({ TableName, Item: { n: { S: n } }, ConditionExpression: 'attribute_not_exists(n)' }))

const allKeys = async (client: DynamoDBClient, TableName: string) => {
  const keys = new Set<string>()
  for await (const page of paginateScan({ client }, { TableName, ConsistentRead: true }))
    for (const item of page.Items ?? []) keys.add(item['n']?.S ?? '')
  return keys
}

/** Numbers written in one life of the writer, which ends by SIGKILL as soon as `isEnough` of its lines were seen. */
const killedWriter = (path: string, from: number, isEnough: (lines: number) => boolean) =>
  new Promise<string[]>((resolve, reject) => {
    const script = join(import.meta.dirname, 'fixtures', 'embedded-writer.mjs')
    const writer = spawn(process.execPath, [script, path, String(from)], { stdio: ['ignore', 'pipe', 'inherit'] })
    const lines: string[] = []
    createInterface({ input: writer.stdout }).on('line', (line) => {
      lines.push(line)
      if (isEnough(lines.length)) writer.kill('SIGKILL')
    })
    writer.on('error', reject)
    writer.on('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(lines.filter((line) => line !== 'ready'))
      else reject(new Error(`the writer was to be killed, but ended with code ${code}`))
    })
  })

describe('embedded DynamoDB', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dynact-embedded-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('listens on loopback only and serves a client', async () => {
    await using dynamodb = await startEmbeddedDynamoDB()
    const client = dynamodb.client()
    await createTable(client, 'numbers')
    await untilActive(client, 'numbers')

    await put(client, 'numbers', '1')

    expect(dynamodb.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(await allKeys(client, 'numbers')).toEqual(new Set(['1']))
    await expect(put(client, 'numbers', '1')).rejects.toThrow('conditional request failed')
  })

  it('forgets everything at the end when it has no folder', async () => {
    const first = await startEmbeddedDynamoDB()
    await createTable(first.client(), 'numbers')
    await first.stop()

    await using second = await startEmbeddedDynamoDB()

    expect((await second.client().send(new ListTablesCommand({}))).TableNames).toEqual([])
  })

  it('keeps tables and items in its folder from one start to the next', async () => {
    const first = await startEmbeddedDynamoDB({ path: folder })
    await createTable(first.client(), 'numbers')
    await untilActive(first.client(), 'numbers')
    await put(first.client(), 'numbers', '1')
    await first.stop()

    await using second = await startEmbeddedDynamoDB({ path: folder })

    expect(await allKeys(second.client(), 'numbers')).toEqual(new Set(['1']))
  })

  it('stops twice, with a client that holds its connection open', async () => {
    const dynamodb = await startEmbeddedDynamoDB({ path: folder })
    const idle = connect(Number(new URL(dynamodb.endpoint).port), '127.0.0.1')
    await new Promise((resolve) => idle.once('connect', resolve))

    await Promise.all([dynamodb.stop(), dynamodb.stop()])

    await (await startEmbeddedDynamoDB({ path: folder })).stop()
    idle.destroy()
  })

  it('survives clients that go away in the middle of a request and before the answer', async () => {
    await using dynamodb = await startEmbeddedDynamoDB()
    await createTable(dynamodb.client(), 'numbers')
    await untilActive(dynamodb.client(), 'numbers')
    const head = [
      'POST / HTTP/1.1',
      'host: x',
      'content-type: application/x-amz-json-1.0',
      'x-amz-target: DynamoDB_20120810.ListTables',
      'authorization: AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=x',
      'x-amz-date: x',
    ]
    const sendAndLeave = (request: string) =>
      new Promise<void>((resolve) => {
        const socket = connect(Number(new URL(dynamodb.endpoint).port), '127.0.0.1', () =>
          socket.write(request, () => socket.resetAndDestroy()),
        )
        socket.once('close', () => resolve())
      })

    for (let round = 0; round < 20; round++) {
      await sendAndLeave([...head, 'content-length: 100', '', '{"a":'].join('\r\n'))
      await sendAndLeave([...head, 'content-length: 2', '', '{}'].join('\r\n'))
    }

    expect((await dynamodb.client().send(new ListTablesCommand({}))).TableNames).toEqual(['numbers'])
  })

  describe('refuses, in words that say what to do', () => {
    it('a folder that another one uses', async () => {
      await using _first = await startEmbeddedDynamoDB({ path: folder })

      await expect(startEmbeddedDynamoDB({ path: folder })).rejects.toMatchObject({
        code: 'FOLDER_IN_USE',
        message: `${folder} is in use by another embedded DynamoDB. Stop that process first, or use another folder.`,
      })
    })

    it('a folder that is a file', async () => {
      const file = join(folder, 'file')
      await writeFile(file, '')

      await expect(startEmbeddedDynamoDB({ path: file })).rejects.toMatchObject({
        code: 'FOLDER_UNUSABLE',
        message: expect.stringContaining(file),
      })
    })

    it('a port that is taken, and gives the folder up again', async () => {
      const taken = createServer()
      await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
      const address = taken.address()
      const port = typeof address === 'object' && address ? address.port : 0

      await expect(startEmbeddedDynamoDB({ path: folder, port })).rejects.toMatchObject({
        code: 'PORT_UNAVAILABLE',
        message: expect.stringContaining(`Port ${port}`),
      })

      await (await startEmbeddedDynamoDB({ path: folder })).stop()
      taken.close()
    })

    it('options that it does not know', async () => {
      const options = { path: folder, prot: 8000 }

      await expect(startEmbeddedDynamoDB(options)).rejects.toMatchObject({
        code: 'BAD_OPTIONS',
        message: expect.stringContaining('"prot"'),
      })
    })
  })

  describe('after kill -9', () => {
    it('finishes the table changes that were under way', async () => {
      const before = await startEmbeddedDynamoDB({ path: folder })
      for (const name of ['being-made', 'being-deleted', 'being-deleted-not']) {
        await createTable(before.client(), name)
        await untilActive(before.client(), name)
      }
      for (const name of ['being-deleted', 'being-deleted-not']) await put(before.client(), name, '1')
      await before.stop()
      const data = new ClassicLevel<string, object>(join(folder, 'data'), { valueEncoding: 'json' })
      const setStatus = async (name: string, TableStatus: string) =>
        data.put(`table~${name}`, { ...(await data.get(`table~${name}`)), TableStatus })
      await setStatus('being-made', 'CREATING')
      await setStatus('being-deleted', 'DELETING')
      await data.close()

      await using after = await startEmbeddedDynamoDB({ path: folder })

      const client = after.client()
      expect(await tableStatus(client, 'being-made')).toBe('ACTIVE')
      await expect(tableStatus(client, 'being-deleted')).rejects.toThrow('not found')
      await createTable(client, 'being-deleted')
      await untilActive(client, 'being-deleted')
      expect(await allKeys(client, 'being-deleted')).toEqual(new Set())
      expect(await allKeys(client, 'being-deleted-not')).toEqual(new Set(['1']))
    })

    // Node can't run our TypeScript sources, so the process that is killed runs what was built.
    it('has every acknowledged write, twenty times over', async () => {
      const built = join(import.meta.dirname, '..', 'dist', 'index.js')
      if (!existsSync(built)) throw new Error(`${built} is missing: run npm run build first`)
      const acknowledged = new Set<string>()

      for (let round = 0; round < 20; round++) {
        // The first round dies with the table hardly made; later ones ever further into their writes.
        const lines = await killedWriter(folder, round * 10_000, (count) => count >= 1 + round * 7)
        for (const n of lines) acknowledged.add(n)

        await using reopened = await startEmbeddedDynamoDB({ path: folder })
        const stored = await allKeys(reopened.client(), 'numbers')
        expect([...acknowledged].filter((n) => !stored.has(n))).toEqual([])
      }

      expect(acknowledged.size).toBeGreaterThan(1_000)
    }, 300_000)
  })
})
