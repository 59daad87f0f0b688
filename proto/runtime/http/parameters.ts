import { z } from "zod";
import { parseDuration } from "../options/duration.ts";
import { parseTime, TIME_ACCEPTED } from "../options/time.ts";
import { HttpError } from "./http-error.ts";

/**
 * The parameters of the HTTP API: for each name a schema that parses its text. The description of the schema says what
 * is accepted, in words that can follow "expected".
 *
 * A request is answered only if every parameter is known, comes once and has a value that its schema accepts. Nothing
 * is ignored: a misspelt `form=` must not look like an empty result.
 */
export type ParameterSchemas = Readonly<Record<string, z.ZodType<unknown, string | undefined>>>;
export type Parameters<S extends ParameterSchemas> = z.output<z.ZodObject<S>>;

/**
 * @param others the names of parameters that another reader reads.
 * @returns a function that reads the query of an address, and throws an HttpError that names the first mistake.
 */
export function parameterReader<S extends ParameterSchemas>(
  schemas: S,
  others: readonly string[] = [],
): (query: URLSearchParams) => Parameters<S> {
  const schema = z.object(schemas);
  const names = [...Object.keys(schemas), ...others];
  return (query) => {
    const given: Record<string, string> = {};
    for (const [name, found] of query) {
      if (!names.includes(name)) {
        const hint = names.length === 0 ? "this address takes no parameters" : "";
        throw badParameter({ message: `unknown parameter ${name}`, hint, accepted: names });
      }
      if (Object.hasOwn(given, name)) throw badParameter({ message: `parameter ${name} comes twice` });
      given[name] = found;
    }
    const result = schema.safeParse(given);
    if (result.success) return result.data;
    const name = String(result.error.issues[0]?.path[0] ?? "");
    const found = given[name];
    const problem = found === undefined ? "is missing" : `has the value ${JSON.stringify(found)}`;
    const accepted = schemas[name]?.description;
    const hint = accepted === undefined ? "" : `expected ${accepted}`;
    throw badParameter({ message: `parameter ${name} ${problem}`, hint });
  };
}

/** @throws HttpError unless `from` is before `to`. @returns the range in milliseconds; `toMs` is not part of it. */
export function timeRange({ from, to }: { readonly from: number | null; readonly to: number | null }): {
  fromMs: number;
  toMs: number;
} {
  const fromMs = from ?? Number.MIN_SAFE_INTEGER;
  const toMs = to ?? Number.MAX_SAFE_INTEGER;
  if (fromMs < toMs) return { fromMs, toMs };
  throw badParameter({ message: "parameter to is not after parameter from", hint: "expected a later time for to" });
}

/** May be left out; then it is null. */
export function optional<T>(schema: z.ZodType<T, string>): z.ZodType<T | null, string | undefined> {
  const nullable = schema.optional().transform((value) => value ?? null);
  return schema.description === undefined ? nullable : nullable.describe(schema.description);
}

export const nameParameter: z.ZodType<string, string> = z
  .string()
  .min(1)
  .max(1024)
  .describe("a name of 1 to 1024 characters, as /v1/series or /v1/gateways gives it");

export const timeParameter: z.ZodType<number, string> = z
  .string()
  .transform((text, context) => {
    try {
      return parseTime(text);
    } catch {
      context.addIssue({ code: "custom" });
      return z.NEVER;
    }
  })
  .describe(TIME_ACCEPTED);

export const windowParameter: z.ZodType<number, string> = z
  .string()
  .transform((text, context) => {
    try {
      const windowMs = parseDuration(text);
      if (windowMs > 0 && windowMs <= 2 ** 32 - 1) return windowMs;
    } catch {
      // Reported below.
    }
    context.addIssue({ code: "custom" });
    return z.NEVER;
  })
  .describe("a window length such as 10s or 1m");

export const booleanParameter: z.ZodType<boolean, string> = z
  .enum(["true", "false"])
  .transform((text) => text === "true")
  .describe("true or false");

export const formatParameter: z.ZodType<"json" | "ndjson", string> = z
  .enum(["json", "ndjson"])
  .describe("json or ndjson");

/** A whole number in decimal digits. */
export function wholeNumberParameter(min: number, max: number): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^[0-9]{1,15}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max))
    .describe(max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`);
}

/**
 * An opaque position in a listing: the key of the last row as JSON in base64url. It is checked like any other input.
 */
export function cursorParameter<T>(key: z.ZodType<T>): z.ZodType<T, string> {
  return z
    .string()
    .transform((text, context) => {
      const result = key.safeParse(parseJson(Buffer.from(text, "base64url").toString("utf8")));
      if (result.success) return result.data;
      context.addIssue({ code: "custom" });
      return z.NEVER;
    })
    .describe("the value of next in an answer to the same question");
}

export function formatCursor(key: unknown): string {
  return Buffer.from(JSON.stringify(key), "utf8").toString("base64url");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function badParameter(details: { message: string; hint?: string; accepted?: readonly string[] }): HttpError {
  return new HttpError("bad_parameter", details);
}
