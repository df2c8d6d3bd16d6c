/** One turn: promises that have settled by then have told whoever waits for them. */
export const turnOfEventLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
