import { join } from 'node:path'
import { linesOf, type Program } from './program.js'
import { type PageBlock, readPage } from './read-page.js'

/**
 * The programs of a page; none when it has no code of its own. A program is made of the `ts` blocks, in their order. What it takes
 * to compile and run them stands between them, where a reader does not see it:
 *
 *     <!-- ts
 *     import { dynamoDBJournal } from '@dynact/journal-dynamodb'
 *     -->
 *
 * Words behind `ts`: `new` begins another program of the page; `local` runs it on DynamoDB Local, where it needs transactions;
 * `compiled only: <reason>` says why it is not run. A block behind `<!-- example: … -->` is a file that is compiled as such
 * (scripts/check-examples.js).
 */
export const programsOf = (root: string, page: string): Program[] => {
  const programs: { -readonly [K in keyof Program]: Program[K] }[] = []
  let before: PageBlock | undefined
  for (const block of readPage(join(root, page)).blocks) {
    const words = wordsOf(block, before)
    before = block
    if (words === undefined) continue
    let program = programs.at(-1)
    if (program === undefined || words.startsWith('new')) {
      const name = `${page.replace(/\.md$/, '').replaceAll(/[^\w-]+/g, '-')}-${programs.length + 1}`
      program = { name, needsLocal: false, isRun: true, lines: [] }
      programs.push(program)
    }
    program.needsLocal ||= /^(new )?local/.test(words)
    program.isRun &&= !/compiled only: \S/.test(words)
    program.lines = [...program.lines, ...linesOf(block, page)]
  }
  return programs
}

/** The words behind `ts`; `undefined` of what is no part of a program. */
const wordsOf = (block: PageBlock, before: PageBlock | undefined): string | undefined => {
  if (!/^ts\b/.test(block.info)) return undefined
  if (block.kind === 'code' && before?.kind === 'comment' && before.info.startsWith('example:')) return undefined
  return block.info.slice('ts'.length).trim()
}
