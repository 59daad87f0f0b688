import { Fault } from "../../proto/core/fault.ts";
import type { StreamId } from "../../proto/core/ids.ts";
import type { Member } from "../../proto/core/member.ts";
import { HttpError } from "../../proto/runtime/http/http-error.ts";
import { commandRoute, NO_PARAMETERS } from "../../proto/runtime/http/route.ts";
import type { Route } from "../../proto/runtime/http/route.ts";
import type { CommandsAnswer } from "../../proto/wire/http/commands.ts";
import { commandsSchema } from "../../proto/wire/http/commands.ts";
import { commandRequestSchema, draftsOf, memberOf, REQUEST_BYTES_MAX } from "./command-request.ts";
import type { CommandRequest, KeepingRequest } from "./command-request.ts";
import type { CommandService } from "./command-service.ts";

/** `POST /v1/commands`: one request is one batch, committed whole before the answer. */
export function commandsRoute(deps: CommandsRouteDeps): Route {
  let running = 0;
  return commandRoute({
    path: "/v1/commands",
    summary:
      "override, backfill or clear windows, erase a device, change the list of regions, choose one of two gateways with one name",
    parameters: NO_PARAMETERS,
    body: { schema: commandRequestSchema, bytesMax: REQUEST_BYTES_MAX },
    answer: commandsSchema,
    errors: ["conflict", "unavailable"],
    handle: async (_parameters, request) => {
      const conflict = conflictOf(request, deps);
      if (conflict !== null) throw new HttpError("conflict", conflict);
      if (running >= RUNNING_MAX) {
        throw new HttpError("unavailable", { message: "too many commands at once", hint: "try again" });
      }
      running += 1;
      try {
        return await run(request, deps);
      } catch (error) {
        // The clock of the region is wrong.
        if (error instanceof Fault && error.code === "config") throw new HttpError("unavailable", error);
        throw error;
      } finally {
        running -= 1;
      }
    },
  });
}

export type CommandsRouteDeps = {
  readonly commandService: Pick<CommandService, "commit" | "replicated">;
  readonly region: string;
  /** All regions, as this one knows them now. */
  readonly members: () => readonly Member[];
  /** Why a change of the list of regions must not be made now; null: it may be made. */
  readonly changeRefusal: (change: Member, options: { readonly acceptShortage: boolean }) => string | null;
  /** Whether a gateway of this name with this life is connected, here or elsewhere, or was refused lately. */
  readonly knowsLife: (gateway: string, life: StreamId) => boolean;
  readonly commanded: (request: CommandRequest, batch: string) => void;
};

/** Why a region must not get the state that the command gives it; null: it may, or the command is about something else. */
function conflictOf(request: CommandRequest, deps: CommandsRouteDeps): { message: string; hint: string } | null {
  if (request.command === "keep_gateway") return conflictOfKeeping(request, deps);
  if (request.command !== "set_member") return null;
  const change = memberOf(request, knownMember(request, deps));
  if (change.url === "" && change.region !== deps.region && change.state !== "lost") {
    const message = `the address of ${change.region} is not known`;
    return { message, hint: "give the address at which other regions reach it" };
  }
  // An operator may accept that batches have too few copies, but not that too few members remain.
  const refusal = deps.changeRefusal(change, { acceptShortage: request.accept_loss === true });
  return refusal === null ? null : { message: `${refusal}; nothing was changed`, hint: "" };
}

/** A mistyped stream would refuse every gateway of the name. */
function conflictOfKeeping(
  { gateway, stream }: KeepingRequest,
  { knowsLife }: CommandsRouteDeps,
): { message: string; hint: string } | null {
  if (stream === null || knowsLife(gateway, stream)) return null;
  const message = `no gateway named ${gateway} with stream ${stream} is connected, or was refused in the last minute; nothing was changed`;
  return { message, hint: "tidemark gateways list shows the streams; ask the region that refuses it" };
}

function knownMember(request: CommandRequest, { members }: CommandsRouteDeps): Member | undefined {
  return request.command === "set_member" ? members().find(({ region }) => region === request.region) : undefined;
}

async function run(request: CommandRequest, deps: CommandsRouteDeps): Promise<CommandsAnswer> {
  const { commandService, region, commanded } = deps;
  const receipt = await commandService.commit(draftsOf(request, knownMember(request, deps)));
  const batch = `${receipt.streamId}/${receipt.seq}`;
  commanded(request, batch);
  const replicated = await commandService.replicated(receipt, AbortSignal.timeout(REPLICATED_WAIT_MS));
  const what = receipt.commands.length === 1 ? "One command" : `${receipt.commands.length} commands`;
  const where = replicated ? "and replicated" : "not yet replicated; this happens by itself";
  return {
    sentence: `${what} on disk in ${region}, ${where}.`,
    commands: receipt.commands.length,
    batch,
    region,
    durable: true,
    replicated,
  };
}

/** Long enough for healthy regions. The commands replicate in any case. */
const REPLICATED_WAIT_MS = 2_000;
const RUNNING_MAX = 64;
