import type { Logger } from "pino";
import { pino, stdTimeFunctions } from "pino";
import pretty from "pino-pretty";

export type { Logger } from "pino";

/**
 * Logs JSON lines to standard output, for a service manager or a log shipper, and readable lines to a terminal. It writes
 * synchronously, because the last line before the end of a process matters most.
 */
export function createLog(options: LogOptions): Logger {
  const forPeople = options.format === "pretty" || (options.format === "auto" && process.stdout.isTTY);
  const destination = forPeople
    ? pretty({ sync: true, ignore: "pid,hostname,name", translateTime: "HH:MM:ss.l" })
    : pino.destination({ dest: 1, sync: true });
  return pino(
    {
      name: options.name,
      level: options.level,
      base: { name: options.name },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}

export type LogOptions = {
  readonly name: string;
  readonly level: "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";
  readonly format: "auto" | "json" | "pretty";
};
