import { setFlagsFromString } from "node:v8";

/**
 * Starting compiles a thousand functions and makes little that lives, and V8 answers with a young generation of 16 MB
 * that an idle process then holds for ever. Kept from growing while the process starts, and only then, it saves an
 * idle gateway 10 MB (measured with `npm run bench -- --only memory`); under load it grows as ever.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}

/** To be called when the process has started; 2 is V8's own factor. */
export function letYoungGenerationGrow(): void {
  setFlagsFromString("--semi-space-growth-factor=2");
}
