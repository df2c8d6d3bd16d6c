// On a real PostgreSQL, in tables as nact-persistence-postgres makes them.
import { CliFixture } from './cli-fixture.js'
import { hasPostgres, type PostgresServer, startPostgres } from './postgres-server.js'

interface Client {
  query(text: string, values?: unknown[]): Promise<unknown>
  end(): Promise<void>
}

const describeOnPostgres = hasPostgres
  ? describe
  : (name: string, run: () => void) => describe.skip(`${name} [PostgreSQL is not installed]`, run)

describeOnPostgres('from nact-persistence-postgres', () => {
  const fixture = new CliFixture()
  let server: PostgresServer
  let client: Client

  beforeAll(async () => {
    await fixture.create()
    server = await startPostgres()
    const name: string = 'pg'
    const { default: pg } = await import(name)
    client = new pg.Client({ connectionString: server.url })
    await (client as unknown as { connect(): Promise<void> }).connect()
    const columns = `ordering BIGSERIAL PRIMARY KEY, persistence_key VARCHAR(255) NOT NULL, sequence_nr BIGINT NOT NULL,
      created_at BIGINT NOT NULL, data JSONB NOT NULL, is_deleted BOOLEAN NOT NULL DEFAULT FALSE`
    await client.query('CREATE SCHEMA shop')
    await client.query(
      `CREATE TABLE shop.my_event_journal (${columns}, tags TEXT ARRAY DEFAULT ARRAY[]::TEXT[], UNIQUE (persistence_key, sequence_nr))`,
    )
    await client.query(`CREATE TABLE shop.my_snapshot_store (${columns})`)
    await client.query(
      `INSERT INTO shop.my_event_journal (persistence_key, sequence_nr, created_at, data, tags)
       SELECT 'orders-1', n, 1767225600000 + n / 10, jsonb_build_object('n', n), ARRAY['t'] FROM generate_series(1, 1250) AS n`,
    )
    await client.query(`UPDATE shop.my_event_journal SET is_deleted = TRUE WHERE sequence_nr = 7`)
    await client.query(
      `INSERT INTO shop.my_event_journal (persistence_key, sequence_nr, created_at, data) VALUES
       ('Ünïcode', 1, 1, '"text"'), ('covered', 6, 2, '{}')`,
    )
    await client.query(
      `INSERT INTO shop.my_snapshot_store (persistence_key, sequence_nr, created_at, data, is_deleted) VALUES
       ('orders-1', 100, 1, '{"sum": 1}', FALSE), ('orders-1', 200, 2, '{"sum": 2}', FALSE), ('orders-1', 300, 3, '{}', TRUE),
       ('covered', 5, 2, '5', FALSE), ('only-snapshot', 250, 3, '{"state": true}', FALSE)`,
    )
  })
  afterAll(async () => {
    await client.end()
    await server.stop()
    await fixture.remove()
  })

  const migrate = (...more: string[]) =>
    fixture.run('migrate', 'postgres', '--url', server.url, '--schema', 'shop', '--prefix', 'my_', '--json', ...more)

  test('events and newest snapshots come over, and twice does no harm', async () => {
    const first = await migrate('--queries')
    expect(first).toMatchObject({ code: 0, records: [{ ids: 4, events: 1252, snapshots: 3 }] })
    expect(await migrate('--queries')).toMatchObject({ code: 0, records: first.records })

    const { records } = await fixture.run('events', 'orders-1', '--json')
    expect(records.map(({ sequenceNr, event }) => [sequenceNr, event.n])).toEqual(
      Array.from({ length: 1250 }, (_, index) => [index + 1, index + 1]).filter(([n]) => n !== 7),
    )
    expect(records[0]).toMatchObject({ time: '2026-01-01T00:00:00.000Z', tags: ['t'] })
    const deleted: number[] = []
    for await (const event of fixture.journal().replayEvents('orders-1'))
      if (event.deleted === true) deleted.push(event.sequenceNr)
    expect(deleted).toEqual([7])
    expect((await fixture.run('snapshot', 'orders-1', '--json')).records).toMatchObject([
      { sequenceNr: 200, snapshot: { sum: 2 } },
    ])
    expect((await fixture.run('events', 'Ünïcode', '--json')).records).toMatchObject([{ sequenceNr: 1, event: 'text' }])
  })

  test('what only a snapshot covers counts as deleted', async () => {
    const journal = fixture.journal()
    expect(await journal.readDeletedToSequenceNr('covered')).toBe(5)
    expect(await journal.readHighestSequenceNr('covered')).toBe(6)
    expect(await journal.readHighestSequenceNr('only-snapshot')).toBe(250)
    expect(await fixture.run('verify', 'covered', 'orders-1')).toMatchObject({ code: 0 })
  })

  test('it goes on behind the cursor', async () => {
    expect(await migrate('--from', 'only-snapshot')).toMatchObject({
      code: 0,
      records: [{ ids: 2, events: 1251, snapshots: 1 }],
    })
  })

  test('what is wrong is told without the password', async () => {
    const { code, stderr } = await fixture.run('migrate', 'postgres', '--url', 'postgres://u:secret@127.0.0.1:1/x')

    expect(code).toBe(1)
    expect(stderr).toMatch(/^dynact: PostgreSQL can't be reached: .*Check --url/)
    expect(stderr).not.toMatch(/secret/)
    expect(await fixture.run('migrate', 'postgres')).toMatchObject({ code: 2 })
  })
})
