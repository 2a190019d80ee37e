import type { Holder } from "../review/grants/grant.ts";
import type { Source } from "../review/ports.ts";

function nameless(holder: Holder): Holder {
  return {
    ...holder,
    name: null,
    email: null,
    ...(holder.members ? { members: holder.members.map((each) => ({ ...each, name: null, email: null })) } : {}),
  };
}

/** A source whose holders have neither name nor e-mail, so that nothing behind it can keep or show them. */
export function namelessSource(source: Source): Source {
  return {
    ...source,
    readHolders: async (ids) =>
      new Map([...(await source.readHolders(ids))].map(([id, holder]) => [id, nameless(holder)])),
  };
}
