import { isOperatorName } from "../../proto/core/operator-command.ts";
import { HttpClient } from "../../proto/runtime/http/client.ts";
import type { ShownTwins, TwinGateway } from "../../proto/wire/http/region-status.ts";
import { regionStatusSchema } from "../../proto/wire/http/region-status.ts";
import { streamSchema } from "../../proto/wire/http/streams.ts";

/** The gateways, as one region sees them, in the order of their names. */
export type ListedGateways = { readonly gateways: readonly ListedGateway[] };

type ListedGateway = {
  readonly gateway: string;
  readonly streams: number;
  readonly readings: number;
  /** Null: it has not delivered anything to this region. */
  readonly last_batch: string | null;
  /** From where its present process is connected to this region; null: it is not, or it has not delivered anything. */
  readonly connected_from: string | null;
  /** Another gateway has the same name. */
  readonly twins: ShownTwins | null;
};

/** @throws Fault when the region cannot be reached, or is no region. */
export async function listGateways(region: string): Promise<ListedGateways> {
  const client = new HttpClient(region, { process: "region", deadlineMs: DEADLINE_MS });
  const { twins } = await client.get("/v1/status", regionStatusSchema);
  const gateways = new Map<string, ListedGateway>();
  for (const found of twins)
    gateways.set(found.gateway, { ...NOTHING_DELIVERED, gateway: found.gateway, twins: found });
  for await (const row of client.rows("/v1/gateways", streamSchema)) {
    if (isOperatorName(row.gateway)) continue;
    const before = gateways.get(row.gateway) ?? { ...NOTHING_DELIVERED, gateway: row.gateway };
    gateways.set(row.gateway, {
      ...before,
      streams: before.streams + 1,
      readings: before.readings + row.readings,
      last_batch: before.last_batch === null || before.last_batch < row.last_batch ? row.last_batch : before.last_batch,
      connected_from: before.connected_from ?? row.connected_from,
    });
  }
  return { gateways: [...gateways.values()].toSorted((a, b) => (a.gateway < b.gateway ? -1 : 1)) };
}

const NOTHING_DELIVERED = { streams: 0, readings: 0, last_batch: null, connected_from: null, twins: null };

/** One line a gateway, and one for each of two with the same name. */
export function gatewayLines({ gateways }: ListedGateways): string {
  if (gateways.length === 0) return "No gateway has delivered anything yet.";
  const width = Math.max(...gateways.map(({ gateway }) => gateway.length));
  return gateways
    .flatMap((one) => [
      `${one.gateway.padEnd(width)}  ${delivered(one)}${one.connected_from === null ? "" : `, connected from ${one.connected_from}`}`,
      ...(one.twins === null ? [] : twinLines(one.twins)),
    ])
    .join("\n");
}

function delivered({ readings, last_batch: last }: ListedGateway): string {
  return last === null ? "nothing delivered" : `${readings} readings, last batch ${last}`;
}

function twinLines({ accepted, refused, decided }: ShownTwins): readonly string[] {
  const kept = decided ? "kept by an operator" : "accepted";
  return [
    ...(accepted === null ? [] : [`    TWIN ${kept}: ${place(accepted)}`]),
    `    TWIN refused: ${place(refused)}`,
  ];
}

function place({ stream, region, address }: TwinGateway): string {
  return `stream ${stream}, connects to ${region} from ${address}`;
}

const DEADLINE_MS = 10_000;
