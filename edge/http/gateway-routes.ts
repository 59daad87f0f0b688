import { jsonRoute, NO_PARAMETERS } from "../../proto/runtime/http/route.ts";
import type { Route } from "../../proto/runtime/http/route.ts";
import type { GatewayStatus } from "../../proto/wire/http/gateway-status.ts";
import { gatewayStatusSchema } from "../../proto/wire/http/gateway-status.ts";
import type { StorageClient } from "../storage/storage-client.ts";
import { deadLetterRoutes } from "./dead-letter-routes.ts";
import { gatewaySchemaRoute } from "./schema-route.ts";

/** The route table of a gateway, without the routes that every process has. */
export function gatewayRoutes(deps: {
  readonly status: () => Promise<GatewayStatus>;
  readonly storage: Pick<StorageClient, "schema" | "deadLetters" | "retryDeadLetters" | "purgeDeadLetters">;
}): readonly Route[] {
  const { status, storage } = deps;
  return [
    jsonRoute({
      path: "/v1/status",
      summary: "how this gateway is",
      parameters: NO_PARAMETERS,
      answer: gatewayStatusSchema,
      handle: status,
    }),
    gatewaySchemaRoute(storage),
    ...deadLetterRoutes(storage),
  ];
}
