import { connectivityState, Metadata } from "@grpc/grpc-js";
import type { Client, ClientDuplexStream, StatusObject } from "@grpc/grpc-js";
import { Fault } from "../../proto/core/fault.ts";
import { GrpcChannel, lossOf } from "../../proto/runtime/grpc-target.ts";
import type { GrpcTarget } from "../../proto/runtime/grpc-target.ts";
import { decodeReceiverFrame, encodeSenderFrame, PEER_LINK_PATH } from "../../proto/wire/peer-messages.ts";
import type { SenderFrame, ReceiverFrame } from "../../proto/wire/peer-messages.ts";

/** A connection that this region dialled. On it, this region is the sender. */
export interface OutgoingLink {
  /** Sends the frame, or keeps it in memory until the connection takes it. The credit of the peer bounds this memory. */
  send(frame: SenderFrame): void;
  /** Ends the connection now. The listener is not called any more. */
  close(): void;
}

/** `closed` is called once, and is the last call. */
export type OutgoingListener = {
  readonly heard: (frame: ReceiverFrame) => void;
  readonly closed: (reason: string) => void;
};

export type PeerGreeting = Omit<Extract<SenderFrame, { kind: "hello" }>, "kind" | "token">;

/** The connection over gRPC. */
export class GrpcOutgoingLink implements OutgoingLink {
  readonly #listener: OutgoingListener;
  #client: Client | undefined;
  #call: ClientDuplexStream<SenderFrame, ReceiverFrame> | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  #over = false;

  constructor(target: GrpcTarget, hello: PeerGreeting, listener: OutgoingListener) {
    this.#listener = listener;
    try {
      const channel = new GrpcChannel(target);
      const { client, token } = channel.connect();
      this.#client = client;
      const call = client.makeBidiStreamRequest(PEER_LINK_PATH, encodeSenderFrame, decodeReceiverFrame, new Metadata());
      this.#call = call;
      call.on("data", (frame: ReceiverFrame) => {
        if (!this.#over) listener.heard(frame);
      });
      // The status event follows, with more detail.
      call.on("error", () => undefined);
      call.on("status", ({ details }: StatusObject) =>
        this.#end(lossOf(channel.url, details || "the peer ended the link")),
      );
      this.#watchdog = setTimeout(() => {
        if (client.getChannel().getConnectivityState(false) === connectivityState.READY) return;
        this.#end(`${channel.url} accepts connections but does not answer within ${READY_MS / 1000} s`);
      }, READY_MS);
      call.write({ kind: "hello", ...hello, token });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const reason = error.line;
      setImmediate(() => this.#end(reason));
    }
  }

  send(frame: SenderFrame): void {
    if (!this.#over) this.#call?.write(frame);
  }

  close(): void {
    this.#over = true;
    this.#release();
  }

  #end(reason: string): void {
    this.#release();
    if (this.#over) return;
    this.#over = true;
    this.#listener.closed(reason);
  }

  #release(): void {
    clearTimeout(this.#watchdog);
    this.#call?.cancel();
    this.#client?.close();
    this.#call = undefined;
    this.#client = undefined;
  }
}

const READY_MS = 5_000;
