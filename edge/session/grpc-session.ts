import { Client, connectivityState, credentials, Metadata, status } from "@grpc/grpc-js";
import type { ChannelCredentials, ChannelOptions, ClientDuplexStream, StatusObject } from "@grpc/grpc-js";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { checkServerIdentity } from "node:tls";
import { Fault } from "../../proto/core/fault.ts";
import type { GatewayId, RegionId } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import {
  decodeRegionFrame,
  encodeGatewayFrame,
  INGEST_SESSION_PATH,
  PROTOCOL,
} from "../../proto/wire/ingest-messages.ts";
import type { GatewayFrame, RegionFrame } from "../../proto/wire/ingest-messages.ts";
import type { StreamHave } from "../../proto/wire/frame-values.ts";
import type {
  Refusal,
  RefusalCode,
  RegionEndpoint,
  RegionSession,
  SessionEvent,
  SessionHello,
  StreamSets,
} from "./session.ts";

/**
 * A region behind gRPC. Each session has a channel of its own and takes it along when it ends: a channel whose peer
 * accepts the connection and never speaks HTTP/2 stays CONNECTING for ever, with keepalive or without, and only a new
 * one recovers. Connecting anew costs one handshake and happens no more often than the uplink's backoff allows.
 *
 * Certificates, key and token are read for every session, so that new ones are used without a restart. Wrong files at
 * the start are a `Fault`; wrong files later end the attempt with the reason, and the next one looks again.
 */
export class GrpcEndpoint implements RegionEndpoint {
  readonly region: RegionId;
  readonly #target: GrpcTarget;
  readonly #address: Address;
  readonly #gateway: GatewayId;
  readonly #software: string;

  constructor(target: GrpcTarget, self: { readonly gateway: GatewayId; readonly software: string }) {
    this.region = target.region;
    this.#target = target;
    this.#address = addressOf(target);
    this.#gateway = self.gateway;
    this.#software = self.software;
    // Read once for the sake of an early error.
    secretsOf(target, this.#address);
  }

  open(hello: SessionHello, listener: (event: SessionEvent) => void): RegionSession {
    const { streams } = hello;
    return new GrpcSession(
      () => {
        const { token, channel } = secretsOf(this.#target, this.#address);
        const client = new Client(this.#address.authority, channel, channelOptions(this.#address));
        const greeting: GatewayFrame = {
          kind: "hello",
          protocol: PROTOCOL,
          gateway: this.#gateway,
          software: this.#software,
          streams,
          token,
        };
        return { client, greeting };
      },
      this.#target.url,
      listener,
    );
  }
}

export type GrpcTarget = {
  readonly region: RegionId;
  /** `http://host:port`, or `https://host:port` for TLS. */
  readonly url: string;
  readonly tokenFile?: string | undefined;
  /** Authorities that may sign the region's certificate; without it, the public ones. */
  readonly ca?: string | undefined;
  /** The gateway's own certificate and key, where the region asks for one. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
};

/** The largest frame either way: far above any batch or set, far below what would hurt. */
const FRAME_MAX_BYTES = 16 * 1024 * 1024;
/** A channel that is not READY by then is given up. */
const READY_MS = 5_000;
/** Bytes written and not yet taken by HTTP/2's flow control: enough to keep a fast link busy. */
const BUFFER_HIGH_BYTES = 1024 * 1024;
const BUFFER_LOW_BYTES = 256 * 1024;

class GrpcSession implements RegionSession {
  readonly #listener: (event: SessionEvent) => void;
  readonly #url: string;
  #client: Client | undefined;
  #call: ClientDuplexStream<GatewayFrame, RegionFrame> | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  #bufferedBytes = 0;
  #full = false;
  #over = false;

  constructor(
    connect: () => { readonly client: Client; readonly greeting: GatewayFrame },
    url: string,
    listener: (event: SessionEvent) => void,
  ) {
    this.#listener = listener;
    this.#url = url;
    try {
      const { client, greeting } = connect();
      this.#client = client;
      this.#start(client, greeting);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const reason = error.line;
      setImmediate(() => this.#end(reason));
    }
  }

  send(batch: SealedBatch): boolean {
    if (this.#over || this.#call === undefined) return true;
    const bytes = batch.bytes.length;
    this.#bufferedBytes += bytes;
    // The callback of a write comes when flow control let it go, so this counts bytes where `write` counts frames.
    this.#call.write({ kind: "batch", batch }, () => {
      this.#bufferedBytes -= bytes;
      if (!this.#full || this.#bufferedBytes > BUFFER_LOW_BYTES) return;
      this.#full = false;
      this.#tell({ kind: "writable" });
    });
    this.#full ||= this.#bufferedBytes >= BUFFER_HIGH_BYTES;
    return !this.#full;
  }

  close(): void {
    this.#over = true;
    this.#release();
  }

  #start(client: Client, greeting: GatewayFrame): void {
    const call = client.makeBidiStreamRequest(
      INGEST_SESSION_PATH,
      encodeGatewayFrame,
      decodeRegionFrame,
      new Metadata(),
    );
    this.#call = call;
    call.on("data", (frame: RegionFrame) => this.#heard(frame));
    // The status that follows says the same and more.
    call.on("error", () => undefined);
    call.on("status", (ended: StatusObject) => this.#ended(ended));
    this.#watchdog = setTimeout(() => {
      if (client.getChannel().getConnectivityState(false) === connectivityState.READY) return;
      this.#end(`${this.#url} accepts connections but does not answer within ${READY_MS / 1000} s`);
    }, READY_MS);
    call.write(greeting);
  }

  #heard(frame: RegionFrame): void {
    switch (frame.kind) {
      case "hello_ack": {
        const { region, storeId, bootId, creditBytes } = frame;
        return this.#tell({
          kind: "helloAck",
          region,
          storeId: Buffer.from(storeId).toString("hex"),
          bootId: Buffer.from(bootId).toString("hex"),
          durable: setsOf(frame.durable),
          replicated: setsOf(frame.replicated),
          creditBytes,
        });
      }
      case "ack":
        return this.#tell({
          kind: "ack",
          durable: setsOf(frame.durable),
          replicated: setsOf(frame.replicated),
          creditBytes: frame.creditBytes,
        });
      case "drain":
        return this.#tell({ kind: "drain", reason: frame.reason });
      case "refusal":
        return this.#tell({
          kind: "refusal",
          refusal: { code: refusalCode(frame.code), message: frame.message, batch: frame.batch },
        });
    }
  }

  #ended({ code, details }: StatusObject): void {
    const refusal = refusalOf(code, this.#url, details);
    if (refusal !== undefined) this.#tell({ kind: "refusal", refusal });
    this.#end(code === status.OK ? "the region ended the session" : lossOf(this.#url, details));
  }

  #tell(event: SessionEvent): void {
    if (!this.#over) this.#listener(event);
  }

  #end(reason: string): void {
    this.#release();
    this.#tell({ kind: "closed", reason });
    this.#over = true;
  }

  #release(): void {
    clearTimeout(this.#watchdog);
    this.#call?.cancel();
    this.#client?.close();
    this.#call = undefined;
    this.#client = undefined;
  }
}

