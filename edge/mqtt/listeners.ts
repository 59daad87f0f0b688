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
import { portFault } from "../../proto/runtime/port-fault.ts";
import type { serverTls } from "../../proto/runtime/options/tls-files.ts";
import type { Origin } from "./connection.ts";

/** The files of TLS, named as in the configuration. */
type TlsFiles = { readonly [name in keyof ReturnType<typeof serverTls>]?: string | undefined };

/** A listener as the configuration has it. The files are for `tls` and `wss`. */
export type ListenerOptions = TlsFiles & {
  readonly protocol: "tcp" | "tls" | "ws" | "wss";
  readonly host: string;
  readonly port: number;
};

export type ListenerAddress = {
  readonly protocol: ListenerOptions["protocol"];
  readonly host: string;
  readonly port: number;
};

/** One open port that passes MQTT byte streams to the broker. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #limits: ListenerLimits;
  readonly #server: NetServer;
  readonly #tls: TlsServer | undefined;
  readonly #sockets: WebSocketServer | undefined;

  /**
   * Reads the files of TLS at once, so that a mistake in them ends the start before the gateway opens its disk or a port.
   * @throws Fault when a certificate file cannot be read or used.
   */
  constructor(options: ListenerOptions, limits: ListenerLimits, { accept, dropped }: ListenerEvents) {
    this.#options = options;
    this.#limits = limits;
    const onSocket = (socket: Socket): void => {
      // Acknowledgements are small, and clients wait for them: Nagle's algorithm would delay each until the client's
      // delayed ACK.
      socket.setNoDelay(true);
      accept(socket, originOf(socket));
    };
    const isEncrypted = options.protocol === "tls" || options.protocol === "wss";
    const tls = isEncrypted ? this.#tlsOptions() : undefined;
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
        // An invalid frame may come at any time, also while the socket closes. An error without a listener ends the
        // process.
        socket.on("error", () => {});
        // handleProtocols is not called if the client offers no subprotocol [MQTT-6.0.0-3].
        if (socket.protocol === "") {
          socket.close(WS_PROTOCOL_ERROR, "the subprotocol must be mqtt");
          return;
        }
        const stream = createWebSocketStream(socket);
        stream.on("error", () => {});
        accept(stream, originOf(request.socket));
      });
      // It repeats the errors of the server, which listen() translates. Without a listener they would end the process.
      this.#sockets.on("error", () => {});
    }
    // Connections count from their handshake on, before the broker knows them.
    this.#server.maxConnections = limits.socketsMax;
    this.#server.on("drop", (data) => dropped(data?.remoteAddress ?? ""));
    // A sensor whose cable was pulled is silent. If it has no keep alive of MQTT, only TCP notices.
    this.#server.on("connection", (socket: Socket) => socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS));
  }

  /** The files of TLS; empty without TLS. */
  get files(): readonly string[] {
    return tlsFilesOf(this.#options).map(({ path }) => path);
  }

  /**
   * Reads the files of TLS again. New connections use them. Open connections stay as they are.
   * @throws Fault, and the old files stay in use.
   */
  reloadTls(): void {
    if (this.#tls === undefined) return;
    this.#tls.setSecureContext(this.#tlsOptions());
  }

  #tlsOptions(): TlsOptions {
    return { ...tlsOptions(this.#options), handshakeTimeout: this.#limits.connectTimeoutMs };
  }

  /** @throws Fault when the port cannot be opened. */
  async listen(): Promise<ListenerAddress> {
    const { protocol, host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      const listener = { what: `mqtt ${protocol}`, key: "mqtt.listeners" };
      const failed = (cause: unknown): void => reject(portFault(listener, { host, port }, cause));
      this.#server.once("error", failed);
      // If 2,000 clients come back at once, they wait 1,499 ms at p99 with the default backlog of 511, and 877 ms with
      // 4,096.
      this.#server.listen({ host, port, backlog: 4096 }, () => {
        this.#server.off("error", failed);
        resolve();
      });
    });
    const bound = this.#server.address();
    return { protocol, host, port: typeof bound === "object" && bound !== null ? bound.port : port };
  }

  /** Accepts no new connections. Open connections stay. */
  stopAccepting(): void {
    if (this.#server.listening) this.#server.close();
    this.#sockets?.close();
  }
}

export type ListenerLimits = {
  readonly maxPacketBytes: number;
  readonly connectTimeoutMs: number;
  /** Open sockets of this port, in any state. */
  readonly socketsMax: number;
};

export type ListenerEvents = {
  readonly accept: (stream: Duplex, origin: Origin) => void;
  /** A connection above `socketsMax` was closed at once. */
  readonly dropped: (address: string) => void;
};

function originOf(socket: Socket): Origin {
  return { address: socket.remoteAddress ?? "", socket };
}

function onlyWebSockets(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(426, { Upgrade: "websocket", "Content-Type": "text/plain" }).end("MQTT over WebSocket only\n");
}

/** @throws Fault when a file cannot be read or used. */
function tlsOptions(options: ListenerOptions): TlsOptions {
  const files = tlsFilesOf(options);
  const usable: TlsOptions = Object.assign(
    { minVersion: "TLSv1.2" },
    ...files.map(({ name, path }) => TLS_OPTIONS[name](readTlsFile(options, path))),
  ) as TlsOptions;
  try {
    createSecureContext(usable);
  } catch (cause) {
    const paths = files.map(({ path }) => path).join(", ");
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Fault({
      code: "file",
      message: `mqtt ${options.protocol}: ${paths} cannot be used: ${reason}`,
      hint: "the key must be the one of the certificate, both in PEM",
      cause,
    });
  }
  return usable;
}

function tlsFilesOf(options: ListenerOptions): readonly { readonly name: keyof TlsFiles; readonly path: string }[] {
  return TLS_FILE_NAMES.flatMap((name) => {
    const path = options[name];
    return path === undefined ? [] : [{ name, path }];
  });
}

function readTlsFile({ protocol }: ListenerOptions, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const message = `mqtt ${protocol}: ${path} cannot be read`;
    throw new Fault({ code: "file", message, hint: "check the path and who may read it", cause });
  }
}

/**
 * The TLS option that each file sets. The compiler requires a line for each file in the configuration.
 */
const TLS_OPTIONS: { readonly [name in keyof TlsFiles]-?: (pem: Buffer) => TlsOptions } = {
  cert: (cert) => ({ cert }),
  key: (key) => ({ key }),
  client_ca: (ca) => ({ ca, requestCert: true, rejectUnauthorized: true }),
};
const TLS_FILE_NAMES = Object.keys(TLS_OPTIONS) as (keyof TlsFiles)[];

const WS_PROTOCOL_ERROR = 1002;
const FRAME_SLACK_BYTES = 1024;
const TCP_KEEP_ALIVE_MS = 60_000;
