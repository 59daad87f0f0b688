/**
 * The decoder's memory of earlier messages: Sparkplug births and Home Assistant discoveries. The caller of the decoder
 * stores it across restarts, so that an alias keeps the name that a birth gave it.
 */
export interface DecoderMemory {
  get(key: string): string | undefined;
  /** An entry that is set again moves to the end. Beyond a limit the oldest entries are removed. */
  set(key: string, text: string): void;
}

/** The entries in memory, and which of them have to be written to disk. */
export class RememberedEntries implements DecoderMemory {
  readonly #entries = new Map<string, string>();
  readonly #dirty = new Set<string>();
  #characters = 0;

  /** Call it before the first message. @param entries from the disk, the oldest first. */
  load(entries: Iterable<readonly [string, string]>): void {
    for (const [key, text] of entries) {
      this.#entries.set(key, text);
      this.#characters += key.length + text.length;
    }
  }

  get(key: string): string | undefined {
    return this.#entries.get(key);
  }

  set(key: string, text: string): void {
    if (this.#entries.get(key) === text) return;
    this.#remove(key);
    this.#entries.set(key, text);
    this.#characters += key.length + text.length;
    this.#dirty.add(key);
    while (this.#entries.size > ENTRIES_MAX || this.#characters > CHARACTERS_MAX) {
      const oldest = this.#entries.keys().next().value;
      if (oldest === undefined) return;
      this.#remove(oldest);
      this.#dirty.add(oldest);
    }
  }

  #remove(key: string): void {
    const text = this.#entries.get(key);
    if (text === undefined) return;
    this.#entries.delete(key);
    this.#characters -= key.length + text.length;
  }

  /** The entries that changed since the last call. A text of undefined: the entry was removed. */
  takeChanges(): readonly (readonly [string, string | undefined])[] {
    const changes = [...this.#dirty].map((key) => [key, this.#entries.get(key)] as const);
    this.#dirty.clear();
    return changes;
  }
}

const ENTRIES_MAX = 10_000;
/** Limits the memory, because a client can publish births of any number of nodes. */
const CHARACTERS_MAX = 32 * 1024 * 1024;
