import { randomBytes } from "node:crypto";
import { gatewayId } from "../proto/core/ids.ts";
import type { StreamId } from "../proto/core/ids.ts";
import { uuidV7 } from "../proto/core/uuid-v7.ts";
import type { Fault } from "../proto/core/fault.ts";
import type { Clock } from "../proto/runtime/clock.ts";
import { HttpServer } from "../proto/runtime/http/server.ts";
import { routeTable } from "../proto/runtime/http/standard-routes.ts";
import type { Lifecycle } from "../proto/runtime/lifecycle.ts";
import type { Logger } from "../proto/runtime/log.ts";
import { createRegistry } from "../proto/runtime/metrics.ts";
import { makeFolder } from "../proto/runtime/sqlite.ts";
import { secretFrom } from "../proto/runtime/secret-file.ts";
import { SOFTWARE } from "../proto/runtime/software.ts";
import { THREAD_STOP_MS } from "../proto/runtime/thread-call.ts";
import type { GatewayStatus } from "../proto/wire/http/gateway-status.ts";
import type { EdgeConfig } from "./config.ts";
import { RecentCommits } from "./core/storage/recent-commits.ts";
import { GatewayEvents } from "./events.ts";
import { StorageClient } from "./storage/storage-client.ts";
import type { EngineStatus } from "./storage/storage-contract.ts";
import type { StorageWorkerData } from "./storage/storage-protocol.ts";
import { AccessControl } from "./mqtt/access-control.ts";
import { MqttBroker } from "./mqtt/broker.ts";
import { FileReloads, mqttFiles } from "./mqtt/file-reloads.ts";
import { openFilesMax, possibleConnections } from "./mqtt/open-files.ts";
import type { SessionLimits } from "./mqtt/sessions/session-store.ts";
import { SessionStore } from "./mqtt/sessions/session-store.ts";
import { authenticator, Users } from "./mqtt/users.ts";
import { gatewayRoutes } from "./http/gateway-routes.ts";
import { gatewayStatus } from "./http/gateway-status.ts";
import { RegionEndpoints } from "./uplink/region-endpoints.ts";
import { UplinkDriver } from "./uplink/uplink-driver.ts";

/**
 * A gateway:
 *
 *     sensors --MQTT--> MqttBroker -> StorageClient ══ storage thread: decode, journal, windows, outbox
 *                           ^ acks        |
 *     people --HTTP--> HttpServer     UplinkDriver -> GrpcEndpoint --gRPC--> region
 *
 * First all parts are built, then they are wired, then they are started, because a running part may call any other.
 * Building reads files that the configuration names, and opens nothing. So a mistake in such a file ends the start before
 * the gateway opens its disk or a port.
 *
 * Parts start from the disk outwards, so that nothing is received before it can be stored. They stop in the opposite
 * order: stop listening, commit and acknowledge what was received, seal, hand over what five seconds allow, close the
 * disk.
 */
