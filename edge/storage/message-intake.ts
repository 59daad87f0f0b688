import { deliveryKey, hashBytes } from "../core/storage/delivery-memory.ts";
import type { IncomingMessage } from "../decode/decoder.ts";
import type { DeadLetters, DecodedAgain } from "./dead-letters.ts";
import { NONE_AGAIN } from "./dead-letters.ts";
import type { HeldMessages } from "./held-messages.ts";
import type { LedgerCounts } from "./ledger-counts.ts";
import type { ChunkMessage } from "./publish-chunk.ts";
import { PublishChunkReader } from "./publish-chunk.ts";
import type { ReadingIntake } from "./reading-intake.ts";
import type { Redeliveries } from "./redeliveries.ts";

/**
 * Takes the messages of publish chunks. Each is recognised as a redelivery, held until the time is known, or decoded to
 * readings, a dead letter, or a counted "not a reading".
 */
export class MessageIntake {
  readonly #readings: ReadingIntake;
  readonly #held: HeldMessages;
  readonly #redeliveries: Redeliveries;
  readonly #letters: DeadLetters;
  readonly #counts: LedgerCounts;
  readonly #reader: PublishChunkReader;
  /** Indexed by the numbers of the chunk reader. */
  #clientHashes: number[] = [];
  #topicHashes: number[] = [];
  #messages = 0;
  #heldBytes = 0;

  constructor(parts: MessageIntakeParts) {
    this.#readings = parts.readings;
    this.#held = parts.held;
    this.#redeliveries = parts.redeliveries;
    this.#letters = parts.letters;
    this.#counts = parts.counts;
    this.#reader = new PublishChunkReader({
      onNewClient: (client, id) => {
        this.#clientHashes[client] = hashText(id);
      },
      onNewTopic: (topic, text) => {
        this.#topicHashes[topic] = hashText(text);
      },
    });
  }

  /** Since the start of the process. */
  get messages(): number {
    return this.#messages;
  }

  /** Takes every message of the chunks, in order. @returns bytes that held messages will take on disk, roughly. */
  take(chunks: readonly { buffer: ArrayBuffer; bytes: number }[]): number {
    this.#heldBytes = 0;
    for (const chunk of chunks) this.#reader.read(chunk, this.#take);
    return this.#heldBytes;
  }

  /** Decodes a message that was held. */
  readonly decode = (message: IncomingMessage): void => {
    const outcome = this.#readings.decode(message);
    switch (outcome.kind) {
      case "readings":
        return;
      case "ignored":
        this.#counts.add("ignored", outcome.what);
        return;
      case "dead_letter":
        this.#letters.add(message, outcome);
        this.#counts.add("dead_letter", outcome.reason);
        return;
    }
  };

  /** Decodes again the dead letters that births of this commit explain. */
  decodeExplained(): DecodedAgain {
    const hints = this.#readings.takeHints();
    return hints.length === 0 ? NONE_AGAIN : this.#letters.explainedBy(hints, this.#readings.decode);
  }

  // One function for all messages, so that the reader's loop stays monomorphic.
  readonly #take = (message: ChunkMessage): void => {
    const held = this.#held;
    this.#messages++;
    if (message.qos > 0) {
      const key = deliveryKey(this.#clientHashes[message.client]!, message.packetId);
      const content = hashBytes(message.payload, 0, message.payload.length, this.#topicHashes[message.topic]!);
      if (message.dup && this.#redeliveries.known(key, content)) {
        this.#counts.add("redelivered", "");
        return;
      }
      this.#redeliveries.accept(key, content);
    }
    const client = this.#reader.clients[message.client]!;
    const topic = this.#reader.topics[message.topic]!;
    const { format, payload } = message;
    let { arrivedMs } = message;
    if (held.holding) {
      this.#heldBytes += held.hold({ arrivedMs, client, topic, format, payload });
      return;
    }
    // The message came just before the clock was set, or the clock was lost afterwards.
    if (held.isUnset(arrivedMs)) arrivedMs = held.corrected(arrivedMs);
    this.decode({ topic, payload, clientId: client, format, arrivedMs, clockPlausible: held.plausible });
  };
}

export type MessageIntakeParts = {
  readonly readings: ReadingIntake;
  readonly held: HeldMessages;
  readonly redeliveries: Redeliveries;
  readonly letters: DeadLetters;
  readonly counts: LedgerCounts;
};

function hashText(text: string): number {
  const bytes = Buffer.from(text);
  return hashBytes(bytes, 0, bytes.length, 0x2545f491);
}
