import { randomBytes } from "node:crypto";

import type { Have } from "../proto/core/have.ts";
import { regionId } from "../proto/core/ids.ts";
import type { RegionId, StreamId } from "../proto/core/ids.ts";
import type { Member } from "../proto/core/member.ts";
import { isOperatorName } from "../proto/core/operator-command.ts";
import type { OperatorDraft } from "../proto/core/operator-command.ts";
import { uuidV7 } from "../proto/core/uuid-v7.ts";
import type { Clock } from "../proto/runtime/clock.ts";
import { GrpcChannel } from "../proto/runtime/grpc-target.ts";
import type { GrpcTarget } from "../proto/runtime/grpc-target.ts";
import { HttpServer } from "../proto/runtime/http.ts";
import type { Lifecycle } from "../proto/runtime/lifecycle.ts";
import type { Logger } from "../proto/runtime/log.ts";
import { createRegistry } from "../proto/runtime/metrics.ts";
import { secretFrom } from "../proto/runtime/secret-file.ts";
import { SOFTWARE } from "../proto/runtime/software.ts";
import { PROTOCOL } from "../proto/wire/ingest-messages.ts";
import type { CloudConfig } from "./config.ts";
import { counts, membersOf, minCopiesOf } from "./core/membership.ts";
import { RegionEvents } from "./events.ts";
import { RegionServer } from "./grpc/region-server.ts";
import { Committer } from "./ingest/committer.ts";
import { GrpcIngest } from "./ingest/grpc-ingest.ts";
import { readTokens } from "./ingest/tokens.ts";
import { serveCommands } from "./operator/http-operator.ts";
import { CommandService } from "./operator/command-service.ts";
import { DigestScanner } from "./peer/digest-scanner.ts";
import { GrpcOutgoingLink } from "./peer/outgoing-link.ts";
import { PeerReplicator } from "./peer/peer-replicator.ts";
import { RegionList } from "./peer/region-list.ts";
import { serveQueries } from "./query/http-query.ts";
import { QueryApi } from "./query/query-api.ts";
import { allSets } from "./store/all-sets.ts";
import { Pruner } from "./store/pruner.ts";
import { openStore } from "./store/open-store.ts";

