import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { linesOf, type Program, type ProgramLine } from './program.js'
import type { TsdocExample } from './tsdoc-examples.js'

/** What examples have become, and what is wrong with them: `file:line: why`. */
export interface ExamplePrograms {
  readonly programs: readonly Program[]
  readonly faults: readonly string[]
}

const PLACE = /^\s*\/\/ @example (\S+)$/
const ADVICE =
  '(Give the example surroundings: a file of tools/docs/examples with the line // @example and its name; see tools/docs/example-programs.ts.)'

/**
 * Makes programs of TSDoc's examples. What an example takes for granted, and what proves it, stands around it in one of `files`,
 * where the reader does not see it; the example's own lines come to the place
 *
 *     // @example dynamoDBJournal
 *
 * Everything there is real, without `any` and `declare`. A file may have several examples, in blocks or functions of their own;
 * one that begins with `// local` runs on DynamoDB Local, where it needs transactions. An example that has a place in none of them
 * is a program by itself.
 */
export const examplePrograms = (
  root: string,
  files: readonly string[],
  examples: readonly TsdocExample[],
): ExamplePrograms => {
  const faults = examples
    .filter(({ code }) => code.length === 0)
    .map(
      ({ file, line, name }) =>
        `${file}:${line}: the code of ${name}'s example stands in no block that begins with \`\`\`ts`,
    )
  const placed = new Set<TsdocExample>()

  const insert = (line: ProgramLine): readonly ProgramLine[] => {
    const name = PLACE.exec(line.text)?.[1]
    if (name === undefined) return [line]
    const named = examples.filter((example) => example.name === name)
    if (named.length === 0) faults.push(`${line.file}:${line.line}: no TSDoc has an @example of ${name}`)
    if (named.some((example) => placed.has(example))) {
      faults.push(`${line.file}:${line.line}: ${name} is there already`)
      return []
    }
    for (const example of named) placed.add(example)
    return named.flatMap(({ code }) => code)
  }

  const programs = files.map((file): Program => {
    const own = linesOf({ lines: readFileSync(join(root, file), 'utf8').trimEnd().split('\n'), line: 1 }, file)
    const lines = own.flatMap(insert)
    const needsLocal = own[0]?.text.startsWith('// local') === true
    return { name: `example-${basename(file, '.ts')}`, needsLocal, isRun: true, lines }
  })
  const alone = examples
    .filter((example) => !placed.has(example) && example.code.length > 0)
    .map(
      ({ name, code }): Program => ({
        name: `example-of-${name}`,
        needsLocal: false,
        isRun: true,
        lines: code,
        advice: ADVICE,
      }),
    )
  return { programs: [...programs, ...alone], faults }
}
