import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const WORKER = fileURLToPath(new URL('worker.js', import.meta.url))

interface End {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

const runWorker = (folder: string, attempt: number) =>
  new Promise<End>((resolve, reject) => {
    // On Node 20 the AWS SDK announces, on eight lines, that it will want a newer one some day.
    const flags = ['--disable-warning=Warning']
    const worker = spawn(process.execPath, [...flags, WORKER, folder, String(attempt)], { stdio: 'inherit' })
    // This process must outlive the worker, which decides itself when to stop.
    const passOn = (signal: NodeJS.Signals) => worker.kill(signal)
    process.on('SIGINT', passOn).on('SIGTERM', passOn)
    worker.on('error', reject)
    worker.on('exit', (code, signal) => {
      process.off('SIGINT', passOn).off('SIGTERM', passOn)
      resolve({ code, signal })
    })
  })

/**
 * Runs the worker and, when it was killed, once more.
 *
 * @returns the exit code for this process.
 */
export const supervise = async (folder: string): Promise<number> => {
  const first = await runWorker(folder, 1)
  if (first.signal !== 'SIGKILL') return exitCode(first)
  console.log('The process is dead. Starting it again ...\n')
  return exitCode(await runWorker(folder, 2))
}

const exitCode = ({ code, signal }: End) => code ?? 128 + (signal === null ? 0 : constants.signals[signal])
