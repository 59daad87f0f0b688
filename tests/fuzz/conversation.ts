import type { Socket } from "node:net";
import { connect } from "node:net";
import { Mutator } from "./mutator.ts";
import type { Version } from "./packet-seeds.ts";
import { randomConnect, damaged, randomPacket } from "./packet-seeds.ts";

/**
 * One connection of a malicious client: a CONNECT, then damaged or unusual packets, a few at a time, with a PINGREQ after
 * each of them. The next packets are sent when these are answered. The connection ends with a FIN or a reset, or when the
 * broker closes it, or with a packet that is never finished.
 */
export class Conversation {
  readonly #groups: readonly Group[];
  /** With a FIN; otherwise with a reset. */
  readonly #endsOrderly: boolean;

  constructor(seed: number, number: number) {
    const mutator = new Mutator(Math.imul(seed, 1_000_003) + number);
    const version: Version = mutator.chance(0.5) ? 4 : 5;
    const groups: Group[] = [];
    let pieces: Piece[] = [];
    const send = (): void => {
      groups.push(groupOf(pieces, mutator));
      pieces = [];
    };
    const isOddFirst = mutator.chance(0.15);
    const first = mutator.chance(0.98) ? randomConnect(mutator, version) : randomPacket(mutator, version);
    pieces.push({ bytes: isOddFirst ? damaged(mutator, first) : first, isMutated: isOddFirst });
    // Most clients wait for the answer. A client that does not wait must be served in the same way.
    if (mutator.chance(0.9)) send();
    for (let more = 1 + mutator.int(40); more > 0 && groups.at(-1)?.isEndless !== true; more--) {
      const packet = randomPacket(mutator, version);
      const isMutated = mutator.chance(0.9);
      pieces.push({ bytes: isMutated ? damaged(mutator, packet) : packet, isMutated });
      if (mutator.chance(0.7) || more === 1) send();
    }
    this.#groups = groups;
    this.#endsOrderly = mutator.chance(0.3);
  }

