import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FaultProxy } from "../../../../deploy/sandbox/fault-proxy.ts";
import { freePort } from "../../../../deploy/sandbox/free-port.ts";
import { loopbackSettled } from "../../../support/loopback.ts";

let server: Server;
let proxy: FaultProxy;
/** The bytes that the server received, and its side of the last connection. */
let arrived: Buffer[] = [];
let far: Socket | undefined;
const sockets = new Set<Socket>();

beforeEach(async () => {
  arrived = [];
  server = createServer((socket) => {
    far = socket;
    sockets.add(socket);
    socket.on("data", (bytes: Buffer) => {
      arrived.push(bytes);
      socket.write(bytes);
    });
    socket.on("error", () => undefined);
  });
  const targetPort = await freePort();
  server.listen(targetPort, "127.0.0.1");
  await once(server, "listening");
  proxy = await FaultProxy.open({ port: await freePort(), targetPort, random: () => 0.5 });
});

afterEach(async () => {
  await proxy.close();
  for (const socket of sockets) socket.destroy();
  server.close();
});

class Client {
  readonly socket: Socket;
  text = "";
  ended = false;
  broken = false;

  constructor() {
    this.socket = connect(proxy.port, "127.0.0.1");
    this.socket.on("data", (bytes) => (this.text += bytes.toString()));
    this.socket.on("end", () => (this.ended = true));
    this.socket.on("error", () => (this.broken = true));
    sockets.add(this.socket);
  }
}

const until = async (met: () => boolean): Promise<void> => {
  await expect.poll(met).toBe(true);
};

test("a healthy link passes on everything in both directions, and the end of a connection", async () => {
  const client = new Client();
  client.socket.write("hello");
  await until(() => client.text === "hello");
  client.socket.end();
  await until(() => client.ended);
  expect(client.broken).toBe(false);
});

test("a cut link closes no connection, and passes on the bytes that it kept when it is healed", async () => {
  const client = new Client();
  client.socket.write("one ");
  await until(() => client.text === "one ");
  proxy.set({ there: { cut: true }, back: { cut: true } });
  client.socket.write("two ");
  far!.write("three ");
  await loopbackSettled();
  expect(client.text).toBe("one ");
  expect(Buffer.concat(arrived).toString()).toBe("one ");
  expect([client.ended, client.broken]).toEqual([false, false]);
  proxy.set({});
  await until(() => client.text === "one three two ");
});

test("a connection through a cut link stays silent, and its end is not passed on", async () => {
  proxy.set({ there: { cut: true }, back: { cut: true } });
  const client = new Client();
  client.socket.write("hello");
  await loopbackSettled();
  expect(arrived).toEqual([]);
  far?.destroy();
  await loopbackSettled();
  expect(client.ended).toBe(false);
});

test("one direction can be cut alone", async () => {
  proxy.set({ back: { cut: true } });
  const client = new Client();
  client.socket.write("hello");
  await until(() => Buffer.concat(arrived).toString() === "hello");
  await loopbackSettled();
  expect(client.text).toBe("");
  proxy.set({});
  await until(() => client.text === "hello");
});

test("latency and jitter delay the bytes and keep their order", async () => {
  proxy.set({ there: { latencyMs: 60, jitterMs: 40 } });
  const client = new Client();
  const startMs = performance.now();
  for (const word of ["a", "b", "c"]) client.socket.write(word);
  await until(() => client.text.length === 3);
  expect(client.text).toBe("abc");
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(75);
});

test("a limited bandwidth is not exceeded", async () => {
  proxy.set({ there: { bytesPerS: 20_000 } });
  const client = new Client();
  const startMs = performance.now();
  client.socket.write("x".repeat(5000));
  await until(() => client.text.length === 5000);
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(190);
});

test("a reset ends both sides, and the next connection works", async () => {
  const client = new Client();
  client.socket.write("hello");
  await until(() => client.text === "hello");
  proxy.reset();
  await until(() => client.broken);
  const next = new Client();
  next.socket.write("again");
  await until(() => next.text !== "");
  expect(next.text).toBe("again");
});

test("without a server behind it, a connection breaks as it would without the proxy", async () => {
  await new Promise((resolve) => {
    for (const socket of sockets) socket.destroy();
    server.close(resolve);
  });
  const client = new Client();
  await until(() => client.broken || client.ended);
  expect(client.text).toBe("");
});
