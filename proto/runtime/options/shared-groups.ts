import { z } from "zod";
import type { LogOptions } from "../log.ts";
import { host, port, readableFile } from "./fields.ts";
import { certAndKey, serverTls } from "./tls-files.ts";

/** Groups of keys that the configurations of gateways and regions share. */

export type LogFields = Omit<LogOptions, "name">;

/** `log` */
export function log(): z.ZodType<LogFields> {
  return z
    .strictObject({
      level: z
        .enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"])
        .default("info")
        .describe("The least important messages that are logged."),
      format: z
        .enum(["auto", "json", "pretty"])
        .default("auto")
        .describe(
          "`pretty` writes lines for people, `json` one object a line. `auto`: `pretty` on a terminal, else `json`.",
        ),
    })
    .prefault({})
    .describe("The log, on standard output.");
}

export type HttpAddress = {
  readonly host: string;
  readonly port: number;
  /** Null: without TLS. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
};

/** `http` */
export function http(folder: string, defaultPort: number): z.ZodType<HttpAddress> {
  const { cert, key } = serverTls(folder);
  return z
    .strictObject({
      host: host().default("127.0.0.1").describe("The address to listen on. `0.0.0.0` is every interface."),
      port: port().default(defaultPort).describe("The port to listen on. `0`: the system chooses one."),
      cert,
      key,
    })
    .prefault({})
    .superRefine(certAndKey)
    .transform((given) => ({
      host: given.host,
      port: given.port,
      tls: given.cert === undefined || given.key === undefined ? null : { cert: given.cert, key: given.key },
    }))
    .describe("The HTTP server: status page, API, health probes and metrics.");
}

export type OperatorAccess = { readonly tokenFile?: string | undefined };

/** `operators` */
export function operators(folder: string): z.ZodType<OperatorAccess> {
  return z
    .strictObject({
      token_file: readableFile(folder)
        .optional()
        .describe("A file with the secret that operators send as a bearer token. Without it every command is refused."),
    })
    .prefault({})
    .transform(({ token_file }) => ({ tokenFile: token_file }));
}
