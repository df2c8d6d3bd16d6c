// @ts-check
// docs/configuration.md and docs/metrics.md are made of the types, their TSDoc, and the zod schemas of the built packages. `--write`
// makes them.
import { readFileSync, writeFileSync } from 'node:fs'
import ts from 'typescript'
import { z } from 'zod'

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} type
 * @property {string} fallback what holds when it is left out
 * @property {string} meaning
 *
 * @typedef {{ [key: string]: any }} JsonSchema
 *
 * @typedef {object} Section
 * @property {string} title
 * @property {string} intro
 * @property {string} file
 * @property {string} of the exported type
 * @property {string} [schema] what checks it; without one, the defaults are those of the TSDoc
 */

/** @type {(title: string, made: string, file: string, of: string, schema?: string) => Section} */
const section = (title, made, file, of, schema) => ({
  title,
  intro: `${made}, \`${of}\`.`,
  file: `packages/${file}`,
  of,
  ...(schema && { schema }),
})

/** @type {readonly Section[]} */
const stores = [
  section('Journal', '`dynamoDBJournal`', 'journal-dynamodb/src/config.ts', 'JournalConfig', 'journalConfigSchema'),
  section(
    'Snapshot store',
    '`dynamoDBSnapshotStore`, and `createSnapshotTable`',
    'snapshot-dynamodb/src/config.ts',
    'SnapshotStoreConfig',
    'snapshotStoreConfigSchema',
  ),
  section(
    'Read journal',
    '`dynamoDBReadJournal`',
    'query-dynamodb/src/config.ts',
    'ReadJournalConfig',
    'readJournalConfigSchema',
  ),
  section(
    'Offset store',
    '`dynamoDBOffsetStore`, and `createOffsetTable`',
    'query-dynamodb/src/projection/offset-store-config.ts',
    'OffsetStoreConfig',
    'offsetStoreConfigSchema',
  ),
  section(
    'Key store',
    '`dynamoDBKeyStore`, and `createKeyTable`',
    'serialization-encrypted/src/config.ts',
    'KeyStoreConfig',
    'keyStoreConfigSchema',
  ),
]
const journalTable = section(
  'Journal table',
  'What `createJournalTable` and `journalTableDefinition` take besides what the journal takes',
  'journal-dynamodb/src/config.ts',
  'JournalTableConfig',
  'journalTableConfigSchema',
)
const backfill = section(
  'Back-fill',
  '`backfillFeed`',
  'query-dynamodb/src/backfill/config.ts',
  'BackfillConfig',
  'backfillConfigSchema',
)
const projections = section(
  'Projection',
  '`projection`, and `slicedProjection`',
  'query-dynamodb/src/projection/projection-options.ts',
  'ProjectionOptions',
)
const engine = section(
  'Engine',
  '`persistenceEngine`',
  'persistence/src/nact/persistence-engine.ts',
  'PersistenceEngineParts',
)
const OPERATION_METRICS = ['packages/dynamodb/src/observability.ts', 'OperationMetrics']
const PROJECTION_METRICS = ['packages/query-dynamodb/src/projection/projection-status.ts', 'ProjectionMetrics']
const WATCH = 'packages/dynamodb/src/watch.ts'

const sections = [...stores, journalTable, backfill, projections, engine]
const { config } = ts.readConfigFile('tsconfig.test.json', ts.sys.readFile)
const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: ['-'] }, ts.sys, process.cwd())
const program = ts.createProgram(
  [...sections.map(({ file }) => file), ...[OPERATION_METRICS, PROJECTION_METRICS].map(([file]) => file ?? ''), WATCH],
  { ...options, types: ['node'] },
)
const checker = program.getTypeChecker()

/** @param {string} file */
const sourceOf = (file) => /** @type {ts.SourceFile} */ (program.getSourceFile(file))

/** @type {(file: string, name: string) => ts.Symbol[]} */
const membersOf = (file, name) => {
  const module = checker.getSymbolAtLocation(sourceOf(file))
  const found = module && checker.getExportsOfModule(module).find((symbol) => symbol.name === name)
  if (found === undefined) throw new Error(`${file} exports no ${name}`)
  return checker.getDeclaredTypeOfSymbol(found).getProperties()
}

