import type { Family, FamilyOutcome, JsonPart } from "./family.ts";
import { isObject } from "./family.ts";

/**
 * ThingsBoard's device API (`v1/devices/me/telemetry`: the device is the client id) and its gateway API
 * (`v1/gateway/telemetry`: the keys are devices). Times are in milliseconds
 * (thingsboard.io/docs/reference/mqtt-api/telemetry, .../gateway-api/telemetry).
 */
export const thingsboard: Family = {
  name: "thingsboard",
  topic: (levels) => {
    const topic = levels.join("/");
    if (topic === "v1/devices/me/telemetry" || topic === "v2/t") return { kind: "json", device: "", metric: "value" };
    if (topic === "v1/gateway/telemetry") return { kind: "json", device: "", metric: "value" };
    if (topic === "v1/gateway/connect" || topic === "v1/gateway/disconnect")
      return { kind: "ignored", what: "availability" };
    if (/^v1\/(gateway|devices\/me)\/attributes/.test(topic)) return { kind: "ignored", what: "attributes" };
    if (/^v1\/(gateway|devices\/me)\/(rpc|claim)/.test(topic)) return { kind: "ignored", what: "command" };
    return undefined;
  },
  parts: (json, { levels, clientId }): FamilyOutcome => {
    if (levels[1] !== "gateway") return { kind: "parts", parts: telemetry(clientId, json) };
    if (!isObject(json)) return { kind: "no_value", detail: "expected devices as keys" };
    return { kind: "parts", parts: Object.entries(json).flatMap(([device, value]) => telemetry(device, value)) };
  },
};

/** `{k: v}`, `{ts, values: {k: v}}`, or a list of either. */
function telemetry(device: string, value: unknown): JsonPart[] {
  return (Array.isArray(value) ? value : [value]).map((item): JsonPart => {
    if (!isObject(item) || !isObject(item["values"])) return { device, value: item, path: "" };
    const ts = item["ts"];
    return { device, value: item["values"], path: "", timeMs: typeof ts === "number" ? ts : undefined };
  });
}
