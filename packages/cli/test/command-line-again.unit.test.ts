import { execFileSync } from 'node:child_process'
import { Command } from 'commander'
import { commandLineAgain } from '../src/command-line-again.js'
import { quoted } from '../src/quoted.js'

const program = new Command('dynact').option('--table <name>').option('--json')
const events = program.command('events').argument('<id>').option('--from <nr>').option('--no-snapshots')

describe('a command line once more', () => {
  test.each([
    ['keeps everything', ['--table', 't', 'events', 'a', '--json'], {}, '--table t events a --json'],
    ['puts a value in the place of one', ['events', 'a', '--from', '1'], { '--from': '7' }, 'events a --from 7'],
    ['also of one after =', ['events', '--from=1', 'a'], { '--from': '7' }, 'events a --from 7'],
    ['adds one that was not there', ['events', 'a'], { '--from': '7' }, 'events a --from 7'],
    [
      'takes a value for no option',
      ['--table', '--from', 'events', 'a'],
      { '--from': '7' },
      '--table --from events a --from 7',
    ],
    [
      'keeps what has no value',
      ['events', '--no-snapshots', 'a'],
      { '--from': '7' },
      'events --no-snapshots a --from 7',
    ],
    [
      'adds it in front of --',
      ['events', '--from', '1', '--', '--from'],
      { '--from': '7' },
      'events --from 7 -- --from',
    ],
    ['adds a flag once', ['events', '--json', 'a'], { '--json': true as const }, 'events a --json'],
    ['quotes', ['events', "it's"], { '--from': 'a b' }, `events 'it'\\''s' --from 'a b'`],
  ])('%s', (_, args, changes, expected) => {
    expect(commandLineAgain(args, events, changes)).toBe(expected)
  })
})

describe('a quoted text', () => {
  const texts = [
    'plain',
    '',
    'a b',
    "it's",
    '=x',
    '$HOME',
    '~',
    'a\\b',
    '!x',
    'a\nb\t',
    "bad\u202Eid'\\9",
    'Ünï 😀',
    '\u00A07',
  ]

  test.each(texts)('%j comes out of a shell as it went in', (text) => {
    const printed = execFileSync('bash', ['--norc', '-c', `printf %s ${quoted(text)}`], {
      encoding: 'utf8',
      env: { LC_ALL: 'C' },
    })

    expect(printed).toBe(text)
  })

  test('shows nothing invisible', () => {
    expect(quoted('bad\u202Eid\u001B[2J\u00A0')).toBe(`$'bad\\342\\200\\256id\\033[2J\\302\\240'`)
  })
})
