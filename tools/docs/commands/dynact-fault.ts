import { makeProgram } from '../../../packages/cli/src/program.js'

/** What is wrong with the arguments of a command line of `dynact`, by what the command itself says of it. Runs nothing. */
export const dynactFault = async (args: readonly string[]): Promise<string | undefined> => {
  let said = ''
  const writeErr = (text: string) => {
    said += text
  }
  const program = makeProgram(() => async () => undefined, { writeOut: () => undefined, writeErr })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return undefined
  } catch (error) {
    const { exitCode } = error as { exitCode?: number }
    if (exitCode === undefined) throw error
    return exitCode === 0 ? undefined : said.trim()
  }
}

/** A command of `dynact`, or `dynact` itself. */
export interface CliCommand {
  /** `dynact tables create`. */
  readonly path: string
  /** The long ones: `--only`. */
  readonly options: readonly string[]
  /** The command lines at the end of its help text. */
  readonly examples: readonly string[]
}

/** All that `dynact` can be asked for. */
export const cliCommands = (): CliCommand[] => {
  let help = ''
  const writeOut = (text: string) => {
    help += text
  }
  const walk = (command: ReturnType<typeof makeProgram>, before: string): CliCommand[] => {
    const path = `${before} ${command.name()}`.trim()
    help = ''
    command.outputHelp()
    const examples = [...help.matchAll(/^ {2}\$ (.*)$/gm)].map(([, line]) => line ?? '')
    const options = command.options.flatMap(({ long }) => long ?? [])
    return [{ path, options, examples }, ...command.commands.flatMap((inner) => walk(inner as typeof command, path))]
  }
  return walk(
    makeProgram(() => async () => undefined, { writeOut, writeErr: () => undefined }),
    '',
  )
}
