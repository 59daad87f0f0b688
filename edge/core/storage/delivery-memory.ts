/**
 * Recognises a redelivered MQTT message.
 *
 * A client that has not seen our acknowledgement sends the same packet identifier and the same content again, with the
 * DUP flag. The memory holds a pair (client + packet identifier -> topic + payload), both as 53-bit hashes, for at least
 * the last `capacity` acknowledged deliveries of all clients together. Only a message *with* the flag is looked up,
 * so a false match needs both hashes to collide on a redelivery.
 *
 * A new message without the flag under a known packet identifier proves that its client saw the earlier
 * acknowledgement, so it replaces the entry. One case cannot be recognised: a client always uses one packet identifier,
 * sends two messages with equal topic and payload, and the second is lost before it reaches the gateway.
 *
 * The layout is a ring (age order) with an open-addressed index over it, in typed arrays: at 200,000 messages/s a
 * `Map` of the same content spent more time in garbage collection than the rest of the pipeline needed to decode.
 */
export class DeliveryMemory {
  readonly #capacity: number;
  #keys: Float64Array;
  #contents: Float64Array;
  /** Index cell -> ring position + 1; 0 is empty. */
  #cells: Int32Array;
  #mask: number;
  #next = 0;
  #size = 0;
  /** Places that hold an entry; the others were replaced by a newer one. */
  #live = 0;

  /** @param capacity deliveries remembered, a power of two; memory grows up to 24 bytes for each. */
  constructor(capacity: number) {
    if (capacity < 2 || (capacity & (capacity - 1)) !== 0) throw new RangeError("capacity must be a power of two");
    this.#capacity = capacity;
    const initial = Math.min(capacity, 4096);
    this.#keys = new Float64Array(initial);
    this.#contents = new Float64Array(initial);
    this.#cells = new Int32Array(initial * 2);
    this.#mask = initial * 2 - 1;
  }

  /** Places of the ring in use, those of replaced entries included. */
  get size(): number {
    return this.#size;
  }

  /** Whether this content was the last that was accepted under `key`. */
  holds(key: number, content: number): boolean {
    const at = this.#find(key);
    return at >= 0 && this.#contents[at] === content;
  }

  remember(key: number, content: number): void {
    // Its place in the ring is its age: the new entry goes to the end, and the old place stays empty until the ring
    // comes round. If it stayed at its old place, the packet identifier of a client that uses only one would be
    // forgotten first.
    const known = this.#find(key);
    if (known >= 0) this.#forget(known);
    if (this.#size === this.#keys.length && this.#size < this.#capacity) this.#makeRoom();
    const at = this.#next;
    if (this.#size < this.#keys.length) this.#size++;
    else if (this.#keys[at] !== EMPTY) this.#forget(at);
    this.#keys[at] = key;
    this.#contents[at] = content;
    this.#live++;
    this.#insert(at);
    this.#next = (at + 1) % this.#keys.length;
  }

  #find(key: number): number {
    let cell = home(key) & this.#mask;
    for (;;) {
      const entry = this.#cells[cell]!;
      if (entry === 0) return -1;
      if (this.#keys[entry - 1] === key) return entry - 1;
      cell = (cell + 1) & this.#mask;
    }
  }

  #insert(at: number): void {
    let cell = home(this.#keys[at]!) & this.#mask;
    while (this.#cells[cell] !== 0) cell = (cell + 1) & this.#mask;
    this.#cells[cell] = at + 1;
  }

  /** Empties a ring position; closes the gap in the index, so that no tombstones pile up. */
  #forget(at: number): void {
    let hole = home(this.#keys[at]!) & this.#mask;
    while (this.#cells[hole] !== at + 1) hole = (hole + 1) & this.#mask;
    let probe = hole;
    for (;;) {
      probe = (probe + 1) & this.#mask;
      const entry = this.#cells[probe]!;
      if (entry === 0) break;
      const origin = home(this.#keys[entry - 1]!) & this.#mask;
      const reachable = ((probe - origin) & this.#mask) >= ((probe - hole) & this.#mask);
      if (reachable) {
        this.#cells[hole] = entry;
        hole = probe;
      }
    }
    this.#cells[hole] = 0;
    this.#keys[at] = EMPTY;
    this.#live--;
  }

  /** Moves the entries together, in their order, and into twice the room unless half of it was empty. */
  #makeRoom(): void {
    const wanted = this.#live * 2 > this.#size ? this.#keys.length * 2 : this.#keys.length;
    const length = Math.min(this.#capacity, wanted);
    const keys = new Float64Array(length);
    const contents = new Float64Array(length);
    let end = 0;
    for (let at = 0; at < this.#size; at++) {
      if (this.#keys[at] === EMPTY) continue;
      keys[end] = this.#keys[at]!;
      contents[end] = this.#contents[at]!;
      end++;
    }
    this.#keys = keys;
    this.#contents = contents;
    this.#cells = new Int32Array(length * 2);
    this.#mask = length * 2 - 1;
    this.#size = end;
    this.#next = end % length;
    for (let at = 0; at < end; at++) this.#insert(at);
  }
}

/** Not a key: keys are not negative. */
const EMPTY = -1;

function home(key: number): number {
  // The keys are hashes already: the low 32 bits are as good as any.
  return key | 0;
}

/** FNV-1a in two lanes with different seeds, 53 bits together: enough for identity within a bounded memory. */
export function hashBytes(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let low = 0x811c9dc5 ^ (seed | 0);
  let high = 0x01000193 ^ Math.imul(seed | 0, 0x9e3779b1) ^ ((seed / 4294967296) | 0);
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    low = Math.imul(low ^ byte, 0x01000193);
    high = Math.imul(high ^ byte, 0x85ebca6b);
    high ^= high >>> 13;
  }
  low ^= low >>> 16;
  low = Math.imul(low, 0x85ebca6b);
  low ^= low >>> 13;
  return (high & 0x1fffff) * 4294967296 + (low >>> 0);
}

/** The key of one client's packet identifier, from the hash of the client id. */
export function deliveryKey(clientHash: number, packetId: number): number {
  const low = Math.imul((clientHash | 0) ^ Math.imul(packetId + 1, 0x9e3779b1), 0x85ebca6b);
  const high = ((clientHash / 4294967296) & 0x1fffff) ^ packetId;
  return high * 4294967296 + ((low ^ (low >>> 15)) >>> 0);
}
