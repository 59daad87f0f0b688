import type { Family, FamilyOutcome, JsonPart } from "./family.ts";
import { at, isObject, textAt } from "./family.ts";

/**
 * OPC UA PubSub as JSON (OPC 10000-14, 7.2.5): network messages with several data sets, single data set messages, plain
 * values, and values in a DataValue with status and time. The device is the publisher and its writer.
 */
export const opcUa: Family = {
  name: "opc_ua",
  payload: (json) =>
    /^ua-(data|metadata|keyframe|deltaframe|event|keepalive|status|connection|application|endpoints)$/.test(
      textAt(json, "MessageType") ?? "",
    ) ||
    (isObject(at(json, "Payload")) && at(json, "DataSetWriterId") !== undefined),
  parts: (json, { device }): FamilyOutcome => {
    const type = textAt(json, "MessageType");
    if (type === "ua-keepalive" || type === "ua-status") return { kind: "ignored", what: "availability" };
    if (type === "ua-event") return { kind: "ignored", what: "event" };
    if (type !== undefined && !/^ua-(data|keyframe|deltaframe)$/.test(type))
      return { kind: "ignored", what: "discovery" };
    const publisher = textAt(json, "PublisherId");
    const messages = at(json, "Messages");
    const sets = Array.isArray(messages) ? messages : isObject(messages) ? [messages] : [json];
    const parts = sets.flatMap((set: unknown): JsonPart[] => {
      const payload = at(set, "Payload");
      if (!isObject(payload)) return [];
      const writerId = at(set, "DataSetWriterId");
      const writer =
        textAt(set, "DataSetWriterName") ??
        (typeof writerId === "number" ? String(writerId) : textAt(set, "DataSetWriterId"));
      const name = [publisher, writer].filter((one) => one !== undefined).join("/");
      const timestamp = textAt(set, "Timestamp");
      const time = timestamp === undefined ? Number.NaN : Date.parse(timestamp);
      return dataSet(name === "" ? device : name, payload, Number.isNaN(time) ? undefined : time);
    });
    return parts.length === 0 ? { kind: "no_value", detail: "no Payload in any message" } : { kind: "parts", parts };
  },
};

function dataSet(device: string, payload: Readonly<Record<string, unknown>>, timeMs: number | undefined): JsonPart[] {
  let bad = 0;
  const parts: JsonPart[] = [];
  for (const [field, value] of Object.entries(payload)) {
    if (!isObject(value) || !("Value" in value)) {
      parts.push({ device, value, path: field, timeMs });
      continue;
    }
    if (isBad(value["StatusCode"] ?? value["Status"])) {
      bad++;
      continue;
    }
    const own = Date.parse(textAt(value, "SourceTimestamp") ?? "");
    const inner = value["Value"];
    // The reversible form has the type beside the value.
    const plain = isObject(inner) && "Body" in inner ? inner["Body"] : inner;
    parts.push({ device, value: plain, path: field, timeMs: Number.isNaN(own) ? timeMs : own });
  }
  if (bad > 0) parts.push({ device, value: {}, path: "", ignored: new Map([["bad_status", bad]]) });
  return parts;
}

/** The two highest bits: 00 good, 01 uncertain, 10 bad (OPC 10000-4, 7.39). */
function isBad(status: unknown): boolean {
  const code = isObject(status) ? status["Code"] : status;
  return typeof code === "number" && code >>> 31 === 1;
}
