// @ts-check
// Cold start: importing journal and snapshot store in a new process, against importing the SDK's client alone.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { compare } from '../framework/rounds.js'
import { showMedian } from '../framework/row.js'

const run = promisify(execFile)
const SDK = "await import('@aws-sdk/client-dynamodb')"
const DYNACT = "await Promise.all([import('@dynact/journal-dynamodb'), import('@dynact/snapshot-dynamodb')])"

/** Imports in a new process, which says how many milliseconds it took. @param {string} imports */
const cold = (imports) => ({
  count: 1,
  run: async () => {
    const script = `const start = performance.now(); ${imports}; console.log(performance.now() - start)`
    const { stdout } = await run(process.execPath, ['--disable-warning=Warning', '--input-type=module', '-e', script], {
      cwd: new URL('../..', import.meta.url),
    })
    return Number(stdout)
  },
})

/** @type {import('../framework/row.js').Bench} */
export const imports = {
  name: 'imports',
  about: 'What a cold start takes, in a process of its own.',
  run: async (lab) => {
    const rounds = lab.isQuick ? lab.rounds : { rounds: 15, warmUps: 2 }
    const times = await compare(rounds, { dynact: cold(DYNACT), sdk: cold(SDK), both: cold(`${SDK}; ${DYNACT}`) })
    return [
      {
        work: 'cold import of journal and snapshot store',
        endpoint: '',
        against: 'importing @aws-sdk/client-dynamodb alone',
        target: { atMost: 1.15 },
        figure: times.time('dynact', 'sdk'),
        detail: `${showMedian(times.ms('dynact'))} ms : ${showMedian(times.ms('sdk'))} ms`,
      },
      {
        work: 'the same with the SDK imported first, as a program does',
        endpoint: '',
        against: 'importing @aws-sdk/client-dynamodb alone',
        figure: times.time('both', 'sdk'),
        detail: `${showMedian(times.ms('both'))} ms : ${showMedian(times.ms('sdk'))} ms`,
      },
    ]
  },
}
