/**
 * Keeps the acknowledgements of one client in the order of its messages [MQTT-4.6.0-2], while some of them wait for the
 * sessions as well as for the journal. A client without such a message has no queue here and costs nothing.
 */
export class AcknowledgementOrder {
  readonly #queues = new Map<object, Turn[]>();

  /** Whether a message of this client waits here. If so, its next message must wait, too. */
  has(client: object): boolean {
    return this.#queues.size > 0 && this.#queues.has(client);
  }

  /**
   * Adds a message of a client.
   * @param waitsFor how many times {@link Turn.arrived} must be called before the message is done.
   * @param done called when this message and all before it are done.
   */
  join(client: object, waitsFor: number, done: () => void): Turn {
    let left = waitsFor;
    const turn: Turn = {
      done,
      isReady: false,
      arrived: () => {
        left--;
        if (left > 0) return;
        turn.isReady = true;
        this.#advance(client);
      },
    };
    const queue = this.#queues.get(client);
    if (queue === undefined) this.#queues.set(client, [turn]);
    else queue.push(turn);
    return turn;
  }

  #advance(client: object): void {
    const queue = this.#queues.get(client);
    while (queue?.[0]?.isReady === true) {
      const { done } = queue.shift()!;
      if (queue.length === 0) this.#queues.delete(client);
      done();
    }
  }
}

type Turn = { readonly done: () => void; isReady: boolean; readonly arrived: () => void };