export async function startGateway(deps: {
  config: EdgeConfig;
  log: Logger;
  clock: Clock;
  life: Lifecycle;
}): Promise<void> {
  const { config, log, clock, life } = deps;

  // ---- Build --------------------------------------------------------------------------------------------------------

  const startedAtMs = clock.monotonicMs();
  const gateway = gatewayId(config.gateway);
  const firstStream = uuidV7(clock.nowMs(), randomBytes(10));
  const registry = createRegistry();
  const events = new GatewayEvents({ log, registry, clock });
  const recent = new RecentCommits();
  const onFailure = (fault: Fault): void => {
    events.storageFailed(fault);
    life.fail(fault);
  };

  /** What the disk damaged since the start, the newest first. */
  let damage: readonly string[] = [];
  let sessionDamage: readonly string[] = [];
  const noteDamage = (named: readonly string[]): void => {
    damage = [...named.toReversed(), ...damage].slice(0, DAMAGE_SHOWN);
    for (const text of named) events.diskDamaged(text);
  };
  const sessions = new SessionStore({
    directory: config.dataDir,
    clock,
    limits: sessionLimits(config),
    onFailure,
    onDropped: events.sessions.dropped,
    onDamage: (named) => {
      sessionDamage = named;
      events.sessions.damaged(named.length);
      noteDamage(named);
    },
  });
  const storage = new StorageClient({ highBytes: 8 * 1024 * 1024, lowBytes: 2 * 1024 * 1024 });

  const endpoints = new RegionEndpoints(config, { gateway, software: SOFTWARE, life: firstStream }, events.uplink);
  const uplink = new UplinkDriver(
    {
      outbox: storage,
      endpoints: endpoints.configured,
      learn: endpoints.learn,
      clock,
      rotateStream: () => {
        storage.rotateStream().catch((error: unknown) => life.fail(error));
      },
      onFault: (fault) => life.fail(fault),
    },
    { returnMs: config.failover.returnMs },
  );

  const { usersFile, aclFile, allowAnonymous, limits } = config.mqtt;
  const users = usersFile === undefined ? undefined : new Users(usersFile);
  const access = aclFile === undefined ? undefined : new AccessControl(aclFile);
  const maxConnections = possibleConnections(limits.maxConnections, openFilesMax());
  const broker = new MqttBroker(
    {
      intake: storage,
      sessions,
      events: events.mqtt,
      clock,
      authenticate: authenticator(users, allowAnonymous),
      allows: access && ((question) => access.allows(question)),
    },
    {
      listeners: config.mqtt.listeners,
      limits: { ...limits, maxConnections },
      sessions: config.mqtt.sessions,
      sysIntervalMs: config.mqtt.sysIntervalMs,
    },
  );
  const reloads = new FileReloads(mqttFiles({ users, access, broker }), events.mqtt.fileReload);

  // ---- Wire ---------------------------------------------------------------------------------------------------------

  storage.listen({
    onFailure,
    onCommit: (commit) => {
      events.committed(commit);
      recent.add({ atMs: clock.monotonicMs(), ...commit });
    },
    onSchemaChange: (change) => events.schemaChanged(change),
    onTime: (note) => events.time(note),
    onDamage: noteDamage,
    onRequest: ({ topic, payload }) => broker.send(topic, payload),
    onPressure: (pressure) => uplink.setDiskPressure(pressure === "force_dual_send" || pressure === "full"),
  });
  uplink.onEvent(events.uplink.report);
  life.onReload(() => reloads.now());

  let notReady: string | null = "The gateway is starting.";
  const statusOf = (stored: EngineStatus): GatewayStatus =>
    gatewayStatus({
      gateway,
      nowMs: clock.nowMs(),
      uptimeMs: clock.monotonicMs() - startedAtMs,
      connections: broker.connections,
      congested: storage.congested(),
      refusal: events.uplink.refusal,
      rival: events.uplink.rival,
      pace: recent.pace(clock.monotonicMs()),
      storage: stored,
      sessionDamage,
      uplink: uplink.status(),
    });
  const status = async (): Promise<GatewayStatus> => statusOf(await storage.status());
  const { tokenFile } = config.operators;
  const http = new HttpServer(
    {
      log,
      routes: routeTable(gatewayRoutes({ status, storage }), {
        title: `Tidemark gateway ${gateway}`,
        sentence: async () => (await status()).sentence,
        readiness: () => notReady,
        readySentence: () => `The gateway listens to sensors and stores what they send.${damagedText(damage)}`,
        registry,
        refreshMetrics: async () => {
          const stored = await storage.status();
          events.refresh(statusOf(stored));
          events.storage(stored.metrics);
          events.sessions.refresh(sessions.stats());
        },
      }),
    },
    {
      process: "gateway",
      authorized: tokenFile === undefined ? null : secretFrom(tokenFile),
      tls: config.http.tls,
    },
  );

  // ---- Start --------------------------------------------------------------------------------------------------------

  makeFolder(config.dataDir);
  // Opened first and so closed last: a commit during the stop may still queue messages for sessions.
  life.onStop("sessions", () => sessions.close(), THREAD_STOP_MS);
  await sessions.start();
  life.onStop("storage", () => storage.close(), THREAD_STOP_MS);
  await storage.start(storageData(config, firstStream));
  const { time, heldMessages } = await storage.status();
  if (time.kind === "waiting") events.timeUnknown({ why: time.why, nowMs: clock.nowMs(), held: heldMessages });

  // The uplink starts before the parts that may wait for room on the disk, because only the uplink makes room.
  uplink.start(endpoints.loadLearned());
  life.onStop("uplink", () => uplink.stop({ handOverMs: 0 }));
  const page = await http.listen(config.http);
  life.onStop("http", () => http.close());
  if (maxConnections < limits.maxConnections) {
    events.mqtt.connectionsLimited({ wanted: limits.maxConnections, possible: maxConnections });
  }
  const addresses = await broker.listen();
  life.onStop("mqtt", () => broker.close());
  reloads.start();
  life.onStop("file watch", () => reloads.stop());
  life.onStop(
    "hand-over",
    async () => {
      notReady = "The gateway is stopping.";
      events.stopping(life.reason ?? "stop");
      broker.stopAccepting();
      if (life.exitCode !== 0) return uplink.stop({ handOverMs: 0 });
      await storage.sealNow();
      await uplink.stop({ handOverMs: HAND_OVER_MS });
      return events.stopped((await storage.status()).waitingReadings);
    },
    HAND_OVER_MS + 5000,
  );
  notReady = null;
  events.started({
    gateway,
    mqtt: addresses.map(({ protocol, host, port }) => `${protocol}://${host}:${port}`),
    http: `http://${page.host}:${page.port}`,
    dataDir: config.dataDir,
    startMs: Math.round(clock.monotonicMs() - startedAtMs),
  });
}

