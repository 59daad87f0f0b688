import type { IncomingHttpHeaders } from "node:http";
import { HttpError } from "./http-error.ts";

/**
 * Checks that a request may run a command of an operator.
 * @param given.authorized decides by the token that the request presents; null where commands are off.
 * @throws HttpError if it may not.
 */
export function requireOperator(
  headers: IncomingHttpHeaders,
  { authorized, process }: { readonly authorized: ((token: string) => boolean) | null; readonly process: string },
): void {
  if (authorized === null) {
    throw new HttpError("commands_off", {
      message: `this ${process} takes no commands`,
      hint: `set operators.token_file of the ${process}`,
    });
  }
  const token = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1];
  if (token !== undefined && authorized(token)) return;
  throw new HttpError("unauthorized", {
    message: token === undefined ? "commands need a token" : "this is not the token of the operators",
    hint: "send the header Authorization: Bearer TOKEN",
    headers: { "www-authenticate": "Bearer" },
  });
}
