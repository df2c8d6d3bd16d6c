import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

// What a user gets: every public package is packed, checked as published, installed outside of the repository, imported
// by both module systems, type-checked and run.

const root = join(import.meta.dirname, '../../..')
const timeoutMs = 300_000

interface PackageJson {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly exports: Readonly<Record<string, unknown>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}
const readPackage = (folder: string): PackageJson =>
  JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as PackageJson

const packages = readdirSync(join(root, 'packages'))
  .filter((name) => existsSync(join(root, 'packages', name, 'package.json')))
  .map((name) => readPackage(`packages/${name}`))
  .filter((pkg) => pkg.private !== true)

/** "@dynact/testkit", "@dynact/testkit/dynamodb-local", … */
const entryPoints = packages.flatMap(({ name, exports }) =>
  Object.keys(exports)
    .filter((path) => path !== './package.json')
    .map((path) => join(name, path)),
)

let tarballs: string
beforeAll(async () => {
  tarballs = await mkdtemp(join(tmpdir(), 'dynact-pack-'))
  await run('npx', ['tsc', '-b'])
  const workspaces = packages.map(({ name }) => `--workspace=${name}`)
  await run('npm', ['pack', `--pack-destination=${tarballs}`, ...workspaces])
}, timeoutMs)
afterAll(() => rm(tarballs, { recursive: true, force: true }))

const tarball = ({ name, version }: PackageJson): string =>
  join(tarballs, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)

describe.each(packages.map((pkg) => [pkg.name, pkg] as const))('%s', (_, pkg) => {
  test(
    'is laid out as publint wants it',
    async () => {
      await run('npx', ['publint', '--strict', tarball(pkg)])
    },
    timeoutMs,
  )

  test(
    'has types that are right for import and for require',
    async () => {
      // Ignored: that require() gets an ES module, which every supported version of Node can load, and the resolution of
      // Node 10, which knows no "exports".
      await run('npx', ['attw', tarball(pkg), '--profile=node16', '--ignore-rules=cjs-resolves-to-esm'])
    },
    timeoutMs,
  )
})

const lowest = (peer: string): string => {
  const ranges = new Set(packages.flatMap(({ peerDependencies }) => peerDependencies?.[peer] ?? []))
  if (ranges.size !== 1) throw new Error(`The packages disagree about ${peer}: ${[...ranges].join(', ')}`)
  return [...ranges].join().replace(/^[\^~]|^>=/, '')
}
const locked = (name: string): string => readPackage(`node_modules/${name}`).version
const peers = ['nact', '@aws-sdk/client-dynamodb']

describe.each([
  ['the peers of this repository', locked],
  ['the oldest peers allowed', lowest],
])('installed with %s', (_, versionOf) => {
  let user: string
  beforeAll(async () => {
    user = await mkdtemp(join(tmpdir(), 'dynact-user-'))
    await writeFile(join(user, 'package.json'), '{ "private": true }')
    await run(
      'npm',
      [
        'install',
        '--prefer-offline',
        '--no-audit',
        '--strict-peer-deps',
        ...packages.map(tarball),
        ...peers.map((peer) => `${peer}@${versionOf(peer)}`),
        `@types/node@${locked('@types/node')}`,
      ],
      user,
    )
  }, timeoutMs)
  afterAll(() => rm(user, { recursive: true, force: true }))

  test.each(entryPoints)('%s gives the same by import and by require', async (name) => {
    const code = `import(${JSON.stringify(name)}).then((m) => console.log(m === require(${JSON.stringify(name)}), Object.keys(m).length))`

    expect(await run('node', ['--disable-warning=ExperimentalWarning', '-e', code], user)).toMatch(/^true [1-9]/)
  })

  test(
    'a program compiles strictly as ES module and as CommonJS',
    async () => {
      const sources = ['consumer.mts', 'consumer.cts']
      for (const source of sources) await copyFile(join(root, 'tools/pack/consumer.ts'), join(user, source))
      const options = ['--strict', '--exactOptionalPropertyTypes', '--types', 'node', '--module', 'nodenext']
      const tsc = join(root, 'node_modules/typescript/bin/tsc')

      await run('node', [tsc, ...options, '--target', 'es2023', ...sources], user)
    },
    timeoutMs,
  )

  test.each(['mjs', 'cjs'])(
    'the program does the main job as .%s',
    async (extension) => {
      const output = await run('node', [`consumer.${extension}`], user)

      expect(output).toBe('done\n')
    },
    timeoutMs,
  )
})

/** Standard output of a command that must succeed; all of its output is in the error otherwise. */
async function run(command: string, args: readonly string[], cwd = root): Promise<string> {
  try {
    return (await promisify(execFile)(command, args, { cwd })).stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error })
  }
}
