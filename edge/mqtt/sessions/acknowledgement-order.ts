/**
 * Keeps the acknowledgements of one client in the order of its messages [MQTT-4.6.0-2] where some of them wait for more
 * than the journal. Clients of which no message does have no line, and cost nothing.
 */
export class AcknowledgementOrder {
  readonly #lines = new Map<object, Turn[]>();

  /** Whether a message of this client waits, so that those behind it have to. */
  has(client: object): boolean {
    return this.#lines.size > 0 && this.#lines.has(client);
  }

  /** A place at the end of the client's line. @param waitsFor how many times {@link Turn.arrived} must be called. */
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
    const line = this.#lines.get(client);
    if (line === undefined) this.#lines.set(client, [turn]);
    else line.push(turn);
    return turn;
  }

  #advance(client: object): void {
    const line = this.#lines.get(client);
    while (line?.[0]?.isReady === true) {
      const { done } = line.shift()!;
      if (line.length === 0) this.#lines.delete(client);
      done();
    }
  }
}

type Turn = { readonly done: () => void; isReady: boolean; readonly arrived: () => void };
