import { commandName, slotName } from "../../proto/core/conflicts.ts";
import { hash48Text } from "../../proto/core/hash48.ts";
import { nameParameter, timeParameter, windowParameter } from "../../proto/runtime/http/parameters.ts";
import { jsonRoute } from "../../proto/runtime/http/route.ts";
import type { Route } from "../../proto/runtime/http/route.ts";
import type { ShownRevision } from "../../proto/wire/http/records.ts";
import { revisionsSchema } from "../../proto/wire/http/records.ts";
import type { Store, WindowRevision } from "../store/store.ts";
import { shownCommand, shownSummary } from "./shown-record.ts";

/** `GET /v1/records/revisions`: every row that one window ever had. */
export function revisionsRoute(store: Pick<Store, "revisions">): Route {
  return jsonRoute({
    path: "/v1/records/revisions",
    summary: "every row that one window ever had",
    parameters: { device: nameParameter, metric: nameParameter, window: windowParameter, start: timeParameter },
    answer: revisionsSchema,
    handle: async ({ device, metric, window: windowMs, start: windowStartMs }) => {
      const { rows, complete } = await store.revisions({ device, metric, windowMs, windowStartMs });
      return { revisions: rows.map(shownRevision), complete };
    },
  });
}

function shownRevision(revision: WindowRevision): ShownRevision {
  const { kind, inAnswer } = revision;
  if (kind === "operator") {
    const { row } = revision;
    const summary = row.summary === null ? null : shownSummary(row.summary);
    return { kind, in_answer: inAnswer, name: commandName(row), ...shownCommand(row), summary };
  }
  const { state, row } = revision;
  return {
    kind,
    in_answer: inAnswer,
    name: slotName(row),
    state,
    gateway: row.gateway,
    stream: row.streamId,
    part: row.part,
    version: row.ver,
    hash: hash48Text(row.hash48),
    revision: row.revision,
    carry: row.carry,
    unit: row.unit,
    ha_mode: row.haMode,
    summary: shownSummary(row.summary),
  };
}
