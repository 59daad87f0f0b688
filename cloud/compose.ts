import { randomBytes } from "node:crypto";

import type { Have } from "../proto/core/have.ts";
import { regionId } from "../proto/core/ids.ts";
import type { RegionId, StreamId } from "../proto/core/ids.ts";
import type { Member } from "../proto/core/member.ts";
import { isOperatorName, operatorName } from "../proto/core/operator-command.ts";
import type { KeptGateway, OperatorDraft } from "../proto/core/operator-command.ts";
import { uuidV7 } from "../proto/core/uuid-v7.ts";
import type { Clock } from "../proto/runtime/clock.ts";
import { GrpcChannel } from "../proto/runtime/grpc-target.ts";
import type { GrpcTarget } from "../proto/runtime/grpc-target.ts";
import { HttpServer } from "../proto/runtime/http/server.ts";
import { routeTable } from "../proto/runtime/http/standard-routes.ts";
import type { Lifecycle } from "../proto/runtime/lifecycle.ts";
import type { Logger } from "../proto/runtime/log.ts";
import { createRegistry } from "../proto/runtime/metrics.ts";
import { secretFrom } from "../proto/runtime/secret-file.ts";
import { SOFTWARE } from "../proto/runtime/software.ts";
import { THREAD_STOP_MS } from "../proto/runtime/thread-call.ts";
import { PROTOCOL } from "../proto/wire/ingest-messages.ts";
import type { CloudConfig } from "./config.ts";
import { counts, membersOf, minCopiesOf } from "./core/membership.ts";
import { RegionEvents } from "./events.ts";
import { RegionServer } from "./grpc/region-server.ts";
import { Committer } from "./ingest/committer.ts";
import { GrpcIngest } from "./ingest/grpc-ingest.ts";
import { readTokens } from "./ingest/tokens.ts";
import { TwinWatch } from "./ingest/twin-watch.ts";
import { commandsRoute } from "./operator/commands-route.ts";
import { CommandService } from "./operator/command-service.ts";
import { DigestScanner } from "./peer/digest-scanner.ts";
import { GrpcOutgoingLink } from "./peer/outgoing-link.ts";
import { PeerReplicator } from "./peer/peer-replicator.ts";
import { RegionList } from "./peer/region-list.ts";
import { queryRoutes } from "./query/query-routes.ts";
import { regionStatus } from "./query/status-route.ts";
import { allSets } from "./store/all-sets.ts";
import { Pruner } from "./store/pruner.ts";
import { openStore } from "./store/open-store.ts";
import { Scrubber } from "./store/scrubber.ts";

/**
 * A region:
 *
 *     gateways --gRPC--> GrpcIngest -------> Committer -> Store (a thread) <- HttpServer <-- people
 *                                               ^          ^
 *     peers <---gRPC--> PeerReplicator ---------|        Pruner, Scrubber, DigestScanner
 *     operators --HTTP--> CommandService -------'
 *
 * The region opens its store first, and reads what the other parts are built from: its identity, the list of regions
 * and the set of each stream. Then all parts are built, then wired, then started. So no part can call another one that
 * does not exist yet. The start goes from the disk outwards, so that the region can store data before anybody can send
 * it. The stop goes the other way: the region asks gateways to leave, commits and acknowledges the batches in flight,
 * then closes the store.
 */
