import { join } from "node:path";
import { gatewayId, regionId } from "../proto/core/ids.ts";
import type { RegionId } from "../proto/core/ids.ts";
import type { Clock } from "../proto/runtime/clock.ts";
import { HttpServer } from "../proto/runtime/http.ts";
import type { Lifecycle } from "../proto/runtime/lifecycle.ts";
import type { Logger } from "../proto/runtime/log.ts";
import { createRegistry } from "../proto/runtime/metrics.ts";
import { makeFolder, storageFault } from "../proto/runtime/sqlite.ts";
import { secretFrom } from "../proto/runtime/secret-file.ts";
import { SOFTWARE } from "../proto/runtime/software.ts";
import type { EdgeConfig } from "./config.ts";
import { RecentCommits } from "./core/storage/recent-commits.ts";
import { GatewayEvents } from "./events.ts";
import { StorageClient } from "./storage/storage-client.ts";
import type { Authenticate } from "./mqtt/connect-handler.ts";
import { AccessControl } from "./mqtt/access-control.ts";
import { MqttBroker } from "./mqtt/broker.ts";
import { FileReloads } from "./mqtt/file-reloads.ts";
import { openFilesMax, possibleConnections } from "./mqtt/open-files.ts";
import { SessionStore } from "./mqtt/sessions/session-store.ts";
import { Users } from "./mqtt/users.ts";
import type { GatewayReport } from "./http/gateway-report.ts";
import { gatewayReport } from "./http/gateway-report.ts";
import { serveDeadLetters } from "./http/http-dead-letters.ts";
import { serveSchema } from "./http/http-schema.ts";
import { serveGateway } from "./http/http-gateway.ts";
import { LearnedRegions } from "./uplink/learned-regions.ts";
import { GrpcEndpoint } from "./uplink/grpc-session.ts";
import { UplinkDriver } from "./uplink/uplink-driver.ts";

/**
 * A gateway, wired:
 *
 *     sensors --MQTT--> MqttBroker -> StorageClient ══ storage thread: decode, journal, windows, outbox
 *                           ^ acks        |
 *     people --HTTP--> HttpServer     UplinkDriver -> GrpcEndpoint --gRPC--> region
 *
 * Started from the disk outwards, so that nobody is listened to before what they say can be kept. Stopped the other
 * way: stop listening, commit and acknowledge what came in, seal, hand over what five seconds allow, close the disk.
 */
