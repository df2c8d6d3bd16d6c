import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { blockFaults } from '../block-faults.js'
import { commandFaults } from '../commands/command-faults.js'
import { cliCommands, dynactFault } from '../commands/dynact-fault.js'
import { importFaults } from '../commands/import-faults.js'
import { readPage } from '../read-page.js'
import { pages, root } from '../repository.js'
import { parseShellLine } from '../shell-line.js'

/** Those that tell of options of the command without the command in front of them. */
const CLI_PAGES = ['docs/cli.md', 'docs/explore.md', 'packages/cli/README.md']

test.each(pages)('the commands of %s can be given, and install what its code needs', async (page) => {
  expect([...(await commandFaults(root, page)), ...importFaults(root, page)]).toEqual([])
})

test.each(pages)('something checks every block of %s', (page) => {
  expect(blockFaults(root, page)).toEqual([])
})

describe('dynact', () => {
  const commands = cliCommands()

  test.each(commands.map(({ path, examples }) => [path, examples] as const))(
    'the examples of %s --help can be given',
    async (_, examples) => {
      expect(examples).not.toEqual([])
      for (const example of examples)
        for (const { words } of parseShellLine(example).commands)
          if (words[0] === 'dynact') expect([example, await dynactFault(words.slice(1))]).toEqual([example, undefined])
    },
  )

  test.each(CLI_PAGES)('%s tells of no option that there is not', (page) => {
    const known = new Set(['--help', ...commands.flatMap(({ options }) => options)])
    const told = readPage(join(root, page)).spans.flatMap(({ text, line }) =>
      /^(npm|NODE_OPTIONS)\b/.test(text) ? [] : [...text.matchAll(/--[a-z-]+/g)].map(([option]) => ({ option, line })),
    )

    expect(told.filter(({ option }) => !known.has(option))).toEqual([])
  })

  test('docs/cli.md tells of every command', () => {
    const told = readPage(join(root, 'docs/cli.md')).spans.map(({ text }) => text.split(/[ |]+/))
    const isTold = ([, command = '', inner = command]: readonly string[]) =>
      command === '' || told.some((words) => words[0] === command && words.includes(inner))

    expect(commands.map(({ path }) => path).filter((path) => !isTold(path.split(' ')))).toEqual([])
  })
})

describe('a page with mistakes', () => {
  /** Of a page in the root of the repository, where nobody sees it. */
  const faultsOf = async (text: string, find: (folder: string, page: string) => string[] | Promise<string[]>) => {
    const page = join('node_modules', `.dynact-docs-${process.pid}.md`)
    writeFileSync(join(root, page), text)
    try {
      return (await find(root, page)).map((fault) => fault.replace(page, 'page.md'))
    } finally {
      rmSync(join(root, page))
    }
  }

  test.each([
    ['npm install nact @dynact/persistance', /there is no package @dynact\/persistance/],
    ['npm install @dynact/persistence', /@dynact\/persistence needs nact, which is not installed/],
    ['npm install nact @dynact/journal-dynamodb', /needs @aws-sdk\/client-dynamodb/],
    ['npm install nact @dynact/persistence left-pad', /nothing here needs left-pad/],
    ['npm run chek', /package\.json has no script chek/],
    ['npm start -w examples/none', /there is no workspace examples\/none/],
    ['npm start -- --rest', /Unknown option '--rest'/],
    ['npm run bench recoveries', /there is no benchmark recoveries/],
    ['npm test -- packages/none', /there is no packages\/none/],
    ['npm publish', /say in .* how this command of npm is checked/],
    ['npx nothing', /nothing installs nothing/],
    ['npx dynact dev & npx dynact idz', /unknown command 'idz'/],
    ['dynact ids --limits 3', /unknown option '--limits'/],
    ['dynact tables create --only offsets', /Allowed choices are journal, snapshot/],
    ['source <(dynact completion csh)', /Allowed choices are bash/],
    ['docker compose up -d   # on port 9000', /publishes no port 9000/],
    ['docker run -p 8000:9000 amazon/dynamodb-local', /does not listen on port 9000/],
    ['docker run -p 8000:8000 amazon/dynamo', /has none of these images/],
    ['docker run -p 8000:8000 amazon/dynamodb-local', /is run without -sharedDb/],
    ['DYNACT_NOTHING=1 npm start', /nothing reads DYNACT_NOTHING/],
    ['java -jar target/peer.jar serve', /pom\.xml makes no target\/peer\.jar/],
    ['java -jar target/pekko-peer/pekko-peer.jar serve --journal J', /the peer has no option --journal/],
    ['node scripts/none.js', /there is no scripts\/none\.js/],
    ['curl http://127.0.0.1:8000', /say in .* how this is checked/],
    ['dynact ids $(cat ids)', /unknown syntax of the shell/],
  ])('%s', async (command, fault) => {
    const [found, ...others] = await faultsOf(`# Page\n\n\`\`\`sh\n${command}\n\`\`\`\n`, commandFaults)

    expect(found).toMatch(fault)
    expect(found).toMatch(/^page\.md:4: /)
    expect(others).toEqual([])
  })

  test('the same within the text', async () => {
    const text = 'See\n`npm` and `dynact idz` and\n`DYNACT_NOTHING=1` and `npx dynact tail --flow`.\n'

    expect(await faultsOf(text, commandFaults)).toEqual([
      expect.stringMatching(/^page\.md:2: dynact idz: error: unknown command/),
      expect.stringMatching(/^page\.md:3: DYNACT_NOTHING=1: nothing reads/),
      expect.stringMatching(/^page\.md:3: npx dynact tail --flow: error: unknown option/),
    ])
  })

  test('code that needs what is not installed', async () => {
    const hidden =
      "<!-- ts\nimport { a, b } from '@dynact/dynamodb'\nimport { equal } from 'node:assert'\nimport { c } from 'nact'\n-->"
    const text = `\`npm install nact @dynact/persistence\`\n\n${hidden}\n\n\`\`\`ts\nimport { z } from 'zod/mini'\nequal(a, z)\n\`\`\`\n`

    expect(await faultsOf(text, importFaults)).toEqual([
      'page.md: its code needs zod, which none of its commands installs',
      'page.md: its code needs @dynact/dynamodb, which none of its commands installs',
    ])
  })

  test('blocks that nothing checks', async () => {
    const json = '<!-- item: event -->\n```json\n{ "a": 1, }\n```\n'
    const output = '<!-- output -->\n```text\n1\n```\n'
    const text = `\`\`\`\ndynact ids\n\`\`\`\n\n    indented\n\n\`\`\`yaml\na: 1\n\`\`\`\n\n${json}\n\`\`\`json\n{}\n\`\`\`\n\n${output}`

    expect(await faultsOf(text, blockFaults)).toEqual([
      expect.stringMatching(/^page\.md:2: say how this is checked/),
      expect.stringMatching(/^page\.md:5: say how this is checked/),
      expect.stringMatching(/^page\.md:8: say how yaml is checked/),
      expect.stringMatching(/^page\.md:13: .*JSON/),
      expect.stringMatching(/^page\.md:17: say how json is checked/),
      expect.stringMatching(/^page\.md:22: nothing reads it: there is no shownOutput\(/),
    ])
  })
})
