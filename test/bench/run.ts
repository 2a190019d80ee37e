import { assessTable } from "./assess.ts";
import { bundleTable } from "./bundles.ts";
import { callsTable } from "./calls.ts";
import { measureCensus } from "./census.ts";
import { conflictsTable } from "./conflicts.ts";
import { decideTable } from "./decide.ts";
import { deskTable } from "./desk.ts";
import { measureExpire } from "./expire.ts";
import { tenantsTable } from "./many-tenants.ts";
import { type Measured, overFloor, tableOf } from "./measured.ts";
import { medianOf } from "./median.ts";
import { memoryTable } from "./memory.ts";
import { newcomerTable } from "./newcomer.ts";
import { rawTable } from "./raw.ts";
import { reportTable } from "./report.ts";
import { sdkTable } from "./sdk.ts";

// `npm run bench`, or `npm run bench -- census` for some of it: a table, and never a failed check.
const benches = { census: measureCensus, expire: measureExpire };
const tables = {
  calls: callsTable,
  sdk: sdkTable,
  raw: rawTable,
  bundles: bundleTable,
  desk: deskTable,
  decide: decideTable,
  memory: memoryTable,
  assess: assessTable,
  conflicts: conflictsTable,
  report: reportTable,
  tenants: tenantsTable,
  newcomer: newcomerTable,
};
const asked = process.argv.slice(2);
const measured: Measured[] = [];
for (const [name, measure] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  for await (const one of measure()) {
    measured.push(one);
    const ratio = overFloor(medianOf(one.runsMs), one);
    process.stderr.write(`${one.name}: ${ratio} times its floor, ${one.refusals} refusals\n`);
  }
}
if (measured.length > 0) console.log(tableOf(measured));
for (const [name, table] of Object.entries(tables)) {
  if (asked.length === 0 || asked.includes(name)) console.log(await table());
}
