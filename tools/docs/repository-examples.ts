import { examplePrograms } from './example-programs.js'
import { filesLike, root } from './repository.js'
import { readExamples } from './tsdoc-examples.js'

/** The sources that are published. */
export const sources = filesLike('packages/*/src/*.ts')

/** The examples of their TSDoc. */
export const examples = sources.flatMap((file) => readExamples(root, file))

/** What they have become. */
export const exampleCode = examplePrograms(root, filesLike('tools/docs/examples/*.ts'), examples)
