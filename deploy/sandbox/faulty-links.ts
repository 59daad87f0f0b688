import { FaultProxy } from "./fault-proxy.ts";
import type { LinkFaults } from "./fault-proxy.ts";
import { freePort } from "./free-port.ts";

/** A part that connects to another part, by name. */
export type NetworkLink = { readonly from: string; readonly to: string };

/** A fault-injecting proxy on every link of a local deployment. */
export class FaultyLinks {
  readonly #proxies: { readonly link: NetworkLink; readonly proxy: FaultProxy }[] = [];
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  get all(): readonly NetworkLink[] {
    return this.#proxies.map(({ link }) => link);
  }

  /** @returns the port at which `link.from` reaches `link.to`, which listens on `targetPort`. */
  async add(link: NetworkLink, targetPort: number): Promise<number> {
    const proxy = await FaultProxy.open({ port: await freePort(), targetPort, random: this.#random });
    this.#proxies.push({ link, proxy });
    return proxy.port;
  }

  set(link: NetworkLink, faults: LinkFaults): void {
    for (const proxy of this.#of(link)) proxy.set(faults);
  }

  reset(link: NetworkLink): void {
    for (const proxy of this.#of(link)) proxy.reset();
  }

  async close(): Promise<void> {
    await Promise.all(this.#proxies.map(({ proxy }) => proxy.close()));
  }

  #of({ from, to }: NetworkLink): FaultProxy[] {
    return this.#proxies.filter(({ link }) => link.from === from && link.to === to).map(({ proxy }) => proxy);
  }
}
