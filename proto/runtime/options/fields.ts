import { accessSync, constants, statSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { isName, NAME_RULE } from "../../core/ids.ts";
import { parseDuration } from "./duration.ts";
import { parseSize } from "./size.ts";

/**
 * The kinds of values that configurations are made of. Every message says what is accepted. `kind` and `limits` in the
 * metadata are for the generated reference (`npm run docs`): there a duration is a duration and not a text.
 */

type Bounds = { readonly min?: string; readonly max?: string };

/** Milliseconds, written as `30s`, `12h` or `7d`. */
export function duration(bounds: Bounds = {}): z.ZodType<number, string> {
  return bounded(
    { kind: "duration", expected: "expected a duration such as 30s, 12h or 7d", parse: parseDuration },
    bounds,
  );
}

/** Bytes, written as `512KiB`, `64MiB` or `2GiB`. */
export function size(bounds: Bounds = {}): z.ZodType<number, string> {
  return bounded({ kind: "size", expected: "expected a size such as 512KiB, 64MiB or 2GiB", parse: parseSize }, bounds);
}

function bounded(
  { kind, expected, parse }: { kind: string; expected: string; parse: (text: string) => number },
  { min, max }: Bounds,
): z.ZodType<number, string> {
  const both = min !== undefined && max !== undefined;
  const limits = both ? `${min} to ${max}` : max !== undefined ? `at most ${max}` : min && `at least ${min}`;
  return z
    .string(expected)
    .transform((text, context) => {
      const number = attempt(text, parse, context);
      if (min !== undefined && number < parse(min)) return refused(context, `expected at least ${min}`);
      if (max !== undefined && number > parse(max)) return refused(context, `expected at most ${max}`);
      return number;
    })
    .meta({ kind, ...(limits === undefined ? {} : { limits }) });
}

/** A file that must be readable now. A relative path starts at the folder of the configuration. */
export function readableFile(folder: string): z.ZodType<string, string> {
  return z
    .string("expected the path of a file")
    .transform((text, context) => {
      const path = resolve(folder, text);
      try {
        accessSync(path, constants.R_OK);
        if (!statSync(path).isDirectory()) return path;
      } catch {
        return refused(context, `${path} cannot be read; check the path and who may read it`);
      }
      return refused(context, `${path} is a folder; expected the path of a file`);
    })
    .meta({ kind: "path of a file" });
}

/** A whole number. The message names the bounds. */
export function wholeNumber(min: number, max: number): z.ZodType<number, number> {
  const expected = `expected a whole number from ${min} to ${max}`;
  return z.int(expected).min(min, expected).max(max, expected).meta({ kind: "whole number" });
}

/** A folder, which is made when it is missing. A relative path starts at the folder of the configuration. */
export function folderPath(folder: string): z.ZodType<string, string> {
  return z
    .string("expected the path of a folder")
    .min(1, "expected the path of a folder")
    .transform((text) => resolve(folder, text))
    .meta({ kind: "path of a folder" });
}

/** A TCP port. The system chooses one for 0. */
export function port(): z.ZodType<number, number> {
  const expected = "expected a port, 0 to 65535";
  return z.int(expected).min(0, expected).max(65_535, expected).meta({ kind: "port" });
}

/** The address of a network interface to listen on. */
export function host(): z.ZodType<string, string> {
  const expected = "expected an address such as 127.0.0.1 or 0.0.0.0";
  return z.string(expected).min(1, expected).meta({ kind: "address" });
}

/** The name of a gateway or a region. */
export function name(): z.ZodType<string, string> {
  return z
    .string(`expected ${NAME_RULE}`)
    .refine(isName, `expected ${NAME_RULE}`)
    .meta({ kind: "name", limits: NAME_RULE });
}

/** The URL at which a region listens for gRPC. */
export function regionUrl(): z.ZodType<string, string> {
  const expected = "expected http://host:port, or https://host:port for TLS";
  return z.string(expected).refine(isRegionUrl, expected).meta({ kind: "URL", limits: "`http://` or `https://`" });
}

/** A scheme, a host and a port. Anything more would be ignored silently, so it is not accepted. */
export function isRegionUrl(text: string): boolean {
  return /^https?:\/\/[^/?#@]+\/?$/.test(text) && URL.canParse(text);
}

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
