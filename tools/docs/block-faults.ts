import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PageBlock, readPage } from './read-page.js'

/** Where a block is read, to be compared with what the code does, and by which words. */
type Reader = (page: string, name: string) => readonly [file: string, words: string]

/** By the first word of the comment in front of a block; the second one is its name. */
const READERS: Readonly<Record<string, Reader>> = {
  config: () => ['tools/docs/test/cli-pages.int.test.ts', "'config'"],
  item: (_, name) => ['packages/journal-dynamodb/test/storage-layout.unit.test.ts', `documented('${name}')`],
  output: (page) => [
    OUTPUT_READERS[page] ?? page.replace(/README\.md$/, 'test/start.int.test.ts'),
    `shownOutput('${page}')`,
  ],
  policy: () => ['tools/security/policy.ts', '<!-- policy: '],
  terraform: () => ['packages/journal-dynamodb/test/operations-page.unit.test.ts', '<!-- terraform -->'],
}

/** The tests that run what pages show the output of; that of an example's README is its own. */
const OUTPUT_READERS: Readonly<Record<string, string>> = {
  'docs/getting-started.md': 'tools/docs/test/getting-started.int.test.ts',
  'docs/serialization.md': 'examples/serialization/test/start.int.test.ts',
}

/**
 * Blocks of a page that nothing checks: `page:line: why`. Those that are `ts` are compiled and run (page-programs.ts), those that are
 * `sh` are commands (commands/command-faults.ts), `mermaid` is drawn; before any other a comment says what it is: `<!-- output -->`.
 */
export const blockFaults = (root: string, page: string): string[] => {
  const { blocks } = readPage(join(root, page))
  return blocks.flatMap((block, index) => {
    const why = block.kind === 'comment' ? undefined : faultOf(root, page, block, blocks[index - 1])
    return why === undefined ? [] : [`${page}:${block.line}: ${why}`]
  })
}

const faultOf = (root: string, page: string, block: PageBlock, before: PageBlock | undefined): string | undefined => {
  const { info, lines } = block
  if (['ts', 'sh', 'mermaid'].includes(info)) return undefined
  const [, word = '', name = ''] = (before?.kind === 'comment' && /^(\w+)(?:: (\S+))?$/.exec(before.info)) || []
  const reader = READERS[word]?.(page, name)
  if (reader === undefined) return `say how ${info || 'this'} is checked: tools/docs/block-faults.ts`
  const [file, words] = reader
  if (!existsSync(join(root, file)) || !readFileSync(join(root, file), 'utf8').includes(words))
    return `nothing reads it: there is no ${words} in ${file}`
  return info === 'json' ? jsonFault(lines.join('\n')) : undefined
}

const jsonFault = (text: string): string | undefined => {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
