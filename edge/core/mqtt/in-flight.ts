/**
 * The messages of one client that are in flight: they wait for their commit, or their QoS 2 exchange has not ended.
 *
 * Commits come in the order of the messages. An answer that needs no commit (the refusal of a message) waits for the
 * messages before it, because acknowledgements go in the order of the messages [MQTT-4.6.0-2].
 */
export class InFlight {
  #offered = 0;
  #committed = 0;
  #qos1Count = 0;
  /** Packet identifiers of QoS 2 messages without their PUBREL. Most clients never send any. */
  #unreleased: Set<number> | undefined;
  #waiting: { readonly after: number; readonly answer: () => void }[] | undefined;

  /** Messages whose exchange has not ended. Receive Maximum limits them. */
  get count(): number {
    return this.#qos1Count + (this.#unreleased?.size ?? 0);
  }

  /** Messages that wait for their commit. */
  get pending(): number {
    return this.#offered - this.#committed;
  }

  /** Whether a QoS 2 message with this identifier came and its exchange has not ended. */
  isUnreleased(packetId: number): boolean {
    return this.#unreleased?.has(packetId) === true;
  }

  /** A message waits for its commit. A QoS 2 message that comes again with its identifier counts once. */
  offered(qos: 1 | 2, packetId: number): void {
    this.#offered++;
    if (qos === 1) this.#qos1Count++;
    else (this.#unreleased ??= new Set()).add(packetId);
  }

  /** The oldest message is committed, and its acknowledgement is written. */
  committed(qos: 1 | 2): void {
    this.#committed++;
    if (qos === 1) this.#qos1Count--;
    if (this.#waiting === undefined) return;
    while (this.#waiting.length > 0 && this.#waiting[0]!.after <= this.#committed) this.#waiting.shift()!.answer();
  }

  /** A PUBREL. */
  released(packetId: number): void {
    this.#unreleased?.delete(packetId);
  }

  /** Calls `answer` when all messages offered before are committed, perhaps at once. */
  inTurn(answer: () => void): void {
    if (this.pending === 0) answer();
    else (this.#waiting ??= []).push({ after: this.#offered, answer });
  }
}
