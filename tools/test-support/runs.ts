/** How many runs a property gets: DYNACT_SOAK_RUNS in a soak, else as many as its test says. */
export const runs = (usual: number): number => Number(process.env['DYNACT_SOAK_RUNS'] ?? usual)
