import type { LocalGateway, LocalRegion } from "./local-deployment.ts";

/** Starts a process again some time after somebody killed it, as a service manager does. */
export class RestartedPart {
  readonly #part: LocalGateway | LocalRegion;
  #againAtMs: number | undefined;

  constructor(part: LocalGateway | LocalRegion) {
    this.#part = part;
  }

  /**
   * @param stop ends the waiting for a process that starts.
   * @returns news for the user. @throws Fault when it cannot be started again.
   */
  async look(atMs: number, stop: AbortSignal): Promise<string | undefined> {
    const { process } = this.#part;
    if (process === undefined || process.running) return undefined;
    if (this.#againAtMs === undefined) {
      this.#againAtMs = atMs + RESTART_AFTER_MS;
      return `${process.name} ${process.ending}. It starts again in ${RESTART_AFTER_MS / 1000} s.`;
    }
    if (atMs < this.#againAtMs) return undefined;
    this.#againAtMs = undefined;
    try {
      const { name, pid } = await this.#part.start({ stop });
      return `${name} runs again (pid ${pid}).`;
    } catch (error) {
      if (stop.aborted) return undefined;
      throw error;
    }
  }
}

/** Long enough to see the others take over. */
const RESTART_AFTER_MS = 10_000;
