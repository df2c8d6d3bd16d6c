import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { linesOf, type ProgramLine } from './program.js'
import { parsePage } from './read-page.js'

/** An `@example` of TSDoc. */
export interface TsdocExample {
  /** Of what it is one: `dynamoDBJournal`, `EventSourcedTestKit.given`. */
  readonly name: string
  readonly file: string
  /** Of the tag. */
  readonly line: number
  /** What stands in its `ts` blocks. */
  readonly code: readonly ProgramLine[]
}

/** Reads the examples of a source file. */
export const readExamples = (root: string, file: string): TsdocExample[] => {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true)
  return commentsIn(source, source).flatMap((comment) =>
    (comment.tags ?? [])
      .filter((tag) => tag.tagName.text === 'example')
      .map((tag) => exampleOf(tag, nameOf(comment.parent, source), source)),
  )
}

/** All comments that belong to something, in their order. */
const commentsIn = (node: ts.Node, source: ts.SourceFile): ts.JSDoc[] =>
  ts.isJSDoc(node) ? [node] : node.getChildren(source).flatMap((child) => commentsIn(child, source))

const exampleOf = (tag: ts.JSDocTag, name: string, source: ts.SourceFile): TsdocExample => {
  const start = tag.getStart(source)
  const text = source.text.slice(start, tag.end).replaceAll(/^[ \t]*\* ?/gm, '')
  const { line } = source.getLineAndCharacterOfPosition(start)
  const code = parsePage(text)
    .blocks.filter(({ kind, info }) => kind === 'code' && info === 'ts')
    .flatMap((block) => linesOf({ ...block, line: line + block.line }, source.fileName))
  return { name, file: source.fileName, line: line + 1, code }
}

/** The name of what is declared there, behind those of what it is declared in. */
const nameOf = (node: ts.Node, source: ts.SourceFile): string => {
  const declaration = ts.isVariableStatement(node) ? node.declarationList.declarations[0] : node
  const own = ts.getNameOfDeclaration(declaration as ts.Declaration)?.getText(source)
  const outer = ts.isSourceFile(node.parent) ? undefined : nameOf(node.parent, source)
  return [outer, own].filter((name) => name !== undefined && name !== '').join('.')
}
