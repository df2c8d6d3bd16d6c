import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PageCommand } from './page-commands.js'

/** What is wrong with a command of docker, by docker-compose.yml. */
export const dockerFault = (root: string, { words, comment }: PageCommand): string | undefined => {
  const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8')
  const ports = [...compose.matchAll(/'127\.0\.0\.1:(\d+):(\d+)'/g)]
  const [, command, action = ''] = words
  if (command === 'compose' && ['up', 'down'].includes(action)) {
    const told = [...comment.matchAll(/(?:port |127\.0\.0\.1:)(\d+)/g)].map(([, port]) => port)
    const missing = told.find((port) => !ports.some(([, published]) => published === port))
    return missing && `docker-compose.yml publishes no port ${missing}`
  }
  if (command === 'run') {
    const images = [...compose.matchAll(/image: (\S+):\S+\n([\s\S]*?)(?:\n\n|$)/g)]
    const [, image = '', service = ''] = images.find(([, name = '']) => words.includes(name)) ?? []
    if (image === '') return `docker-compose.yml has none of these images: ${words.join(' ')}`
    const inside = words[words.indexOf('-p') + 1]?.split(':')[1]
    if (!service.includes(`:${inside}'`)) return `${image} does not listen on port ${inside}`
    // Without -sharedDb each access key and region has tables of its own.
    const wanted = /command: .*(-sharedDb)/.exec(service)?.[1]
    return wanted === undefined || words.includes(wanted) ? undefined : `${image} is run without ${wanted}`
  }
  return 'say in tools/docs/commands/docker-fault.ts how this command of docker is checked'
}
