/** Whether this is the long run (`npm run test:long`): the same tests with larger numbers. */
export const long: boolean = process.env["TIDEMARK_LONG"] === "1";

/** A number of a test, for example of repetitions: `short` in `npm test`, `long` in `npm run test:long`. */
export function runs<T>(count: { short: T; long: T }): T {
  return long ? count.long : count.short;
}
