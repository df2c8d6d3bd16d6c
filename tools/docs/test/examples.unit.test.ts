import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compilePrograms, emitProgram } from '../compile-programs.js'
import { examplePrograms } from '../example-programs.js'
import { inTermsOfItsOrigin } from '../program.js'
import { filesLike, root } from '../repository.js'
import { exampleCode, examples, sources } from '../repository-examples.js'
import { readExamples } from '../tsdoc-examples.js'

test('every @example of the sources is found, stands in a ts block, and is where its surroundings are', () => {
  const tags = sources.flatMap((file) => readFileSync(join(root, file), 'utf8').match(/@example\b/g) ?? [])

  expect(examples).toHaveLength(tags.length)
  expect(exampleCode.faults).toEqual([])
})

test('nothing in the surroundings is declared only', () => {
  const files = filesLike('tools/docs/examples/*.ts')

  expect(files.filter((file) => /\bdeclare\b/.test(readFileSync(join(root, file), 'utf8')))).toEqual([])
})

describe('of a file with mistakes', () => {
  let folder: string
  beforeAll(() => {
    // Where the packages are found.
    folder = mkdtempSync(join(root, 'node_modules/.dynact-docs-'))
    writeFileSync(
      join(folder, 'source.ts'),
      `/**
 * Doubles.
 *
 * @param value - of any size.
 * @example
 * Read on:
 * \`\`\`ts
 * const four: string = double(two)
 *
 * four.size
 * \`\`\`
 * @throws never
 */
export const double = (value: number) => value * 2

export interface Doubler {
  /**
   * @example
   * \`\`\`ts
   * double(3)
   * \`\`\`
   */
  double(value: number): number
  /**
   * @example
   * half(3)
   */
  half(value: number): number
}
`,
    )
    mkdirSync(join(folder, 'examples'))
    writeFileSync(
      join(folder, 'examples/doubles.ts'),
      'const two = 2\nconst double = (value: number) => value * 2\n{\n  // @example double\n}\n// @example triple\n// @example double\n',
    )
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const made = () => examplePrograms(folder, ['examples/doubles.ts'], readExamples(folder, 'source.ts'))

  test('name and line of each are told', () => {
    expect(readExamples(folder, 'source.ts').map(({ name, line, code }) => [name, line, code.length])).toEqual([
      ['double', 5, 3],
      ['Doubler.double', 18, 1],
      ['Doubler.half', 25, 0],
    ])
  })

  test('one without a block, a place without an example, and one that has two places are told', () => {
    expect(made().faults).toEqual([
      expect.stringMatching(/^source\.ts:25: the code of Doubler\.half's example stands in no block/),
      'examples/doubles.ts:6: no TSDoc has an @example of triple',
      'examples/doubles.ts:7: double is there already',
    ])
  })

  test('what does not compile is told with the line of the TSDoc, and what lacks surroundings with what to do', () => {
    const [placed, alone] = compilePrograms(root, made().programs)

    expect(placed).toEqual([
      expect.stringMatching(/^source\.ts:8: Type 'number' is not assignable to type 'string'/),
      expect.stringMatching(/^source\.ts:10: Property 'size' does not exist/),
    ])
    expect(alone).toEqual([
      expect.stringMatching(/^source\.ts:20: Cannot find name 'double'.*Give the example surroundings/),
    ])
  }, 300_000)

  test('what fails is told with the line of the TSDoc', () => {
    const [program] = made().programs
    if (program === undefined) throw new Error('There is no program.')

    expect(emitProgram(program)).toContain('four.size')
    expect(inTermsOfItsOrigin(program, `at file:///x/${program.name}.mts:6:3`)).toBe('at source.ts:10:3')
  })
})
