import { createServer } from "node:net";

/**
 * A port of the loopback interface that nothing listens on: `preferred` where it is free, else one of `RANGE`,
 * never the same one twice. Another process may take it before its user does; then the user says so and ends.
 *
 * Never one that the system picks: those are the ports that it gives to outgoing connections too, so while the server
 * behind one restarts, any client may be given it, and a client that keeps connecting to it in vain may even be given
 * it as its own and so be connected to itself.
 */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isFree(preferred))) return preferred;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // Always the next one: nobody listens yet on a port that was given away a moment ago.
    const port = RANGE.first + (next++ % RANGE.ports);
    if (await isFree(port)) return port;
  }
  return preferred ?? RANGE.first;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Below what Linux (from 32768), macOS, and Windows (from 49152) give to outgoing connections. */
const RANGE = { first: 15_000, ports: 17_000 } as const;
const ATTEMPTS = 100;
/** Processes that start one after the other begin at different places, so that two at a time do not meet. */
const PORTS_OF_A_PROCESS = 64;
let next = (process.pid * PORTS_OF_A_PROCESS) % RANGE.ports;