/** @param {string} text */
const inCell = (text) =>
  text
    .replaceAll(/\{@link (\w+)\}/g, '`$1`')
    .replaceAll(/\bdocs\/([\w-]+)\.md/g, '[$1]($1.md)')
    .replaceAll(/\n+- /g, '<br>- ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('|', '\\|')
    .trim()

/** @param {ts.Symbol} symbol */
const meaningOf = (symbol) => inCell(ts.displayPartsToString(symbol.getDocumentationComment(checker)))

/** @type {(symbol: ts.Symbol) => string | undefined} */
const statedDefault = (symbol) => {
  const tag = symbol.getJsDocTags(checker).find(({ name }) => name === 'defaultValue')
  return tag && inCell(ts.displayPartsToString(tag.text))
}

/** @type {string[]} */
const undocumented = []

const KEEP_WHOLE = ts.TypeFormatFlags.NoTruncation
/** The compiler's order of a union's members is an accident. @type {(symbol: ts.Symbol, schema?: JsonSchema) => string} */
const typeOf = (symbol, schema = {}) => {
  const type = checker.getNonNullableType(checker.getTypeOfSymbol(symbol))
  const isChoice = type.isUnion() && type.types.every((each) => each.isStringLiteral())
  const text = isChoice
    ? (schema['enum'] ?? type.types.map((each) => (each.isStringLiteral() ? each.value : '')).sort())
        .map((/** @type {string} */ value) => `'${value}'`)
        .join(' | ')
    : checker.typeToString(type, undefined, KEEP_WHOLE).replace(/ \| undefined$/, '')
  return `\`${text.replaceAll(' | undefined', '').replaceAll('"', "'").replaceAll('|', '\\|')}\``
}

/** @param {number} value */
const figure = (value) => value.toLocaleString('en')
/** @param {JsonSchema} schema */
const rangeOf = ({ type, minimum, exclusiveMinimum, maximum }) => {
  const isWhole = type === 'integer'
  const hasMaximum = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER
  const bounds = [
    ...(isWhole ? ['whole'] : []),
    ...(minimum === undefined
      ? []
      : [hasMaximum ? `${figure(minimum)} to ${figure(maximum)}` : `from ${figure(minimum)}`]),
    ...(exclusiveMinimum === undefined ? [] : [`above ${figure(exclusiveMinimum)}`]),
    ...(hasMaximum && minimum === undefined ? [`at most ${figure(maximum)}`] : []),
  ]
  return bounds.length === 0 ? '' : `, ${bounds.join(', ')}`
}

/** @type {(value: unknown) => string} */
const shown = (value) =>
  typeof value === 'number'
    ? figure(value)
    : `\`${JSON.stringify(value)
        .replaceAll('"', "'")
        .replaceAll(/'(\w+)':/g, '$1: ')
        .replaceAll(',', ', ')}\``

/** The options of an object, those inside of it as `retry.baseMs`. @type {(symbols: ts.Symbol[], schema: JsonSchema, path?: string) => Row[]} */
const rowsOf = (symbols, schema, path = '') =>
  symbols.flatMap((symbol) => {
    const name = `${path}${symbol.name}`
    const own = schema['properties']?.[symbol.name] ?? {}
    const inner = [own, ...(own.anyOf ?? [])].find(({ properties }) => properties !== undefined)
    const fallback = own.default
    const isPlain = fallback !== undefined && JSON.stringify(fallback) !== '{}'
    const meaning = meaningOf(symbol)
    if (meaning === '') undocumented.push(name)
    const isRequired = (schema['required']?.includes(symbol.name) ?? !(symbol.flags & ts.SymbolFlags.Optional)) === true
    const row = {
      name: `\`${name}\``,
      type:
        inner === undefined
          ? `${typeOf(symbol, own)}${rangeOf(own)}`
          : own.anyOf
            ? 'object, or what is named'
            : 'object',
      fallback: statedDefault(symbol) ?? (isPlain ? shown(fallback) : isRequired ? 'needed' : ''),
      meaning,
    }
    if (inner === undefined) return [row]
    const members = objectsIn(symbol).flatMap((type) => type.getProperties())
    const innerSymbols = members.filter((member) => member.name in inner.properties)
    return [row, ...rowsOf(innerSymbols, inner, `${name}.`)]
  })

/** @param {ts.Symbol} symbol */
const objectsIn = (symbol) => {
  const type = checker.getNonNullableType(checker.getTypeOfSymbol(symbol))
  return (type.isUnion() ? type.types : [type]).filter(({ flags }) => flags & ts.TypeFlags.Object)
}

/** @param {Section} from */
const rowsOfSection = async ({ file, of, schema }) => {
  const built = schema && (await import(`../${file.replace('/src/', '/dist/').replace(/ts$/, 'js')}`))
  const json = built ? z.toJSONSchema(built[schema ?? ''], { io: 'input', unrepresentable: 'any' }) : {}
  return rowsOf(membersOf(file, of), json)
}

/** @param {Row[]} rows */
const table = (rows) =>
  [
    '| option | type | default | meaning |',
    '|---|---|---|---|',
    ...rows.map(({ name, type, fallback, meaning }) => `| ${name} | ${type} | ${fallback} | ${meaning} |`),
  ].join('\n')

const same = (/** @type {Row} */ one) => (/** @type {Row} */ other) => JSON.stringify(one) === JSON.stringify(other)

const configurationPage = async () => {
  const rows = await Promise.all(stores.map(rowsOfSection))
  const common = rows[0]?.filter((row) => rows.every((others) => others.some(same(row)))) ?? []
  const journal = rows[0] ?? []
  /** @type {(from: Section, but: Row[]) => Promise<string>} */
  const shownSection = async (from, but) => {
    const own = (await rowsOfSection(from)).filter((row) => !but.some(same(row)))
    return `## ${from.title}\n\n${from.intro}\n\n${table(own)}\n`
  }
  const parts = [
    `# Configuration\n\nEvery option, made of the code by \`scripts/check-reference.js\`. An option that nobody knows, or a value out of its range, is a
\`ConfigError\` that names every mistake. Defaults are filled in once, when the store is made.\n`,
    `## Every store\n\nJournal, snapshot store, read journal, offset store, key store and back-fill take these.\n\n${table(common)}\n`,
  ]
  for (const from of stores) parts.push(await shownSection(from, common))
  parts.push(await shownSection(journalTable, journal))
  parts.push(await shownSection(backfill, common))
  for (const from of [projections, engine]) parts.push(await shownSection(from, []))
  parts.push(
    'Options of single actors: [`spawnPersistent` and `spawnEventSourced`](actors.md). Of serializers: [serialization](serialization.md).\n',
  )
  return parts.join('\n')
}

/** @param {string} name */
const unitOf = (name) => {
  if (name.endsWith('Ms')) return 'ms'
  if (name.endsWith('PerSecond')) return '1/s'
  if (name === 'bytes') return 'bytes'
  return name === 'capacityUnits' ? 'capacity units' : 'count'
}

/** @param {readonly string[]} from */
const metricsTable = ([file = '', name = '']) =>
  [
    '| field | type | unit | meaning |',
    '|---|---|---|---|',
    ...membersOf(file, name).map((symbol) => {
      const type = typeOf(symbol)
      const meaning = meaningOf(symbol)
      if (meaning === '') undocumented.push(`${name}.${symbol.name}`)
      return `| \`${symbol.name}\` | ${type} | ${type === '`number`' ? unitOf(symbol.name) : ''} | ${meaning} |`
    }),
  ].join('\n')

/** The names of attributes that spans are given: all quoted keys with a dot. */
const spanAttributes = () => {
  /** @type {string[]} */
  const names = []
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isPropertyAssignment(node) && ts.isStringLiteral(node.name) && node.name.text.includes('.'))
      names.push(`\`${node.name.text}\``)
    ts.forEachChild(node, visit)
  }
  visit(sourceOf(WATCH))
  return names.join(', ')
}

