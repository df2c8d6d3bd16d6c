import { CliError } from '../cli-error.js'

/** The part of a client of the package `pg` that is used. */
export interface PostgresClient {
  query(text: string, values?: readonly unknown[]): Promise<{ readonly rows: readonly Record<string, unknown>[] }>
  end(): Promise<void>
}

interface PostgresPackage {
  readonly default: {
    readonly Client: new (options: { connectionString: string }) => PostgresClient & { connect(): Promise<void> }
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message || String(Reflect.get(error, 'code')) : String(error)

/**
 * Connects for reading only.
 * @throws {@link CliError} the package pg is not installed, or the database can't be reached.
 */
export const connectPostgres = async (url: string): Promise<PostgresClient> => {
  // Not known to the compiler: the package is optional.
  const name: string = 'pg'
  let postgres: PostgresPackage
  try {
    postgres = (await import(name)) as PostgresPackage
  } catch (cause) {
    throw new CliError('Reading PostgreSQL needs the package pg: npm install --save-dev pg', undefined, { cause })
  }
  try {
    const client = new postgres.default.Client({ connectionString: url })
    await client.connect()
    await client.query('SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY')
    return client
  } catch (cause) {
    throw new CliError(`PostgreSQL can't be reached: ${reasonOf(cause)}. Check --url.`, undefined, { cause })
  }
}

/** A table as nact-persistence-postgres names it: it does not quote names, so capitals are small ones. */
export const tableName = (schema: string | undefined, table: string): string =>
  [...(schema === undefined ? [] : [schema]), table]
    .map((name) => `"${name.toLowerCase().replaceAll('"', '""')}"`)
    .join('.')
