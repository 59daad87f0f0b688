import type { Packet } from "mqtt-packet";

/**
 * Why a packet of any kind must not reach aedes, or undefined. The parser leaves a property that is cut off null or
 * undefined and goes on, and aedes reads it as the text or number that it should be. On the hot path: a packet without
 * properties costs one look.
 */
export function packetProblem(packet: Packet): string | undefined {
  // aedes takes several filters apart in a plain object.
  if (packet.cmd === "subscribe" && packet.subscriptions.length > 1) {
    if (packet.subscriptions.some(({ topic }) => topic === "__proto__")) return "the filter __proto__ among others";
  }
  const { properties } = packet as { properties?: object };
  const { will } = packet as { will?: { properties?: object } | null };
  return emptyProperty(properties) ?? emptyProperty(will?.properties);
}

function emptyProperty(properties: object | undefined): string | undefined {
  if (properties === undefined || properties === null) return undefined;
  for (const [name, value] of Object.entries(properties) as [string, unknown][]) {
    const all: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (all.some((one) => one === null || one === undefined)) return `the property ${name} has no value`;
  }
  return undefined;
}
