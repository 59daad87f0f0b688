/**
 * What decoding has to remember of earlier messages: births, discoveries. Kept by whoever runs the decoder, across
 * restarts too, so that a number that a birth gave a name to keeps it.
 */
export interface DecoderMemory {
  get(key: string): string | undefined;
  /** An entry that is set again moves to the end; beyond the limit the oldest go. */
  set(key: string, text: string): void;
}

/** In memory, and aware of what has to be written down. */
export class RememberedEntries implements DecoderMemory {
  readonly #entries = new Map<string, string>();
  readonly #dirty = new Set<string>();
  #characters = 0;

  /** What was written down, the oldest first; before the first message. */
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

  /** What changed since it was asked last; undefined: the entry is gone. */
  takeChanges(): readonly (readonly [string, string | undefined])[] {
    const changes = [...this.#dirty].map((key) => [key, this.#entries.get(key)] as const);
    this.#dirty.clear();
    return changes;
  }
}

const ENTRIES_MAX = 10_000;
/** Whoever may publish may say births of new nodes without end. */
const CHARACTERS_MAX = 32 * 1024 * 1024;