export async function startGateway(deps: {
  config: EdgeConfig;
  log: Logger;
  clock: Clock;
  life: Lifecycle;
}): Promise<void> {
  const { config, log, clock, life } = deps;
  const startedAtMs = clock.monotonicMs();
  const gateway = gatewayId(config.gateway);
  const registry = createRegistry();
  const events = new GatewayEvents({ log, registry, clock });
  const recent = new RecentCommits();

  const { usersFile, aclFile, allowAnonymous } = config.mqtt;
  const users = usersFile === undefined ? undefined : new Users(usersFile);
  const access = aclFile === undefined ? undefined : new AccessControl(aclFile);
  const [home] = config.regions;
  const endpointOf = (region: RegionId, url: string): GrpcEndpoint => {
    // A learned region has no token and no certificates of its own in the configuration. Use those of the home region.
    const known = config.regions.find(({ name }) => name === region) ?? home;
    return new GrpcEndpoint({ ...known, region, url }, { gateway, software: SOFTWARE });
  };
  const endpoints = config.regions.map(({ name, url }) => endpointOf(regionId(name), url));
  for (const endpoint of endpoints) endpoint.verify();
  makeFolder(config.dataDir);
  const learned = new LearnedRegions(join(config.dataDir, "regions.json"), {
    // The token of home must not go where nobody encrypts because somebody said so.
    tlsOnly: home?.url.startsWith("https:") ?? false,
  });
  const learnedEndpoints = (): GrpcEndpoint[] => learned.all.map(({ region, url }) => endpointOf(region, url));
  // Opened first and so closed last: what the journal commits while it stops may be owed to a session.
  const { max, ...queues } = config.mqtt.sessions;
  const sessions = await SessionStore.start({
    directory: config.dataDir,
    clock,
    limits: {
      ...queues,
      sessions: max,
      subscriptions: config.mqtt.limits.subscriptionsPerClient,
      retained: config.mqtt.retained,
      willBytes: WILL_BYTES,
      clockPlausibleFromMs: config.clock.rules.notBeforeMs,
    },
    onFailure: (fault) => {
      events.storageFailed(fault);
      life.fail(fault);
    },
    onDropped: events.sessions.dropped,
  });
  life.onStop("sessions", () => sessions.close(), 20_000);
  const storage = await StorageClient.start(
    {
      engine: {
        gateway,
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
    },
    {
      onFailure: (fault) => {
        events.storageFailed(fault);
        life.fail(fault);
      },
      onCommit: (commit) => {
        events.committed(commit);
        recent.add({ atMs: clock.monotonicMs(), ...commit });
      },
      onSchemaChange: (change) => events.schemaChanged(change),
      onTime: (note) => events.time(note),
      onRequest: ({ topic, payload }) => broker.send(topic, payload),
      onPressure: (pressure) => uplink.setDiskPressure(pressure === "force_dual_send" || pressure === "full"),
      highBytes: 8 * 1024 * 1024,
      lowBytes: 2 * 1024 * 1024,
    },
  );
  life.onStop("storage", () => storage.close(), 20_000);
  const { time, heldMessages } = await storage.status();
  if (time.kind === "waiting") events.timeUnknown({ why: time.why, nowMs: clock.nowMs(), held: heldMessages });

  const uplink = new UplinkDriver(
    {
      outbox: storage,
      endpoints,
      clock,
      rotateStream: () => {
        storage.rotateStream().catch((error: unknown) => life.fail(error));
      },
      onFault: (fault) => life.fail(fault),
      learned: learnedEndpoints(),
      learn: (from, regions) => {
        try {
          if (!learned.learn(from, regions)) return null;
          events.regionsLearned(learned.all);
        } catch (error) {
          // What is not written down is learned again; the journal says it if the disk itself fails.
          events.regionsNotKept(storageFault(error, "regions.json"));
        }
        return learnedEndpoints();
      },
    },
    { returnMs: config.failover.returnMs },
  );
  uplink.onEvent(events.uplink);
  // Before anything else that could wait for room on the disk, which only the uplink makes.
  uplink.start();
  life.onStop("uplink", () => uplink.stop({ handOverMs: 0 }));

  const maxConnections = possibleConnections(config.mqtt.limits.maxConnections, openFilesMax());
  if (maxConnections < config.mqtt.limits.maxConnections) {
    events.connectionsLimited({ wanted: config.mqtt.limits.maxConnections, possible: maxConnections });
  }
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
      limits: { ...config.mqtt.limits, maxConnections },
      sessions: config.mqtt.sessions,
      sysIntervalMs: config.mqtt.sysIntervalMs,
    },
  );
  const reloads = new FileReloads(
    [
      ...(users === undefined
        ? []
        : [
            {
              name: "users" as const,
              files: [users.path],
              reload: () => {
                users.reload();
                broker.closeUsers((name) => !users.has(name));
              },
            },
          ]),
      ...(access === undefined ? [] : [{ name: "acl" as const, files: [access.path], reload: () => access.reload() }]),
      ...broker.listeners
        .filter(({ files }) => files.length > 0)
        .map((listener) => ({ name: "tls" as const, files: listener.files, reload: () => listener.reloadTls() })),
    ],
    events.fileReload,
  );

  let notReady: string | null = "The gateway is starting.";
  const report = async (): Promise<GatewayReport> =>
    gatewayReport({
      gateway,
      nowMs: clock.nowMs(),
      uptimeMs: clock.monotonicMs() - startedAtMs,
      connections: broker.connections,
      congested: storage.congested(),
      refusal: events.refusal,
      pace: recent.pace(clock.monotonicMs()),
      storage: await storage.status(),
      uplink: uplink.status(),
    });
  const http = new HttpServer({ log });
  serveGateway(http, {
    registry,
    report,
    refreshMetrics: (current) => {
      events.refresh(current);
      events.sessions.refresh(sessions.stats());
    },
    notReady: () => notReady,
  });
  serveSchema(http, { schema: (query) => storage.schema(query) });
  const { tokenFile: operatorToken } = config.operators;
  serveDeadLetters(http, {
    letters: storage,
    authorized: operatorToken === undefined ? null : secretFrom(operatorToken),
  });
  const page = await http.listen(config.http);
  life.onStop("http", () => http.close());

  const addresses = await broker.listen();
  life.onStop("mqtt", () => broker.close());
  life.onReload(() => reloads.now());
  life.onStop("file watch", () => reloads.stop());
  reloads.start();
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

/** Anonymous clients only where the configuration says so; a name that is given is checked in any case. */
function authenticator(users: Users | undefined, allowAnonymous: boolean): Authenticate {
  return async (username, password) => {
    if (username === undefined || users === undefined) return allowAnonymous;
    return users.check(username, password ?? new Uint8Array(0));
  };
}

const HAND_OVER_MS = 5000;
/** 24 bytes each, at most; covers the last second at 200,000 messages/s and the last hours of an ordinary site. */
const DELIVERIES_REMEMBERED = 2 ** 20;
/** Of all clients that are connected. */
const WILL_BYTES = 16 * 1024 * 1024;
