import { Argument, type Command } from 'commander'
import { type AddCommand, examples } from '../add-command.js'
import { completionScript, SHELLS, type Shell } from '../completion.js'

/** `dynact completion`: a script that completes commands and options in a shell. */
export const addCompletion: AddCommand = (parent: Command) => {
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
    // Not handled as the others are: a shell that starts must not load the config file of its folder.
    .action((shell: Shell) => {
      parent.configureOutput().writeOut?.(completionScript(parent, shell))
    })
}
