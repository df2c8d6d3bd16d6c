import { join } from 'node:path'
import ts from 'typescript'
import { type Program, placeOf } from './program.js'

const sourceOf = ({ lines }: Program): string => `${lines.map(({ text }) => text).join('\n')}\nexport {}\n`

/**
 * Compiles the programs of the documentation against the sources of the packages, as strictly as these.
 *
 * @returns what is wrong with each, `file:line: message`, in the order of the programs.
 */
export const compilePrograms = (root: string, programs: readonly Program[]): string[][] => {
  const config = ts.readConfigFile(join(root, 'tsconfig.test.json'), ts.sys.readFile).config
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: ['none.ts'] }, ts.sys, root)
  const files = new Map(programs.map((program) => [join(root, `tools/docs/${program.name}.mts`), program]))
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  const own = (name: string) => files.get(name)
  host.fileExists = (name) => own(name) !== undefined || fileExists(name)
  host.readFile = (name) => mapped(own(name), sourceOf) ?? readFile(name)
  host.getSourceFile = (name, version, ...rest) =>
    mapped(own(name), (program) => ts.createSourceFile(name, sourceOf(program), version)) ??
    getSourceFile(name, version, ...rest)
  const program = ts.createProgram([...files.keys()], { ...options, types: ['node'] }, host)
  return [...files].map(([name, documented]) => {
    const source = program.getSourceFile(name)
    return ts.getPreEmitDiagnostics(program, source).map(({ start = 0, messageText, file = source }) => {
      const line = file?.getLineAndCharacterOfPosition(start).line ?? 0
      const where = file === source ? placeOf(documented, line) : `${file?.fileName}:${line + 1}`
      const advice = documented.advice === undefined ? '' : ` ${documented.advice}`
      return `${where}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}${advice}`
    })
  })
}

/** The program as JavaScript, with a source map in it. */
export const emitProgram = (program: Program): string =>
  ts.transpileModule(sourceOf(program), {
    fileName: `${program.name}.mts`,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      inlineSourceMap: true,
    },
  }).outputText

const mapped = <T, R>(value: T | undefined, map: (value: T) => R): R | undefined =>
  value === undefined ? undefined : map(value)
