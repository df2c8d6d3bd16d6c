import { join } from 'node:path'
import { readPage } from './read-page.js'
import { root } from './repository.js'

/** What a page says that programs print, line by line: each block behind `<!-- output -->`. */
export const shownOutput = (page: string): readonly (readonly string[])[] => {
  const { blocks } = readPage(join(root, page))
  return blocks
    .filter(({ kind }, index) => kind === 'code' && blocks[index - 1]?.info === 'output')
    .map(({ lines }) => lines)
}

/** Lines whose numbers are others each time, to be compared. */
export const withoutNumbers = (lines: readonly string[]): string[] => lines.map((line) => line.replaceAll(/\d+/g, '#'))
