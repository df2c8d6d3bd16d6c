// @ts-check
// The code that a page shows is the code that runs: each block between <!-- example: FILE --> and <!-- /example --> is that
// file, whole. `--write` puts it there.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

const pages = execFileSync('git', ['ls-files', '*.md'], { encoding: 'utf8' }).trim().split('\n')
const block = /(<!-- example: (\S+) -->\n```ts\n)([\s\S]*?)(```\n<!-- \/example -->)/g
const isWriting = process.argv.includes('--write')

for (const page of pages) {
  const before = readFileSync(page, 'utf8')
  const after = before.replace(block, (_, open, file, _shown, close) => `${open}${readFileSync(file, 'utf8')}${close}`)
  if (after === before) continue
  if (isWriting) {
    writeFileSync(page, after)
  } else {
    process.stderr.write(
      `${page} shows other code than its examples have. Run: node scripts/check-examples.js --write\n`,
    )
    process.exitCode = 1
  }
}
