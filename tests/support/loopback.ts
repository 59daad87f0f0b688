import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { Socket } from "node:net";

/**
 * Waits until the bytes that this process wrote to its own sockets are read and handled, except on paused sockets. It is for
 * tests of what must not happen. A byte that goes there and back over the loopback takes as many turns of the event loop as
 * the bytes of any other connection of this process, however slow the machine is.
 * @param hops connections that the bytes go through one after the other, with room to spare.
 */
export async function loopbackSettled(hops = 10): Promise<void> {
  const socket = await (echo ??= echoConnection());
  for (let i = 0; i < hops; i++) {
    const back = once(socket, "data");
    socket.write(".");
    await back;
    await new Promise(setImmediate);
  }
}

let echo: Promise<Socket> | undefined;

async function echoConnection(): Promise<Socket> {
  const server = createServer((peer) => peer.unref().pipe(peer));
  server.listen(0, "127.0.0.1").unref();
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the echo server has no port");
  const socket = connect(address.port, "127.0.0.1").unref();
  await once(socket, "connect");
  return socket;
}
