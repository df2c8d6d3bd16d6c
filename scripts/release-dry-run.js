// @ts-check
// Proves that `lerna version` makes versions and changelogs of the commits, in a clone that is thrown away: nothing here changes,
// and no registry is asked.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const clone = join(mkdtempSync(join(tmpdir(), 'dynact-release-')), 'clone')
/** @type {(command: string, ...args: string[]) => string} */
const run = (command, ...args) =>
  execFileSync(command, args, { cwd: clone, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
/** @type {(name: string) => string} */
const read = (name) => readFileSync(join(clone, name), 'utf8')

try {
  execFileSync('git', ['clone', '--quiet', root, clone])
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'))
  run('git', 'checkout', '--quiet', '-B', 'main') // lerna.json: releases are made of main.
  const lerna = join(root, 'node_modules/lerna/dist/cli.js')
  const dry = ['--no-push', '--no-git-tag-version', '--yes', '--npm-client-args=--offline', '--loglevel=warn']
  run(process.execPath, lerna, 'version', '--conventional-commits', ...dry)

  const before = JSON.parse(run('git', 'show', 'HEAD:lerna.json')).version
  const { version } = JSON.parse(read('lerna.json'))
  const faults = version === before ? [`the version is still ${version}`] : []
  for (const name of readdirSync(join(clone, 'packages'))) {
    const manifest = JSON.parse(read(`packages/${name}/package.json`))
    const changelog = `packages/${name}/CHANGELOG.md`
    if (manifest.version !== version) faults.push(`${manifest.name} has version ${manifest.version}, not ${version}`)
    for (const [other, range] of Object.entries(manifest.dependencies ?? {}))
      if (other.startsWith('@dynact/') && range !== version) faults.push(`${manifest.name} wants ${other} ${range}`)
    if (!existsSync(join(clone, changelog)) || !read(changelog).includes(version))
      faults.push(`${changelog} lacks ${version}`)
  }
  if (faults.length > 0) throw new Error(`The release would be wrong: ${faults.join('; ')}`)
  process.stdout.write(
    `${before} would become ${version}, with changelogs:\n\n${read('CHANGELOG.md').slice(0, 1_500)}\n`,
  )
} finally {
  rmSync(join(clone, '..'), { recursive: true, force: true })
}
