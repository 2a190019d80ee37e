import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Client, DefaultCache } from "@larksuiteoapi/node-sdk";
import Table from "cli-table3";
import { grantsOf, loadSnapshot } from "../../functions/ledger/grants.ts";
import { readApp } from "../../functions/sandbox/feishu/apps.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { type RemoteOptions, type ServedSandbox, startSandboxProcess } from "../serve-sandbox.ts";
import { medianOf } from "./median.ts";
import { openTenant, pace, sourceId, type Tenant } from "./tenant.ts";

const runs = 5;
const company: RemoteOptions = { people: 30_000, holders: 5_000, roles: 120 };
const withoutLimits = 1e6;

type Kind = { name: string; pace: number; refuseEvery: number; latencyMs: number };

const kinds: Kind[] = [
  { name: "no limits, in the same place", pace: withoutLimits, refuseEvery: 0, latencyMs: 0 },
  { name: "no limits, 20 ms away", pace: withoutLimits, refuseEvery: 0, latencyMs: 20 },
  { name: "no limits, 20 ms away, 1 % of calls refused", pace: withoutLimits, refuseEvery: 100, latencyMs: 20 },
  { name: "the documented limits at pace 60, 20 ms away", pace, refuseEvery: 0, latencyMs: 20 },
  { name: "the documented limits at pace 60, in the same place", pace, refuseEvery: 0, latencyMs: 0 },
];

/** How a way to read the grants ended, and what it found, each as `holder:role`; to look for that is no part of the job. */
type Read = { ended: string; found(): Promise<Set<string>> | Set<string> };
type Timed = { tookMs: number; missed: number; ended: string };

/**
 * The same job by this project and by the official SDK with its iterators, every grant with its holder's facts in a packed
 * file: time, and how many grants each missed.
 */
export async function sdkTable(): Promise<string> {
  const head = ["company of 30,000", "who", `took (s, median of ${runs})`, "grants missed", "ended"];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const kind of kinds) {
    const reads = new Map<string, Timed[]>(Object.keys(ways).map((who) => [who, []]));
    // In turn: what else the machine does weighs on both alike.
    for (let run = 0; run < runs; run += 1) {
      for (const [who, way] of Object.entries(ways)) reads.get(who)!.push(await once(kind, way));
    }
    for (const [who, timed] of reads) {
      const seconds = (medianOf(timed.map(({ tookMs }) => tookMs)) / 1000).toFixed(2);
      const [{ missed, ended }] = timed as [Timed];
      table.push([kind.name, who, seconds, missed, ended]);
      process.stderr.write(`sdk: ${kind.name}: ${who}: ${seconds} s, ${missed} missed\n`);
    }
  }
  return table.toString();
}

const ways: Record<string, Reader> = { "access-review": bySnapshot, "@larksuiteoapi/node-sdk": bySdk };

type Reader = (place: { sandbox: ServedSandbox; tenant: Tenant }) => Promise<Read>;

async function once(kind: Kind, way: Reader): Promise<Timed> {
  const quirks = { rateLimit: kind.refuseEvery };
  const sandbox = await startSandboxProcess({ ...company, pace: kind.pace, quirks, latencyMs: kind.latencyMs });
  const tenant = await openTenant(sandbox.url, kind.pace);
  try {
    const held = await sandbox.grants();
    const begunMs = performance.now();
    const read = await way({ sandbox, tenant });
    const tookMs = performance.now() - begunMs;
    const found = await read.found();
    const missed = held.filter(({ holderId, roleId }) => !found.has(`${holderId}:${roleId}`)).length;
    return { tookMs, missed, ended: read.ended };
  } finally {
    tenant.remove();
    await sandbox.close();
  }
}

async function bySnapshot({ tenant }: { tenant: Tenant }): Promise<Read> {
  const stage = tenant.stage();
  const { status, review } = await takeSnapshot(stage);
  return {
    ended: status,
    found: async () => {
      const found = new Set<string>();
      const { snapshot } = (await loadSnapshot({ store: stage.store, sourceId, review }))!;
      for await (const { holder, role } of grantsOf(stage.store, snapshot)) found.add(`${holder.id}:${role.id}`);
      return found;
    },
  };
}

const types = { user_id_type: "people_corehr_id", department_id_type: "people_corehr_department_id" } as const;
const ignore = (): void => {};
const silent = { error: ignore, warn: ignore, info: ignore, debug: ignore, trace: ignore };

/** As one writes it: everybody by the iterator, their grants a hundred ids at a time page by page, then the holders' facts, all of it in one file. */
async function bySdk({ sandbox: { url }, tenant: { folder } }: Parameters<Reader>[0]): Promise<Read> {
  const client = new Client({ ...readApp, domain: url, logger: silent, cache: new DefaultCache() });
  const grants: SdkGrant[] = [];
  const found = () => new Set(grants.map(({ holder, permission }) => `${holder}:${permission.role?.id}`));
  try {
    await client.corehr.securityGroup.list({ params: { page_size: "100" } });
    const ids: string[] = [];
    for (const employment_status of ["hired", "terminated"] as const) {
      const data = { fields: ["employment_id"], employment_status };
      const pages = await client.corehr.v2.employee.searchWithIterator({ data, params: { page_size: 100, ...types } });
      for await (const page of pages)
        ids.push(...(page?.items ?? []).map(({ employment_id_v2 }) => employment_id_v2 ?? ""));
    }
    for (let from = 0; from < ids.length; from += 100) await readGrants(client, ids.slice(from, from + 100), grants);
    const holders = [...new Set(grants.map(({ holder }) => holder))];
    const facts = new Map<string | undefined, unknown>();
    for (let from = 0; from < holders.length; from += 100) {
      const data = {
        fields: ["employment_status", "person_info.preferred_name"],
        employment_ids: holders.slice(from, from + 100),
      };
      const reply = await client.corehr.v2.employee.batchGet({ data, params: types });
      for (const item of reply.data?.items ?? []) facts.set(item.employment_id, item);
    }
    const lines = grants.map((grant) => JSON.stringify({ ...grant, facts: facts.get(grant.holder) }));
    writeFileSync(join(folder, "grants.jsonl.gz"), gzipSync(`${lines.join("\n")}\n`));
    return { found, ended: "as if complete" };
  } catch (error) {
    return { found, ended: `with an error: ${(error as { code?: string }).code ?? "unknown"}` };
  }
}

type SdkGrant = { holder: string; permission: { role?: { id?: string } } };

async function readGrants(client: Client, employment_id_list: string[], grants: SdkGrant[]): Promise<void> {
  let page_token: string | undefined;
  do {
    const params = { employment_id_list, page_size: "20", user_id_type: types.user_id_type };
    const { data } = await client.corehr.authorization.query({
      params: { ...params, ...(page_token ? { page_token } : {}) },
    });
    for (const item of data?.items ?? []) {
      for (const permission of item.permission_detail_list) grants.push({ holder: item.employment_id, permission });
    }
    page_token = data?.has_more ? data.page_token : undefined;
  } while (page_token);
}
