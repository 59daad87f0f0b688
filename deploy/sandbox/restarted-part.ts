import type { LocalGateway, LocalRegion } from "./local-deployment.ts";

/** A process that somebody kills to see what happens is started again after a while, as a service manager would. */
export class RestartedPart {
  readonly #part: LocalGateway | LocalRegion;
  #againAtMs: number | undefined;

  constructor(part: LocalGateway | LocalRegion) {
    this.#part = part;
  }

  /** @returns what there is to tell. @throws Fault when it cannot be started again. */
  async look(atMs: number): Promise<string | undefined> {
    const { process } = this.#part;
    if (process === undefined || process.running) return undefined;
    if (this.#againAtMs === undefined) {
      this.#againAtMs = atMs + RESTART_AFTER_MS;
      return `${process.name} ${process.epitaph}. It is started again in ${RESTART_AFTER_MS / 1000} s.`;
    }
    if (atMs < this.#againAtMs) return undefined;
    this.#againAtMs = undefined;
    const { name, pid } = await this.#part.start();
    return `${name} runs again (pid ${pid}).`;
  }
}

/** Long enough to watch the others take over. */
const RESTART_AFTER_MS = 10_000;
