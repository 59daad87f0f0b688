import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { ServerDuplexStream } from "@grpc/grpc-js";
import { heldCount, EMPTY_HAVE, insert } from "../../proto/core/have.ts";
import type { Have } from "../../proto/core/have.ts";
import type { RegionId, StreamId } from "../../proto/core/ids.ts";
import {
  decodeGatewayFrame,
  encodeRegionFrame,
  INGEST_SESSION_PATH,
  PROTOCOL,
} from "../../proto/wire/ingest-messages.ts";
import type { GatewayFrame, RegionFrame } from "../../proto/wire/ingest-messages.ts";

/**
 * A minimal region: a real gRPC server in this process that keeps the received sets in memory. It acknowledges once a turn of
 * the event loop, as a group commit does.
 */
export class TestRegion {
  readonly region: RegionId = "eu" as RegionId;
  /** Survives `stop`, as a disk does. */
  readonly disk: Map<StreamId, Have> = new Map();
  readonly hellos: Extract<GatewayFrame, { kind: "hello" }>[] = [];
  port: number = 0;
  bytes: number = 0;
  creditBytes: number = 8 * 1024 * 1024;
  /** While true, it receives everything and answers nothing. */
  frozen: boolean = false;
  #server: Server | undefined;
  readonly #calls = new Set<ServerDuplexStream<GatewayFrame, RegionFrame>>();

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(credentials: ServerCredentials = ServerCredentials.createInsecure()): Promise<void> {
    const server = new Server({ "grpc-node.flow_control_window": 4 * 1024 * 1024 });
    server.addService(
      {
        session: {
          path: INGEST_SESSION_PATH,
          requestStream: true,
          responseStream: true,
          requestSerialize: () => Buffer.alloc(0),
          requestDeserialize: decodeGatewayFrame,
          responseSerialize: encodeRegionFrame,
          responseDeserialize: () => undefined,
        },
      },
      { session: (call: ServerDuplexStream<GatewayFrame, RegionFrame>) => this.#serve(call) },
    );
    this.port = await new Promise((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${this.port}`, credentials, (error, port) => {
        if (error === null) resolve(port);
        else reject(error);
      });
    });
    this.#server = server;
  }

  /** Breaks every connection at once. */
  stop(): void {
    this.#server?.forceShutdown();
    this.#server = undefined;
    this.#calls.clear();
  }

  tellAll(frame: RegionFrame): void {
    for (const call of this.#calls) call.write(frame);
  }

  held(streamId: StreamId): number {
    return heldCount(this.disk.get(streamId) ?? EMPTY_HAVE);
  }

  #serve(call: ServerDuplexStream<GatewayFrame, RegionFrame>): void {
    this.#calls.add(call);
    let due = false;
    const ack = (): void => {
      due = false;
      if (this.#calls.has(call) && !this.frozen) call.write({ kind: "ack", ...this.#sets() });
    };
    const heartbeat = setInterval(ack, 1_000);
    const over = (): void => {
      clearInterval(heartbeat);
      this.#calls.delete(call);
    };
    call.on("cancelled", over);
    call.on("error", over);
    call.on("end", () => {
      over();
      call.end();
    });
    call.on("data", (frame: GatewayFrame) => {
      if (frame.kind === "hello") {
        this.hellos.push(frame);
        if (this.frozen) return;
        const identity = { storeId: Buffer.alloc(16, 1), bootId: Buffer.alloc(16, 2) };
        call.write({
          kind: "hello_ack",
          protocol: PROTOCOL,
          region: this.region,
          ...identity,
          regions: [],
          minCopies: 1,
          ...this.#sets(),
        });
        return;
      }
      if (frame.kind !== "batch" || this.frozen) return;
      const { streamId, seq, bytes } = frame.batch;
      this.bytes += bytes.length;
      this.disk.set(streamId, insert(this.disk.get(streamId) ?? EMPTY_HAVE, seq));
      if (due) return;
      due = true;
      setImmediate(ack);
    });
  }

  #sets(): Pick<Extract<RegionFrame, { kind: "ack" }>, "durable" | "replicated" | "creditBytes"> {
    const durable = [...this.disk].map(([streamId, have]) => ({ streamId, have }));
    return { durable, replicated: durable, creditBytes: this.creditBytes };
  }
}
