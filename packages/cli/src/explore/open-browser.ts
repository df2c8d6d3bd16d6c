import { spawn } from 'node:child_process'
import { platform } from 'node:os'

const openers: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/** Starts the user's browser on an address. Resolves to false if there is no way to. */
export const openBrowser = (url: string): Promise<boolean> => {
  const [command, ...args] = openers[platform()] ?? ['xdg-open']
  return new Promise((resolve) => {
    const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true })
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      // The browser outlives the command.
      child.unref()
      resolve(true)
    })
  })
}
