import type { Millis } from "../core/ids.ts";
import { isName } from "../core/ids.ts";
import { MEMBER_STATES } from "../core/member.ts";
import { ACTOR_CHARS_MAX, OPERATOR_RANKS, REASON_CHARS_MAX } from "../core/operator-command.ts";
import type { OperatorCommand, OperatorRank, WindowKey } from "../core/operator-command.ts";
import type { WindowSummary } from "../core/summary.ts";
import { nth, whole } from "./checked.ts";
import { streamIdFromBytes, streamIdToBytes } from "./frame-values.ts";
import "./protobuf-numbers.ts";
import { tidemark } from "./generated/tidemark.js";
import type { Dictionary, SeriesNames } from "./window-columns.ts";
import { windowColumns, windowRecords } from "./window-columns.ts";
import { NO_CONTENT } from "../core/window-content.ts";

/** Encodes a command of an operator as part of a batch (proto/batch.proto, OperatorCommand). */
export function commandMessage(
  command: OperatorCommand,
  dictionary: Dictionary,
): tidemark.v1.OperatorCommand.$Properties {
  const { hlc, reason, actor } = command;
  const common = { hlc, reason, actor };
  switch (command.kind) {
    case "override":
      return { ...common, override: oneWindow(command, dictionary) };
    case "backfill_replace":
      return { ...common, backfillReplace: oneWindow(command, dictionary) };
    case "backfill_fill":
      return { ...common, backfillFill: oneWindow(command, dictionary) };
    case "clear": {
      const { device, metric, windowMs, windowStartMs } = command.window;
      const series = dictionary.number(device, metric, null);
      return { ...common, clear: { series, windowMs, windowStartMs, rank: OPERATOR_RANKS.indexOf(command.rank) } };
    }
    case "erase_device":
      return { ...common, eraseDevice: command.device };
    case "set_member": {
      const { region, state, url, gatewayUrl } = command.member;
      return { ...common, setMember: { region, state: MEMBER_STATES.indexOf(state), url, gatewayUrl } };
    }
    case "keep_gateway": {
      const { gateway, life } = command.kept;
      return { ...common, keepGateway: { gateway, ...(life === null ? {} : { life: streamIdToBytes(life) }) } };
    }
  }
}

/** @throws RangeError when they are not what {@link commandMessage} makes. */
export function operatorCommands(
  messages: readonly tidemark.v1.OperatorCommand.$Properties[],
  series: readonly SeriesNames[],
): OperatorCommand[] {
  const commands = messages.map((message) => operatorCommand(wire.OperatorCommand.create(message), series));
  // The identity of a command is (hash of the batch, hlc), so no two commands of a batch may share a version.
  for (const [i, { hlc }] of commands.entries()) {
    if (i > 0 && hlc <= commands[i - 1]!.hlc) throw new RangeError("the versions of the commands do not ascend");
  }
  return commands;
}

const wire = tidemark.v1;

/** @throws RangeError when it is not what {@link commandMessage} makes. */
export function operatorCommand(message: tidemark.v1.OperatorCommand, series: readonly SeriesNames[]): OperatorCommand {
  const common = {
    hlc: whole(message.hlc),
    reason: text(message.reason, REASON_CHARS_MAX, "reason"),
    actor: text(message.actor, ACTOR_CHARS_MAX, "actor"),
  };
  if (common.hlc < 1) throw new RangeError("a command without a version");
  const withSummary = (kind: OperatorRank, columns: tidemark.v1.WindowColumns.$Properties | null | undefined) => {
    const [record, ...more] = windowRecords(wire.WindowColumns.create(columns ?? {}), series);
    if (record === undefined || more.length > 0) throw new RangeError("a command must be about one window");
    const { device, metric, windowMs, windowStartMs, summary } = record;
    if (summary.count < 1) throw new RangeError("a command with an empty window");
    return { ...common, kind, window: checkedWindow({ device, metric, windowMs, windowStartMs }), summary };
  };
  switch (message.command) {
    case "override":
      return withSummary("override", message.override);
    case "backfillReplace":
      return withSummary("backfill_replace", message.backfillReplace);
    case "backfillFill":
      return withSummary("backfill_fill", message.backfillFill);
    case "clear": {
      const clear = wire.ClearCommand.create(message.clear ?? {});
      const { device, metric } = nth(series, clear.series, "series");
      const windowStartMs = whole(clear.windowStartMs) as Millis;
      const window = checkedWindow({ device, metric, windowMs: clear.windowMs, windowStartMs });
      return { ...common, kind: "clear", window, rank: nth(OPERATOR_RANKS, clear.rank, "rank") };
    }
    case "eraseDevice": {
      const device = message.eraseDevice ?? "";
      if (device === "") throw new RangeError("a command that erases no device");
      return { ...common, kind: "erase_device", device };
    }
    case "setMember": {
      const { region, state, url, gatewayUrl } = wire.SetMemberCommand.create(message.setMember ?? {});
      if (!isName(region)) throw new RangeError("a command for a region without a name");
      return {
        ...common,
        kind: "set_member",
        member: { region, state: nth(MEMBER_STATES, state, "state"), url, gatewayUrl },
      };
    }
    case "keepGateway": {
      const { gateway, life } = wire.KeepGatewayCommand.create(message.keepGateway ?? {});
      if (!isName(gateway)) throw new RangeError("a command for a gateway without a name");
      const kept = { gateway, life: life.length === 0 ? null : streamIdFromBytes(life) };
      return { ...common, kind: "keep_gateway", kept };
    }
    default:
      throw new RangeError("a command without content");
  }
}

function oneWindow(
  { window, summary }: { window: WindowKey; summary: WindowSummary },
  dictionary: Dictionary,
): tidemark.v1.WindowColumns.$Properties {
  const place = { ...window, unit: null, part: 0, carry: null, revision: 0, haMode: "auto" as const, later: false };
  return windowColumns([{ ...place, summary, content: NO_CONTENT }], dictionary);
}

function checkedWindow(window: WindowKey): WindowKey {
  if (window.device === "" || window.metric === "") throw new RangeError("a command for a series without a name");
  if (window.windowMs < 1) throw new RangeError("a command for a window of length 0");
  if (window.windowStartMs % window.windowMs !== 0) {
    throw new RangeError("a command for a window that does not start at a multiple of its length");
  }
  return window;
}

function text(value: string, max: number, what: string): string {
  if (value === "" || value.length > max)
    throw new RangeError(`a command with a ${what} of ${value.length} characters`);
  return value;
}