export async function startRegion(deps: {
  config: CloudConfig;
  log: Logger;
  clock: Clock;
  life: Lifecycle;
}): Promise<void> {
  const { config, log, clock, life } = deps;
  const region = regionId(config.region);
  const onFault = (fault: unknown): void => life.fail(fault);

  // ---- Read ----
  const { tokensFile } = config.ingest;
  const authorizedGateway = tokensFile === undefined ? () => true : readTokens(tokensFile);
  const authorizedPeer = secretOf(config.replication.tokenFile) ?? (() => true);
  const authorizedOperator = secretOf(config.operators.tokenFile);
  const store = await openStore(config.store, { dataDir: config.dataDir, newStoreId: randomBytes(16), onFault });
  life.onStop("store", () => store.close(), THREAD_STOP_MS);
  const regions = new RegionList(store, configuredMembers(config));
  await regions.load();
  const sets = await allSets(store);
  const kept = await store.keptGateways();
  const lost = await store.lost();

  // ---- Build ----
  const registry = createRegistry();
  const events = new RegionEvents({ log, registry, clock });
  if (lost !== null) events.damage.lostCommits(lost);
  const self = { protocol: PROTOCOL, region, storeId: store.storeId, bootId: randomBytes(16) };
  const isPeer = (name: string): boolean => name !== region && (regions.find(name)?.state ?? "lost") !== "lost";
  const isLeaving = (): boolean => regions.find(region)?.state === "leaving";
  const targetOf = (peer: RegionId): GrpcTarget => ({
    ...config.replication,
    region: peer,
    url: regions.find(peer)?.url ?? "",
  });
  // A mistake in an address or a certificate ends the start.
  for (const { name } of config.replication.peers) new GrpcChannel(targetOf(regionId(name))).verify();

  const committer = new Committer({ store, clock, onFault });
  const replicator = new PeerReplicator(
    {
      store,
      committer,
      clock,
      random: Math.random,
      dial: (peer, listener) => new GrpcOutgoingLink(targetOf(peer), { ...self, software: SOFTWARE }, listener),
      onFault,
    },
    sets,
    { self: { ...self, isPeer, authorized: authorizedPeer }, members: regions.all, minCopies: config.minCopies },
  );
  const replicatedOf = (streamId: StreamId): Have => replicator.replicated(streamId);
  const digests = new DigestScanner(
    {
      store,
      clock,
      onWalked: (found) => replicator.sendDigests(found),
      onDiffers: (peer, days) => events.peers.differs(peer, days),
      onFault,
    },
    config.replication.digests,
  );
  const pruner = new Pruner(
    {
      store,
      clock,
      heldEverywhere: (streamId, seq) => replicator.heldEverywhere(streamId, seq),
      pruned: (batches) => events.pruned(batches),
      onFailure: onFault,
    },
    { keepMs: config.batches.keepMs },
  );
  const scrubber = new Scrubber({
    store,
    found: (page) => events.damage.found(page),
    walked: (damaged) => events.damage.walked(damaged),
    unreadable: (fault) => events.damage.unreadable(fault),
    onFault,
  });
  const commands = new CommandService(
    {
      committer,
      highestHlc: () => store.highestHlc(),
      replicatedOf,
      clock,
      mintStreamId: () => uuidV7(clock.nowMs(), randomBytes(10)),
    },
    { region, regionNumber: regionNumberOf(config) },
  );
  const twins = new TwinWatch(
    {
      clock,
      heldOf: (streamId) => replicator.own(streamId),
      announce: (life) => replicator.announce(life),
      inherit: (kept, from) => {
        commands
          .commit([inherits(kept, from, region)])
          .catch((error: unknown) => events.gateways.notInherited(kept.gateway, error));
      },
      events: events.gateways,
      onFault,
    },
    { region },
  );
  const ingest = new GrpcIngest({
    store,
    committer,
    twins,
    clock,
    replicatedOf,
    events: {
      sessionOpened: events.gateways.sessionOpened,
      sessionClosed: events.gateways.sessionClosed,
      refused: events.gateways.refused,
      onFault,
    },
    session: {
      ...self,
      creditBytes: config.ingest.creditBytes,
      get regions() {
        return regions.all
          .filter((member) => counts(member) && member.gatewayUrl !== "")
          .map((member) => ({ name: member.region, url: member.gatewayUrl }));
      },
      get minCopies() {
        return minCopiesOf(config.minCopies, regions.all);
      },
      get leaving() {
        return isLeaving();
      },
      authorized: authorizedGateway,
      verified: tokensFile !== undefined,
    },
  });
  const server = new RegionServer([ingest.service, replicator.service], config.ingest);
  const queried = {
    store,
    regions: { self: region, members: () => regions.all, peers: () => replicator.status() },
    clock,
    scrubber,
    lastBatchAgeMs: () => events.gateways.lastBatchAgeMs(),
    gateways: {
      lastSeenMs: (gateway: string) => events.gateways.lastSeenMs(gateway),
      connected: (gateway: string) => twins.acceptedLives(gateway),
      twins: () => twins.found,
    },
    digests,
  };
  const commandRoute = commandsRoute({
    commandService: commands,
    region,
    members: () => regions.all,
    changeRefusal: (change, options) => replicator.changeRefusal(change, options),
    knowsLife: (gateway, life) => twins.knowsLife(gateway, life),
    commanded: (request, batch) => events.commanded(request, batch),
  });
  let notReady: string | null = "The region is starting.";
  const http = new HttpServer(
    {
      log,
      routes: routeTable([...queryRoutes(queried), commandRoute], {
        title: `Tidemark region ${region}`,
        sentence: async () => (await regionStatus(queried)).sentence,
        readiness: () => notReady,
        readySentence: () => "The store is open and the region listens to gateways.",
        registry,
        refreshMetrics: async () => undefined,
      }),
    },
    { process: "region", authorized: authorizedOperator, tls: config.http.tls },
  );

  // ---- Wire ----
  const reloadRegions = (): void => void regions.load().catch(onFault);
  const reloadKept = (): void => void store.keptGateways().then((all) => twins.setKept(all), onFault);
  committer.onCommit((commit) => events.gateways.committed(commit));
  committer.onCommit(replicator.committed);
  committer.onCommit(({ sets }) => {
    if (!sets.some(({ gateway }) => isOperatorName(gateway ?? ""))) return;
    reloadRegions();
    reloadKept();
  });
  committer.subscribe(operatorName(region), commands);
  twins.setKept(kept);
  regions.onChange(() => {
    replicator.setMembers(regions.all);
    digests.forget(isPeer);
    if (isLeaving()) ingest.drainConnected("the region is leaving");
  });
  replicator.onNotice((notice) => {
    switch (notice.kind) {
      case "has_everything": {
        const { member } = notice;
        commands
          .commit([becomesMember(member, region)])
          .catch((error: unknown) => events.peers.notPromoted(member, error));
        return;
      }
      case "snapshot_joined":
        reloadRegions();
        return reloadKept();
      case "lives":
        return twins.heard(notice.peer, notice);
      case "digests":
        return digests.heard(notice.peer, notice.digests);
      case "delays":
        return events.peers.delays(notice.peer, notice.delaysMs);
      case "report":
        return events.peers.report(notice.report);
    }
  });

  // ---- Start ----
  life.onStop("digests", () => digests.stop());
  life.onStop("pruner", () => pruner.stop());
  life.onStop("scrub", () => scrubber.stop());
  life.onStop("commits", () => committer.settled());
  const httpAddress = await http.listen(config.http);
  life.onStop("http", () => http.close());
  const ingestAddress = await server.listen();
  life.onStop("grpc", async () => {
    notReady = "The region is stopping.";
    events.stopping(life.reason ?? "stop");
    ingest.drain("the region is stopping");
    const replicatorStopped = replicator.stop();
    await server.stop(life.exitCode === 0 ? DRAIN_MS : 0);
    await Promise.all([replicatorStopped, ingest.stop()]);
    await twins.stop();
  });
  ingest.start();
  replicator.start();
  pruner.start();
  digests.start();
  scrubber.start();
  notReady = null;
  const text = (address: { host: string; port: number }): string => `${address.host}:${address.port}`;
  events.started({ region, ingest: text(ingestAddress), http: text(httpAddress), dataDir: config.dataDir });
}

