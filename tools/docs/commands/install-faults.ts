import { manifestOf } from './manifests.js'

const SCOPE = '@dynact/'

/** What has been installed so far, with what comes with our packages by itself: their dependencies on others of ours. */
const oursAmong = (root: string, names: Iterable<string>): Set<string> => {
  const ours = new Set<string>()
  const add = (name: string) => {
    if (!name.startsWith(SCOPE) || ours.has(name)) return
    ours.add(name)
    for (const dependency of Object.keys(manifestOf(root, name)?.dependencies ?? {})) add(dependency)
  }
  for (const name of names) add(name)
  return ours
}

/**
 * What is wrong with a command `npm install <names>`, behind those that have installed `before`: a package of ours that there is
 * not, a peer that is missing, and a package that none of ours asks for.
 *
 * @param used - what other commands of the page run.
 */
export const installFaults = (
  root: string,
  names: readonly string[],
  before: readonly string[],
  used: ReadonlySet<string>,
): string[] => {
  const missing = names.filter((name) => name.startsWith(SCOPE) && manifestOf(root, name) === undefined)
  if (missing.length > 0) return missing.map((name) => `there is no package ${name}`)
  const installed = new Set([...before, ...names])
  const known = new Set(used)
  const faults = new Map<string, string>()
  for (const ours of oursAmong(root, installed)) {
    const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifestOf(root, ours) ?? {}
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) known.add(name)
    for (const peer of Object.keys(peerDependencies))
      if (peerDependenciesMeta[peer]?.optional !== true && !installed.has(peer))
        faults.set(peer, `${ours} needs ${peer}, which is not installed`)
  }
  const unasked = names.filter((name) => !name.startsWith(SCOPE) && !known.has(name))
  return [...faults.values(), ...unasked.map((name) => `nothing here needs ${name}`)]
}
