import { randomBytes } from "node:crypto";
import { join } from "node:path";

import { regionId } from "../proto/core/ids.ts";
import type { Clock } from "../proto/runtime/clock.ts";
import { HttpServer } from "../proto/runtime/http.ts";
import type { Lifecycle } from "../proto/runtime/lifecycle.ts";
import type { Logger } from "../proto/runtime/log.ts";
import { createRegistry } from "../proto/runtime/metrics.ts";
import { PROTOCOL } from "../proto/wire/ingest-messages.ts";
import type { CloudConfig } from "./config.ts";
import { RegionEvents } from "./events.ts";
import { Committer } from "./ingest/committer.ts";
import { GrpcIngest } from "./ingest/grpc-ingest.ts";
import { readTokens } from "./ingest/tokens.ts";
import { serveQueries } from "./query/http-query.ts";
import { QueryApi } from "./query/query-api.ts";
import { Pruner } from "./store/pruner.ts";
import { ThreadedStore } from "./store/threaded-store.ts";

/**
 * A region, wired:
 *
 *     gateways --gRPC--> GrpcIngest -> Committer -> Store (a thread) <- QueryApi <- HttpServer <-- people
 *                                                     ^
 *                                                   Pruner
 *
 * Started from the disk outwards, so that nobody is listened to before what they say can be kept; stopped the other
 * way: gateways are asked to move on, what is in flight is committed and acknowledged, then the store is closed.
 */
export async function startRegion(deps: {
  config: CloudConfig;
  log: Logger;
  clock: Clock;
  life: Lifecycle;
}): Promise<void> {
  const { config, log, clock, life } = deps;
  const region = regionId(config.region);
  const registry = createRegistry();
  const events = new RegionEvents({ log, registry, clock });
  const onFault = (fault: unknown): void => life.fail(fault);
  const { tokensFile } = config.ingest;
  const authorized = tokensFile === undefined ? () => true : readTokens(tokensFile);

  const store = await ThreadedStore.open({
    path: join(config.dataDir, "region.db"),
    maxBytes: config.store.maxSizeBytes ?? null,
    newStoreId: randomBytes(16),
  });
  life.onStop("store", () => store.close());

  const pruner = new Pruner(
    { store, clock, pruned: (batches) => events.pruned(batches), onFailure: onFault },
    { keepMs: config.batches.keepMs },
  );
  life.onStop("pruner", () => pruner.stop());

  const committer = new Committer({ store, clock, events: { onCommit: events.onCommit, onFault } });
  life.onStop("commits", () => committer.settled());

  let notReady: string | null = "The region is starting.";
  const http = new HttpServer({ log });
  const api = new QueryApi({ store, region, clock, lastSeenMs: (gateway) => events.lastSeenMs(gateway) });
  serveQueries(http, { api, registry, readiness: () => notReady });
  const query = await http.listen(config.http);
  life.onStop("http", () => http.close());

  const { host, port, cert, key, clientCa } = config.ingest;
  const ingest = new GrpcIngest(
    {
      store,
      committer,
      clock,
      events: { ...events.session, onFault },
      session: {
        protocol: PROTOCOL,
        region,
        storeId: store.storeId,
        bootId: randomBytes(16),
        creditBytes: config.ingest.creditBytes,
        minCopies: config.minCopies,
        authorized,
        verified: tokensFile !== undefined,
      },
    },
    { host, port, tls: cert === undefined || key === undefined ? null : { cert, key, clientCa: clientCa ?? null } },
  );
  const session = await ingest.listen();
  life.onStop("ingest", () => {
    notReady = "The region is stopping.";
    events.stopping(life.reason ?? "stop");
    return ingest.stop({ reason: "the region is stopping", withinMs: life.exitCode === 0 ? DRAIN_MS : 0 });
  });

  pruner.start();
  notReady = null;
  const address = (at: { host: string; port: number }): string => `${at.host}:${at.port}`;
  events.started({ region, ingest: address(session), http: address(query), dataDir: config.dataDir });
}

/** Under the five seconds that a stop step has. After a failure nothing more can be acknowledged, so nobody waits. */
const DRAIN_MS = 4_000;
