import type { HttpAnswer, HttpRequest } from "./http.ts";
import { json } from "./http.ts";

/**
 * The answer to who may not command; null: this one may.
 * @param given.authorized decides by the token that a request presents; null where commands are off.
 */
export function refusedWithoutToken(
  { headers }: Pick<HttpRequest, "headers">,
  { authorized, who }: { readonly authorized: ((token: string) => boolean) | null; readonly who: "gateway" | "region" },
): HttpAnswer | null {
  if (authorized === null) {
    return json({ error: `this ${who} takes no commands`, accepted: `set operators.token_file of the ${who}` }, 403);
  }
  const token = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1];
  if (token !== undefined && authorized(token)) return null;
  const error = token === undefined ? "commands need a token" : "this is not the token of the operators";
  const answer = json({ error, accepted: "Authorization: Bearer TOKEN" }, 401);
  return { ...answer, headers: { "www-authenticate": "Bearer" } };
}
