import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, test } from "vitest";
import { z } from "zod";
import { gatewayRoutes } from "../../../../../edge/http/gateway-routes.ts";
import { commandsRoute } from "../../../../../cloud/operator/commands-route.ts";
import { queryRoutes } from "../../../../../cloud/query/query-routes.ts";
import { REGION_DATABASE, openSqliteStoreIn } from "../../../../../cloud/store/sqlite/sqlite-store.ts";
import { openApiDocument } from "../../../../../proto/runtime/http/openapi-document.ts";
import type { Route } from "../../../../../proto/runtime/http/route.ts";
import { indexLines, routeTable } from "../../../../../proto/runtime/http/standard-routes.ts";
import { createRegistry } from "../../../../../proto/runtime/metrics.ts";
import { openInMemory } from "../../../../../proto/runtime/sqlite.ts";

/** No route is called here, so the parts behind the routes are missing. */
function absent(): never {
  throw new Error("a route was called");
}

function table(own: readonly Route[]): readonly Route[] {
  return routeTable(own, {
    title: "Tidemark",
    sentence: absent,
    readiness: absent,
    readySentence: () => "",
    registry: createRegistry(),
    refreshMetrics: absent,
  });
}

const GATEWAY = table(
  gatewayRoutes({
    status: absent,
    storage: { schema: absent, deadLetters: absent, retryDeadLetters: absent, purgeDeadLetters: absent },
  }),
);
const REGION = table([
  ...queryRoutes({
    store: openSqliteStoreIn(openInMemory(REGION_DATABASE), { path: "test", newStoreId: new Uint8Array(16) }),
    regions: { self: "eu", members: absent, peers: absent },
    clock: { nowMs: absent },
    lastBatchAgeMs: absent,
    scrubber: { repaired: 0, walks: 0, isReadable: true },
    gateways: { lastSeenMs: absent, connected: absent, twins: absent },
    digests: { last: null, differing: new Map() },
  }),
  commandsRoute({
    commandService: { commit: absent, replicated: absent },
    region: "eu",
    members: absent,
    changeRefusal: absent,
    knowsLife: absent,
    commanded: absent,
  }),
]);

/** The description of one operation in the document, as far as the tests look at it. */
const operationSchema = z.object({
  summary: z.string(),
  parameters: z.array(z.object({ name: z.string(), required: z.boolean(), description: z.string().optional() })),
  responses: z.record(z.string(), z.unknown()),
  security: z.array(z.unknown()).optional(),
});

test.each([
  ["gateway", GATEWAY],
  ["region", REGION],
])("the OpenAPI document of a %s is valid, and every route of the table is in it", async (_, routes) => {
  const document = openApiDocument({ title: "Tidemark", version: "1" }, routes);
  expect(await new Validator().validate(structuredClone(document))).toMatchObject({ valid: true });
  const described = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(described.toSorted()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).toSorted());
  for (const { method, path, summary, who, parameters } of routes) {
    const operation = operationSchema.parse(document.paths[path]?.[method.toLowerCase()]);
    expect(operation.summary).toBe(summary);
    expect(operation.parameters.map(({ name }) => name)).toEqual(Object.keys(parameters));
    // Every parameter needs a description, here and in the message about a wrong value.
    expect(operation.parameters.filter(({ description }) => description === undefined)).toEqual([]);
    expect("401" in operation.responses, path).toBe(who === "operator");
    expect(operation.security !== undefined, path).toBe(who === "operator");
    expect(operation.responses).toHaveProperty("500");
  }
});

test("the validator notices a document that is not valid", async () => {
  const document = openApiDocument({ title: "Tidemark", version: "1" }, GATEWAY);
  const broken = { ...structuredClone(document), paths: { "no-slash": {} } };
  expect(await new Validator().validate(broken)).toMatchObject({ valid: false });
});

test("names in parameters and answers are in snake_case", () => {
  for (const routes of [GATEWAY, REGION]) {
    const text = JSON.stringify(openApiDocument({ title: "Tidemark", version: "1" }, routes).paths);
    const names = [...text.matchAll(/"properties":(\{.*?\})/g)].flatMap(([, properties]) =>
      [...properties!.matchAll(/"(\w+)":\{/g)].map(([, name]) => name!),
    );
    expect(names.length).toBeGreaterThan(20);
    const own = new Set(["additionalProperties", "anyOf", "propertyNames"]);
    expect(names.filter((name) => /[A-Z]/.test(name) && !own.has(name))).toEqual([]);
    const parameters = routes.flatMap((route) => Object.keys(route.parameters));
    expect(parameters.filter((name) => !/^[a-z_]+$/.test(name))).toEqual([]);
  }
});

test("all paging is by cursor and limit", () => {
  for (const { path, parameters } of [...GATEWAY, ...REGION]) {
    const names = Object.keys(parameters);
    expect(names, path).not.toContain("after");
    expect(names.includes("cursor"), path).toBe(names.includes("limit"));
  }
});

test("the index page has one line for every route", () => {
  const lines = indexLines(GATEWAY).trimEnd().split("\n");
  expect(lines).toHaveLength(GATEWAY.length);
  expect(lines).toContain(
    "GET   /v1/schema                types and units of each metric, and since when   ?device=&metric=&limit=&cursor=&format=",
  );
  expect(lines.find((line) => line.startsWith("POST"))).toContain("(needs the token of the operators)");
});
