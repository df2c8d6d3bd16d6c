import { describeOnRealDynamoDB } from '../../test-support/index.js'
import type { Program } from '../program.js'
import { root } from '../repository.js'
import { exampleCode } from '../repository-examples.js'
import { runDocumentedProgram } from '../run-documented-program.js'

const runEach = (chosen: (program: Program) => boolean) => {
  const programs = exampleCode.programs.filter(chosen)
  test.each(programs.map((program) => [program.name, program] as const))('%s runs', async (_, program) => {
    await expect(runDocumentedProgram(root, program)).resolves.toBeDefined()
  })
}

describe('on an embedded DynamoDB', () => runEach(({ needsLocal }) => !needsLocal))
describeOnRealDynamoDB('on DynamoDB Local', () => runEach(({ needsLocal }) => needsLocal))
