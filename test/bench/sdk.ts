import { Client, DefaultCache } from "@larksuiteoapi/node-sdk";
import Table from "cli-table3";
import type { Snapshot } from "../../functions/review/snapshot.ts";
import { takeSnapshot } from "../../functions/stages/take-snapshot.ts";
import { readApp } from "../sandbox/apps.ts";
import { type RemoteOptions, type SandboxProcess, startSandboxProcess } from "../start-sandbox-process.ts";
import { openTenant, pace, sourceId } from "./tenant.ts";

const runs = 5;
const company: RemoteOptions = { people: 30_000, holders: 5_000, roles: 120 };
const withoutLimits = 1e6;

type Kind = { name: string; pace: number; refuseEvery: number; latencyMs: number };

const kinds: Kind[] = [
  { name: "no limits, in the same place", pace: withoutLimits, refuseEvery: 0, latencyMs: 0 },
  { name: "no limits, 20 ms away", pace: withoutLimits, refuseEvery: 0, latencyMs: 20 },
  { name: "no limits, 20 ms away, 1 % of calls refused", pace: withoutLimits, refuseEvery: 100, latencyMs: 20 },
  { name: "the documented limits at pace 60, 20 ms away", pace, refuseEvery: 0, latencyMs: 20 },
];

/** Every grant that a way to read them found, as `holder:role`, and how the way ended. */
type Read = { tookMs: number; found: Set<string>; ended: string };

/** The same job by this project and by the official SDK with its iterators: time, and how many grants each missed. */
export async function sdkTable(): Promise<string> {
  const head = ["company of 30,000", "who", `took (s, median of ${runs})`, "grants missed", "ended"];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const kind of kinds) {
    for (const [who, read] of Object.entries({ "access-review": bySnapshot, "@larksuiteoapi/node-sdk": bySdk })) {
      const reads: (Read & { missed: number })[] = [];
      // The documented limits take their time, and what they let through does not vary.
      for (let run = 0; run < (kind.pace === pace ? 1 : runs); run += 1) reads.push(await once(kind, read));
      reads.sort((a, b) => a.tookMs - b.tookMs);
      const { tookMs, missed, ended } = reads[reads.length >> 1]!;
      table.push([kind.name, who, (tookMs / 1000).toFixed(2), missed, ended]);
      process.stderr.write(`sdk: ${kind.name}: ${who}: ${(tookMs / 1000).toFixed(2)} s, ${missed} missed\n`);
    }
  }
  return table.toString();
}

type Reader = (sandbox: SandboxProcess, kind: Kind) => Promise<Omit<Read, "tookMs">>;

async function once(kind: Kind, read: Reader): Promise<Read & { missed: number }> {
  const quirks = { rateLimit: kind.refuseEvery };
  const sandbox = await startSandboxProcess({ ...company, pace: kind.pace, quirks, latencyMs: kind.latencyMs });
  try {
    const held = await sandbox.grants();
    const begunMs = performance.now();
    const result = await read(sandbox, kind);
    const tookMs = performance.now() - begunMs;
    const missed = held.filter(({ holderId, roleId }) => !result.found.has(`${holderId}:${roleId}`)).length;
    return { ...result, tookMs, missed };
  } finally {
    await sandbox.close();
  }
}

async function bySnapshot(sandbox: SandboxProcess, kind: Kind): Promise<Omit<Read, "tookMs">> {
  const tenant = await openTenant(sandbox.url, kind.pace);
  try {
    const stage = tenant.stage();
    const { status, review } = await takeSnapshot(stage);
    const found = new Set<string>();
    const snapshot = await stage.store.getJson<Snapshot>(`reviews/${sourceId}/${review}/snapshot.json`);
    for (const { key } of snapshot?.parts ?? []) {
      for await (const grant of stage.store.readLines<{ holder: { id: string }; role: { id: string } }>(key)) {
        found.add(`${grant.holder.id}:${grant.role.id}`);
      }
    }
    return { found, ended: status };
  } finally {
    tenant.remove();
  }
}

const types = { user_id_type: "people_corehr_id", department_id_type: "people_corehr_department_id" } as const;
const ignore = (): void => {};
const silent = { error: ignore, warn: ignore, info: ignore, debug: ignore, trace: ignore };

/** As one writes it: everybody by the iterator, their grants a hundred ids at a time page by page, then the holders' facts. */
async function bySdk({ url }: SandboxProcess): Promise<Omit<Read, "tookMs">> {
  const client = new Client({ ...readApp, domain: url, logger: silent, cache: new DefaultCache() });
  const found = new Set<string>();
  try {
    await client.corehr.securityGroup.list({ params: { page_size: "100" } });
    const ids: string[] = [];
    for (const employment_status of ["hired", "terminated"] as const) {
      const data = { fields: ["employment_id"], employment_status };
      const pages = await client.corehr.v2.employee.searchWithIterator({ data, params: { page_size: 100, ...types } });
      for await (const page of pages)
        ids.push(...(page?.items ?? []).map(({ employment_id_v2 }) => employment_id_v2 ?? ""));
    }
    for (let from = 0; from < ids.length; from += 100) await readGrants(client, ids.slice(from, from + 100), found);
    const holders = [...new Set([...found].map((key) => key.split(":")[0] ?? ""))];
    for (let from = 0; from < holders.length; from += 100) {
      const data = {
        fields: ["employment_status", "person_info.preferred_name"],
        employment_ids: holders.slice(from, from + 100),
      };
      await client.corehr.v2.employee.batchGet({ data, params: types });
    }
    return { found, ended: "as if complete" };
  } catch (error) {
    return { found, ended: `with an error: ${(error as { code?: string }).code ?? "unknown"}` };
  }
}

async function readGrants(client: Client, employment_id_list: string[], found: Set<string>): Promise<void> {
  let page_token: string | undefined;
  do {
    const params = { employment_id_list, page_size: "20", user_id_type: types.user_id_type };
    const { data } = await client.corehr.authorization.query({
      params: { ...params, ...(page_token ? { page_token } : {}) },
    });
    for (const item of data?.items ?? []) {
      for (const { role } of item.permission_detail_list) found.add(`${item.employment_id}:${role?.id}`);
    }
    page_token = data?.has_more ? data.page_token : undefined;
  } while (page_token);
}
