import { readFileSync } from "node:fs";
import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from "@grpc/grpc-js";
import type { ServerDuplexStream } from "@grpc/grpc-js";
import { Fault } from "../../proto/core/fault.ts";
import { FRAME_MAX_BYTES } from "../../proto/runtime/grpc-target.ts";
import type { ServerTlsFiles } from "../../proto/runtime/options/tls-files.ts";
import { portFault } from "../../proto/runtime/port-fault.ts";

/**
 * The gRPC port of a region. Gateways (`Ingest.Session`) and peers (`Peer.Link`) use the same address. So a region needs
 * one certificate and one firewall rule.
 */
export class RegionServer {
  readonly #options: RegionServerOptions;
  readonly #server: Server;

  constructor(services: readonly StreamService[], options: RegionServerOptions) {
    this.#options = options;
    // Errors are returned and logged here. The library would write them to standard error as well.
    setLogVerbosity(logVerbosity.NONE);
    this.#server = new Server({
      "grpc.max_receive_message_length": FRAME_MAX_BYTES,
      "grpc.keepalive_time_ms": 10_000,
      "grpc.keepalive_timeout_ms": 5_000,
      "grpc.keepalive_permit_without_calls": 1,
    });
    // The services decode the frames, so that they can answer a broken one with a Refusal that says why.
    const bytes = (frame: Buffer): Buffer => frame;
    for (const { path, accept } of services) {
      this.#server.addService(
        {
          stream: {
            path,
            requestStream: true,
            responseStream: true,
            requestSerialize: bytes,
            requestDeserialize: bytes,
            responseSerialize: bytes,
            responseDeserialize: bytes,
          },
        },
        { stream: accept },
      );
    }
  }

  /** @throws Fault if the port cannot be opened or a certificate cannot be read. */
  async listen(): Promise<{ readonly host: string; readonly port: number }> {
    const { host, port } = this.#options;
    const address = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
    const credentials = serverCredentials(this.#options.tls);
    const bound = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync(address, credentials, (error, actual) => {
        if (error === null) resolve(actual);
        else reject(listenFault({ host, port }, error));
      });
    });
    return { host, port: bound };
  }

  /** Takes no new streams, waits for the open ones, then cuts off those that are left. May be called twice. */
  async stop(withinMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.tryShutdown(() => resolve()));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs)));
    await Promise.race([closed, late]);
    clearTimeout(timer);
    this.#server.forceShutdown();
  }
}

/** A method with one bidirectional stream of raw frames. */
export type StreamService = { readonly path: string; readonly accept: (call: StreamCall) => void };
export type StreamCall = ServerDuplexStream<Buffer, Buffer>;

export type RegionServerOptions = { readonly host: string; readonly port: number; readonly tls: ServerTlsFiles | null };

/** With `client_ca` every client must present a certificate that this authority has signed. */
function serverCredentials(tls: ServerTlsFiles | null): ServerCredentials {
  if (tls === null) return ServerCredentials.createInsecure();
  const clientCa = tls.client_ca === undefined ? null : readCertificate(tls.client_ca);
  return ServerCredentials.createSsl(
    clientCa,
    [{ cert_chain: readCertificate(tls.cert), private_key: readCertificate(tls.key) }],
    clientCa !== null,
  );
}

function readCertificate(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new Fault({
      code: "file",
      message: `cannot read ${path}: ${reason}`,
      hint: "see ingest in the configuration",
      cause,
    });
  }
}

/** grpc-js gives the system's error code only as a part of the message. */
function listenFault(address: { host: string; port: number }, cause: Error): Fault {
  const code = /\b(EADDRINUSE|EACCES|EADDRNOTAVAIL|ENOTFOUND|EAI_AGAIN)\b/.exec(cause.message)?.[1];
  const coded = code === undefined ? cause : Object.assign(new Error(cause.message), { code });
  return portFault({ what: "ingest", key: "ingest.port" }, address, coded);
}
