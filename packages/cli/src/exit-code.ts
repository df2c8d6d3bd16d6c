/** How the command ends. Public: scripts depend on them. */
export const ExitCode = {
  OK: 0,
  /** What was asked for could not be done. */
  FAILURE: 1,
  /** The command line or the config file is wrong, or a confirmation is missing; nothing was done. */
  USAGE: 2,
  /** `verify` has found damage. */
  DAMAGE: 3,
  /** Ctrl-C. */
  INTERRUPTED: 130,
  /** SIGTERM. */
  TERMINATED: 143,
} as const

/** One of {@link ExitCode}. */
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]
