import { Buffer } from "node:buffer";
import { parsedJson } from "./json-fields.ts";

/** The payload as text, without NULs at its end: some firmware sends a C string with its NUL, or its whole buffer. */
export function payloadText(payload: Uint8Array): string {
  let end = payload.length;
  while (end > 0 && payload[end - 1] === 0) end--;
  return Buffer.from(payload.buffer, payload.byteOffset, end).toString("utf8");
}

/** The text inside quotes, as JSON writes it; undefined: the payload is something else. */
export function quotedText(text: string): string | undefined {
  if (!text.startsWith('"') || !text.trimEnd().endsWith('"')) return undefined;
  const parsed = parsedJson(text);
  return parsed.kind === "json" && typeof parsed.json === "string" ? parsed.json : undefined;
}

/** Whether the payload begins like JSON. */
export function startsJson(text: string): boolean {
  const first = text.trimStart()[0];
  return first === "{" || first === "[" || text.trim() === "null";
}
