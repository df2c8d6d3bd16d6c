import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { dockerFault } from './docker-fault.js'
import { dynactFault } from './dynact-fault.js'
import { environmentFault } from './environment-fault.js'
import { javaFaults } from './java-faults.js'
import { readManifest } from './manifests.js'
import { installedBy, npmFaults } from './npm-faults.js'
import { type PageCommand, readCommands } from './page-commands.js'

/** What is wrong with the `index`th command of a page. */
type Check = (root: string, commands: readonly PageCommand[], index: number) => string[] | Promise<string[]>

const listed = (fault: string | undefined): string[] => (fault === undefined || fault === '' ? [] : [fault])
const wordsOf = (commands: readonly PageCommand[], index: number) => commands[index]?.words ?? []
const nothing: Check = () => []

const npxFaults: Check = async (root, commands, index) => {
  const [, program = '', ...args] = wordsOf(commands, index)
  if (program === 'dynact') return listed(await dynactFault(args))
  const { devDependencies = {} } = readManifest(root, '.') ?? {}
  const isThere = program in devDependencies || commands.flatMap(installedBy).includes(program)
  return isThere ? [] : [`nothing installs ${program}`]
}

const nodeFaults = (root: string, words: readonly string[]): string[] => {
  const script = words.slice(1).find((word) => !word.startsWith('-')) ?? ''
  return existsSync(join(root, script)) ? [] : [`there is no ${script}`]
}

/** How each program is checked. */
const CHECKS = new Map<string, Check>([
  ['npm', npmFaults],
  ['npx', npxFaults],
  ['dynact', async (_, commands, index) => listed(await dynactFault(wordsOf(commands, index).slice(1)))],
  [
    'docker',
    (root, commands, index) => commands.slice(index, index + 1).flatMap((one) => listed(dockerFault(root, one))),
  ],
  ['node', (root, commands, index) => nodeFaults(root, wordsOf(commands, index))],
  ['java', (root, commands, index) => javaFaults(root, wordsOf(commands, index))],
  // What takes part in the work of others.
  ['cd', nothing],
  ['gzip', nothing],
  ['mkdir', nothing],
  ['mvn', nothing],
])

/** What is wrong with the commands of a page: `page:line: command: why`. */
export const commandFaults = async (root: string, page: string): Promise<string[]> => {
  const { commands, faults } = readCommands(join(root, page), new Set([...CHECKS.keys(), 'source']))
  const found = faults.map(({ line, why }) => `${page}:${line}: ${why}`)
  for (const [index, { environment, words, line }] of commands.entries()) {
    const [program] = words
    const check = program === undefined ? nothing : CHECKS.get(program)
    const whys = [
      ...environment.flatMap((setting) => listed(environmentFault(root, setting))),
      ...(check === undefined
        ? ['say in tools/docs/commands/command-faults.ts how this is checked']
        : await check(root, commands, index)),
    ]
    found.push(...whys.map((why) => `${page}:${line}: ${[...environment, ...words].join(' ')}: ${why}`))
  }
  return found
}