/** The regions of the configuration, this one included. */
function configuredMembers({ region, ingest, replication }: CloudConfig): readonly Member[] {
  const self: Member = { region, state: "member", url: "", gatewayUrl: ingest.gatewayUrl ?? "" };
  return membersOf(
    [
      self,
      ...replication.peers.map(({ name, url, gatewayUrl }): Member => ({
        region: name,
        state: "member",
        url,
        gatewayUrl,
      })),
    ],
    [],
  );
}

/** 0 to 31. It differs between regions as long as their configurations agree. */
function regionNumberOf({ region, replication }: CloudConfig): number {
  return [region, ...replication.peers.map(({ name }) => name)].toSorted().indexOf(region);
}

function becomesMember(member: Member, actor: RegionId): OperatorDraft {
  const reason = "it holds every batch of the other regions";
  return { kind: "set_member", member: { ...member, state: "member" }, reason, actor: `region ${actor}` };
}

function inherits(kept: KeptGateway, from: StreamId, actor: RegionId): OperatorDraft {
  return { kind: "keep_gateway", kept, reason: `it continues stream ${from}`, actor: `region ${actor}` };
}

/** @throws Fault if the file cannot be read or is empty. */
function secretOf(path: string | undefined): ((presented: string) => boolean) | null {
  return path === undefined ? null : secretFrom(path);
}

/**
 * Less than the five seconds of a stop step. After a failure nothing can be acknowledged, so the stop does not wait.
 */
const DRAIN_MS = 4_000;
