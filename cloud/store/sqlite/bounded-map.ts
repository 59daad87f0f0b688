/** A map that starts again when it is full, so that it cannot grow without bound. What it forgets is read again. */
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

/** Some 25 MB of series with names of a hundred bytes. */
const ENTRIES_MAX = 250_000;
