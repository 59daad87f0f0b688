import type { Registry } from "@prometheus-io/client";
import type { HttpServer } from "../../proto/runtime/http.ts";
import { json, text } from "../../proto/runtime/http.ts";
import type { GatewayReport } from "./gateway-report.ts";

/**
 * The addresses of a gateway. Alive is not ready: `/readyz` is 200 while sensors are listened to and what they send can
 * be stored; a region out of reach does not make a gateway unready, because buffering is its work.
 */
export function serveGateway(
  http: HttpServer,
  deps: {
    registry: Registry;
    report: () => Promise<GatewayReport>;
    /** Sets the gauges of what is asked for and not counted. */
    refreshMetrics: (report: GatewayReport) => void;
    notReady: () => string | null;
  },
): void {
  const { registry, report, refreshMetrics, notReady } = deps;
  http
    .get("/healthz", () => json({ sentence: "The process is alive." }))
    .get("/readyz", () => {
      const reason = notReady();
      return reason === null
        ? json({ sentence: "Sensors are listened to, and what they send is stored." })
        : json({ sentence: reason }, 503);
    })
    .get("/v1/status", async () => json(await report()))
    .get("/metrics", async () => {
      refreshMetrics(await report());
      return { status: 200, contentType: registry.contentType, body: await registry.metrics() };
    })
    .get("/", async () => text(`${(await report()).sentence}\n\n${INDEX}`));
}

const INDEX = `GET /v1/status   how this gateway is, as JSON
GET /v1/schema   types and units of each metric, and since when   ?device=&metric=&after=&limit=
GET /v1/dead-letters   what should have been a reading   ?reason=&after=&limit=   (tidemark deadletter --help)
GET /metrics     Prometheus metrics
GET /healthz     the process is alive
GET /readyz      sensors are listened to
`;
