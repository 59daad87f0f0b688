import type { Family, FamilyOutcome } from "./family.ts";
import { at, isObject } from "./family.ts";

/** AWS IoT shadows: `$aws/things/<thing>/shadow/update`. The readings are the reported state (docs.aws.amazon.com/iot, device shadow documents). */
export const aws: Family = {
  name: "aws_iot",
  topic: (levels) => {
    if (levels[0] !== "$aws" && levels[0] !== "aws") return undefined;
    if (levels[1] !== "things" || levels[3] !== "shadow") return undefined;
    const action = levels
      .slice(4)
      .join("/")
      .replace(/^name\/[^/]+\//, "");
    if (action === "update" || action === "update/accepted")
      return { kind: "json", device: levels[2]!, metric: "value" };
    return { kind: "ignored", what: "command" };
  },
  parts: (json, { device }): FamilyOutcome => {
    const reported = at(json, "state", "reported");
    if (!isObject(reported)) return { kind: "ignored", what: "command" };
    const timestamp = at(json, "timestamp");
    const timeMs = typeof timestamp === "number" ? timestamp * 1000 : undefined;
    return { kind: "parts", parts: [{ device, value: reported, path: "", timeMs }] };
  },
};

/** Azure IoT Hub: `devices/<device>/messages/events/<properties>` (learn.microsoft.com, "Communicate with IoT Hub using MQTT"). */
export const azure: Family = {
  name: "azure_iot",
  topic: (levels) => {
    if (levels[0] === "$iothub") return { kind: "ignored", what: "command" };
    if (levels[0] !== "devices" || (levels[2] !== "messages" && levels[2] !== "modules")) return undefined;
    if (levels.includes("devicebound")) return { kind: "ignored", what: "command" };
    return { kind: "json", device: levels[1]!, metric: "value" };
  },
  parts: (json, { device }): FamilyOutcome => ({ kind: "parts", parts: [{ device, value: json, path: "" }] }),
};