function setsOf(haves: readonly StreamHave[]): StreamSets {
  return new Map(haves.map(({ streamId, have }) => [streamId, have]));
}

function refusalCode(text: string): RefusalCode {
  return REFUSAL_CODES.find((code) => code === text) ?? "other";
}

const REFUSAL_CODES: readonly RefusalCode[] = ["protocol", "unauthorized", "bad_hello", "bad_batch", "fork", "storage"];

/** What some refusals look like when they come from a proxy or an interceptor instead of the region itself. */
function refusalOf(code: status, url: string, details: string): Refusal | undefined {
  switch (code) {
    case status.UNAUTHENTICATED:
    case status.PERMISSION_DENIED:
      return { code: "unauthorized", message: `${url} refuses this gateway: ${details}`, batch: null };
    case status.UNIMPLEMENTED:
      return { code: "protocol", message: `${url} does not speak this protocol: ${details}`, batch: null };
    default:
      return undefined;
  }
}

/** One stable line: without the time stamps and notes that grpc-js adds, so that a repetition is seen as one. */
function lossOf(url: string, details: string): string {
  const cause = details
    .replace(/^No connection established\. Last error: (?:[A-Za-z]*Error(?: \[\w+\])?: )?/u, "")
    .replace(/ ?Resolution note: .*$/u, "")
    .replace(/; if the root CA .*$/u, " (name the authority that signed it as `ca`)")
    .replace(/ \(\d{4}-\d\d-\d\dT[\d:.]+Z\)/gu, "")
    .replace(/\.$/u, "");
  return `${url}: ${cause}`;
}

type Address = { readonly secure: boolean; readonly host: string; readonly authority: string };

function addressOf({ region, url }: GrpcTarget): Address {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || (parsed.protocol !== "http:" && parsed.protocol !== "https:")) {
    throw new Fault({
      code: "config",
      message: `region ${region}: ${JSON.stringify(url)} is not an address of a region`,
      hint: "write http://host:port, or https://host:port for TLS",
    });
  }
  const secure = parsed.protocol === "https:";
  const port = parsed.port === "" ? (secure ? "443" : "80") : parsed.port;
  const host = parsed.hostname.replace(/^\[|\]$/gu, "");
  return { secure, host, authority: `${parsed.hostname}:${port}` };
}

function channelOptions(address: Address): ChannelOptions {
  return {
    // A peer that is gone without a word is noticed while nothing is sent, too.
    "grpc.keepalive_time_ms": 10_000,
    "grpc.keepalive_timeout_ms": 5_000,
    "grpc.initial_reconnect_backoff_ms": 500,
    "grpc.max_reconnect_backoff_ms": 5_000,
    // A retry below the uplink would send a Hello twice.
    "grpc.enable_retries": 0,
    // Channels share connections otherwise, and a dead one would be inherited.
    "grpc.use_local_subchannel_pool": 1,
    "grpc.max_send_message_length": FRAME_MAX_BYTES,
    "grpc.max_receive_message_length": FRAME_MAX_BYTES,
    // Node refuses an IP address as the server name of TLS; the certificate is still checked against it, see below.
    ...(address.secure && isIP(address.host) !== 0 ? { "grpc.ssl_target_name_override": "region.invalid" } : {}),
  };
}

function secretsOf(target: GrpcTarget, address: Address): { token: string; channel: ChannelCredentials } {
  const read = (path: string | undefined): Buffer | null => {
    if (path === undefined) return null;
    try {
      return readFileSync(path);
    } catch (cause) {
      const message = `region ${target.region}: cannot read ${path}: ${messageOf(cause)}`;
      throw new Fault({ code: "file", message, hint: "check the path and who may read it", cause });
    }
  };
  const token = read(target.tokenFile)?.toString("utf8").trim() ?? "";
  if (!address.secure) return { token, channel: credentials.createInsecure() };

  const [ca, key, cert] = [read(target.ca), read(target.key), read(target.cert)];
  try {
    const channel = credentials.createSsl(ca, key, cert, {
      checkServerIdentity: (_name, certificate) => checkServerIdentity(address.host, certificate),
    });
    return { token, channel };
  } catch (cause) {
    const message = `region ${target.region}: the certificate files cannot be used: ${messageOf(cause)}`;
    throw new Fault({ code: "file", message, hint: "ca, cert and key are PEM; cert and key belong together", cause });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
