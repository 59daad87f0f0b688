import { connectivityState, Metadata, status } from "@grpc/grpc-js";
import type { Client, ClientDuplexStream, StatusObject } from "@grpc/grpc-js";
import { Fault } from "../../proto/core/fault.ts";
import type { GatewayId, RegionId, StreamId } from "../../proto/core/ids.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import type { GrpcTarget } from "../../proto/runtime/grpc-target.ts";
import { GrpcChannel, lossOf } from "../../proto/runtime/grpc-target.ts";
import {
  decodeRegionFrame,
  encodeGatewayFrame,
  INGEST_SESSION_PATH,
  PROTOCOL,
} from "../../proto/wire/ingest-messages.ts";
import type { GatewayFrame, RegionFrame } from "../../proto/wire/ingest-messages.ts";
import type { StreamHave } from "../../proto/wire/frame-values.ts";
import type {
  RegionRefusal,
  RefusalCode,
  RegionEndpoint,
  RegionSession,
  SessionEvent,
  SessionHello,
  StreamSets,
  VoidedRange,
} from "../core/uplink/session.ts";

/**
 * A region that is reached by gRPC. Each session has its own channel (proto/runtime/grpc-target.ts). A new connection
 * costs one handshake, and happens no more often than the uplink's backoff allows.
 *
 * A wrong address or an unusable file ends the attempt with the reason. The next attempt reads the files again.
 */
export class GrpcEndpoint implements RegionEndpoint {
  readonly region: RegionId;
  readonly #channel: GrpcChannel;
  readonly #url: string;
  readonly #self: GatewaySelf;

  constructor(target: GrpcTarget, self: GatewaySelf) {
    this.region = target.region;
    this.#url = target.url;
    this.#channel = new GrpcChannel(target);
    this.#self = self;
  }

  /**
   * Finds mistakes in the configuration at the start.
   * @throws Fault if the address is not valid, or if a file that the target names cannot be used.
   */
  verify(): void {
    this.#channel.verify();
  }

  open(hello: SessionHello, listener: (event: SessionEvent) => void): RegionSession {
    const { streams } = hello;
    return new GrpcSession(
      () => {
        const { client, token } = this.#channel.connect();
        const greeting: GatewayFrame = {
          kind: "hello",
          protocol: PROTOCOL,
          ...this.#self,
          streams,
          token,
        };
        return { client, greeting };
      },
      this.#url,
      listener,
    );
  }
}

/** What every greeting of this process says about it. `life` is the id of its first stream. */
export type GatewaySelf = { readonly gateway: GatewayId; readonly software: string; readonly life: StreamId };

/** A channel that is not READY after this time is given up. */
const READY_MS = 5_000;
/** Bytes that were written but not yet taken by the flow control of HTTP/2: enough to keep a fast link busy. */
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
    // Node calls back when flow control has taken the frame. So this counts bytes, where `write` counts frames.
    this.#call.write({ kind: "batch", batch }, () => {
      this.#bufferedBytes -= bytes;
      if (!this.#full || this.#bufferedBytes > BUFFER_LOW_BYTES) return;
      this.#full = false;
      this.#report({ kind: "writable" });
    });
    this.#full ||= this.#bufferedBytes >= BUFFER_HIGH_BYTES;
    return !this.#full;
  }

  answer(probe: number): void {
    if (!this.#over) this.#call?.write({ kind: "alive", probe });
  }

  declareVoid(range: VoidedRange): void {
    if (!this.#over) this.#call?.write({ kind: "void", ...range });
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
    call.on("data", (frame: RegionFrame) => this.#report(sessionEventOf(frame)));
    // The event `status` follows and has the reason.
    call.on("error", () => undefined);
    call.on("status", (ended: StatusObject) => this.#ended(ended));
    this.#watchdog = setTimeout(() => {
      if (client.getChannel().getConnectivityState(false) === connectivityState.READY) return;
      this.#end(`${this.#url} accepts connections but does not answer within ${READY_MS / 1000} s`);
    }, READY_MS);
    call.write(greeting);
  }

  #ended({ code, details }: StatusObject): void {
    const refusal = refusalOf(code, this.#url, details);
    if (refusal !== undefined) this.#report({ kind: "refusal", refusal });
    this.#end(code === status.OK ? "the region ended the session" : lossOf(this.#url, details));
  }

  #report(event: SessionEvent): void {
    if (!this.#over) this.#listener(event);
  }

  #end(reason: string): void {
    this.#release();
    this.#report({ kind: "closed", reason });
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

export function sessionEventOf(frame: RegionFrame): SessionEvent {
  switch (frame.kind) {
    case "hello_ack": {
      const { region, storeId, bootId, creditBytes, minCopies, regions } = frame;
      return {
        kind: "hello_ack",
        region,
        storeId: Buffer.from(storeId).toString("hex"),
        bootId: Buffer.from(bootId).toString("hex"),
        durable: setsOf(frame.durable),
        replicated: setsOf(frame.replicated),
        creditBytes,
        minCopies,
        regions,
      };
    }
    case "ack":
      return {
        kind: "ack",
        durable: setsOf(frame.durable),
        replicated: setsOf(frame.replicated),
        creditBytes: frame.creditBytes,
        probe: frame.probe,
      };
    case "drain":
      return { kind: "drain", reason: frame.reason };
    case "refusal":
      return {
        kind: "refusal",
        refusal: { code: refusalCode(frame.code), message: frame.message, batch: frame.batch },
      };
  }
}

function setsOf(haves: readonly StreamHave[]): StreamSets {
  return new Map(haves.map(({ streamId, have }) => [streamId, have]));
}

function refusalCode(text: string): RefusalCode {
  return REFUSAL_CODES.find((code) => code === text) ?? "other";
}

const REFUSAL_CODES: readonly RefusalCode[] = [
  "leaving",
  "protocol",
  "unauthorized",
  "bad_hello",
  "bad_batch",
  "fork",
  "storage",
  "twin",
];

/** Refusals that come from a proxy or an interceptor, not from the region itself. */
function refusalOf(code: status, url: string, details: string): RegionRefusal | undefined {
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
