import type { ClockSource, Value } from "../../../proto/core/reading.ts";
import type { WindowReading } from "../../../proto/core/window-content.ts";
import { READINGS_ALWAYS } from "../../../proto/core/window-content.ts";

/**
 * The single readings of open windows: one list for each window, in the order of arrival.
 *
 * The lists are chains of blocks in typed arrays: 14 bytes a reading, and no object for a reading or a list. At two million
 * open windows, arrays would be two million objects for the garbage collector to visit. Memory grows by pages, so nothing is
 * copied, and the blocks of a list that ends are used again.
 *
 *     list --first--> block --next--> block ... <--last-- list        a block has 4 readings
 *
 * Promises: memory is bounded. A list of up to `READINGS_ALWAYS` readings always has room, unless it has texts. Longer lists
 * share room for a number of readings, and all texts share a number of characters: see {@link WindowReadingsLimits}.
 * {@link add} says when there is no room.
 */
export class WindowReadings {
  readonly #limits: WindowReadingsLimits;
  readonly #pages: Page[] = [];
  // By list.
  #first = new Int32Array(0);
  #last = new Int32Array(0);
  /** Texts, and integers beyond 2^53, by the place of the reading. */
  readonly #others = new Map<number, string | bigint>();
  /** Characters in the lists that have texts. */
  readonly #textChars = new Map<number, number>();
  #allTextChars = 0;
  #blocks = 0;
  #free = -1;
  /** Blocks of lists after their first {@link SHORT_BLOCKS}. */
  #longBlocks = 0;

  constructor(limits: WindowReadingsLimits = USUAL_LIMITS) {
    this.#limits = limits;
  }

  /** Makes room for lists with numbers below `lists`. */
  grow(lists: number): void {
    const first = new Int32Array(lists);
    const last = new Int32Array(lists);
    first.set(this.#first);
    last.set(this.#last);
    this.#first = first;
    this.#last = last;
  }

  /**
   * Adds a reading to a list that has `count` readings.
   * @param offsetMs less than 2^32: the time since the start of a window of at most 31 days.
   * @returns false when there is no room for it; then the list is as it was.
   */
  add(list: number, count: number, offsetMs: number, value: Value, clock: ClockSource, textCharsMax: number): boolean {
    const at = count % BLOCK_READINGS;
    if (at === 0 && count >= READINGS_ALWAYS && this.#longBlocks >= this.#limits.longReadings / BLOCK_READINGS)
      return false;
    const isOther = typeof value === "string" || typeof value === "bigint";
    if (isOther && !this.#addText(list, value, textCharsMax)) return false;
    const block = at === 0 ? this.#newBlock(list, count) : this.#last[list]!;
    const page = this.#pages[block >> PAGE_BITS]!;
    const place = (block & PAGE_MASK) * BLOCK_READINGS + at;
    page.offsets[place] = offsetMs;
    let kind = clock === "device" ? 0 : clock === "none" ? 1 : 2;
    if (typeof value === "number") page.values[place] = value;
    else if (typeof value === "boolean") {
      kind |= KIND_BOOLEAN;
      page.values[place] = value ? 1 : 0;
    } else {
      kind |= KIND_OTHER;
      this.#others.set(block * BLOCK_READINGS + at, value);
    }
    page.kinds[place] = kind;
    return true;
  }

  /** The readings of a list, in order of time; among equal times, in order of arrival. */
  read(list: number, count: number, startMs: number): WindowReading[] {
    const readings: WindowReading[] = [];
    let isOrdered = true;
    let previousMs = -Infinity;
    this.#each(list, count, (page, place, key) => {
      const timeMs = startMs + page.offsets[place]!;
      if (timeMs < previousMs) isOrdered = false;
      previousMs = timeMs;
      readings.push({
        timeMs,
        value: this.#valueAt(page, place, key),
        clock: CLOCKS[page.kinds[place]! & CLOCK_BITS]!,
      });
    });
    return isOrdered ? readings : readings.toSorted((a, b) => a.timeMs - b.timeMs);
  }

  /** Empties a list. */
  clear(list: number, count: number): void {
    if (count === 0) return;
    if (this.#textChars.size > 0 && this.#textChars.has(list)) {
      this.#each(list, count, (page, place, key) => {
        if ((page.kinds[place]! & KIND_OTHER) !== 0) this.#others.delete(key);
      });
      this.#allTextChars -= this.#textChars.get(list)!;
      this.#textChars.delete(list);
    }
    this.#longBlocks -= Math.max(0, Math.ceil(count / BLOCK_READINGS) - SHORT_BLOCKS);
    // The chain of the list becomes the head of the chain of free blocks.
    const last = this.#last[list]!;
    this.#pages[last >> PAGE_BITS]!.next[last & PAGE_MASK] = this.#free;
    this.#free = this.#first[list]!;
  }

