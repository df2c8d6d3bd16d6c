import { spawnSync } from 'node:child_process'

/** Where what a page tells to set is read: by dynact, its examples, its tests. */
const READERS = [
  'packages/*/src/*',
  'examples/*/src/*',
  'bench',
  'scripts',
  'tools',
  'jest.config.js',
  ':!tools/docs',
  ':!*.md',
]

/** What is wrong with a setting `NAME=value` of the environment. */
export const environmentFault = (root: string, setting: string): string | undefined => {
  const [name = ''] = setting.split('=')
  if (name === 'NODE_OPTIONS') return undefined // Node's own.
  const { status } = spawnSync('git', ['grep', '--quiet', '--untracked', '-wF', name, '--', ...READERS], { cwd: root })
  return status === 0 ? undefined : `nothing reads ${name}`
}
