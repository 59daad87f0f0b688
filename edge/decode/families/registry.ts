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

/** All families, those with the most telling topics first. */
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

export type Claim = { readonly family: Family; readonly topic: FamilyTopic };

/** The family whose topics look like this one; undefined: none claims it. */
export function claimOf(levels: readonly string[], families: readonly Family[] = FAMILIES): Claim | undefined {
  if (levels.length === 0) return undefined;
  for (const family of families) {
    const topic = family.topic?.(levels);
    if (topic !== undefined) return { family, topic };
  }
  return undefined;
}

/** What topics that no family claims say by their last level, as most systems use it; undefined: nothing. */
export function usualClaim(levels: readonly string[]): Claim | undefined {
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

/** The family that this payload is of; undefined: it is just JSON. */
export function familyOf(json: unknown): Family | undefined {
  if (typeof json !== "object" || json === null) return undefined;
  return FAMILIES.find((family) => family.payload?.(json) === true);
}
