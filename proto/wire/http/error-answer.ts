import { z } from "zod";
import { answerSchema } from "./answer-schema.ts";

/** The codes of errors. A program looks at the code; the message is for people. */
export const ERROR_CODES = [
  "bad_address",
  "bad_parameter",
  "bad_body",
  "unauthorized",
  "commands_off",
  "not_found",
  "method_not_allowed",
  "conflict",
  "body_too_large",
  "internal",
  "unavailable",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** The HTTP status of each code. */
export const ERROR_STATUS: Readonly<Record<ErrorCode, number>> = {
  bad_address: 400,
  bad_parameter: 400,
  bad_body: 400,
  unauthorized: 401,
  commands_off: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  body_too_large: 413,
  internal: 500,
  unavailable: 503,
};

/** The body of every answer that is not a success, of gateways and of regions. */
export type ErrorAnswer = {
  readonly error: {
    readonly code: ErrorCode;
    readonly message: string;
    /** What the client can do about it; empty if there is nothing to add. */
    readonly hint: string;
    /** The names that are accepted here: parameters, methods or paths; empty if the error is about something else. */
    readonly accepted: readonly string[];
  };
};

export const errorAnswerSchema: z.ZodType<ErrorAnswer> = answerSchema<ErrorAnswer>()(
  z.object({
    error: z.object({
      code: z.enum(ERROR_CODES),
      message: z.string(),
      hint: z.string(),
      accepted: z.array(z.string()).readonly(),
    }),
  }),
);
