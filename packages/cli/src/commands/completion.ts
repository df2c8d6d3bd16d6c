import { Argument, type Command } from 'commander'
import { type AddCommand, examples } from '../add-command.js'
import { completionScript, SHELLS, type Shell } from '../completion.js'

/** `dynact completion`: a script that completes commands and options in a shell. */
export const addCompletion: AddCommand = (parent: Command, handle) => {
  parent
    .command('completion')
    .description('print a script that completes commands and options')
    .addArgument(new Argument('<shell>', 'for which shell').choices(SHELLS))
    .addHelpText(
      'after',
      examples(
        'completion bash > /etc/bash_completion.d/dynact',
        'completion zsh > ~/.zfunc/_dynact',
        'completion fish > ~/.config/fish/completions/dynact.fish',
      ),
    )
    .action(
      handle(async ({ output }, shell: Shell) => {
        await output.write(completionScript(parent, shell))
      }),
    )
}
