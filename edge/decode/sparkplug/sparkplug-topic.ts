/** `spBv1.0/group/TYPE/node[/device]` (Sparkplug 3.0.0, section 4.1). */
export type SparkplugTopic =
  | { readonly kind: "ignored"; readonly what: string }
  /** The session of an edge node ended. Its aliases are no longer valid. */
  | { readonly kind: "death"; readonly node: string }
  | {
      readonly kind: "message";
      readonly message: "NBIRTH" | "DBIRTH" | "NDATA" | "DDATA";
      readonly isBirth: boolean;
      readonly group: string;
      readonly nodeId: string;
      /** `group/node`. */
      readonly node: string;
      /** `group/node` or `group/node/device`. */
      readonly device: string;
    };

/** Undefined: the topic is not in the namespace of Sparkplug B. */
export function sparkplugTopic(levels: readonly string[]): SparkplugTopic | undefined {
  if (levels[0] !== "spBv1.0") return undefined;
  const [, group, message, nodeId, deviceId] = levels;
  if (group === "STATE") return { kind: "ignored", what: "availability" };
  if (group === undefined || message === undefined || nodeId === undefined)
    return { kind: "ignored", what: "identifier" };
  const node = `${group}/${nodeId}`;
  const device = deviceId === undefined ? node : `${node}/${deviceId}`;
  switch (message) {
    case "NBIRTH":
    case "DBIRTH":
      return { kind: "message", message, isBirth: true, group, nodeId, node, device };
    case "NDATA":
    case "DDATA":
      return { kind: "message", message, isBirth: false, group, nodeId, node, device };
    case "NDEATH":
      return { kind: "death", node };
    case "DDEATH":
    case "STATE":
      return { kind: "ignored", what: "availability" };
    case "NCMD":
    case "DCMD":
      return { kind: "ignored", what: "command" };
    default:
      return { kind: "ignored", what: "identifier" };
  }
}

/** The edge node of a topic, as `group/node`; undefined: the topic is not for data or births. */
export function nodeOf(topic: string): string | undefined {
  const parsed = sparkplugTopic(topic.split("/").filter((level) => level !== ""));
  return parsed?.kind === "message" ? parsed.node : undefined;
}
