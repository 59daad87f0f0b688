/**
 * Lets clients in a few at a time, in the order of their CONNECTs. A CONNECT is a hundred times the work of a message,
 * and thousands that come at once are all answered in one turn of the event loop: meanwhile nobody else is served, the
 * kernel's queue of new connections (4,096) overflows, and who is turned away there tries again after 1, 3 and 7 s.
 *
 * Measured with 10,000 that come back at once (`npm run bench -- --only sensors`), in turns with and without, on two busy
 * cores: all served after 4.5 s instead of 5.6 s, the slowest answer of `/healthz` 372 ms instead of 667 ms; after a kill
 * of the gateway 10.6 s instead of 16.9 s.
 */
export class Admission {
  readonly #perTurn: number;
  #waiting: Entrant[] = [];
  #next = 0;
  #scheduled = false;

  constructor(options: { perTurn: number }) {
    this.#perTurn = options.perTurn;
  }

  /** Calls `enter` when it is the client's turn, unless its connection is closed by then. */
  queue(client: { readonly closed: boolean }, enter: () => void): void {
    this.#waiting.push({ client, enter });
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#scheduled = false;
    const end = Math.min(this.#next + this.#perTurn, this.#waiting.length);
    while (this.#next < end) {
      const { client, enter } = this.#waiting[this.#next++]!;
      if (!client.closed) enter();
    }
    if (this.#next < this.#waiting.length) this.#schedule();
    else {
      this.#waiting = [];
      this.#next = 0;
    }
  };
}

type Entrant = { readonly client: { readonly closed: boolean }; readonly enter: () => void };
