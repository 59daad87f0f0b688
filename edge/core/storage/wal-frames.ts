/**
 * What a write-ahead log of SQLite shows about itself before SQLite opens it. SQLite reads it up to the first frame that does
 * not match its checksum, and says nothing about what follows. Here it is told apart what a power cut leaves and what only a
 * damaged disk, or a person, can leave.
 *
 *     header 32 bytes: magic | version | page size | number | salt 1 | salt 2 | checksum 1 | checksum 2
 *     frame:           page | pages after the commit, 0: no commit | salt 1 | salt 2 | checksum 1 | checksum 2 | the page
 *
 * The checksum of a frame continues the one of the frame before, which is stored in it. So each frame can be checked with its
 * neighbour alone, also after a frame that is damaged. A commit is synced before the next one begins. So after a power cut at
 * most one commit, the last one, can be intact behind a damaged frame. A second one proves damage.
 *
 * Source: "The Write-Ahead Log" in the description of SQLite's file format.
 */
export function inspectWal(bytes: Uint8Array): WalReport {
  const nothing = { readableCommits: 0, unreadableCommits: 0 };
  if (bytes.length < HEADER_BYTES + FRAME_HEAD_BYTES) return nothing;
  const wal = walOf(bytes);
  let readableCommits = 0;
  let unreadableCommits = 0;
  let isReadable = wal.isHeaderIntact;
  for (let frame = 0; frame < wal.frames; frame++) {
    const isIntact = isIntactFrame(wal, frame);
    isReadable &&= isIntact;
    if (!isIntact || !isCommit(wal, frame)) continue;
    if (isReadable) readableCommits++;
    else unreadableCommits++;
  }
  return { readableCommits, unreadableCommits };
}

/** `unreadableCommits` are intact, but SQLite does not read them, because they follow a damaged frame. */
export type WalReport = { readonly readableCommits: number; readonly unreadableCommits: number };

/** Whether only damage can have left this log. */
export function isDamagedWal({ unreadableCommits }: WalReport): boolean {
  return unreadableCommits > 1;
}

type Wal = {
  readonly view: DataView;
  readonly isHeaderIntact: boolean;
  readonly littleEndian: boolean;
  readonly pageBytes: number;
  readonly frames: number;
  readonly salts: readonly [number, number];
};

function walOf(bytes: Uint8Array): Wal {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  const stated = view.getUint32(8);
  const littleEndian = magic !== MAGIC_BIG_ENDIAN;
  const [first, second] = checksum(view, 0, 24, [0, 0], littleEndian);
  const isHeaderIntact =
    (magic === MAGIC_LITTLE_ENDIAN || magic === MAGIC_BIG_ENDIAN) &&
    first === view.getUint32(24) &&
    second === view.getUint32(28);
  // Without a header that can be believed, the first frame names the salts, and pages have the usual size.
  const saltsAt = isHeaderIntact ? 16 : HEADER_BYTES + 8;
  const pageBytes = isHeaderIntact ? stated : USUAL_PAGE_BYTES;
  return {
    view,
    isHeaderIntact,
    littleEndian: isHeaderIntact ? littleEndian : true,
    pageBytes,
    frames: Math.floor((bytes.length - HEADER_BYTES) / (FRAME_HEAD_BYTES + pageBytes)),
    salts: [view.getUint32(saltsAt), view.getUint32(saltsAt + 4)],
  };
}

function isIntactFrame(wal: Wal, frame: number): boolean {
  const { view, salts, littleEndian } = wal;
  const at = frameAt(wal, frame);
  // A log is used again from its beginning: frames with other salts are left from before.
  if (view.getUint32(at + 8) !== salts[0] || view.getUint32(at + 12) !== salts[1]) return false;
  const seedAt = frame === 0 ? 24 : frameAt(wal, frame - 1) + 16;
  const seed = [view.getUint32(seedAt), view.getUint32(seedAt + 4)] as const;
  const head = checksum(view, at, 8, seed, littleEndian);
  const [first, second] = checksum(view, at + FRAME_HEAD_BYTES, wal.pageBytes, head, littleEndian);
  return first === view.getUint32(at + 16) && second === view.getUint32(at + 20);
}

function isCommit(wal: Wal, frame: number): boolean {
  return wal.view.getUint32(frameAt(wal, frame) + 4) !== 0;
}

function frameAt({ pageBytes }: Wal, frame: number): number {
  return HEADER_BYTES + frame * (FRAME_HEAD_BYTES + pageBytes);
}

/** `length` is a multiple of eight. */
function checksum(
  view: DataView,
  at: number,
  length: number,
  seed: readonly [number, number],
  littleEndian: boolean,
): readonly [number, number] {
  let [first, second] = seed;
  for (let i = at; i < at + length; i += 8) {
    first = (first + view.getUint32(i, littleEndian) + second) >>> 0;
    second = (second + view.getUint32(i + 4, littleEndian) + first) >>> 0;
  }
  return [first, second];
}

const MAGIC_LITTLE_ENDIAN = 0x377f0682;
const MAGIC_BIG_ENDIAN = 0x377f0683;
const HEADER_BYTES = 32;
const FRAME_HEAD_BYTES = 24;
const USUAL_PAGE_BYTES = 4096;
