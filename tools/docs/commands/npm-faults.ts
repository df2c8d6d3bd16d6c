import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseCommandLine } from '../../../examples/stock-ledger/src/command-line.js'
import { installFaults } from './install-faults.js'
import { readManifest } from './manifests.js'
import type { PageCommand } from './page-commands.js'

/** What npm does by itself, without anything of ours. */
const OF_NPM = new Set(['audit', 'init', 'pkg', 'sbom'])

/** What is wrong with a command of npm, the `index`th of its page. */
export const npmFaults = (root: string, commands: readonly PageCommand[], index: number): string[] => {
  const [, command = '', ...words] = commands[index]?.words ?? []
  if (OF_NPM.has(command)) return []
  if (command === 'ci') return existsSync(join(root, 'package-lock.json')) ? [] : ['there is no package-lock.json']
  if (command === 'install') {
    const before = commands.slice(0, index).flatMap(installedBy)
    const used = new Set(commands.flatMap(({ words: [program, run = ''] }) => (program === 'npx' ? run : [])))
    return installFaults(root, words.filter(isNoOption), before, used)
  }
  if (command === 'start' || command === 'test') return scriptFaults(root, command, words)
  if (command === 'run') return scriptFaults(root, words[0] ?? '', words.slice(1))
  return ['say in tools/docs/commands/npm-faults.ts how this command of npm is checked']
}

/** What a command installs. */
export const installedBy = ({ words: [program, command, ...words] }: PageCommand): string[] =>
  program === 'npm' && command === 'install' ? words.filter(isNoOption) : []

const isNoOption = (word: string) => !word.startsWith('-')

const scriptFaults = (root: string, script: string, words: readonly string[]): string[] => {
  const option = words.indexOf('-w')
  const workspace = option < 0 ? '.' : (words[option + 1] ?? '')
  const manifest = readManifest(root, workspace)
  if (manifest === undefined) return [`there is no workspace ${workspace}`]
  if (manifest.scripts?.[script] === undefined) return [`${join(workspace, 'package.json')} has no script ${script}`]
  const args = words.filter((_, index) => option < 0 || (index !== option && index !== option + 1))
  return argumentFaults(root, script, workspace, args)
}

/** What is wrong with what the script is given. */
const argumentFaults = (root: string, script: string, workspace: string, args: readonly string[]): string[] => {
  const given = args.filter((word) => word !== '--' && !/^[[<].*[\]>]$/.test(word)) // No placeholders.
  if (given.length === 0) return []
  if (workspace === '.' && script === 'start') {
    try {
      parseCommandLine(given)
      return []
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)]
    }
  }
  if (workspace === '.' && script === 'bench') {
    const unknown = given.filter((name) => name !== '--quick' && !existsSync(join(root, `bench/work/${name}.js`)))
    return unknown.map((name) => `there is no benchmark ${name}`)
  }
  if (workspace === '.' && script.startsWith('test')) {
    const paths = given.filter((word, index) => isNoOption(word) && given[index - 1] !== '-t')
    return paths.filter((path) => !existsSync(join(root, path))).map((path) => `there is no ${path}`)
  }
  return [`say in tools/docs/commands/npm-faults.ts what ${script} takes`]
}
