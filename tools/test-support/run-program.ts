import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'

/** What a program has printed, and how it ended. */
export interface ProgramRun {
  readonly lines: readonly string[]
  readonly errors: string
  readonly end: number | NodeJS.Signals | null
}

/** Runs a program in a folder until it ends. Node can't run our TypeScript sources, so it must have been built. */
export const runProgram = (
  entry: string,
  folder: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<ProgramRun> => {
  if (!existsSync(entry)) throw new Error(`${entry} is missing: run npm run build first`)
  const program = spawn(process.execPath, ['--disable-warning=Warning', entry, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  program.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  program.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  return new Promise((resolve, reject) => {
    program.on('error', reject)
    program.on('close', (code, signal) => resolve({ lines: output.trimEnd().split('\n'), errors, end: signal ?? code }))
  })
}
