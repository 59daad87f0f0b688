import { z } from "zod";
import type { LogOptions } from "../log.ts";
import { host, port, readableFile } from "./fields.ts";
import type { HttpTlsFiles } from "./tls-files.ts";
import { certAndKey, httpTls, tlsOrNull } from "./tls-files.ts";

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
  readonly tls: HttpTlsFiles | null;
};

/** `http` */
export function http(folder: string, defaultPort: number): z.ZodType<HttpAddress> {
  return z
    .strictObject({
      host: host().default("127.0.0.1").describe("The address to listen on. `0.0.0.0` is every interface."),
      port: port().default(defaultPort).describe("The port to listen on. `0`: the system chooses one."),
      ...httpTls(folder),
    })
    .prefault({})
    .superRefine(certAndKey)
    .transform(({ host: address, port: number, ...tls }) => ({ host: address, port: number, tls: tlsOrNull(tls) }))
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
