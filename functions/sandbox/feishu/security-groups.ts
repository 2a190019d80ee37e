import { emptyPage, pageOf, positionOf, sliceAfter } from "./pages.ts";
import { pageSizeInQuery } from "./parameters.ts";
import { roleShape } from "./shapes.ts";
import type { Handler } from "./world.ts";

/** `GET corehr/v1/security_groups`: all roles. `page_size` is a required string; its maximum is not stated, 100 here. */
export const listSecurityGroups: Handler = (world, call) => {
  const size = pageSizeInQuery(call, null, 100);
  const token = call.query.get("page_token");
  const position = positionOf(world, call, token);
  if (position.isEmptyPage) return emptyPage(position);
  const { page, next } = sliceAfter(world.company.roles, position.cursor, size);
  const items = page.map((role) => roleShape(world.company, role, "listPage", world.quirks));
  return pageOf(world, { token, items, next });
};
