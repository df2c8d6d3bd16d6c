// Who may import whom:  cli → query, snapshot, journal → dynamodb → persistence ← serialization-*, testkit
// The comment of a rule is printed when it is broken and says what to do instead.

/**
 * The packages that a package's sources may import, and what to do for any other. So journal and snapshot store never import
 * each other, the queries know the journal and not the other way round, and testkit is for tests, examples and benchmarks only.
 */
const layers = {
  persistence: {
    mayImport: [],
    instead: 'persistence is the bottom: move the vocabulary that it needs here, or take the rest as an argument.',
  },
  dynamodb: {
    mayImport: ['persistence'],
    instead: 'dynamodb serves the journal and the stores and knows none of them: let the caller pass what differs.',
  },
  'journal-dynamodb': {
    mayImport: ['persistence', 'dynamodb'],
    instead: 'What the journal shares with another package belongs in dynamodb (requests, layout) or persistence.',
  },
  'snapshot-dynamodb': {
    mayImport: ['persistence', 'dynamodb'],
    instead:
      'What the snapshot store shares with another package belongs in dynamodb (requests, layout) or persistence.',
  },
  'query-dynamodb': {
    mayImport: ['persistence', 'dynamodb', 'journal-dynamodb'],
    instead: 'Queries read an id through the journal; what they share with others belongs in dynamodb or persistence.',
  },
  'serialization-encrypted': {
    mayImport: ['persistence', 'dynamodb'],
    instead: 'The encrypting serializer knows serializers and the table of its keys: let the user compose the rest.',
  },
  'serialization-(?!encrypted/)[^/]+': {
    mayImport: ['persistence'],
    instead: 'A serializer knows the vocabulary of persistence only; whoever stores the bytes composes the two.',
  },
  testkit: {
    mayImport: ['persistence'],
    instead: 'testkit knows the interfaces of persistence only: let the test pass the journal or store in.',
  },
  cli: {
    mayImport: ['persistence', 'dynamodb', 'journal-dynamodb', 'snapshot-dynamodb', 'query-dynamodb', 'testkit'],
    instead: 'cli uses what the other packages export, of the testkit the embedded DynamoDB only: export it there.',
  },
}

const layerRules = Object.entries(layers).map(([name, { mayImport, instead }]) => ({
  name: `layer-of-${name.replace(/-\(.*/, '')}`,
  severity: 'error',
  comment: instead,
  from: { path: `^packages/(${name})/src/` },
  to: { path: '^packages/', pathNot: ['^packages/$1/', ...mayImport.map((other) => `^packages/${other}/`)] },
}))

