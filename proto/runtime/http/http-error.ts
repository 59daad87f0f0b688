import type { ErrorAnswer, ErrorCode } from "../../wire/http/error-answer.ts";
import { ERROR_STATUS } from "../../wire/http/error-answer.ts";
import type { HttpAnswer } from "./http-answer.ts";
import { json } from "./http-answer.ts";

/** The error answer to a request. A handler throws it, and the server answers with the status of its code. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly code: ErrorCode;
  readonly hint: string;
  readonly accepted: readonly string[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    details: {
      readonly message: string;
      readonly hint?: string;
      readonly accepted?: readonly string[];
      readonly headers?: Readonly<Record<string, string>>;
    },
  ) {
    super(details.message);
    this.code = code;
    this.hint = details.hint ?? "";
    this.accepted = details.accepted ?? [];
    this.headers = details.headers ?? {};
  }

  /** The one shape that every error has. */
  get answer(): HttpAnswer {
    const { code, message, hint, accepted, headers } = this;
    const body: ErrorAnswer = { error: { code, message, hint, accepted } };
    return { ...json(body, ERROR_STATUS[code]), headers };
  }
}
