import { type Holder, unknownHolder } from "../../review/grants/grant.ts";
import type { Source } from "../../review/ports.ts";

/** Reads holder facts in full batches while listings go on. */
export type HolderReader = {
  /** The holder's facts; `unknown` where the provider does not show it. */
  read(id: string): Promise<Holder>;
  /** Asks for what waits for a batch to fill up: nobody else will come. */
  flush(): void;
};

/** Facts kept for holders that come up again: bounded, so that a tenant's size does not matter. */
const keptHolders = 50_000;

type Waiting = { id: string; resolve: (holder: Holder) => void; reject: (error: unknown) => void };

export function openHolderReader(source: Source): HolderReader {
  const factsById = new Map<string, Promise<Holder>>();
  let waiting: Waiting[] = [];

  const flush = (): void => {
    if (waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    source.readHolders(batch.map(({ id }) => id)).then(
      (holders) => {
        for (const { id, resolve } of batch) resolve(holders.get(id) ?? unknownHolder(id));
      },
      (error) => {
        for (const { reject } of batch) reject(error);
      },
    );
  };

  const read = (id: string): Promise<Holder> => {
    const known = factsById.get(id);
    if (known) return known;
    const facts = new Promise<Holder>((resolve, reject) => waiting.push({ id, resolve, reject }));
    facts.catch(() => {}); // whoever awaits it fails; an unawaited one must not end the process
    if (factsById.size >= keptHolders) factsById.delete(factsById.keys().next().value!);
    factsById.set(id, facts);
    if (waiting.length >= source.holdersPerRead) flush();
    return facts;
  };
  return { read, flush };
}
