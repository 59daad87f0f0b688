import { Fault } from "../../proto/core/fault.ts";
import { refusedWithoutToken } from "../../proto/runtime/bearer-token.ts";
import { json } from "../../proto/runtime/http.ts";
import type { HttpAnswer, HttpServer } from "../../proto/runtime/http.ts";
import type { Member } from "../../proto/core/member.ts";
import { commandRequestSchema, draftsOf, memberOf, REQUEST_BYTES_MAX } from "./command-request.ts";
import type { CommandRequest } from "./command-request.ts";
import type { CommandService } from "./command-service.ts";

/**
 * `POST /v1/commands`: one request is one batch, committed whole before the answer. Whoever knows the token of the
 * operators may command; without a configured token nobody may, since a region's queries are often open to many.
 */
export function serveCommands(http: HttpServer, deps: HttpOperatorDeps): void {
  let taking = 0;
  http.post(
    "/v1/commands",
    async (request) => {
      const refused = refusedWithoutToken(request, { authorized: deps.authorized, who: "region" });
      if (refused !== null) return refused;
      const parsed = read(request.body);
      if (!parsed.ok) return json({ error: parsed.error }, 400);
      const conflict = conflictOf(parsed.request, deps);
      if (conflict !== null) return json({ error: conflict }, 409);
      if (taking >= TAKING_MAX) return json({ error: "too many commands at once; try again" }, 503);
      taking += 1;
      try {
        return await take(parsed.request, deps);
      } catch (error) {
        if (error instanceof Fault && error.code === "config") return json({ error: error.line }, 503);
        throw error;
      } finally {
        taking -= 1;
      }
    },
    { bodyBytesMax: REQUEST_BYTES_MAX },
  );
}

export type HttpOperatorDeps = {
  readonly desk: CommandService;
  readonly region: string;
  /** Decides by the token that a request presents; null where commands are off. */
  readonly authorized: ((token: string) => boolean) | null;
  /** All regions, as this one knows them now. */
  readonly members: () => readonly Member[];
  /** Why a change of the list of regions must not be made now; null when it may. */
  readonly changeRefusal: (change: Member, options: { readonly acceptShortage: boolean }) => string | null;
  readonly commanded: (request: CommandRequest, batch: string) => void;
};

/** Why a region must not be where the command wants it. */
function conflictOf(request: CommandRequest, deps: HttpOperatorDeps): string | null {
  if (request.command !== "set_member") return null;
  const known = knownTo(request, deps);
  const change = memberOf(request, known);
  if (change.url === "" && change.region !== deps.region && change.state !== "lost") {
    return `the address of ${change.region} is not known: say where other regions reach it`;
  }
  // What is accepted is that batches have too few copies; that the rest could not work is not.
  const refusal = deps.changeRefusal(change, { acceptShortage: request.accept_loss === true });
  return refusal === null ? null : `${refusal}; nothing was changed`;
}

function knownTo(request: CommandRequest, { members }: HttpOperatorDeps): Member | undefined {
  return request.command === "set_member" ? members().find(({ region }) => region === request.region) : undefined;
}

async function take(request: CommandRequest, deps: HttpOperatorDeps): Promise<HttpAnswer> {
  const { desk, region, commanded } = deps;
  const receipt = await desk.take(draftsOf(request, knownTo(request, deps)));
  const batch = `${receipt.streamId}/${receipt.seq}`;
  commanded(request, batch);
  const replicated = await desk.replicated(receipt, AbortSignal.timeout(REPLICATED_WAIT_MS));
  const said = receipt.commands.length === 1 ? "One command" : `${receipt.commands.length} commands`;
  const where = replicated ? "held by enough regions" : "not yet held by enough regions; it goes there by itself";
  return json({
    sentence: `${said} on disk in ${region}, ${where}.`,
    commands: receipt.commands.length,
    batch,
    region,
    durable: true,
    replicated,
  });
}

type Read = { readonly ok: true; readonly request: CommandRequest } | { readonly ok: false; readonly error: string };

function read(body: Buffer): Read {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return { ok: false, error: "the body is not JSON" };
  }
  const result = commandRequestSchema.safeParse(value);
  if (result.success) return { ok: true, request: result.data };
  const errors = result.error.issues.map(({ path, message }) => {
    const place = path.reduce<string>(
      (text, key) =>
        typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`,
      "",
    );
    return place === "" ? message : `${place}: ${message}`;
  });
  return { ok: false, error: errors.slice(0, ERRORS_SHOWN).join("; ") };
}

/** Long enough for regions that are well; the answer does not depend on it. */
const REPLICATED_WAIT_MS = 2_000;
const TAKING_MAX = 64;
const ERRORS_SHOWN = 5;
