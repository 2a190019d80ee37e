import * as z from "zod";
import type { Provider } from "../providers/provider.ts";
import { textLike } from "../providers/settings.ts";
import { faultOfBaseUrl, faultOfSecret, withoutSlash } from "./address.ts";
import { sourceGuardSchema } from "./policy-schema.ts";
import { positive, text, whole } from "./primitives.ts";
import { reviewersSchemaOf } from "./reviewers-schema.ts";

const secret = text(faultOfSecret);

const limit = z.strictObject({ calls: whole(1, "calls"), perMs: whole(1, "milliseconds") });

const common = {
  id: textLike(/^[a-z0-9-]{1,32}$/, "must be 1 to 32 lowercase letters, digits and hyphens"),
  baseUrl: text(faultOfBaseUrl).transform(withoutSlash),
  credentials: z.strictObject({ read: secret, write: secret }).optional(),
  pace: positive.default(1),
  limits: z.record(z.string(), limit).default({}),
  guard: sourceGuardSchema.prefault({}),
};

/** A source of this provider: what every source has, and its own settings. */
export function sourceSchemaOf({ id, reviewers, settings }: Provider) {
  return z.strictObject({
    ...common,
    provider: z.literal(id),
    reviewers: reviewersSchemaOf(reviewers).optional(),
    ...settings,
  });
}

/** What can be said of a source whose provider is none of these. */
export function anySourceSchema(providers: readonly Provider[]) {
  return z.looseObject({
    ...common,
    reviewers: reviewersSchemaOf([]).optional(),
    provider: z.enum(providers.map(({ id }) => id)),
  });
}
