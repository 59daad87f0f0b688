import { createServer } from "node:net";

/**
 * A port of the loopback interface that nothing listens on: `preferred` if it is free, else one of `RANGE`, never the same one
 * twice. If another process takes it first, its user fails at the start.
 *
 * It is never a port that the system picks. The system gives such ports to outgoing connections, too. While a server restarts,
 * any client could get its port. A client that connects to it again and again could even get it for itself, and so connect to
 * itself.
 */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isFree(preferred))) return preferred;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // Always the next port: on a port that was returned a moment ago, nothing listens yet.
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

/** Below the ports that Linux (from 32768), macOS and Windows (from 49152) give to outgoing connections. */
const RANGE = { first: 15_000, ports: 17_000 } as const;
const ATTEMPTS = 100;
/** Processes begin at different ports, so that two that run at the same time do not collide. */
const PORTS_OF_A_PROCESS = 64;
let next = (process.pid * PORTS_OF_A_PROCESS) % RANGE.ports;
