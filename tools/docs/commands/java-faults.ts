import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** What is wrong with a command that starts the JVM's peer of the tests, the one Java program here. */
export const javaFaults = (root: string, words: readonly string[]): string[] => {
  const peer = join(root, 'tools/pekko-peer')
  const jar = words[words.indexOf('-jar') + 1] ?? ''
  if (!readFileSync(join(peer, 'pom.xml'), 'utf8').includes(`<finalName>${basename(jar, '.jar')}</finalName>`))
    return [`tools/pekko-peer/pom.xml makes no ${jar}`]
  const options = readFileSync(join(peer, 'src/main/java/pekkopeer/Options.java'), 'utf8')
  const given = words.flatMap((word) => /^\[?--([\w-]+)$/.exec(word)?.[1] ?? [])
  return given.filter((name) => !options.includes(`("${name}"`)).map((name) => `the peer has no option --${name}`)
}
