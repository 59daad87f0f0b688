/** Flips one bit, as a disk does that returns other bytes than were written. @param bit counted from the first byte. */
export function flipBit(bytes: Uint8Array, bit: number): void {
  const at = Math.floor(bit / 8);
  bytes[at] = bytes[at]! ^ (1 << (bit % 8));
}
