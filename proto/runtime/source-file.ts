/**
 * The file of a worker thread or of a child process, beside the caller's file: TypeScript in development, JavaScript in the
 * package.
 * @param path without the extension, as `./storage-worker`.
 * @param base the caller's `import.meta.url`. A test runner may add a query to it.
 */
export function sourceFile(path: string, base: string): URL {
  return new URL(`${path}${new URL(base).pathname.endsWith(".ts") ? ".ts" : ".js"}`, base);
}
