import { describeOnRealDynamoDB } from '../../test-support/index.js'
import { programsOf } from '../page-programs.js'
import { pages, root } from '../repository.js'
import { runDocumentedProgram } from '../run-documented-program.js'

const programs = pages.flatMap((page) => programsOf(root, page)).filter(({ isRun }) => isRun)

const runEach = (needsLocal: boolean) => {
  const chosen = programs.filter((program) => program.needsLocal === needsLocal)
  test.each(chosen.map((program) => [program.name, program] as const))('%s runs', async (_, program) => {
    await expect(runDocumentedProgram(root, program)).resolves.toBeDefined()
  })
}

describe('on an embedded DynamoDB', () => runEach(false))
describeOnRealDynamoDB('on DynamoDB Local', () => runEach(true))
