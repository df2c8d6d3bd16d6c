import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

// Node can't run our TypeScript sources, so these tests run what was built.
const entry = join(import.meta.dirname, '..', 'dist', 'index.js')

export interface Run {
  readonly lines: string[]
  readonly errorLines: string[]
  /** 0, 1, 130, … or the name of the signal that ended it. */
  readonly end: number | NodeJS.Signals | null
}

export interface RunOptions {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Sees each line of output as it comes. */
  readonly onLine?: (line: string, example: ChildProcess) => void
}

/** Runs the example in a process group of its own until it has ended with all its processes. */
export const runExample = ({ args = [], env = {}, onLine = () => {} }: RunOptions): Promise<Run> => {
  if (!existsSync(entry)) throw new Error(`${entry} is missing: run npm run build first`)
  const choices = /^(DYNAMODB_ENDPOINT|DYNACT_AWS|AWS_.*|NODE_OPTIONS)$/
  const inherited = Object.entries(process.env).filter(([name]) => !choices.test(name))
  const example = spawn(process.execPath, [entry, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...Object.fromEntries(inherited), ...env },
  })
  const lines: string[] = []
  const errorLines: string[] = []
  createInterface({ input: example.stdout }).on('line', (line) => {
    lines.push(line)
    onLine(line, example)
  })
  createInterface({ input: example.stderr }).on('line', (line) => errorLines.push(line))
  return new Promise((resolve, reject) => {
    example.on('error', reject)
    // Its processes share the pipes, so they are closed when the last of them has ended.
    example.on('close', (code, signal) => resolve({ lines, errorLines, end: signal ?? code }))
  })
}

/** `kill -9` of the example with all its processes. */
export const killTree = ({ pid }: ChildProcess): void => {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL')
}
