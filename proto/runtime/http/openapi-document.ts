import { z } from "zod";
import { ERROR_STATUS, errorAnswerSchema } from "../../wire/http/error-answer.ts";
import type { ErrorCode } from "../../wire/http/error-answer.ts";
import { JSON_TYPE } from "./http-answer.ts";
import type { AnswerFormat, Route } from "./route.ts";

/** The route table as a document of OpenAPI 3.1, whose schemas are JSON Schema 2020-12. */
export function openApiDocument(
  info: { readonly title: string; readonly version: string },
  routes: readonly Route[],
): OpenApiDocument {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: "3.1.0",
    info: { ...info, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    paths,
    components: {
      schemas: { Error: jsonSchema(errorAnswerSchema) },
      securitySchemes: { operators: { type: "http", scheme: "bearer", description: "the token of the operators" } },
    },
  };
}

export type OpenApiDocument = {
  readonly openapi: string;
  readonly info: object;
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly components: object;
};

function operation({ method, path, summary, who, parameters, body, answers, errors }: Route): object {
  const takesBody = body !== null && body.bytesMax > 0;
  const codes = new Set<ErrorCode>([
    "bad_parameter",
    "internal",
    ...(who === "operator" ? (["unauthorized", "commands_off"] as const) : []),
    ...(body === null ? [] : (["body_too_large"] as const)),
    ...(takesBody ? (["bad_body"] as const) : []),
    ...errors,
  ]);
  const byStatus = Map.groupBy(codes, (code) => ERROR_STATUS[code]);
  const failures = [...byStatus].map(([status, all]) => [
    String(status),
    {
      description: all.toSorted().join(", "),
      content: { [mediaType(JSON_TYPE)]: { schema: { $ref: "#/components/schemas/Error" } } },
    },
  ]);
  return {
    operationId: operationId(method, path),
    summary,
    parameters: Object.entries(parameters).map(([name, schema]) => ({
      name,
      in: "query",
      required: !schema.safeParse(undefined).success,
      ...(schema.description === undefined ? {} : { description: schema.description }),
      schema: jsonSchema(schema),
    })),
    ...(takesBody
      ? { requestBody: { required: true, content: { "application/json": { schema: jsonSchema(body.schema) } } } }
      : {}),
    responses: {
      200: { description: summary, content: Object.fromEntries(answers.map(content)) },
      ...Object.fromEntries(failures),
    },
    ...(who === "operator" ? { security: [{ operators: [] }] } : {}),
  };
}

function content({ contentType, schema }: AnswerFormat): [string, object] {
  return [mediaType(contentType), schema === null ? {} : { schema: jsonSchema(schema) }];
}

/** Without the character set, as OpenAPI wants it. */
function mediaType(contentType: string): string {
  return contentType.split(";", 1)[0]?.trim() ?? contentType;
}

/** `GET /v1/records/revisions` becomes `get_v1_records_revisions`. */
function operationId(method: string, path: string): string {
  const words = path.split(/\W+/).filter((word) => word !== "");
  return [method.toLowerCase(), ...(words.length === 0 ? ["index"] : words)].join("_");
}

/** The schema of a value on the wire. For a value that is parsed further, this is the text. */
function jsonSchema(schema: z.ZodType): object {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return rest;
}
