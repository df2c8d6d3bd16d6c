import { visible } from '../visible.js'

/** JSON as it can be shown. Its own backslashes stay single: `\u{…}` is no escape of JSON, so nothing is ambiguous. */
export const visibleJson = (json: string): string => visible(json).replaceAll('\\\\', '\\')
