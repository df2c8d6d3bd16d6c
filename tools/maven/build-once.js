// @ts-check
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const minJavaVersion = 17

/** Something that needs Java cannot run on this machine; the message says what is missing and how to get it. */
export class NotInstallableError extends Error {}

/** Java and Maven are there, but the build failed: no network, or a mistake in the project. */
export class BuildFailedError extends NotInstallableError {}

/**
 * Makes sure that what a Maven project builds is on disk and returns its folder, `target/<name>-<hash>`. The hash is that
 * of the pom and the sources: when they change it is built anew. Several processes may do so at once: each builds in a
 * folder of its own, and the finished folder appears by one rename.
 *
 * @param {{ title: string, project: string, name: string }} what - a title for people; the project's folder, whose pom
 *   builds into `${buildDirectory}/<name>`; and that name.
 * @returns {Promise<string>}
 */
export async function buildOnce({ title, project, name }) {
  await requireJava(title)
  const target = join(project, 'target')
  const built = join(target, `${name}-${await hashOfSources(project)}`)
  if (existsSync(built)) return built

  process.stderr.write(`Building ${title} with Maven; this happens once and takes about a minute ...\n`)
  await mkdir(target, { recursive: true })
  const building = await mkdtemp(join(target, 'building-'))
  try {
    await packageWithMaven(title, project, building)
    await rename(join(building, name), built).catch((error) => {
      if (!existsSync(built)) throw error // else another process was first, with the same result
    })
  } finally {
    await rm(building, { recursive: true, force: true })
  }
  return built
}

/** @param {string} project */
async function hashOfSources(project) {
  const sources = join(project, 'src')
  const entries = existsSync(sources) ? await readdir(sources, { recursive: true, withFileTypes: true }) : []
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const hash = createHash('sha256')
  for (const file of [join(project, 'pom.xml'), ...files.sort()]) hash.update(await readFile(file))
  return hash.digest('hex').slice(0, 8)
}

/** @param {string} title */
async function requireJava(title) {
  const { stderr } = await run('java', ['-version']).catch((cause) => {
    throw new NotInstallableError(
      `There is no working "java" on the PATH. Install a JDK ${minJavaVersion} or later (https://adoptium.net, or your system's package "openjdk-${minJavaVersion}-jdk-headless").`,
      { cause },
    )
  })
  const version = Number(/version "(\d+)/.exec(stderr)?.[1])
  if (version < minJavaVersion)
    throw new NotInstallableError(`${title} needs Java ${minJavaVersion}, "java" on the PATH is version ${version}.`)
}

/**
 * @param {string} title
 * @param {string} project
 * @param {string} buildDirectory
 */
async function packageWithMaven(title, project, buildDirectory) {
  const maven = run('mvn', [
    '-B',
    '-q',
    '-ntp',
    '-f',
    join(project, 'pom.xml'),
    'package',
    `-DbuildDirectory=${buildDirectory}`,
  ])
  const stop = () => maven.child.kill()
  process.once('exit', stop)
  try {
    await maven
  } catch (cause) {
    const { code, stdout = '' } = /** @type {{ code?: unknown, stdout?: string }} */ (cause)
    if (code === 'ENOENT')
      throw new NotInstallableError(
        `There is no "mvn" on the PATH, which builds ${title}. Install Maven (https://maven.apache.org, or your system's package "maven").`,
        { cause },
      )
    const reason = /\[ERROR\] +(\S.*)/.exec(stdout)?.[1] ?? String(cause)
    throw new BuildFailedError(`Maven could not build ${title}: ${reason}`, { cause })
  } finally {
    process.off('exit', stop)
  }
}
