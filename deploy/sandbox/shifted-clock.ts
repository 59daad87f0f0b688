import { readFileSync } from "node:fs";

/**
 * Loaded before a gateway of the sandbox (`node --import`), so that its clock can jump. The file that TIDEMARK_SANDBOX_CLOCK
 * names says how many milliseconds the time of day is ahead. Monotonic time does not change, as when a person sets a clock.
 * libfaketime could do the same from outside; this needs no package and works on every system.
 */
const file = process.env["TIDEMARK_SANDBOX_CLOCK"];
const now = Date.now.bind(Date);
let shiftMs = 0;
let readAtMs = -Infinity;

Date.now = () => {
  if (performance.now() - readAtMs >= READ_EVERY_MS) {
    readAtMs = performance.now();
    try {
      shiftMs = Number(readFileSync(file ?? "", "utf8")) || 0;
    } catch {
      shiftMs = 0;
    }
  }
  return now() + shiftMs;
};

const READ_EVERY_MS = 100;
