import { FAMILIES } from "./families/registry.ts";

/** The decoders that a route may name. `auto` decides by topic and payload; the others read every payload in one format. */
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
