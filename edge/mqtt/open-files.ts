import { readFileSync } from "node:fs";

/**
 * How many connections a process may have open: what the configuration allows, and no more than the operating system
 * leaves it besides its own files. A connection too many would take the descriptor that the journal's next file needs,
 * and a gateway that cannot write ends.
 */
export function possibleConnections(wanted: number, openFilesMax: number): number {
  return Math.max(1, Math.min(wanted, openFilesMax - OWN_FILES));
}

/** How many files and sockets this process may have open; Infinity where nobody says it (not Linux). */
export function openFilesMax(): number {
  try {
    return parsedOpenFilesMax(readFileSync("/proc/self/limits", "utf8"));
  } catch {
    return Infinity; // no such file: another system
  }
}

/** Of the text of `/proc/PID/limits`: the soft limit, which Node raises to the hard one when it starts. */
export function parsedOpenFilesMax(limits: string): number {
  const soft = /^Max open files +(\d+) /m.exec(limits)?.[1];
  return soft === undefined ? Infinity : Number(soft);
}

/** Database, log, HTTP, sessions to regions, and what was accepted and is about to be refused. */
const OWN_FILES = 256;