const metricsPage = () => `# Metrics

What is told, made of the code by \`scripts/check-reference.js\`. Payloads and credentials are in none of it. What to watch:
[alarms](operations.md#alarms).

## Requests

\`onMetrics\` of every [store](configuration.md#every-store) is called with these after each request to DynamoDB, a repetition counting as one.

${metricsTable(OPERATION_METRICS)}

## Projections

\`onMetrics\` of a [projection](configuration.md#projection), every \`metricsIntervalMs\`.

${metricsTable(PROJECTION_METRICS)}

## Traces

With \`tracer\`, each request is a span of kind client, \`<operation> <table>\`, with the attributes ${spanAttributes()}. One that failed
has the error and the status error; a conflict, which is an answer, has not.
`

const [configuration, metrics] = [await configurationPage(), metricsPage()]
if (undocumented.length > 0)
  throw new Error(`TSDoc is missing: say what these mean: ${[...new Set(undocumented)].join(', ')}`)

const isWriting = process.argv.includes('--write')
for (const [page, text] of Object.entries({ 'docs/configuration.md': configuration, 'docs/metrics.md': metrics })) {
  if (isWriting) writeFileSync(page, text)
  else if (readFileSync(page, 'utf8') !== text) {
    process.stderr.write(`${page} is stale. Run: node scripts/check-reference.js --write\n`)
    process.exitCode = 1
  }
}
