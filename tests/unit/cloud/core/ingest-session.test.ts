import { describe, expect, it } from "vitest";

import { initialIngestSession, stepIngestSession } from "../../../../cloud/core/ingest-session.ts";
import type {
  IngestSessionOptions,
  IngestSessionEffect,
  IngestSessionEvent,
  IngestSessionState,
  OwnedSet,
} from "../../../../cloud/core/ingest-session.ts";
import { EMPTY_HAVE, insert } from "../../../../proto/core/have.ts";
import type { Have } from "../../../../proto/core/have.ts";
import { regionId, toSeq, streamId } from "../../../../proto/core/ids.ts";
import type { StreamId } from "../../../../proto/core/ids.ts";
import type { GatewayFrame, RegionFrame } from "../../../../proto/wire/ingest-messages.ts";

const STREAM = streamId("01890000-0000-7000-8000-000000000001");
const OTHER = streamId("01890000-0000-7000-8000-000000000002");

const OPTIONS: IngestSessionOptions = {
  protocol: 1,
  region: regionId("eu"),
  storeId: new Uint8Array(16).fill(1),
  bootId: new Uint8Array(16).fill(2),
  creditBytes: 1000,
  minCopies: 1,
  regions: [],
  leaving: false,
  authorized: (gateway, token) => gateway === "plant-7" && token === "secret",
  verified: true,
  replicatedOf: () => EMPTY_HAVE,
};

/** A session that remembers what it did. */
class Trial {
  state: IngestSessionState = initialIngestSession(0);
  effects: IngestSessionEffect[] = [];
  readonly #options: IngestSessionOptions;

  constructor(options: Partial<IngestSessionOptions> = {}) {
    this.#options = { ...OPTIONS, ...options };
  }

