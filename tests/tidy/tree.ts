import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** The repository as the tests of tidiness read it. Paths are relative to its root. */
export const ROOT: string = join(import.meta.dirname, "../..");
export const FOLDERS: readonly string[] = ["edge", "cloud", "proto", "deploy", "tests"];

/** A file and its text. */
export type TextFile = { readonly path: string; readonly text: string };

/** Every file in the five folders. */
export const PATHS: readonly string[] = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name))),
);

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** Code that people wrote, of the five folders and `.ci`. */
export const SOURCES: readonly TextFile[] = [
  ...PATHS,
  ...readdirSync(join(ROOT, ".ci")).map((name) => join(".ci", name)),
]
  .filter((path) => /\.(ts|js|cjs)$/.test(path) && !path.includes("/generated/"))
  .map((path) => ({ path, text: readText(path) }));

/** Documents, those at the root included. */
export const DOCUMENTS: readonly TextFile[] = [...readdirSync(ROOT), ...PATHS]
  .filter((path) => path.endsWith(".md"))
  .map((path) => ({ path, text: readText(path) }));

/** The lines that a rule of text finds, as `path:line: text`. */
export function linesMatching(files: readonly TextFile[], pattern: RegExp): string[] {
  return files.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [])),
  );
}
