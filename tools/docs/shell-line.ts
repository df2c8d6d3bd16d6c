/** A command of a line of a shell. */
export interface ShellCommand {
  /** `NAME=value` in front of it. */
  readonly environment: readonly string[]
  /** Program and arguments, without quotes. */
  readonly words: readonly string[]
}

/** A line of a shell, as pages write it. */
export interface ShellLine {
  readonly commands: readonly ShellCommand[]
  /** What stands behind `#`. */
  readonly comment: string
}

const TOKEN =
  /[ \t]*(?:#(?<comment>.*)|source <\((?<source>[^()]*)\)|(?<operator>&&|\|\||[&|;])|>>?[ \t]*(?<target>[^\s'"&|;<>]+)|(?<word>(?:'[^']*'|"[^"$`\\]*"|<[\w-]+>|[^\s'"&|;<>$`\\()])+)|$)/y

/**
 * Takes a line of a shell apart: words, quotes, `&&`, `||`, `|`, `&`, `;`, `> file`, `source <(…)`, comments, and placeholders like
 * `<name>`, which are words.
 *
 * @throws TypeError it has something else.
 */
export const parseShellLine = (line: string): ShellLine => {
  const commands: { environment: string[]; words: string[] }[] = []
  let current: (typeof commands)[number] | undefined
  let comment = ''
  const token = new RegExp(TOKEN) // Has a place of its own in the line.
  while (token.lastIndex < line.length) {
    const at = token.lastIndex
    const found = token.exec(line)?.groups
    if (found === undefined) throw new TypeError(`unknown syntax of the shell: ${line.slice(at).trim()}`)
    if (found['comment'] !== undefined) comment = found['comment'].trim()
    else if (found['source'] !== undefined)
      commands.push(...(parseShellLine(found['source']).commands as typeof commands))
    else if (found['operator'] !== undefined) current = undefined
    else if (found['word'] !== undefined) {
      if (current === undefined) {
        current = { environment: [], words: [] }
        commands.push(current)
      }
      const isSetting = current.words.length === 0 && /^[A-Z_][A-Z0-9_]*=/.test(found['word'])
      const word = found['word'].replaceAll(/'([^']*)'|"([^"]*)"/g, (_, single, double) => single ?? double)
      current[isSetting ? 'environment' : 'words'].push(word)
    }
  }
  return { commands, comment }
}
