// The SDK would warn of the coming end of Node 20 in every test process.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'

// One jest project per kind of test; the suffix of a test file names its kind: `name.unit.test.ts`.
const kind = (name, extra = {}) => ({
  displayName: name,
  rootDir: import.meta.dirname,
  testMatch: [
    `<rootDir>/{packages,examples}/*/test/**/*.${name}.test.ts`,
    `<rootDir>/tools/**/test/**/*.${name}.test.ts`,
    `<rootDir>/bench/test/*.${name}.test.ts`,
  ],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, transform: { verbatimModuleSyntax: true } } }],
  },
  moduleNameMapper: {
    '^@dynact/([^/]+)$': '<rootDir>/packages/$1/src/index.ts',
    '^@dynact/([^/]+)/([^.]+)$': '<rootDir>/packages/$1/src/$2.ts',
    // Installed packages have the .js file; our sources are .ts files imported under the name that they are built to.
    '^(\\.{1,2}/.*)\\.js$': ['$1.js', '$1.ts'],
  },
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/'],
  ...extra,
})

/**
 * Tests of another kind once more, on the SDK's transport. Tables are the SDK's business anyway; what is stored in how many items, and
 * what of it is deleted in which order, is no transport's, and takes minutes.
 */
const onSdkTransport = {
  testMatch: [
    '<rootDir>/packages/{dynamodb,journal-dynamodb,snapshot-dynamodb,query-dynamodb,serialization-encrypted}/test/*.{int,conformance}.test.ts',
  ],
  testPathIgnorePatterns: ['/(tables|item-size|split-snapshots|highest-and-deletes)\\.int\\.test\\.ts$'],
  setupFiles: ['<rootDir>/tools/test-support/on-sdk-transport.js'],
}

const onDynamoDB = {
  preset: '@shelf/jest-dynamodb',
  globalSetup: '<rootDir>/tools/dynamodb-local/jest-setup.js', // wraps the preset's own
  globalTeardown: '<rootDir>/tools/dynamodb-local/jest-teardown.js',
}

export default {
  // Several test files share two cores and one DynamoDB Local.
  testTimeout: 60_000,
  // Jest would leave one core of two idle.
  maxWorkers: 2,
  reporters: ['default', '<rootDir>/tools/test-support/skipped-reporter.js'],
  projects: [
    kind('unit'),
    kind('prop'),
    kind('int', onDynamoDB),
    kind('int-sdk', { ...onDynamoDB, ...onSdkTransport }),
    kind('conformance', onDynamoDB),
    kind('interop', { ...onDynamoDB, globalSetup: '<rootDir>/tools/pekko-peer/jest-setup.js' }), // adds the JVM peer
    kind('pack'),
  ],
}
