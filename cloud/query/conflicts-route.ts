import { z } from "zod";
import { listingRoute } from "../../proto/runtime/http/listing-route.ts";
import { optional, timeRange } from "../../proto/runtime/http/parameters.ts";
import type { Route } from "../../proto/runtime/http/route.ts";
import { formatDuration } from "../../proto/runtime/options/duration.ts";
import type { ShownConflict } from "../../proto/wire/http/records.ts";
import { conflictSchema } from "../../proto/wire/http/records.ts";
import { pairRule } from "../core/pair-rule.ts";
import type { ConflictRow, Store, WindowConflict } from "../store/store.ts";
import { conflictKeySchema } from "./cursor-keys.ts";
import { seriesFilter, timeFilter } from "./filters.ts";
import { iso } from "./shown-record.ts";

/** `GET /v1/conflicts`: every choice between rows that disagree. `from` and `to` limit the start of a window. */
export function conflictsRoute(store: Pick<Store, "conflicts">): Route {
  return listingRoute({
    path: "/v1/conflicts",
    summary: "choices between rows that disagree",
    parameters: { ...seriesFilter, kind: optional(kind), ...timeFilter },
    row: conflictSchema,
    key: conflictKeySchema,
    page: async (filter, after, limit) => {
      timeRange(filter);
      const { device, metric, from: fromMs, to: toMs } = filter;
      return store.conflicts({ device, metric, kind: filter.kind, fromMs, toMs, after, limit });
    },
    show: shownConflict,
  });
}

const KINDS = ["operator", "gateways", "restart", "fork"] as const;
const kind = z.enum(KINDS).describe(KINDS.join(", "));

function shownConflict(row: ConflictRow): ShownConflict {
  if (row.kind === "fork") return { kind: row.kind, key: row.key };
  const { device, metric, winner, loser, outcome } = row;
  const window = formatDuration(row.windowMs);
  const start = iso(row.windowStartMs);
  const key = [row.kind, device, metric, window, start, winner, loser].join(" ");
  return { kind: row.kind, device, metric, window, start, outcome, winner, loser, key, hint: hintOf(row) };
}

/** Between two process lives of one gateway no rule helps: its disk was lost or restored. */
function hintOf(row: WindowConflict): string | null {
  if (row.kind !== "gateways" || row.outcome !== "approximate") return null;
  return `The count is approximate. Write on both gateways: ${pairRule(row)}`;
}
