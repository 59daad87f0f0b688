import { accessSync, constants, statSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { isName, NAME_RULE } from "../../core/ids.ts";
import type { LogOptions } from "../log.ts";
import { parseDuration } from "./duration.ts";
import { parseSize } from "./size.ts";

/** The kinds of values that configurations are made of; every message says what is accepted. */

/** Milliseconds, written as `30s`, `12h` or `7d`. */
export function duration(bounds: { min?: string; max?: string } = {}): z.ZodType<number, string> {
  return z.string("expected a duration such as 30s, 12h or 7d").transform((text, context) => {
    const ms = attempt(text, parseDuration, context);
    if (bounds.min !== undefined && ms < parseDuration(bounds.min))
      return refused(context, `expected at least ${bounds.min}`);
    if (bounds.max !== undefined && ms > parseDuration(bounds.max))
      return refused(context, `expected at most ${bounds.max}`);
    return ms;
  });
}

/** Bytes, written as `512KiB`, `64MiB` or `2GiB`. */
export function size(bounds: { min?: string; max?: string } = {}): z.ZodType<number, string> {
  return z.string("expected a size such as 512KiB, 64MiB or 2GiB").transform((text, context) => {
    const bytes = attempt(text, parseSize, context);
    if (bounds.min !== undefined && bytes < parseSize(bounds.min))
      return refused(context, `expected at least ${bounds.min}`);
    if (bounds.max !== undefined && bytes > parseSize(bounds.max))
      return refused(context, `expected at most ${bounds.max}`);
    return bytes;
  });
}

/** A file that must be readable now; relative to the folder of the configuration. */
export function readableFile(folder: string): z.ZodType<string, string> {
  return z.string("expected the path of a file").transform((text, context) => {
    const path = resolve(folder, text);
    try {
      accessSync(path, constants.R_OK);
      if (!statSync(path).isDirectory()) return path;
    } catch {
      return refused(context, `${path} cannot be read; check the path and who may read it`);
    }
    return refused(context, `${path} is a folder; expected the path of a file`);
  });
}

/** A whole number within bounds that the message names. */
export function wholeNumber(min: number, max: number): z.ZodType<number, number> {
  const expected = `expected a whole number from ${min} to ${max}`;
  return z.int(expected).min(min, expected).max(max, expected);
}

/** A folder; relative to the folder of the configuration; made when it is missing. */
export function folderPath(folder: string): z.ZodType<string, string> {
  return z
    .string("expected the path of a folder")
    .min(1, "expected the path of a folder")
    .transform((text) => resolve(folder, text));
}

/** 0 lets the system choose. */
export function port(): z.ZodType<number, number> {
  return z
    .int("expected a port, 0 to 65535")
    .min(0, "expected a port, 0 to 65535")
    .max(65_535, "expected a port, 0 to 65535");
}

export function host(): z.ZodType<string, string> {
  return z
    .string("expected an address such as 127.0.0.1 or 0.0.0.0")
    .min(1, "expected an address such as 127.0.0.1 or 0.0.0.0");
}

/** Name of a gateway or region. */
export function name(): z.ZodType<string, string> {
  return z.string(`expected ${NAME_RULE}`).refine(isName, `expected ${NAME_RULE}`);
}

export type LogFields = Omit<LogOptions, "name">;

export const logFields: z.ZodType<LogFields> = z
  .strictObject({
    level: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
    format: z.enum(["auto", "json", "pretty"]).default("auto"),
  })
  .prefault({});

function attempt(text: string, parse: (text: string) => number, context: z.RefinementCtx): number {
  try {
    return parse(text);
  } catch (error) {
    return refused(context, error instanceof Error ? error.message : String(error));
  }
}

function refused(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: "custom", message });
  return z.NEVER;
}

/** A scheme, a host and a port; anything more would be ignored in silence. */
export function isRegionUrl(text: string): boolean {
  return /^https?:\/\/[^/?#@]+\/?$/.test(text) && URL.canParse(text);
}
