/** Whether this is the long run (`npm run test:long`): the same tests with larger numbers. */
export const long: boolean = process.env["TIDEMARK_LONG"] === "1";

/** The number of repetitions of a test: `short` in the everyday run, `long` in the long one. */
export function runs(count: { short: number; long: number }): number {
  return long ? count.long : count.short;
}
