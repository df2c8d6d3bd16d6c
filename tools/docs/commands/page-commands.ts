import { readPage } from '../read-page.js'
import { parseShellLine, type ShellCommand } from '../shell-line.js'

/** A command that a page shows, in an `sh` block or within its text. */
export interface PageCommand extends ShellCommand {
  readonly line: number
  /** What stands behind it on its line. */
  readonly comment: string
}

/** The commands of a page, and the lines that can't be taken apart. */
export interface PageCommands {
  readonly commands: readonly PageCommand[]
  readonly faults: readonly { readonly line: number; readonly why: string }[]
}

/**
 * Reads the commands of a page, in their order. Within the text these are a setting, and what has several words of which the
 * first is the name of a program.
 */
export const readCommands = (path: string, programs: ReadonlySet<string>): PageCommands => {
  const { blocks, spans } = readPage(path)
  const isCommand = (text: string) => /^[A-Z][A-Z0-9_]+=/.test(text) || programs.has(/^(\S+) /.exec(text)?.[1] ?? '')
  const lines = [
    ...blocks
      .filter(({ kind, info }) => kind === 'code' && info === 'sh')
      .flatMap(({ lines, line }) => lines.map((text, index) => ({ text, line: line + index }))),
    ...spans.filter(({ text }) => isCommand(text)),
  ].sort((a, b) => a.line - b.line)
  const commands: PageCommand[] = []
  const faults: { line: number; why: string }[] = []
  for (const { text, line } of lines) {
    try {
      const parsed = parseShellLine(text)
      commands.push(...parsed.commands.map((command) => ({ ...command, line, comment: parsed.comment })))
    } catch (error) {
      faults.push({ line, why: error instanceof Error ? error.message : String(error) })
    }
  }
  return { commands, faults }
}
