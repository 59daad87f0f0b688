import { clone } from "./clone.ts";
import { cutLink } from "./cut-link.ts";
import { evacuate } from "./evacuate.ts";
import { freeze } from "./freeze.ts";
import type { InjectionKind } from "./injection-kind.ts";
import { isolate } from "./isolate.ts";
import { killLoop } from "./kill-loop.ts";
import { kill } from "./kill.ts";
import { rebuild } from "./rebuild.ts";
import { resetLink } from "./reset-link.ts";
import { restore } from "./restore.ts";
import { rot } from "./rot.ts";
import { shiftClock } from "./shift-clock.ts";
import { slowLink } from "./slow-link.ts";

/**
 * Every kind of injection, by its name in drill files. To add one: a file in this folder, and a line here. The type
 * {@link InjectionKind} and, behind it, `Injection` make the compiler ask for all that a kind must say about itself.
 */
export const INJECTIONS: Readonly<Record<string, InjectionKind>> = {
  kill,
  kill_loop: killLoop,
  freeze,
  isolate,
  cut_link: cutLink,
  slow_link: slowLink,
  reset_link: resetLink,
  evacuate,
  restore,
  rebuild,
  clone,
  rot,
  shift_clock: shiftClock,
};