/**
 * A region, wired:
 *
 *     gateways --gRPC--> GrpcIngest ------> Committer -> Store (a thread) <- QueryApi <- HttpServer <-- people
 *                              ^ replicated     ^          ^
 *     peers <---gRPC--> PeerReplicator ---------|        Pruner
 *     operators --HTTP--> CommandService ---------'
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

  const store = await openStore(config.store, { dataDir: config.dataDir, newStoreId: randomBytes(16), onFault });
  life.onStop("store", () => store.close());

  const bootId = randomBytes(16);
  const { peers } = config.replication;
  const greeting = { protocol: PROTOCOL, region, storeId: store.storeId, bootId, software: SOFTWARE };
  const regions = new RegionList(store, configuredMembers(config));
  await regions.load();
  const leaves = (): boolean => regions.find(region)?.state === "leaving";
  const isPeer = (name: string): boolean => name !== region && (regions.find(name)?.state ?? "lost") !== "lost";
  const membersMayHaveChanged = (): void => void regions.load().catch(onFault);
  const target = (peer: RegionId): GrpcTarget => ({
    ...config.replication,
    region: peer,
    url: regions.find(peer)?.url ?? "",
  });
  // For the sake of an early error.
  for (const { name } of peers) new GrpcChannel(target(regionId(name))).verify();
  const replicator: PeerReplicator = new PeerReplicator(
    {
      store,
      clock,
      random: Math.random,
      dial: (peer, listener) => new GrpcOutgoingLink(target(peer), greeting, listener),
      onWhole: (member) =>
        void desk.take([becomesMember(member, region)]).catch((error: unknown) => events.notPromoted(member, error)),
      onJoined: membersMayHaveChanged,
      onDigests: (peer, digests) => digestKeeper.heard(peer, digests),
      onReport: (report) => events.peer(report),
      onDelays: (peer, delaysMs) => events.delays(peer, delaysMs),
      onFault,
    },
    await allSets(store),
    {
      self: {
        protocol: PROTOCOL,
        region,
        storeId: store.storeId,
        bootId,
        isPeer,
        authorized: secretOf(config.replication.tokenFile) ?? (() => true),
      },
      members: regions.all,
      minCopies: config.minCopies,
    },
  );
  const digestKeeper = new DigestScanner(
    {
      store,
      clock,
      tell: (digests) => replicator.tellDigests(digests),
      differs: (peer, days) => events.differs(peer, days),
      onFault,
    },
    config.replication.digests,
  );
  life.onStop("digests", () => digestKeeper.stop());
  regions.onChange(() => {
    replicator.setMembers(regions.all);
    digestKeeper.forget(isPeer);
  });
  const replicatedOf = (streamId: StreamId): Have => replicator.replicated(streamId);

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
  life.onStop("pruner", () => pruner.stop());

  const committer = new Committer({
    store,
    clock,
    replicatedOf,
    events: {
      onCommit: (commit) => {
        events.onCommit(commit);
        replicator.committed(commit);
        if (commit.sets.some(({ gateway }) => isOperatorName(gateway ?? ""))) membersMayHaveChanged();
      },
      onFault,
    },
  });
  life.onStop("commits", () => committer.settled());

  let notReady: string | null = "The region is starting.";
  const http = new HttpServer({ log });
  const api = new QueryApi({
    store,
    region,
    clock,
    lastSeenMs: (gateway) => events.lastSeenMs(gateway),
    peers: () => replicator.status(),
    members: () => regions.all,
    digests: digestKeeper,
  });
  const desk = new CommandService(
    {
      committer,
      highestHlc: () => store.highestHlc(),
      replicatedOf,
      clock,
      mintStreamId: () => uuidV7(clock.nowMs(), randomBytes(10)),
    },
    { region, regionNumber: [config.region, ...peers.map(({ name }) => name)].toSorted().indexOf(region) },
  );
  serveCommands(http, {
    desk,
    region,
    members: () => regions.all,
    changeRefusal: (change, options) => replicator.changeRefusal(change, options),
    authorized: secretOf(config.operators.tokenFile),
    commanded: (request, batch) => events.commanded(request, batch),
  });
  serveQueries(http, { api, registry, readiness: () => notReady });
  const query = await http.listen(config.http);
  life.onStop("http", () => http.close());

  const ingest = new GrpcIngest({
    store,
    committer,
    clock,
    replicatedOf,
    events: { ...events.session, onFault },
    session: {
      protocol: PROTOCOL,
      region,
      storeId: store.storeId,
      bootId,
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
        return leaves();
      },
      authorized,
      verified: tokensFile !== undefined,
    },
  });
  const server = new RegionServer([ingest.service, replicator.service], config.ingest);
  const session = await server.listen();
  ingest.start();
  const moveGatewaysOn = (): void => {
    if (leaves()) ingest.moveOn("the region is leaving");
  };
  regions.onChange(moveGatewaysOn);
  replicator.join(committer);
  replicator.start();
  life.onStop("grpc", async () => {
    notReady = "The region is stopping.";
    events.stopping(life.reason ?? "stop");
    ingest.drain("the region is stopping");
    replicator.stop();
    await server.stop(life.exitCode === 0 ? DRAIN_MS : 0);
    ingest.stop();
  });

  pruner.start();
  digestKeeper.start();
  notReady = null;
  const address = (at: { host: string; port: number }): string => `${at.host}:${at.port}`;
  events.started({ region, ingest: address(session), http: address(query), dataDir: config.dataDir });
}

/** What the configuration says of the regions, this one included. */
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

function becomesMember(member: Member, actor: RegionId): OperatorDraft {
  const reason = "it holds all that the others hold";
  return { kind: "set_member", member: { ...member, state: "member" }, reason, actor: `region ${actor}` };
}

/** @throws Fault when the file cannot be read or is empty. */
function secretOf(path: string | undefined): ((presented: string) => boolean) | null {
  return path === undefined ? null : secretFrom(path);
}

/** Under the five seconds that a stop step has. After a failure nothing more can be acknowledged, so nobody waits. */
const DRAIN_MS = 4_000;