function sessionLimits({ mqtt, clock }: EdgeConfig): SessionLimits {
  const { max, ...queues } = mqtt.sessions;
  return {
    ...queues,
    sessions: max,
    subscriptions: mqtt.limits.subscriptionsPerClient,
    retained: mqtt.retained,
    willBytes: WILL_BYTES,
    clockPlausibleFromMs: clock.rules.notBeforeMs,
  };
}

function storageData(config: EdgeConfig, life: StreamId): StorageWorkerData {
  return {
    life,
    engine: {
      gateway: config.gateway,
      directory: config.dataDir,
      maxBytes: config.buffer.maxSizeBytes,
      deadLetterBytes: config.buffer.deadLettersBytes,
      keepReplicatedMs: config.buffer.keepReplicatedMs,
      seriesMax: config.decode.seriesMax,
      deliveriesRemembered: DELIVERIES_REMEMBERED,
      sealBytes: config.seal.sizeBytes,
      sealAfterMs: config.seal.afterMs,
      rules: config.windows,
      time: config.clock.rules,
    },
    synchronizedFile: config.clock.synchronizedFile,
    decoder: {
      routes: config.routes,
      unrouted: config.unrouted,
      timeZone: config.timeZone,
      limits: config.decode,
    },
  };
}

function damagedText(damage: readonly string[]): string {
  return damage.length === 0 ? "" : ` The disk damaged: ${damage.join(". ")}.`;
}

const HAND_OVER_MS = 5000;
/** Lines in `/readyz`. */
const DAMAGE_SHOWN = 3;
/** At most 24 bytes each. So many cover five seconds at 200,000 messages/s, or the last hours of an ordinary site. */
const DELIVERIES_REMEMBERED = 2 ** 20;
/** The wills of all connected clients together. */
const WILL_BYTES = 16 * 1024 * 1024;
