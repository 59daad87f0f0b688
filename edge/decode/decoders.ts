import { FAMILIES } from "./families/registry.ts";

/** What a route may name as its decoder: `auto` finds out, the others are taken by their word. */
export const DECODERS: readonly string[] = [
  "auto",
  "json",
  "value",
  "text",
  "line_protocol",
  "csv",
  "cbor",
  "msgpack",
  "sparkplug_b",
  ...FAMILIES.map(({ name }) => name),
];
