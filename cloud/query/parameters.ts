import { z } from "zod";

import { parseDuration } from "../../proto/runtime/options/duration.ts";
import { parseTime, TIME_ACCEPTED } from "../../proto/runtime/options/time.ts";

/**
 * The parameters of the HTTP API. A request is answered only if every parameter is known, comes once and has a value
 * that its schema takes; otherwise the answer is 400 and says which one, what was found and what is accepted. Nothing
 * is ignored: a misspelt `form=` must not look like an empty result.
 */
export type Parameter<T> = { readonly schema: z.ZodType<T, string>; readonly accepted: string };
export type Parameters = Readonly<Record<string, Parameter<unknown>>>;
export type Parsed<P extends Parameters> = {
  readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T | null : never;
};

export class BadParameter extends Error {
  override readonly name = "BadParameter";
  readonly parameter: string;
  readonly found: string;
  readonly accepted: string;

  constructor(options: { message: string; parameter: string; found: string; accepted: string }) {
    super(options.message);
    this.parameter = options.parameter;
    this.found = options.found;
    this.accepted = options.accepted;
  }
}

/** @throws BadParameter */
export function parseParameters<P extends Parameters>(query: URLSearchParams, known: P): Parsed<P> {
  const parsed: Record<string, unknown> = Object.fromEntries(Object.keys(known).map((name) => [name, null]));
  for (const [name, found] of query) {
    const parameter = Object.hasOwn(known, name) ? known[name] : undefined;
    if (parameter === undefined) {
      const names = Object.keys(known);
      const accepted = names.length === 0 ? "no parameters here" : names.join(", ");
      throw new BadParameter({ message: `unknown parameter ${name}`, parameter: name, found, accepted });
    }
    if (parsed[name] !== null) {
      const message = `parameter ${name} comes twice`;
      throw new BadParameter({ message, parameter: name, found, accepted: `one ${name}` });
    }
    const result = parameter.schema.safeParse(found);
    if (!result.success) {
      const { accepted } = parameter;
      throw new BadParameter({ message: `bad value of parameter ${name}`, parameter: name, found, accepted });
    }
    parsed[name] = result.data;
  }
  return parsed as Parsed<P>;
}

export const LIMIT_MAX = 10_000;
export const LIMIT_DEFAULT = 1_000;

export const nameParameter: Parameter<string> = {
  schema: z.string().min(1).max(1024),
  accepted: "a name as /v1/series gives it",
};

/** @throws BadParameter when the question does not say it. */
export function required<T>(name: string, value: T | null, { accepted }: Parameter<T>): T {
  if (value !== null) return value;
  throw new BadParameter({ message: `parameter ${name} is missing`, parameter: name, found: "", accepted });
}

const KINDS = ["operator", "gateways", "restart", "fork"] as const;

export const kindParameter: Parameter<(typeof KINDS)[number]> = {
  schema: z.enum(KINDS) as unknown as z.ZodType<(typeof KINDS)[number], string>,
  accepted: KINDS.join(", "),
};

export const limitParameter: Parameter<number> = {
  schema: z
    .string()
    .regex(/^[0-9]{1,9}$/)
    .transform(Number)
    .pipe(z.number().min(1).max(LIMIT_MAX)),
  accepted: `a whole number from 1 to ${LIMIT_MAX}`,
};

export const formatParameter: Parameter<"json" | "ndjson"> = {
  schema: z.enum(["json", "ndjson"]) as unknown as z.ZodType<"json" | "ndjson", string>,
  accepted: "json or ndjson",
};

export const timeParameter: Parameter<number> = {
  schema: z.string().transform((text, context) => {
    try {
      return parseTime(text);
    } catch {
      context.addIssue({ code: "custom" });
      return z.NEVER;
    }
  }),
  accepted: TIME_ACCEPTED,
};

/** 0 stands for raw readings. */
export const windowParameter: Parameter<number> = {
  schema: z.string().transform((text, context) => {
    if (text === "raw" || text === "0") return 0;
    try {
      const windowMs = parseDuration(text);
      if (windowMs > 0 && windowMs <= 2 ** 32 - 1) return windowMs;
    } catch {
      // Said below, with what is accepted here.
    }
    context.addIssue({ code: "custom" });
    return z.NEVER;
  }),
  accepted: "a window length such as 10s or 1m, or raw",
};

/**
 * An opaque position in a listing: the key of the last row as JSON in base64url. It is checked like any other input.
 */
export function cursorParameter<T>(key: z.ZodType<T>): Parameter<T> {
  return {
    schema: z.string().transform((text, context) => {
      const result = key.safeParse(parseJson(Buffer.from(text, "base64url").toString("utf8")));
      if (result.success) return result.data;
      context.addIssue({ code: "custom" });
      return z.NEVER;
    }),
    accepted: "the value of next in an answer to the same question",
  };
}

export function formatCursor(key: object): string {
  return Buffer.from(JSON.stringify(key), "utf8").toString("base64url");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
