import type { Command } from 'commander'

/** The shells that there is a script for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** A command, as completions know it. */
interface Node {
  /** `dynact tables create`: the words that lead to it. */
  readonly path: readonly string[]
  readonly description: string
  readonly commands: readonly Command[]
  readonly options: readonly string[]
}

const optionsOf = (command: Command): string[] =>
  command.options.flatMap(({ long, short }) => [long, short].filter((name) => name !== undefined && name !== null))

/** All commands of a program, it among them. */
const nodesOf = (command: Command, path: readonly string[], inherited: readonly string[]): Node[] => {
  const options = [...optionsOf(command), ...inherited]
  const own: Node = { path, description: command.description(), commands: command.commands, options }
  return [own, ...command.commands.flatMap((one) => nodesOf(one, [...path, one.name()], optionsOf(rootOf(command))))]
}

const rootOf = (command: Command): Command => (command.parent === null ? command : rootOf(command.parent))

/** A script that completes commands and options, made of the program itself. Pure. */
export const completionScript = (program: Command, shell: Shell): string => {
  const nodes = nodesOf(program, [], [])
  return shell === 'fish' ? fishScript(nodes) : shell === 'zsh' ? zshScript(nodes) : bashScript(nodes)
}

const wordsOf = ({ commands, options }: Node): string =>
  [...commands.map((one) => one.name()), ...options, '--help'].join(' ')

const bashFunction = (nodes: readonly Node[]): string => {
  const cases = nodes.map((node) => `    '${node.path.join(' ')}') words='${wordsOf(node)}' ;;`)
  const known = nodes.map(({ path }) => `'${path.join(' ')}'`).join('|')
  return `_dynact() {
  local path='' word words='' current="\${COMP_WORDS[COMP_CWORD]}"
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
      ${known}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}`
}

const bashScript = (nodes: readonly Node[]): string => `# dynact completion for bash: source <(dynact completion bash)
${bashFunction(nodes)}
complete -o default -F _dynact dynact
`

const zshScript = (nodes: readonly Node[]): string => `#compdef dynact
# dynact completion for zsh: source <(dynact completion zsh)
autoload -U +X bashcompinit && bashcompinit
${bashFunction(nodes)}
complete -o default -F _dynact dynact
`

const fishQuoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

const fishScript = (nodes: readonly Node[]): string => {
  const lines = nodes.flatMap(({ path, commands, options }) => {
    const names = commands.map((one) => one.name())
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`)
    const unseen = names.length === 0 ? [] : [`not __fish_seen_subcommand_from ${names.join(' ')}`]
    const condition = fishQuoted([...seen, ...unseen].join('; and '))
    return [
      ...commands.map(
        (one) => `complete -c dynact -f -n ${condition} -a ${one.name()} -d ${fishQuoted(one.description())}`,
      ),
      ...options
        .filter((option) => option.startsWith('--'))
        .map((option) => `complete -c dynact -n ${condition} -l ${option.slice(2)}`),
    ]
  })
  return `# dynact completion for fish: dynact completion fish | source\n${lines.join('\n')}\n`
}
