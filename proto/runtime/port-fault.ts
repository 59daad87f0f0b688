import { Fault } from "../core/fault.ts";

/**
 * The fault for a port that cannot be opened, in one line with the cure.
 * @param listener what listens there, and the key of the configuration that sets the port.
 */
export function portFault(
  listener: { what: string; key: string },
  address: { host: string; port: number },
  cause: unknown,
): Fault {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const where = `${listener.what}: ${address.host}:${address.port}`;
  switch (code) {
    case "EADDRINUSE":
      return new Fault({
        code: "port",
        message: `${where} is in use by another process`,
        hint: `stop it, or choose another port in ${listener.key}`,
        cause,
      });
    case "EACCES":
      return new Fault({
        code: "port",
        message: `${where} may not be used by this user`,
        hint: `ports below 1024 need CAP_NET_BIND_SERVICE; choose a higher one in ${listener.key}`,
        cause,
      });
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new Fault({
        code: "port",
        message: `${where} is no address of this machine`,
        hint: "use 127.0.0.1, 0.0.0.0 or one that `ip address` shows",
        cause,
      });
    default:
      return new Fault({ code: "port", message: `${where}: cannot listen: ${String(cause)}`, cause });
  }
}
