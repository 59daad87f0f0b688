/**
 * The content type of an MQTT 5 message [MQTT-3.3.2.3.9]. It decides how the bytes are read if no route decides it. Names
 * still come from the topic and the family. `text/plain` decides nothing, because JSON is text, too.
 */
export type ContentFormat = "json" | "cbor" | "msgpack" | "csv";

/** The index is the number of the format in a chunk and on disk. 0 means no format. */
export const CONTENT_FORMATS: readonly (ContentFormat | undefined)[] = [undefined, "json", "cbor", "msgpack", "csv"];

/** @param contentType with or without parameters; undefined: the message has none. */
export function contentFormat(contentType: string | undefined): ContentFormat | undefined {
  if (contentType === undefined || contentType.length > 200) return undefined;
  const type = contentType.split(";", 1)[0]!.trim().toLowerCase();
  if (type.endsWith("+json")) return "json";
  if (type.endsWith("+cbor")) return "cbor";
  return BY_TYPE.get(type);
}

const BY_TYPE: ReadonlyMap<string, ContentFormat> = new Map([
  ["application/json", "json"],
  ["text/json", "json"],
  ["application/cbor", "cbor"],
  ["application/msgpack", "msgpack"],
  ["application/x-msgpack", "msgpack"],
  ["application/vnd.msgpack", "msgpack"],
  ["text/csv", "csv"],
]);
