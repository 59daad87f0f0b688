import { InvalidArgumentError } from "commander";
import { parseDuration } from "../../proto/runtime/options/duration.ts";

/** Parsers for the values of options, for commander. Each error says what is expected. */

export function wholeNumberArgument(limits: { readonly min: number; readonly max: number }): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= limits.min && value <= limits.max) return value;
    const upTo = limits.max === Number.MAX_SAFE_INTEGER ? " or more" : ` to ${limits.max.toLocaleString("en")}`;
    throw new InvalidArgumentError(`expected a whole number: ${limits.min}${upTo}`);
  };
}

/** Milliseconds; at least one. */
export function durationArgument(text: string): number {
  let ms: number;
  try {
    ms = parseDuration(text);
  } catch {
    throw new InvalidArgumentError("expected a duration such as 500ms, 10s or 5m");
  }
  if (ms < 1) throw new InvalidArgumentError("expected at least 1ms");
  return ms;
}

/** The HTTP address of a process of this kind. */
export function httpUrlArgument(of: "gateway" | "region"): (text: string) => string {
  return (text) => {
    const url = URL.parse(text);
    if (url !== null && ["http:", "https:"].includes(url.protocol)) return text;
    const example = of === "gateway" ? "http://127.0.0.1:9101" : "http://127.0.0.1:8080";
    throw new InvalidArgumentError(`expected the HTTP address of a ${of} such as ${example}`);
  };
}
