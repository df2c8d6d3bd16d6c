import { existsSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { type PageLink, readPage } from './read-page.js'

const hasScheme = /^[a-z][a-z+.-]*:/i

/** What is wrong with the relative links of a page: `page:line: href: why`. Links to other sites are not looked at. */
export const brokenLinks = (root: string, page: string): string[] =>
  readPage(join(root, page)).links.flatMap((link) => {
    const why = hasScheme.test(link.href) ? undefined : faultOf(root, page, link)
    return why === undefined ? [] : [`${page}:${link.line}: ${link.href}: ${why}`]
  })

const faultOf = (root: string, page: string, { href }: PageLink): string | undefined => {
  const [path = '', anchor] = decodeURIComponent(href).split('#', 2)
  const target = path === '' ? join(root, page) : resolve(root, dirname(page), path)
  const name = relative(root, target)
  if (name.startsWith('..')) return 'is outside of the repository'
  if (/(^|\/)(dist|node_modules|site)(\/|$)/.test(name)) return 'is generated, and not there for a reader'
  if (!existsSync(target)) return `there is no ${name}`
  if (anchor === undefined) return undefined
  const shown = statSync(target).isDirectory() ? join(target, 'README.md') : target
  if (!shown.endsWith('.md') || !existsSync(shown)) return 'only a page has anchors'
  return readPage(shown).anchors.has(anchor) ? undefined : `${relative(root, shown)} has no heading of that name`
}
