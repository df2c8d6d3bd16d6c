import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brokenLinks } from '../broken-links.js'
import { pages, root } from '../repository.js'

test.each(pages)('every relative link of %s leads somewhere', (page) => {
  expect(brokenLinks(root, page)).toEqual([])
})

test('it would be seen if one did not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dynact-links-'))
  try {
    writeFileSync(join(folder, 'other.md'), '# Other `page`, and more\n\n## Same\n\n## Same\n')
    const right =
      '[a](other.md) [b](other.md#other-page-and-more) [c](other.md#same-1) [d](#here) [e](https://example.com/#x)'
    const wrong = '[f](none.md) [g](other.md#same-2) [h](#there) [i](../x)'
    writeFileSync(join(folder, 'page.md'), `# Here\n\n${right}\n\n| a |\n|---|\n| ${wrong} |\n`)

    expect(brokenLinks(folder, 'page.md')).toEqual([
      'page.md:7: none.md: there is no none.md',
      'page.md:7: other.md#same-2: other.md has no heading of that name',
      'page.md:7: #there: page.md has no heading of that name',
      'page.md:7: ../x: is outside of the repository',
    ])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
