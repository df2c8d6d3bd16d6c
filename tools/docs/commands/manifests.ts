import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What the checks look at in a package.json. */
export interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

/** The package.json of a folder; `undefined` where there is none. */
export const readManifest = (root: string, folder: string): Manifest | undefined => {
  const path = join(root, folder, 'package.json')
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
}

/** That of a package of ours, by its name. */
export const manifestOf = (root: string, name: string): Manifest | undefined =>
  name.startsWith('@dynact/') ? readManifest(root, name.replace('@dynact/', 'packages/')) : undefined
