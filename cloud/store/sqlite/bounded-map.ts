/** A cache that is cleared when it is full, so that its size is bounded. Callers read again what it no longer has. */
export class BoundedMap<Key, Value> {
  readonly #entries = new Map<Key, Value>();

  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: Key, value: Value): void {
    if (this.#entries.size >= ENTRIES_MAX) this.#entries.clear();
    this.#entries.set(key, value);
  }

  clear(): void {
    this.#entries.clear();
  }
}

/** About 25 MB of series with names of a hundred bytes. */
const ENTRIES_MAX = 250_000;
