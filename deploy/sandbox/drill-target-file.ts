import { writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { stringify } from "yaml";
import type { LocalDeployment } from "./local-deployment.ts";

/**
 * Writes the file that describes a local deployment for `tidemark drill run --target`. Where an operator would write systemctl or
 * kubectl, the commands are signals here. The demo itself starts killed processes again.
 * @returns the path of the file, relative if it is below the working folder.
 */
export function writeDrillTarget(site: LocalDeployment): string {
  const path = join(site.directory, "deploy.yaml");
  const part = ({ name, url, pidFile }: { name: string; url: string; pidFile: string }): object => {
    // The commands run in the folder of this file.
    const pid = `$(cat ${basename(pidFile)})`;
    return {
      name,
      url,
      kill: `kill -9 ${pid}`,
      start: "true  # `tidemark demo` starts it again after 10 s",
      freeze: `kill -STOP ${pid}`,
      thaw: `kill -CONT ${pid}`,
    };
  };
  const description = {
    target: "demo",
    production: false,
    operator_token_file: basename(site.operatorTokenFile),
    regions: site.regions.map(part),
    gateways: site.gateways.map((gateway) => ({ ...part(gateway), mqtt: { url: gateway.mqttUrl } })),
  };
  writeFileSync(path, stringify(description));
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}
