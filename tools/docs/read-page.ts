import { readFileSync } from 'node:fs'
import MarkdownIt from 'markdown-it'

type Token = ReturnType<MarkdownIt['parse']>[number]

/** A link of a page, as it is written there. */
export interface PageLink {
  readonly href: string
  readonly line: number
}

/** Code within the text of a page. */
export interface PageSpan {
  readonly text: string
  readonly line: number
}

/** A block of code of a page, or an HTML comment. */
export interface PageBlock {
  readonly kind: 'code' | 'comment'
  /** What stands behind the fence; the first line of a comment. */
  readonly info: string
  readonly lines: readonly string[]
  /** The line of the page that `lines` begins on, from 1 on. */
  readonly line: number
}

/** What the tests of the documentation need to know of a Markdown page. */
export interface Page {
  readonly anchors: ReadonlySet<string>
  readonly links: readonly PageLink[]
  readonly spans: readonly PageSpan[]
  readonly blocks: readonly PageBlock[]
}

const markdown = new MarkdownIt({ html: true })
const comment = /^<!-- *([^\n]*?) *(?:-->|\n([\s\S]*?)\n?-->)/

/** Reads a Markdown page. */
export const readPage = (path: string): Page => parsePage(readFileSync(path, 'utf8'))

/** The same of a page's text. */
export const parsePage = (text: string): Page => {
  const anchors = new Set<string>()
  const links: PageLink[] = []
  const spans: PageSpan[] = []
  const blocks: PageBlock[] = []
  const tokens = markdown.parse(text, {})
  let line = 1
  for (const [index, token] of tokens.entries()) {
    line = token.map === null ? line : token.map[0] + 1
    if (token.type === 'heading_open') anchors.add(unused(anchors, slug(tokens[index + 1])))
    else if (token.type === 'fence' || token.type === 'code_block') blocks.push(codeOf(token, line))
    else if (token.type === 'html_block') blocks.push(...commentOf(token, line))
    let lineOfChild = line
    for (const child of token.children ?? []) {
      if (child.type === 'softbreak' || child.type === 'hardbreak') lineOfChild++
      else if (child.type === 'code_inline') spans.push({ text: child.content, line: lineOfChild })
      const href = child.attrGet(child.type === 'image' ? 'src' : 'href')
      if (href !== null) links.push({ href, line })
    }
  }
  return { anchors, links, spans, blocks }
}

const codeOf = (token: Token, line: number): PageBlock => ({
  kind: 'code',
  info: token.info.trim(),
  lines: token.content.replace(/\n$/, '').split('\n'),
  // An indented block has no fence.
  line: token.type === 'fence' ? line + 1 : line,
})

const commentOf = (token: Token, line: number): PageBlock[] => {
  const [all, info = '', content] = comment.exec(token.content) ?? []
  if (all === undefined) return []
  return [{ kind: 'comment', info, lines: content?.split('\n') ?? [], line: line + 1 }]
}

/** The anchor of a heading, as GitHub makes it. */
const slug = (heading: Token | undefined): string =>
  (heading?.children ?? [])
    .map(({ type, content }) => (type === 'text' || type === 'code_inline' ? content : ''))
    .join('')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-')

/** A heading that another one has the anchor of gets a number. */
const unused = (anchors: ReadonlySet<string>, anchor: string): string => {
  let free = anchor
  for (let count = 1; anchors.has(free); count++) free = `${anchor}-${count}`
  return free
}
