import type { z } from "zod";
import { readableFile } from "./fields.ts";

/** The files of TLS: one set of keys for those that connect, one for those that listen. */

type OptionalFile = z.ZodOptional<z.ZodType<string, string>>;

/** The keys of a side that connects to a region by gRPC. They are named as in `GrpcTarget`. */
export function clientTls(folder: string): { ca: OptionalFile; cert: OptionalFile; key: OptionalFile } {
  const file = (): z.ZodType<string, string> => readableFile(folder);
  return {
    ca: file()
      .optional()
      .describe("Authorities (PEM) that may sign the certificate of the other side. Without it: those of the system."),
    cert: file().optional().describe("The certificate (PEM) to show, where the other side asks for one. Needs `key`."),
    key: file().optional().describe("The private key (PEM) of `cert`."),
  };
}

/** The keys of a side that listens for HTTP. */
export function httpTls(folder: string): { cert: OptionalFile; key: OptionalFile } {
  const file = (): z.ZodType<string, string> => readableFile(folder);
  return {
    cert: file().optional().describe("The certificate (PEM) for TLS. Needs `key`."),
    key: file().optional().describe("The private key (PEM) of `cert`."),
  };
}

/** The keys of a side that listens for MQTT or gRPC. */
export function serverTls(folder: string): ReturnType<typeof httpTls> & { client_ca: OptionalFile } {
  return {
    ...httpTls(folder),
    client_ca: readableFile(folder)
      .optional()
      .describe(
        "Authorities (PEM). Clients must show a certificate that one of these authorities signed. Needs `cert`.",
      ),
  };
}

/** The files of HTTP with TLS, named as in the configuration. */
export type HttpTlsFiles = WithCertificate<FilesOf<typeof httpTls>>;
/** The files of MQTT or gRPC with TLS, named as in the configuration. */
export type ServerTlsFiles = WithCertificate<FilesOf<typeof serverTls>>;

type FilesOf<Group extends (folder: string) => object> = {
  readonly [name in keyof ReturnType<Group>]?: string | undefined;
};
type WithCertificate<Files> = Files & { readonly cert: string; readonly key: string };

/** The files as they were parsed; null without a certificate, which is without TLS. */
export function tlsOrNull<Files extends FilesOf<typeof httpTls>>(files: Files): WithCertificate<Files> | null {
  const { cert, key } = files;
  return cert === undefined || key === undefined ? null : { ...files, cert, key };
}

/** A certificate is of no use without its key, and a key without its certificate. */
export function certAndKey(
  { cert, key }: { readonly cert?: string | undefined; readonly key?: string | undefined },
  context: z.RefinementCtx,
): void {
  if ((cert === undefined) === (key === undefined)) return;
  const [present, missing] = cert === undefined ? ["key", "cert"] : ["cert", "key"];
  context.addIssue({ code: "custom", message: `cert and key belong together; ${missing} is missing`, path: [present] });
}
