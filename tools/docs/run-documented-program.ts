import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedDynamoDB } from '@dynact/testkit'
import { type ProgramRun, runProgram } from '../test-support/run-program.js'
import { emitProgram } from './compile-programs.js'
import { inTermsOfItsOrigin, type Program } from './program.js'

/** What a page says for "here": DynamoDB Local as docker-compose.yml starts it. */
const SHOWN_ENDPOINT = /(['"])http:\/\/127\.0\.0\.1:8000\1/g

/** Errors tell lines of the TypeScript. */
const NODE_OPTIONS = ['--enable-source-maps', '--disable-warning=Warning']

const TOLD_LINES = 50

/** The database that the program finds, whatever client it makes, is the one that was started for it. */
const onDatabase = `
process.env.AWS_ENDPOINT_URL_DYNAMODB = process.env.DYNAMODB_ENDPOINT
Object.assign(process.env, { AWS_REGION: 'local', AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' })
`

/**
 * Runs a program of the documentation on the built packages and on a database of its own, in an empty folder.
 *
 * @returns what it has printed.
 * @throws an Error with its errors, in terms of where its lines come from.
 */
export const runDocumentedProgram = async (root: string, program: Program): Promise<readonly string[]> => {
  // Where the packages are found; the folder that it works in is another.
  const code = await mkdtemp(join(root, 'node_modules/.dynact-docs-'))
  const folder = await mkdtemp(join(tmpdir(), 'dynact-docs-'))
  try {
    const js = emitProgram(program).replaceAll(SHOWN_ENDPOINT, 'process.env.DYNAMODB_ENDPOINT')
    await writeFile(join(code, `${program.name}.mjs`), js)
    const start = join(code, 'start.mjs')
    await writeFile(start, `${onDatabase}await import('./${program.name}.mjs')\n`)
    const { end, errors, lines } = await run(root, start, folder, program.needsLocal)
    if (end !== 0) {
      // node:test tells of its failures on standard output, between many lines.
      const failure = Math.max(
        0,
        lines.findIndex((line) => line.includes('not ok ')),
      )
      const told = errors === '' ? lines.slice(failure, failure + TOLD_LINES).join('\n') : errors
      throw new Error(`ended with ${end}: ${inTermsOfItsOrigin(program, told)}`)
    }
    return lines
  } finally {
    await rm(code, { recursive: true })
    await rm(folder, { recursive: true })
  }
}

const run = async (root: string, start: string, folder: string, needsLocal: boolean): Promise<ProgramRun> => {
  if (needsLocal) {
    const runWith = join(root, 'tools/dynamodb-local/run-with.js')
    return runProgram(runWith, folder, [join(folder, 'data'), process.execPath, ...NODE_OPTIONS, start])
  }
  const dynamodb = await startEmbeddedDynamoDB()
  try {
    const env = { DYNAMODB_ENDPOINT: dynamodb.endpoint, NODE_OPTIONS: NODE_OPTIONS.join(' ') }
    return await runProgram(start, folder, [], env)
  } finally {
    await dynamodb.stop()
  }
}
