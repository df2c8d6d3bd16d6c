declare module '@shelf/jest-dynamodb/jest-preset.js' {
  const preset: { readonly globalSetup: string; readonly globalTeardown: string }
  export default preset
}

/** The server that the preset has launched. */
declare var __DYNAMODB__: import('node:child_process').ChildProcess | undefined
