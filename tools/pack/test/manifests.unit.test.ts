import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const packages = fileURLToPath(new URL('../../../packages/', import.meta.url))

/** What npm runs on the machine of whoever installs a package, from the registry or from git. */
const ON_INSTALL = ['preinstall', 'install', 'postinstall', 'prepare', 'preprepare', 'postprepare', 'dependencies']

test.each(readdirSync(packages))('%s runs nothing when it is installed', (name) => {
  const manifest = JSON.parse(readFileSync(`${packages}${name}/package.json`, 'utf8'))

  expect(ON_INSTALL.filter((script) => script in (manifest.scripts ?? {}))).toEqual([])
  // npm runs node-gyp by itself where it finds one.
  expect(readdirSync(`${packages}${name}`)).not.toContain('binding.gyp')
})
