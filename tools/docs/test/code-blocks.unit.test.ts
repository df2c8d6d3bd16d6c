import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compilePrograms } from '../compile-programs.js'
import { programsOf } from '../page-programs.js'
import type { Program } from '../program.js'
import { pages, root } from '../repository.js'
import { exampleCode } from '../repository-examples.js'

// In one go, since most of the time goes into the sources that they import.
const programs = [...pages.flatMap((page) => programsOf(root, page)), ...exampleCode.programs]
const faults = new Map<Program, string[]>()

beforeAll(() => {
  for (const [index, found] of compilePrograms(root, programs).entries()) faults.set(programs[index] as Program, found)
}, 300_000)

test.each(programs.map((program) => [program.name, program] as const))('%s compiles', (_, program) => {
  expect(faults.get(program)).toEqual([])
})

test('page and line of what does not compile would be told', () => {
  const folder = mkdtempSync(join(root, 'node_modules/.dynact-docs-'))
  try {
    const hidden = '<!-- ts\nconst here: string = "a"\n-->'
    const example = '<!-- example: x.ts -->\n```ts\nthis is a file of its own\n```'
    writeFileSync(
      join(folder, 'page.md'),
      `# Page\n\n${hidden}\n\n${example}\n\n\`\`\`ts\nhere.length\nhere.size\n\`\`\`\n\n<!-- ts new -->\n\n\`\`\`ts\nhere\n\`\`\`\n`,
    )
    const found = compilePrograms(root, programsOf(folder, 'page.md'))

    expect(found.flat()).toEqual([
      expect.stringMatching(/^page\.md:14: Property 'size' does not exist/),
      expect.stringMatching(/^page\.md:20: Cannot find name 'here'/),
    ])
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 300_000)
