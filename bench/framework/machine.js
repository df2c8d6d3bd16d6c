// @ts-check
// What the figures were measured on, in general words.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The first line that a program prints about its version, or undefined where there is none. @param {string} program @param {string[]} args */
const versionOf = async (program, args) => {
  try {
    const { stdout, stderr } = await run(program, args)
    return (stdout || stderr).split('\n')[0]
  } catch {
    return undefined
  }
}

/** @param {string} name */
const packageVersion = async (name) => {
  const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url)
  const { version } = JSON.parse(await readFile(file, 'utf8'))
  return `${name} ${version}`
}

/** @returns {Promise<string[]>} lines of Markdown */
export const describeMachine = async () => {
  const packages = [
    '@aws-sdk/client-dynamodb',
    'undici',
    'nact',
    '@castore/event-storage-adapter-dynamodb',
    'nact-persistence-postgres',
  ]
  const java = (await versionOf('java', ['-version'])) ?? 'no Java'
  const postgres = (await versionOf('postgres', ['--version'])) ?? 'no PostgreSQL'
  return [
    `- ${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB of memory`,
    `- Node ${process.version}; ${java}; ${postgres}`,
    `- ${(await Promise.all(packages.map(packageVersion))).join(', ')}`,
  ]
}
