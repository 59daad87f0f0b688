import { EventEmitter } from "node:events";
import type { OutgoingLink, OutgoingListener, PeerGreeting } from "../../cloud/peer/outgoing-link.ts";
import { PeerReplicator } from "../../cloud/peer/peer-replicator.ts";
import type { StreamCall } from "../../cloud/grpc/region-server.ts";
import { Committer } from "../../cloud/ingest/committer.ts";
import type { CommitListener } from "../../cloud/ingest/committer.ts";
import { GrpcIngest } from "../../cloud/ingest/grpc-ingest.ts";
import { TwinWatch } from "../../cloud/ingest/twin-watch.ts";
import { CommandService } from "../../cloud/operator/command-service.ts";
import { allSets } from "../../cloud/store/all-sets.ts";
import { Pruner } from "../../cloud/store/pruner.ts";
import { REGION_DATABASE, openSqliteStoreIn } from "../../cloud/store/sqlite/sqlite-store.ts";
import type { ArrivedBatch, StreamSet } from "../../cloud/core/apply.ts";
import type { ApplyResult, Store } from "../../cloud/store/store.ts";
import { Fault } from "../../proto/core/fault.ts";
import { EMPTY_HAVE, insert, union } from "../../proto/core/have.ts";
import type { Have } from "../../proto/core/have.ts";
import { regionId } from "../../proto/core/ids.ts";
import type { RegionId, StreamId } from "../../proto/core/ids.ts";
import { operatorName } from "../../proto/core/operator-command.ts";
import type { OperatorDraft } from "../../proto/core/operator-command.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import { uuidV7 } from "../../proto/core/uuid-v7.ts";
import type { Database } from "../../proto/runtime/sqlite.ts";
import { openInMemory } from "../../proto/runtime/sqlite.ts";
import { PROTOCOL } from "../../proto/wire/ingest-messages.ts";
import { decodeReceiverFrame, encodeSenderFrame } from "../../proto/wire/peer-messages.ts";
import type { SenderFrame } from "../../proto/wire/peer-messages.ts";
import { linkMutation, snapshotMutation } from "./mutants.ts";
import type { Mutant } from "./mutants.ts";
import type { Network, WireEnd } from "./network.ts";
import type { VirtualTime } from "./virtual-time.ts";

/**
 * A region as it is in production, store, committer, sessions and replication, on a disk in memory, a simulated network
 * and virtual time. It has two names on the network: `<name>` for gateways, `<name>/peer` for regions.
 */
export class SimRegion {
  readonly name: RegionId;
  readonly #deps: SimRegionDeps;
  #disk: Database;
  /** The running process. Each start makes a new one. An earlier process never finishes what it had begun. */
  #life:
    | {
        readonly store: Store;
        readonly commands: CommandService;
        readonly committer: Committer;
      }
    | undefined;
  #lives = 0;
  #clockOffsetMs = 0;
  readonly #everHeld = new Map<RegionId, Map<string, Have>>();
  /** Commits take up to this long. */
  commitMs = 5;

  constructor(name: string, deps: SimRegionDeps) {
    this.name = regionId(name);
    this.#deps = deps;
    this.#disk = openInMemory(REGION_DATABASE);
  }

  get running(): boolean {
    return this.#life !== undefined;
  }

  get store(): Store | undefined {
    return this.#life?.store;
  }

