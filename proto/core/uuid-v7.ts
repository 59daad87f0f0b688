import type { StreamId } from "./ids.ts";
import { streamId } from "./ids.ts";

/** UUID version 7 (RFC 9562, section 5.7) from a time and ten random bytes. */
export function uuidV7(nowMs: number, random: Uint8Array): StreamId {
  const bytes = new Uint8Array(16);
  let time = Math.max(0, nowMs);
  for (let i = 5; i >= 0; i--) {
    bytes[i] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return streamId(`${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`);
}
