import { builtinModules } from 'node:module'
import { join } from 'node:path'
import ts from 'typescript'
import { type PageBlock, readPage } from '../read-page.js'
import { installedBy } from './npm-faults.js'
import { readCommands } from './page-commands.js'

/**
 * Packages that the code of a page needs and none of its commands installs: `page: why`. Code needs what it imports, and what it
 * uses of the imports that stand beside it. Nothing of a page that installs nothing.
 */
export const importFaults = (root: string, page: string): string[] => {
  const path = join(root, page)
  const installed = new Set(readCommands(path, new Set(['npm'])).commands.flatMap(installedBy))
  if (installed.size === 0) return []
  const blocks = readPage(path).blocks.filter(({ info }) => /^ts\b/.test(info))
  const shown = textOf(blocks.filter(({ kind }) => kind === 'code'))
  const words = new Set(shown.match(/[\w$]+/g))
  const needed = [
    ...importsOf(shown).map(({ module }) => module),
    ...importsOf(textOf(blocks.filter(({ kind }) => kind === 'comment'))).flatMap(({ module, names }) =>
      names.some((name) => words.has(name)) ? module : [],
    ),
  ]
  const missing = new Set(needed.map(packageOf).filter((name) => name !== undefined && !installed.has(name)))
  return [...missing].map((name) => `${page}: its code needs ${name}, which none of its commands installs`)
}

const textOf = (blocks: readonly PageBlock[]): string => blocks.flatMap(({ lines }) => lines).join('\n')

const importsOf = (code: string): { module: string; names: string[] }[] =>
  ts.createSourceFile('page.ts', code, ts.ScriptTarget.Latest).statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return []
    const bindings = statement.importClause?.namedBindings
    const named = bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements : []
    return { module: statement.moduleSpecifier.text, names: named.map(({ name }) => name.text) }
  })

/** The package of a module; `undefined` of one of Node's, and of a file. */
const packageOf = (module: string): string | undefined =>
  module.startsWith('.') || module.startsWith('node:') || builtinModules.includes(module)
    ? undefined
    : /^(@[^/]+\/)?[^/]+/.exec(module)?.[0]
