/** A line of a program, and where somebody has written it. */
export interface ProgramLine {
  readonly text: string
  /** From the root of the repository. */
  readonly file: string
  /** From 1 on. */
  readonly line: number
}

/** A program of the documentation: what a reader sees, and what it takes to compile and run that. */
export interface Program {
  /** The name of the file that it becomes, without an ending. */
  readonly name: string
  /** On DynamoDB Local, where it needs transactions. */
  readonly needsLocal: boolean
  readonly isRun: boolean
  readonly lines: readonly ProgramLine[]
  /** What to do where it does not compile. */
  readonly advice?: string
}

/** The lines of a block of a file. */
export const linesOf = (block: { readonly lines: readonly string[]; readonly line: number }, file: string) =>
  block.lines.map((text, index): ProgramLine => ({ text, file, line: block.line + index }))

/** Where a line of the program comes from, from 0 on: `file:line`. */
export const placeOf = ({ lines }: Program, index: number): string => {
  const { file, line } = lines[index] ?? { file: lines.at(-1)?.file, line: 'end' }
  return `${file}:${line}`
}

/** Replaces lines of a program by those that they come from, in what a tool has said about it. */
export const inTermsOfItsOrigin = (program: Program, text: string): string =>
  text.replaceAll(new RegExp(`\\S*\\b${program.name}\\.m?ts:(\\d+)`, 'g'), (_, line) => placeOf(program, line - 1))