  /** Everything that it would send. */
  get bytes(): Buffer {
    return Buffer.concat(this.#groups.map(({ bytes }) => bytes));
  }

  /**
   * How many mutated packets the broker certainly handled: those before the last PINGREQ that it answered, and the one
   * for which it closed the connection.
   */
  handled({ pings, wasClosed }: ConversationResult): number {
    let sum = 0;
    let left = pings;
    for (const { mutatedBefore, mutated } of this.#groups) {
      if (left < mutatedBefore.length) {
        const known = left === 0 ? 0 : mutatedBefore[left - 1]!;
        return sum + Math.min(mutated, known + (wasClosed ? 1 : 0));
      }
      left -= mutatedBefore.length;
      sum += mutated;
    }
    return sum;
  }

  /** @returns what the broker did, after {@link TIMEOUT_MS} at the latest. */
  async hold(address: { host: string; port: number }, localAddress: string): Promise<ConversationResult> {
    const socket = connect({ ...address, localAddress, noDelay: true });
    const answers = new Answers();
    let sentGroups = 0;
    let awaited = 0;
    return new Promise<ConversationResult>((resolve) => {
      let wasClosed = false;
      let failed: NodeJS.ErrnoException | undefined;
      const silent = setTimeout(() => socket.resetAndDestroy(), SILENT_MS);
      const late = setTimeout(() => socket.resetAndDestroy(), TIMEOUT_MS);
      const sendNext = (): void => {
        const { bytes, mutatedBefore } = this.#groups[sentGroups++]!;
        awaited += mutatedBefore.length;
        socket.write(bytes);
      };
      sendNext();
      socket.on("data", (bytes: Buffer) => {
        answers.take(bytes);
        silent.refresh();
        if (answers.pings < awaited || this.#groups[sentGroups - 1]!.isEndless) return;
        if (sentGroups < this.#groups.length) sendNext();
        else this.#leave(socket);
      });
      socket.on("end", () => (wasClosed = true));
      socket.on("error", (error) => (failed = error));
      socket.on("close", () => {
        clearTimeout(silent);
        clearTimeout(late);
        const refused = failed?.syscall === "connect" ? failed : undefined;
        wasClosed ||= failed !== undefined;
        resolve({ pings: answers.pings, problem: answers.problem, refused, wasClosed });
      });
    });
  }

  #leave(socket: Socket): void {
    if (this.#endsOrderly) socket.end();
    else socket.resetAndDestroy();
  }
}

type Piece = { readonly bytes: Buffer; readonly isMutated: boolean };

/** Packets that are sent together. */
type Group = {
  readonly bytes: Buffer;
  /** For each PINGREQ that the broker can see: the number of mutated packets before it. */
  readonly mutatedBefore: readonly number[];
  readonly mutated: number;
  /** It ends inside a packet that is too long to finish. */
  readonly isEndless: boolean;
};

/**
 * Damage changes where packets end, and hides PINGREQs. If a packet is not finished at the end of its group, it is filled
 * up with arbitrary bytes, so that the broker can handle it.
 */
function groupOf(pieces: readonly Piece[], mutator: Mutator): Group {
  const parts: Buffer[] = [];
  const mutatedStarts: number[] = [];
  let length = 0;
  for (const { bytes, isMutated } of pieces) {
    if (isMutated) mutatedStarts.push(length);
    parts.push(bytes, PINGREQ);
    length += bytes.length + PINGREQ.length;
  }
  let bytes = Buffer.concat(parts);
  let frames = framesOf(bytes);
  if (frames.missing > 0 && frames.missing <= FILLED_MAX) {
    const filler = Buffer.alloc(frames.missing, mutator.int(256));
    bytes = Buffer.concat([bytes, filler, PINGREQ]);
    frames = framesOf(bytes);
  }
  const before = (at: number): number => mutatedStarts.filter((start) => start < at).length;
  return {
    bytes,
    mutatedBefore: frames.pings.map(before),
    mutated: mutatedStarts.length,
    isEndless: frames.missing > 0,
  };
}

/** The positions of the PINGREQs by the framing of MQTT, and how many bytes the last packet lacks. */
function framesOf(bytes: Buffer): { pings: readonly number[]; missing: number } {
  const pings: number[] = [];
  for (let at = 0; at < bytes.length;) {
    let length = 0;
    let end = at + 1;
    for (let shift = 0; ; shift += 7, end++) {
      // At a fifth byte the broker closes the connection, and ignores what follows.
      if (shift > 21) return { pings, missing: 0 };
      const byte = bytes[end];
      if (byte === undefined) return { pings, missing: 1 };
      length += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    const next = end + 1 + length;
    if (next > bytes.length) return { pings, missing: next - bytes.length };
    if (bytes[at] === PINGREQ[0] && length === 0) pings.push(at);
    at = next;
  }
  return { pings, missing: 0 };
}

export type ConversationResult = {
  /** The number of PINGRESPs. At least this number of packets was handled. */
  readonly pings: number;
  /** What was wrong with the answers; undefined: nothing. */
  readonly problem: string | undefined;
  /** Why there was no connection; undefined: there was one. */
  readonly refused: NodeJS.ErrnoException | undefined;
  /** The broker closed the connection. */
  readonly wasClosed: boolean;
};

/** Reads the frames of the broker's answers: it must send MQTT, whatever it receives. */
class Answers {
  pings = 0;
  problem: string | undefined;
  #rest: Buffer = Buffer.alloc(0);

  take(bytes: Buffer): void {
    let at = 0;
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (all.length - at >= 2) {
      const type = all[at]! >>> 4;
      if (!FROM_SERVERS.has(type)) this.problem ??= `the broker sent a packet of type ${type}`;
      let length = 0;
      let end = at + 1;
      for (let shift = 0; ; shift += 7, end++) {
        if (shift > 21) {
          this.problem ??= "the broker sent a length of more than four bytes";
          return;
        }
        const byte = all[end];
        if (byte === undefined) return this.#keep(all, at);
        length |= (byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
      if (end + 1 + length > all.length) return this.#keep(all, at);
      if (type === PINGRESP) this.pings++;
      at = end + 1 + length;
    }
    this.#keep(all, at);
  }

  #keep(all: Buffer, from: number): void {
    this.#rest = all.subarray(from);
  }
}

const PINGREQ = Buffer.from([0xc0, 0]);
const PINGRESP = 13;
/** CONNACK, PUBLISH and its answers, SUBACK, UNSUBACK, PINGRESP, DISCONNECT. */
const FROM_SERVERS: ReadonlySet<number> = new Set([2, 3, 4, 5, 6, 7, 9, 11, 13, 14]);
const FILLED_MAX = 4096;
/** Longer than a broker on a busy machine takes to answer. */
const SILENT_MS = 250;
const TIMEOUT_MS = 5000;