  tell(event: IngestSessionEvent, nowMs = 0): this {
    const result = stepIngestSession(this.state, event, nowMs, this.#options);
    this.state = result.state;
    this.effects = [...result.effects];
    return this;
  }

  frame(frame: GatewayFrame, nowMs = 0): this {
    return this.tell({ kind: "frame", frame }, nowMs);
  }

  /** The Hello arrived, and the session has the name of its gateway. */
  greeted(frame = hello()): this {
    return this.frame(frame).tell({ kind: "accepted" });
  }

  open(frame = hello()): this {
    return this.greeted(frame).tell({
      kind: "sets_loaded",
      sets: [{ streamId: STREAM, have: EMPTY_HAVE, gateway: null }],
    });
  }

  get sent(): RegionFrame[] {
    return this.effects.filter((effect) => effect.kind === "send").map((effect) => effect.frame);
  }

  get kinds(): string[] {
    return this.effects.map((effect) => effect.kind);
  }
}

function hello(
  change: { protocol?: number; gateway?: string; token?: string; life?: StreamId; streams?: [] } = {},
): GatewayFrame {
  return {
    kind: "hello",
    protocol: 1,
    gateway: "plant-7",
    software: "0.1.0",
    token: "secret",
    life: null,
    streams: [{ streamId: STREAM, first: toSeq(1), last: toSeq(3), closed: false }],
    ...change,
  };
}

function batch(number: number, sizeBytes = 100, stream = STREAM): GatewayFrame {
  const bytes = new Uint8Array(sizeBytes);
  return { kind: "batch", batch: { streamId: stream, seq: toSeq(number), bytes, sha256: new Uint8Array(32) } };
}

function settled(number: number, refusal: { code: "bad_batch" | "fork"; message: string } | null = null) {
  return { streamId: STREAM, seq: toSeq(number), sizeBytes: 100, refusal };
}

function changed(stream: StreamId, have: Have): OwnedSet {
  return { streamId: stream, gateway: "plant-7", have };
}

it("a region that leaves the other regions refuses a gateway with the hint to connect to another one", () => {
  const trial = new Trial({ leaving: true }).frame(hello());
  expect(trial.effects).toContainEqual({
    kind: "send",
    frame: expect.objectContaining({
      kind: "refusal",
      message: expect.stringContaining("eu is leaving") as unknown,
    }) as unknown,
  });
});

describe("the greeting", () => {
  it("is refused if it names a stream of another gateway and gateways prove who they are", () => {
    const sets = [{ streamId: STREAM, have: EMPTY_HAVE, gateway: "plant-8" }];
    const refused = new Trial().greeted().tell({ kind: "sets_loaded", sets });
    expect(refused.state.kind).toBe("ended");
    expect(refused.sent).toMatchObject([
      {
        kind: "refusal",
        code: "unauthorized",
        message: expect.stringContaining("belongs to gateway plant-8") as string,
      },
    ]);
    const open = new Trial({ verified: false }).greeted().tell({ kind: "sets_loaded", sets });
    expect(open.sent).toMatchObject([{ kind: "hello_ack" }]);
  });

  it("is answered with the sets of the streams that the gateway named", () => {
    const trial = new Trial().frame(hello());
    expect(trial.kinds).toEqual(["pause", "claim"]);
    trial.tell({ kind: "accepted" });
    expect(trial.kinds).toEqual(["opened", "load_sets"]);

    const have = insert(EMPTY_HAVE, toSeq(1));
    trial.tell({ kind: "sets_loaded", sets: [{ streamId: STREAM, have, gateway: "plant-7" }] });
    expect(trial.sent).toMatchObject([
      { kind: "hello_ack", region: "eu", durable: [{ streamId: STREAM, have }], creditBytes: 1000 },
    ]);
    expect(trial.kinds.at(-1)).toBe("resume");
  });

  it.each([
    ["another protocol", hello({ protocol: 9 }), "protocol"],
    ["an invalid name", hello({ gateway: "../etc" }), "bad_hello"],
    ["a wrong token", hello({ token: "guess" }), "unauthorized"],
    ["an unknown gateway", hello({ gateway: "plant-8" }), "unauthorized"],
    ["a batch before it", batch(1), "bad_hello"],
  ])("refuses %s and ends", (_what, frame, code) => {
    const trial = new Trial().frame(frame);
    expect(trial.sent).toMatchObject([{ kind: "refusal", code, batch: null }]);
    expect(trial.kinds.at(-1)).toBe("end");
    expect(trial.state.kind).toBe("ended");
  });

  it("is refused without repeating the wrong token", () => {
    const trial = new Trial().frame(hello({ token: "hunter2" }));
    expect(JSON.stringify(trial.effects)).not.toContain("hunter2");
  });

  it("must come within ten seconds", () => {
    const trial = new Trial().tell({ kind: "tick" }, 9_999);
    expect(trial.kinds).toEqual([]);
    trial.tell({ kind: "tick" }, 10_000);
    expect(trial.sent).toMatchObject([{ kind: "refusal", code: "bad_hello" }]);
  });
});

describe("the name of the gateway", () => {
  const LIFE = streamId("01890000-0000-7000-8000-000000000009");
  const claimOf = (trial: Trial) => trial.effects.find((effect) => effect.kind === "claim");

  it("[I37] is claimed with the life of the process and what it has sealed, and nothing is answered before", () => {
    const trial = new Trial().frame(hello({ life: LIFE }));
    expect(claimOf(trial)).toEqual({ kind: "claim", gateway: "plant-7", life: LIFE, lasts: new Map([[STREAM, 3]]) });
    expect(trial.tell({ kind: "tick" }, 4_000).effects).toEqual([]);
  });

  it("[I37] is claimed by a gateway of an earlier version with its open stream, or with its first new stream", () => {
    expect(claimOf(new Trial().frame(hello()))).toMatchObject({ life: STREAM });
    const trial = new Trial().open(hello({ streams: [] }));
    expect(trial.frame(batch(1)).effects).toContainEqual({ kind: "named", life: STREAM });
    expect(trial.frame(batch(1, 100, OTHER)).kinds).not.toContain("named");
  });

  it("[I37] is refused with the reason, before the answer and after it", () => {
    for (const trial of [new Trial().frame(hello()), new Trial().greeted(), new Trial().open()]) {
      trial.tell({ kind: "refuse", code: "twin", message: "another one is connected" });
      expect(trial.sent).toEqual([{ kind: "refusal", code: "twin", message: "another one is connected", batch: null }]);
      expect(trial.state.kind).toBe("ended");
    }
  });

  it("is proved by an answer to a probe, which is sent at once, but not before the answer to the Hello", () => {
    const probe = { number: 4, rival: "10.0.0.9:7, to eu" };
    expect(new Trial().open().tell({ kind: "probe", probe }).sent).toMatchObject([{ kind: "ack", durable: [], probe }]);
    const early = new Trial().greeted().tell({ kind: "probe", probe });
    expect(early.sent).toEqual([]);
    expect(early.tell({ kind: "sets_loaded", sets: [] }).sent).toMatchObject([
      { kind: "hello_ack" },
      { kind: "ack", probe },
    ]);
    expect(early.frame({ kind: "alive", probe: 4 }).effects).toEqual([]);
  });
});

describe("acknowledgements", () => {
  it("[I24] come only from a commit", () => {
    const trial = new Trial().open().frame(batch(1));
    expect(trial.kinds).toEqual(["submit_batch"]);

    const have = insert(EMPTY_HAVE, toSeq(1));
    trial.tell({ kind: "committed", sets: [changed(STREAM, have)], own: [settled(1)] });
    expect(trial.sent).toMatchObject([{ kind: "ack", durable: [{ have }], replicated: [] }]);
  });

  it("[I22] say what is replicated when it changes, with a commit or without", () => {
    const have = insert(EMPTY_HAVE, toSeq(1));
    let copies = EMPTY_HAVE;
    const trial = new Trial({ replicatedOf: () => copies }).open();
    copies = have;
    trial.tell({ kind: "committed", sets: [changed(STREAM, have)], own: [] });
    expect(trial.sent).toMatchObject([{ kind: "ack", durable: [{ have }], replicated: [{ have }] }]);
    trial.tell({ kind: "replicated", sets: [changed(STREAM, have)] });
    expect(trial.sent).toEqual([]);
    // A region that was restored from a backup claims less than before.
    trial.tell({ kind: "replicated", sets: [changed(STREAM, EMPTY_HAVE)] });
    expect(trial.sent).toMatchObject([{ kind: "ack", durable: [], replicated: [{ have: EMPTY_HAVE }] }]);
  });

  it("reach every session of the gateway, whoever delivered the batch", () => {
    const trial = new Trial().open();
    trial.tell({ kind: "committed", sets: [changed(STREAM, insert(EMPTY_HAVE, toSeq(1)))], own: [] });
    expect(trial.sent).toHaveLength(1);
  });

  it("do not mention streams of other gateways", () => {
    const trial = new Trial().open();
    const sets = [{ ...changed(OTHER, insert(EMPTY_HAVE, toSeq(1))), gateway: "plant-8" }];
    trial.tell({ kind: "committed", sets, own: [] });
    expect(trial.kinds).toEqual([]);
  });

  it("mention a stream of this gateway that the session has not named, because its batches may come from a peer", () => {
    const trial = new Trial().open();
    trial.tell({ kind: "committed", sets: [changed(OTHER, insert(EMPTY_HAVE, toSeq(1)))], own: [] });
    expect(trial.sent).toMatchObject([{ kind: "ack", durable: [{ streamId: OTHER }] }]);
  });

  it("cover a stream that began after the greeting", () => {
    const trial = new Trial().open().frame(batch(1, 100, OTHER));
    const have = insert(EMPTY_HAVE, toSeq(1));
    trial.tell({ kind: "committed", sets: [changed(OTHER, have)], own: [] });
    expect(trial.sent).toMatchObject([{ kind: "ack", durable: [{ streamId: OTHER, have }] }]);
  });

  it("are sent as a heartbeat when nothing is committed", () => {
    const trial = new Trial().open();
    let beats = 0;
    for (let nowMs = 250; nowMs <= 10_000; nowMs += 250) beats += trial.tell({ kind: "tick" }, nowMs).sent.length;
    expect(beats).toBeGreaterThanOrEqual(10);
  });
});

describe("refused batches", () => {
  it.each(["bad_batch", "fork"] as const)("[P5] are named (%s) while the session stays open", (code) => {
    const trial = new Trial().open().frame(batch(1));
    trial.tell({ kind: "committed", sets: [], own: [settled(1, { code, message: "why" })] });
    expect(trial.sent[0]).toMatchObject({ kind: "refusal", code, message: "why", batch: { streamId: STREAM, seq: 1 } });
    expect(trial.frame(batch(2)).kinds).toContain("submit_batch");
  });
});

describe("credit", () => {
  it("stops reading when it is used up, and reads again when half of it is free", () => {
    const trial = new Trial().open();
    for (let number = 1; number <= 9; number += 1) expect(trial.frame(batch(number)).kinds).toEqual(["submit_batch"]);
    expect(trial.frame(batch(10)).kinds).toEqual(["submit_batch", "pause"]);

    const release = (number: number) => trial.tell({ kind: "committed", sets: [], own: [settled(number)] }).kinds;
    for (let number = 1; number <= 4; number += 1) expect(release(number)).not.toContain("resume");
    expect(release(5)).toContain("resume");
  });
});

describe("the end", () => {
  it("waits for the batches in flight when the region drains", () => {
    const trial = new Trial().open().frame(batch(1));
    trial.tell({ kind: "drain", reason: "restart" });
    expect(trial.sent).toEqual([{ kind: "drain", reason: "restart" }]);
    expect(trial.state.kind).toBe("open");

    trial.tell({
      kind: "committed",
      sets: [changed(STREAM, insert(EMPTY_HAVE, toSeq(1)))],
      own: [settled(1)],
    });
    expect(trial.kinds).toEqual(["send", "end"]);
  });

  it("waits for the batches in flight when the gateway leaves", () => {
    const trial = new Trial().open().frame(batch(1)).tell({ kind: "gateway_ended" });
    expect(trial.state.kind).toBe("open");
    trial.tell({ kind: "committed", sets: [], own: [settled(1)] });
    expect(trial.kinds.at(-1)).toBe("end");
  });

  it("is final: later events have no effect", () => {
    const trial = new Trial().open().tell({ kind: "lost" });
    expect(trial.frame(batch(1)).effects).toEqual([]);
    expect(trial.tell({ kind: "tick" }, 60_000).effects).toEqual([]);
  });
});
