import { HELP, parseCommandLine } from './command-line.js'
import { supervise } from './supervisor.js'
import { printError } from './user-error.js'

try {
  const commandLine = parseCommandLine(process.argv.slice(2))
  if (commandLine.help) {
    console.log(HELP)
  } else {
    if (commandLine.reset) {
      // Imported here because it loads the AWS SDK, which otherwise only the worker needs.
      const { wipeDatabase } = await import('./database.js')
      await wipeDatabase(commandLine.folder, process.env)
    }
    process.exitCode = await supervise(commandLine.folder)
  }
} catch (error) {
  printError(error)
  process.exitCode = 1
}