/** Parses the command lines of the documentation, and runs none of them: for that the command exports nothing. */
const COMMAND_LINES = '^tools/docs/commands/dynact-fault\\.ts$'

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'cli-is-the-top',
      severity: 'error',
      comment:
        'Nobody imports cli, but the checks of what the documentation says of the command. Move what you need into the package whose data it is about.',
      from: { pathNot: '^(packages/cli|tools/docs)/' },
      to: { path: '^packages/cli/' },
    },
    {
      name: 'aws-sdk-runs-in-dynamodb-only',
      severity: 'error',
      comment:
        'Only dynamodb uses the AWS SDK at run time, so that retries, deadlines and aborts are in one place: call what ' +
        '@dynact/dynamodb exports. "import type" is fine. In testkit the embedded servers may use it.',
      from: {
        path: '^packages/[^/]+/src/',
        pathNot: ['^packages/dynamodb/', '^packages/testkit/src/(embedded|dynamodb-local)'],
      },
      to: { path: '@(aws-sdk|smithy)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-aws-in-the-vocabulary',
      severity: 'error',
      comment:
        'persistence, the serializers (but for the keys of the encrypting one) and the root of testkit do not even know AWS types: state the shape you need.',
      from: {
        path: '^packages/(persistence|serialization-[^/]+|testkit)/src/',
        pathNot: '/src/(embedded|dynamodb-local)|^packages/serialization-encrypted/',
      },
      to: { path: '@(aws-sdk|smithy)/' },
    },
    {
      name: 'nact-behind-its-bridge',
      severity: 'error',
      comment: "nact's words stay in persistence/src/nact: speak of Journal and SnapshotStore everywhere else.",
      from: { path: '^packages/[^/]+/src/', pathNot: '^packages/persistence/src/nact/' },
      to: { path: '(^|node_modules/)nact(/|$)' },
    },
    {
      name: 'undici-in-the-transport-only',
      severity: 'error',
      comment: 'Only the direct transport speaks HTTP: send by Requests, which limits and retries.',
      from: { path: '^packages/[^/]+/src/', pathNot: '^packages/dynamodb/src/transport/' },
      to: { path: '(^|node_modules/)undici(/|$)' },
    },
    {
      name: 'avsc-in-serialization-avro-only',
      severity: 'error',
      comment: 'Avro is one serializer among others: use the Serializer interface of persistence.',
      from: { pathNot: '^packages/serialization-avro/' },
      to: { path: '(^|node_modules/)avsc(/|$)' },
    },
    {
      name: 'protobuf-in-serialization-protobuf-only',
      severity: 'error',
      comment: 'Protobuf is one serializer among others: use the Serializer interface of persistence.',
      from: { path: '^packages/', pathNot: '^packages/serialization-protobuf/|/test/' },
      to: { path: '(^|node_modules/)@bufbuild/' },
    },
    {
      name: 'layout-is-pure',
      severity: 'error',
      comment: 'The stored layout is computed, without requests or files: do the I/O in the caller of layout/.',
      from: { path: '^packages/dynamodb/src/layout/' },
      to: {
        pathNot: ['^packages/dynamodb/src/layout/', '^packages/persistence/', '^(node:)?(crypto|buffer|zlib)$'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'across-packages-by-the-root',
      severity: 'error',
      comment:
        'Another package is imported by its name, "@dynact/…", and only what its index.ts exports: export it there.',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/[^/]+/', pathNot: ['^packages/$1/', '^packages/[^/]+/(src|dist)/index\\.'] },
    },
    {
      name: 'users-import-the-root',
      severity: 'error',
      comment: 'Examples, benchmarks and tools see of a package what its users see: import "@dynact/…".',
      from: { path: '^(examples|bench|tools|scripts)/', pathNot: COMMAND_LINES },
      to: { path: '^packages/[^/]+/', pathNot: '^packages/[^/]+/(src|dist)/index\\.' },
    },
    {
      name: 'across-packages-by-name',
      severity: 'error',
      comment: 'A relative path into another package is lost when that package is installed: import "@dynact/…".',
      from: { path: '^(packages/[^/]+|examples/[^/]+|bench|tools|scripts)/', pathNot: COMMAND_LINES },
      to: { path: '^packages/', pathNot: '^$1/', dependencyTypes: ['local'], dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'page-runs-in-the-browser',
      severity: 'error',
      comment:
        'The browser has no Node and no packages: let the command answer a question of the page (src/explore/routes.ts).',
      from: { path: '^packages/cli/src/page/' },
      to: { pathNot: '^packages/cli/src/(page/|visible\\.ts$)' },
    },
    {
      name: 'src-without-tests',
      severity: 'error',
      comment: 'Sources are published without tests, tools and examples: move what they need into src.',
      from: { path: '^packages/[^/]+/src/' },
      to: { path: '^packages/[^/]+/test/|^(tools|examples|bench|scripts)/' },
    },
    {
      name: 'declared-dependencies',
      severity: 'error',
      comment: 'The users of a package install what its package.json names: add it there, as dependency or as peer.',
      from: { path: '^(packages|examples)/[^/]+/src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'There is no such file or package: correct the path, or install the package.',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Move what both need into a third file, or pass it in.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-dead-sources',
      severity: 'error',
      comment: 'Nothing that index.ts exports leads to this file: export it, use it or delete it.',
      from: { path: '^packages/[^/]+/src/index\\.ts$' },
      to: {
        path: '^packages/[^/]+/src/',
        pathNot: ['\\.d\\.ts$', '/index\\.ts$', '^packages/cli/src/(bin\\.ts$|page/)'],
        reachable: false,
      },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'Nobody uses this file: use it or delete it.',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', '\\.test\\.ts$', '^(tools|scripts)/'] },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|target)/' },
    tsConfig: { fileName: 'tsconfig.test.json' }, // its paths lead from a package's name to its sources
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
