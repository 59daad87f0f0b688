/**
 * Finds the one flipped bit of some bytes from their CRC-32, as `crc32` of zlib computes it. The CRC is linear: a flipped bit
 * changes it in a way that depends only on the distance of the bit from the end.
 *
 * More than one flipped bit can look like another single one. So the caller proves the repaired bytes by a second checksum.
 * @param difference the stored CRC, exclusive-or the CRC of the damaged bytes. @returns undefined: no single bit explains it.
 */
export function flippedBit(length: number, difference: number): { byte: number; bit: number } | undefined {
  const wanted = difference >>> 0;
  // What each bit of the byte at hand changes.
  const changes = Uint32Array.from({ length: 8 }, (_, bit) => TABLE[1 << bit]!);
  for (let byte = length - 1; byte >= 0; byte--) {
    for (let bit = 0; bit < 8; bit++) {
      const change = changes[bit]!;
      if (change === wanted) return { byte, bit };
      changes[bit] = (change >>> 8) ^ TABLE[change & 255]!;
    }
  }
  return undefined;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, value) => {
  let crc = value;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});
