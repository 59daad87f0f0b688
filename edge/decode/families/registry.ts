import { aws, azure } from "./cloud-iot.ts";
import { esphome } from "./esphome.ts";
import type { Family, FamilyTopic, IgnoredKind } from "./family.ts";
import { chirpstack, theThingsStack } from "./lorawan.ts";
import { opcUa } from "./opc-ua.ts";
import { owntracks } from "./owntracks.ts";
import { senml } from "./senml.ts";
import { shellyGen1, shellyGen2 } from "./shelly.ts";
import { tasmota } from "./tasmota.ts";
import { theengs } from "./theengs.ts";
import { thinEdge } from "./thin-edge.ts";
import { thingsboard } from "./thingsboard.ts";
import { victron } from "./victron.ts";
import { zigbee2mqtt } from "./zigbee2mqtt.ts";

/** All families. Those with the most specific topics come first. */
export const FAMILIES: readonly Family[] = [
  zigbee2mqtt,
  tasmota,
  shellyGen1,
  shellyGen2,
  theThingsStack,
  chirpstack,
  thingsboard,
  thinEdge,
  victron,
  owntracks,
  theengs,
  aws,
  azure,
  esphome,
  opcUa,
  senml,
];

/** The family of a topic, and the kind of its messages. */
export type FamilyMatch = { readonly family: Family; readonly topic: FamilyTopic };

/** The first family to which the topic belongs; undefined: no family. */
export function familyByTopic(
  levels: readonly string[],
  families: readonly Family[] = FAMILIES,
): FamilyMatch | undefined {
  if (levels.length === 0) return undefined;
  for (const family of families) {
    const topic = family.topic?.(levels);
    if (topic !== undefined) return { family, topic };
  }
  return undefined;
}

/** Topics whose last level means a command or availability in most systems; undefined: any other topic. */
export function usualTopic(levels: readonly string[]): FamilyMatch | undefined {
  const last = levels.length > 1 ? levels.at(-1)! : "";
  const what = USUALLY.get(last);
  return what === undefined ? undefined : { family: USUAL, topic: { kind: "ignored", what } };
}

const USUAL: Family = { name: "usual" };
const USUALLY: ReadonlyMap<string, IgnoredKind> = new Map([
  ["set", "command"],
  ["get", "command"],
  ["LWT", "availability"],
  ["lwt", "availability"],
  ["availability", "availability"],
]);

/** The family to which the payload belongs; undefined: no family. */
export function familyByPayload(json: unknown): Family | undefined {
  if (typeof json !== "object" || json === null) return undefined;
  return FAMILIES.find((family) => family.payload?.(json) === true);
}
