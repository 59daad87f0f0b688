/**
 * What one client is owed: messages that wait for their commit, and QoS 2 exchanges that it has not ended.
 *
 * Commits come in the order of the messages. An answer that needs no commit (a message that the client was not allowed to
 * send) waits for those before it, because acknowledgements go in the order of the messages [MQTT-4.6.0-2].
 */
export class InFlight {
  #offered = 0;
  #committed = 0;
  #once = 0;
  /** Packet identifiers of QoS 2 messages without their PUBREL. Most clients never have any. */
  #unreleased: Set<number> | undefined;
  #waiting: { readonly after: number; readonly answer: () => void }[] | undefined;

  /** Messages that are not acknowledged to the end; what Receive Maximum counts. */
  get count(): number {
    return this.#once + (this.#unreleased?.size ?? 0);
  }

  /** Messages that wait for their commit. */
  get pending(): number {
    return this.#offered - this.#committed;
  }

  /** Whether a QoS 2 message came under this identifier and its exchange is not over. */
  isUnreleased(packetId: number): boolean {
    return this.#unreleased?.has(packetId) === true;
  }

  /** A message waits for its commit. A QoS 2 message that comes again under its identifier counts once. */
  offered(qos: 1 | 2, packetId: number): void {
    this.#offered++;
    if (qos === 1) this.#once++;
    else (this.#unreleased ??= new Set()).add(packetId);
  }

  /** The oldest one is committed, and its acknowledgement was written. */
  committed(qos: 1 | 2): void {
    this.#committed++;
    if (qos === 1) this.#once--;
    if (this.#waiting === undefined) return;
    while (this.#waiting.length > 0 && this.#waiting[0]!.after <= this.#committed) this.#waiting.shift()!.answer();
  }

  /** A PUBREL. */
  released(packetId: number): void {
    this.#unreleased?.delete(packetId);
  }

  /** Gives the answer when everything that was offered before is committed; at once, if it is. */
  inTurn(answer: () => void): void {
    if (this.pending === 0) answer();
    else (this.#waiting ??= []).push({ after: this.#offered, answer });
  }
}
