import type { z } from "zod";

/** What a question asks for, or the first mistake in it, beside what is accepted. */
export function pageQuery<T>(
  schema: z.ZodType<T>,
  parameters: URLSearchParams,
  accepted: string,
): { readonly query: T } | { readonly error: string; readonly accepted: string } {
  const parsed = schema.safeParse(Object.fromEntries(parameters));
  if (parsed.success) return { query: parsed.data };
  const [issue] = parsed.error.issues;
  return { error: `${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`.trim(), accepted };
}
