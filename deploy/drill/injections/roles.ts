import { z } from "zod";
import { Fault } from "../../../proto/core/fault.ts";
import type { NetworkLink } from "../../sandbox/faulty-links.ts";

/**
 * A drill file names parts by their role for the first gateway, so that one file fits every deployment. The
 * order of the names decides which part has which role: `regions` is in the first gateway's order of preference, its home
 * first.
 */
export type PartNames = { readonly regions: readonly string[]; readonly gateways: readonly string[] };

/** One part, or several. `others`: all regions except home. */
export type Role = (typeof ROLES)[number];
const ROLES = ["home", "standby", "third", "others", "regions", "first", "second", "gateways", "sensors"] as const;

export function role(): z.ZodType<Role, Role> {
  return z.enum(ROLES, `expected a role: ${ROLES.join(", ")} (others: regions that are not home)`);
}

/** @throws Fault when the deployment has no part with this role. */
export function partsWithRole(wanted: Role, { regions, gateways }: PartNames): readonly string[] {
  const byRole: Record<Role, readonly (string | undefined)[]> = {
    home: [regions[0]],
    standby: [regions[1]],
    third: [regions[2]],
    others: regions.slice(1),
    regions,
    first: [gateways[0]],
    second: [gateways[1]],
    gateways,
    sensors: ["sensors"],
  };
  const found = byRole[wanted].filter((name) => name !== undefined);
  if (found.length > 0) return found;
  throw new Fault({
    code: "config",
    message: `no part has the role ${wanted}: the regions are ${regions.join(", ")}, the gateways ${gateways.join(", ")}`,
    hint: "this drill needs a larger deployment; the sandbox has one",
  });
}

/** The part with this role, or the first of several. @throws Fault when no part has it. */
export function partWithRole(wanted: Role, parts: PartNames): string {
  return partsWithRole(wanted, parts)[0]!;
}

/**
 * The connections between two roles. Two regions dial each other: a link between them is two connections, and an injection
 * hits both.
 */
export function linksBetween(from: Role, to: Role, parts: PartNames): readonly NetworkLink[] {
  const isRegion = (name: string): boolean => parts.regions.includes(name);
  const found: NetworkLink[] = [];
  for (const a of partsWithRole(from, parts)) {
    for (const b of partsWithRole(to, parts)) {
      if (a === b) continue;
      found.push({ from: a, to: b });
      if (isRegion(a) && isRegion(b)) found.push({ from: b, to: a });
    }
  }
  return found;
}
