/** Whether this is the long run (`npm run test:long`): the same tests with larger numbers. */
export const long: boolean = process.env["TIDEMARK_LONG"] === "1";

/** The numbers of a test, such as its repetitions: `short` in the everyday run, `long` in the long one. */
export function runs<T>(count: { short: T; long: T }): T {
  return long ? count.long : count.short;
}