  async start(): Promise<void> {
    const { time, network, random, peers, minCopies } = this.#deps;
    const life = ++this.#lives;
    const alive = (): boolean => this.#lives === life && this.#life !== undefined;
    const clock = time.clock(() => this.#clockOffsetMs);
    const store = openSqliteStoreIn(this.#disk, { path: this.name, newStoreId: this.#bytes() });
    const slow = this.#slowStore(store, alive);
    const bootId = this.#bytes();
    const greeting = { protocol: PROTOCOL, region: this.name, storeId: store.storeId, bootId, software: "sim" };
    const committer = new Committer({ store: slow, clock, onFault: this.#deps.onFault });
    const replicator = new PeerReplicator(
      {
        store: slow,
        committer,
        clock,
        random,
        dial: (peer, listener) => this.#dial(peer, greeting, listener, alive),
        onFault: this.#deps.onFault,
      },
      await allSets(store),
      {
        self: {
          protocol: PROTOCOL,
          region: this.name,
          storeId: store.storeId,
          bootId,
          isPeer: (name) => peers.some((peer) => peer === name && peer !== this.name),
          authorized: () => true,
        },
        members: peers.map((region) => ({ region, state: "member", url: "", gatewayUrl: "" })),
        minCopies,
      },
    );
    const replicatedOf =
      this.#deps.mutant === "eager_trim"
        ? (streamId: Parameters<PeerReplicator["replicated"]>[0]) => replicator.own(streamId)
        : (streamId: Parameters<PeerReplicator["replicated"]>[0]) => replicator.replicated(streamId);
    const twins = new TwinWatch(
      {
        clock,
        heldOf: (streamId) => replicator.own(streamId),
        announce: (gateway) => replicator.announce(gateway),
        inherit: () => undefined,
        events: {
          twinsFound: (found) => this.#deps.onReport(`${this.name}: ${JSON.stringify(found)}`),
          twinsOver: () => undefined,
        },
        onFault: this.#deps.onFault,
      },
      { region: this.name },
    );
    const ingest = new GrpcIngest({
      store: slow,
      committer,
      twins,
      clock,
      replicatedOf,
      events: {
        sessionOpened: () => {},
        sessionClosed: () => {},
        refused: (what) => this.#deps.onReport(`${this.name}: ${JSON.stringify(what)}`),
        onFault: this.#deps.onFault,
      },
      session: {
        protocol: PROTOCOL,
        region: this.name,
        storeId: store.storeId,
        bootId,
        creditBytes: 1024 * 1024,
        regions: [],
        minCopies,
        leaving: false,
        authorized: () => true,
        verified: false,
      },
    });
    const commands = new CommandService(
      {
        committer,
        highestHlc: () => slow.highestHlc(),
        replicatedOf,
        clock,
        mintStreamId: () => uuidV7(clock.nowMs(), this.#bytes()),
      },
      { region: this.name, regionNumber: peers.indexOf(this.name) },
    );
    const pruner = new Pruner(
      {
        store: slow,
        clock,
        heldEverywhere: (streamId, at) => replicator.heldEverywhere(streamId, at),
        pruned: () => undefined,
        onFailure: this.#deps.onFault,
      },
      { keepMs: KEEP_BYTES_MS },
    );
    this.#life = { store, commands, committer };
    network.listen(this.name, (end) => ingest.service.accept(callOf(end)));
    network.listen(`${this.name}/peer`, (end) => replicator.service.accept(callOf(end)));
    committer.onCommit(replicator.committed);
    committer.subscribe(operatorName(this.name), commands);
    replicator.onNotice((notice) => {
      if (notice.kind === "lives") twins.heard(notice.peer, notice);
      if (notice.kind === "report") this.#deps.onReport(`${this.name}: ${JSON.stringify(notice.report)}`);
    });
    time.every(100, () => {
      if (alive()) replicator.tick();
      return alive();
    });
    time.every(1_000, () => {
      if (alive()) void pruner.prune();
      return alive();
    });
    time.every(250, () => {
      if (alive()) ingest.tick();
      return alive();
    });
  }

  /** Takes a command. @returns false when the region does not run. `replicated` is called when enough regions hold it. */
  command(draft: OperatorDraft, replicated: () => void): boolean {
    if (this.#life === undefined) return false;
    const { commands } = this.#life;
    void commands
      .commit([draft])
      // The clock is outside of the years that a version can hold.
      .catch((error: unknown) =>
        error instanceof Fault && error.code === "config" ? undefined : this.#deps.onFault(error),
      )
      .then(async (receipt) => {
        if (receipt !== undefined && (await commands.replicated(receipt, NEVER))) replicated();
      });
    return true;
  }

  /** Receives a batch from some gateway. */
  take(batch: SealedBatch): void {
    this.#life?.committer.submitBatch(
      { kind: "gateway", gateway: "plant-9", verified: false, listener: NO_LISTENER },
      batch,
    );
  }

  /** Stops at once. `silent`: by a power cut, which the other ends do not notice. Otherwise it is killed. */
  crash(how: { silent: boolean }): void {
    this.#life = undefined;
    this.#lives++;
    const { network } = this.#deps;
    network.down(this.name, how);
    network.down(`${this.name}/peer`, how);
  }

  /** A copy of the disk, for {@link replaceDisk}. */
  image(): Buffer {
    return this.#disk.serialize();
  }

  /** Replaces the disk of a stopped region by an old copy, or by an empty disk. */
  replaceDisk(image: Buffer | undefined): void {
    this.#disk.close();
    this.#disk = openInMemory(image === undefined ? REGION_DATABASE : { ...REGION_DATABASE, image });
  }

  /** Frees the disk. The garbage collector does not see SQLite's memory. */
  dispose(): void {
    this.#life = undefined;
    this.#lives++;
    this.#disk.close();
  }

  jumpClock(byMs: number): void {
    this.#clockOffsetMs += byMs;
  }

  #bytes(): Buffer {
    return Buffer.from(Array.from({ length: 16 }, () => Math.floor(this.#deps.random() * 256)));
  }

  #dial(peer: RegionId, greeting: PeerGreeting, listener: OutgoingListener, alive: () => boolean): OutgoingLink {
    const end = this.#deps.network.connect(`${this.name}/peer`, `${peer}/peer`);
    let ever = this.#everHeld.get(peer);
    if (ever === undefined) this.#everHeld.set(peer, (ever = new Map()));
    const { incoming, outgoing } = linkMutation(this.#deps.mutant, ever);
    end.onFrame = (frame) => {
      if (alive()) listener.heard(incoming(decodeReceiverFrame(frame)));
    };
    end.onClosed = () => {
      if (alive()) listener.closed("the connection ended");
    };
    end.send(encodeSenderFrame({ kind: "hello", ...greeting, token: "" }));
    const send = (frame: SenderFrame): void => {
      const mutated = outgoing(frame);
      if (mutated !== undefined) end.send(encodeSenderFrame(mutated));
    };
    return { send, close: () => end.close() };
  }

  /** A store with slow commits. A commit that a crash interrupts did not happen, or happened and was never reported. */
  #slowStore(store: Store, alive: () => boolean): Store {
    const { time, random, mutant } = this.#deps;
    const pause = (ms: number): Promise<void> =>
      new Promise((resolve) => {
        time.after(ms, () => {
          // A process that was killed does not continue.
          if (alive()) resolve();
        });
      });
    const promised = new Map<StreamId, Have>();
    const apply = async (batches: readonly ArrivedBatch[]): Promise<ApplyResult> => {
      if (mutant === "ack_before_commit") {
        for (const { streamId, seq } of batches)
          promised.set(streamId, insert(promised.get(streamId) ?? EMPTY_HAVE, seq));
        void pause(15_000).then(() => store.apply(batches));
        const streamIds = new Set(batches.map(({ streamId }) => streamId));
        return {
          outcomes: batches.map(() => ({ kind: "stored", records: 0, rawReadings: 0 })),
          sets: await have([...streamIds]),
          approximate: { windows: 0, unnamedPairs: [] },
        };
      }
      await pause(random() * this.commitMs);
      const result = await store.apply(batches);
      if (mutant === "clock_dependent_apply")
        this.#disk.exec(`UPDATE stream SET redelivered = redelivered + ${Math.floor(time.nowMs) % 7}`);
      await pause(random() * 2);
      return result;
    };
    const have = async (streamIds: readonly StreamId[]): Promise<readonly StreamSet[]> =>
      (await store.have(streamIds)).map((set) => ({
        ...set,
        gateway: set.gateway ?? "plant-1",
        have: union(set.have, promised.get(set.streamId) ?? EMPTY_HAVE),
      }));
    return new Proxy<Store>(store, {
      get: (target, name) => {
        if (name === "apply") return apply;
        if (name === "snapshot") return snapshotMutation(mutant, store, pause);
        if (name === "have" && mutant === "ack_before_commit") return have;
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? (value as (...given: unknown[]) => unknown).bind(target) : value;
      },
    });
  }
}

/** Short, so that bytes are pruned when a region that lost its disk needs them. */
const KEEP_BYTES_MS = 3_000;
const NEVER = new AbortController().signal;
/** Ignores what becomes of a batch. */
const NO_LISTENER: CommitListener = { onCommitted: () => undefined, onReplicated: () => undefined };

export type SimRegionDeps = {
  readonly time: VirtualTime;
  readonly network: Network;
  readonly random: () => number;
  readonly peers: readonly string[];
  readonly minCopies: number;
  readonly mutant: Mutant | undefined;
  readonly onReport: (line: string) => void;
  readonly onFault: (fault: unknown) => void;
};

/** The end of a connection in the shape of a gRPC call, as far as the services use it. */
function callOf(end: WireEnd): StreamCall {
  return new SimCall(end) as unknown as StreamCall;
}

class SimCall extends EventEmitter {
  destroyed = false;
  readonly writableLength = 0;
  readonly #end: WireEnd;
  readonly #held: Buffer[] = [];
  #paused = false;

  constructor(end: WireEnd) {
    super();
    this.#end = end;
    end.onFrame = (frame) => {
      if (this.#paused) this.#held.push(frame);
      else this.emit("data", frame);
    };
    end.onClosed = () => {
      this.destroyed = true;
      this.emit("close");
    };
  }

  write(frame: Buffer): boolean {
    this.#end.send(frame);
    return true;
  }

  end(): void {
    this.destroyed = true;
    this.#end.close();
  }

  destroy(): void {
    this.end();
    this.emit("close");
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    while (!this.#paused) {
      const frame = this.#held.shift();
      if (frame === undefined) return;
      this.emit("data", frame);
    }
  }

  getPeer(): string {
    return "simulated";
  }
}
