import { execFileSync, spawnSync } from 'node:child_process'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { ExitCode, main } from '@dynact/cli'

const run = async (...args: readonly string[]) => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const read = Promise.all([text(stdout), text(stderr)])
  const stdin = Readable.from([])
  const signal = new AbortController().signal
  const code = await main(args, { stdin, stdout, stderr, env: {}, folder: import.meta.dirname, signal })
  stdout.end()
  stderr.end()
  const [out, errors] = await read
  return { code, out, errors }
}

/** What bash would offer for a command line, whose last word is being typed. */
const completions = (script: string, line: readonly string[]): string[] => {
  const words = line.map((word) => `'${word}'`).join(' ')
  const code = `${script}\nCOMP_WORDS=(${words}); COMP_CWORD=${line.length - 1}; _dynact; printf '%s\\n' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['-c', code], { encoding: 'utf8' }).trim().split('\n')
}

test.each([
  [['dynact', 've'], ['verify']],
  [['dynact', 'tables', ''], expect.arrayContaining(['create', 'delete', 'describe', 'check', '--json', '--help'])],
  [['dynact', '--table', 'x', 'tables', 'create', '--persist'], ['--persistence-ids-index']],
  [['dynact', 'events', 'orders-7', '--fo'], ['--follow']],
  [['dynact', 'migrate', 'castore', '--source-t'], ['--source-table']],
])('bash completes %j', async (line, expected) => {
  const { code, out } = await run('completion', 'bash')

  expect(code).toBe(ExitCode.OK)
  expect(completions(out, line)).toEqual(expected)
})

test('every shell gets a script with every command', async () => {
  const { out: help } = await run('--help')
  const commands = [...help.matchAll(/^ {2}([a-z][a-z-]+)/gm)].map(([, name]) => name ?? '')
  expect(commands).toContain('verify')
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { out } = await run('completion', shell)
    for (const command of commands.filter((name) => name !== 'help')) expect(out).toContain(command)
    const has = spawnSync(shell, ['-c', 'exit 0'])
    // Where the shell is installed, it parses the script.
    if (has.status === 0) expect(spawnSync(shell, ['-n'], { input: out, encoding: 'utf8' }).stderr).toBe('')
  }
})

test('an unknown shell is refused', async () => {
  const { code, errors } = await run('completion', 'csh')

  expect(code).toBe(ExitCode.USAGE)
  expect(errors).toMatch(/Allowed choices are bash, zsh, fish/)
})

test('every command has a description and examples in its help', async () => {
  const paths = [
    'tables',
    'ids',
    'events',
    'snapshot',
    'tail',
    'stats',
    'verify',
    'explore',
    'export',
    'import',
    'delete',
    'cleanup',
  ]
  const more = [
    'backfill-feed',
    'migrate',
    'dev',
    'bench',
    'completion',
    'migrate jvm',
    'migrate castore',
    'migrate postgres',
  ]
  const ofTables = ['tables create', 'tables delete', 'tables describe', 'tables check']
  for (const path of [...paths, ...more, ...ofTables]) {
    const { code, out } = await run(...path.split(' '), '--help')
    expect(code).toBe(ExitCode.OK)
    expect(out).toMatch(/\nExamples:\n {2}\$ dynact /)
  }
})

test.each(['ids', 'verify', 'import', 'migrate jvm', 'dev'])(
  'the help of %s fits a terminal, and has the options of every command',
  async (path) => {
    const { out } = await run(...path.split(' '), '--help')

    expect(out).toMatch(/^ {2}--journal-name <name>/m)
    // An example is a line to be copied.
    expect(out.split('\n').filter((line) => line.length > 80 && !line.startsWith('  $ '))).toEqual([])
  },
)
