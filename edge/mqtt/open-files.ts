import { readFileSync } from "node:fs";

/**
 * How many connections a process may have: the configured number, but at most the open files that the operating system
 * allows, without the process's own files. One connection more would take the file descriptor that the journal needs
 * next, and a gateway that cannot write stops.
 */
export function possibleConnections(wanted: number, openFilesMax: number): number {
  return Math.max(1, Math.min(wanted, openFilesMax - OWN_FILES));
}

/** How many files and sockets this process may have open; Infinity if the system does not say (not Linux). */
export function openFilesMax(): number {
  try {
    return parsedOpenFilesMax(readFileSync("/proc/self/limits", "utf8"));
  } catch {
    return Infinity; // There is no such file on other systems.
  }
}

/** The soft limit in the text of `/proc/PID/limits`. Node raises it to the hard limit when it starts. */
export function parsedOpenFilesMax(limits: string): number {
  const soft = /^Max open files +(\d+) /m.exec(limits)?.[1];
  return soft === undefined ? Infinity : Number(soft);
}

/** Database, log, HTTP, sessions to regions, and connections that are accepted only to be refused. */
const OWN_FILES = 256;