  #addText(list: number, value: string | bigint, max: number): boolean {
    const chars = TEXT_OVERHEAD_CHARS + (typeof value === "string" ? value.length : integerChars(value));
    const ofList = (this.#textChars.get(list) ?? 0) + chars;
    if (ofList > max || this.#allTextChars + chars > this.#limits.textChars) return false;
    this.#textChars.set(list, ofList);
    this.#allTextChars += chars;
    return true;
  }

  /** The next block of a list, at its end. */
  #newBlock(list: number, count: number): number {
    let block = this.#free;
    if (block >= 0) this.#free = this.#pages[block >> PAGE_BITS]!.next[block & PAGE_MASK]!;
    else {
      block = this.#blocks++;
      if (block >> PAGE_BITS === this.#pages.length) this.#pages.push(newPage());
    }
    if (count >= READINGS_ALWAYS) this.#longBlocks++;
    if (count === 0) this.#first[list] = block;
    else {
      const last = this.#last[list]!;
      this.#pages[last >> PAGE_BITS]!.next[last & PAGE_MASK] = block;
    }
    this.#last[list] = block;
    return block;
  }

  #each(list: number, count: number, visit: (page: Page, place: number, key: number) => void): void {
    let block = this.#first[list]!;
    for (let i = 0; i < count; i++) {
      const at = i % BLOCK_READINGS;
      if (at === 0 && i > 0) block = this.#pages[block >> PAGE_BITS]!.next[block & PAGE_MASK]!;
      const place = (block & PAGE_MASK) * BLOCK_READINGS + at;
      visit(this.#pages[block >> PAGE_BITS]!, place, block * BLOCK_READINGS + at);
    }
  }

  #valueAt(page: Page, place: number, key: number): Value {
    const kind = page.kinds[place]!;
    if ((kind & KIND_OTHER) !== 0) return this.#others.get(key)!;
    const number = page.values[place]!;
    return (kind & KIND_BOOLEAN) === 0 ? number : number === 1;
  }
}

type Page = {
  readonly offsets: Uint32Array;
  readonly values: Float64Array;
  readonly kinds: Uint8Array;
  readonly next: Int32Array;
};

export type WindowReadingsLimits = {
  /** Readings after the first `READINGS_ALWAYS` of their lists. */
  readonly longReadings: number;
  readonly textChars: number;
};

/** 59 MB for long lists, and 67 MB for texts. */
const USUAL_LIMITS: WindowReadingsLimits = { longReadings: 4_194_304, textChars: 33_554_432 };

const BLOCK_READINGS = 4;
const SHORT_BLOCKS = READINGS_ALWAYS / BLOCK_READINGS;
const PAGE_BITS = 14;
const PAGE_BLOCKS = 1 << PAGE_BITS;
const PAGE_MASK = PAGE_BLOCKS - 1;
/** The entries for a text in a map take about as much memory as so many characters. */
const TEXT_OVERHEAD_CHARS = 32;

const CLOCKS: readonly ClockSource[] = ["device", "none", "suspect"];
const CLOCK_BITS = 3;
const KIND_BOOLEAN = 4;
const KIND_OTHER = 8;

function newPage(): Page {
  return {
    offsets: new Uint32Array(PAGE_BLOCKS * BLOCK_READINGS),
    values: new Float64Array(PAGE_BLOCKS * BLOCK_READINGS),
    kinds: new Uint8Array(PAGE_BLOCKS * BLOCK_READINGS),
    next: new Int32Array(PAGE_BLOCKS),
  };
}

function integerChars(value: bigint): number {
  return value.toString().length;
}
