import { gunzipSync, inflateSync } from "node:zlib";
import type { DeadLetterReason } from "./decoder.ts";

/** A payload after decompression within a limit. */
export type Inflated =
  | { readonly kind: "plain" }
  | { readonly kind: "inflated"; readonly bytes: Uint8Array }
  | { readonly kind: "dead_letter"; readonly reason: DeadLetterReason; readonly detail: string };

/**
 * Recognises gzip and zlib by their first two bytes, with which no text begins. Decompression stops at the limit, so a
 * compression bomb does not use up the memory.
 * @param maxBytes the largest decompressed payload.
 */
export function inflated(payload: Uint8Array, maxBytes: number): Inflated {
  const [first, second] = payload;
  const isGzip = first === 0x1f && second === 0x8b;
  // Deflate with a window of 32 KiB, at the three compression levels whose byte is not a printable character.
  const isZlib = first === 0x78 && (second === 0x01 || second === 0x9c || second === 0xda);
  if (!isGzip && !isZlib) return { kind: "plain" };
  try {
    const options = { maxOutputLength: maxBytes };
    return { kind: "inflated", bytes: isGzip ? gunzipSync(payload, options) : inflateSync(payload, options) };
  } catch (error) {
    const format = isGzip ? "gzip" : "zlib";
    if (error instanceof RangeError) {
      return {
        kind: "dead_letter",
        reason: "too_large",
        detail: `more than ${maxBytes} bytes after decompression (${format})`,
      };
    }
    return {
      kind: "dead_letter",
      reason: "syntax",
      detail: `broken ${format}: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}
