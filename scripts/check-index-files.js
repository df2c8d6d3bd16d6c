// An index.ts says what a package exports, and nothing else: whoever looks for logic need not open it.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import ts from 'typescript'

for (const name of readdirSync('packages')) {
  const file = `packages/${name}/src/index.ts`
  if (!existsSync(file)) continue
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest)
  for (const statement of source.statements) {
    if (ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined) continue
    const line = source.getLineAndCharacterOfPosition(statement.getStart(source)).line + 1
    console.error(`${file}:${line}: only "export … from …" here: move the rest into a file named after it.`)
    process.exitCode = 1
  }
}
