import type { Edit } from "./copied-functions.ts";

/** A fault planted in the stages, which the properties must find. `isRetiring`: only a review that retires a role meets it. */
export type Mutant = { name: string; edits: Edit[]; isRetiring?: boolean };

const edit = (file: string, find: string, replace: string): Edit => ({ file: `stages/${file}`, find, replace });

/** Everything that would make a stage quietly wrong, one at a time. */
export const mutants: Mutant[] = [
  {
    name: "a removal is taken for done as the provider says yes",
    edits: [edit("read-back.ts", 'presence.get(answered.grant.id) === "gone"', "true")],
  },
  {
    name: "the intent is written after the call",
    edits: [
      edit(
        "revoker.ts",
        "        return beforeWrite(context, group);\n      });",
        "      }).then(async (all) => { await beforeWrite(context, group); return all; });",
      ),
      edit("revoker.ts", "source.revoke(group, () => {", "source.revoke(group, async () => {"),
    ],
  },
  {
    name: "an incomplete snapshot is acted on",
    edits: [edit("write-snapshot.ts", "complete: checks.every(({ passed }) => passed)", "complete: true")],
  },
  {
    name: "the hash of a plan is not checked",
    edits: [edit("loaded-plan.ts", "planHashOf(hashed) !== planHash", "hashed === null")],
  },
  {
    name: "a plan is not bound to its snapshot",
    edits: [edit("loaded-plan.ts", "plan.snapshotSha256 !== stored.snapshotSha256", "plan === null")],
  },
  {
    name: "a plan is not bound to its policy",
    edits: [edit("loaded-plan.ts", "hashOf(policy) !== plan.policySha256", "policy === null")],
  },
  {
    name: "stale decisions are honoured",
    edits: [
      { file: "review/decision.ts", find: "lapses(decision, grantThen, grantNow)", replace: "decision === null" },
    ],
  },
  {
    name: "decisions that came after the plan are not read",
    edits: [
      edit(
        "reread.ts",
        'if (loaded === null || loaded.keys.join("\\n") !== keys.join("\\n")) {',
        "if (loaded === null) {\n      keys.pop();",
      ),
    ],
  },
  {
    name: "the lease is not checked before a removal",
    edits: [
      edit("revoker.ts", "  await context.lease.check();\n  await refuseWhileStopped", "  await refuseWhileStopped"),
      edit("revoker.ts", "looking after.\n  await context.lease.check();\n", "looking after.\n"),
      edit("revoker.ts", "not ours to tell.\n    await context.lease.check();\n", "not ours to tell.\n"),
    ],
  },
  {
    name: "stop is not read before a removal",
    edits: [edit("revoker.ts", "  await refuseWhileStopped(context.stage);\n", "")],
  },
  {
    name: "a removal that got no answer is taken for carried out",
    edits: [
      edit(
        "removal-outcomes.ts",
        "const presence = await readPresence(settling.stage, settling.source, grants);",
        'const presence = new Map(grants.map(({ id }) => [id, "gone"]));',
      ),
    ],
  },
  {
    name: "a removal that got no answer is repeated unseen",
    edits: [edit("revoker.ts", "await stillThere(context, again)", "again")],
  },
  {
    name: "the fresh look is skipped",
    edits: [
      edit(
        "revoker.ts",
        "const verdicts = await context.reread(batch);",
        'const verdicts = new Map(batch.map(({ item, grant }) => [item.grantId, { kind: "revoke", grant }]));',
      ),
    ],
  },
  {
    name: "a changed grant is removed by what was seen of it before",
    edits: [edit("reread.ts", "seenHash(grant) !== due.item.seen", "grant === null")],
  },
  {
    name: "the holds of the plan are ignored",
    edits: [
      edit("expire-grants.ts", "!intents.has(item.grantId) && !item.hold &&", "!intents.has(item.grantId) &&"),
      edit("reread.ts", "if (due.item.hold) return", "if (due.item === null) return"),
    ],
  },
  {
    name: "today's guards are not applied",
    edits: [edit("reread.ts", "return hold && {", "return null && {")],
  },
  {
    name: "the brake is ignored",
    edits: [edit("expire-grants.ts", "if (limits.length > 0 && !", "if (limits === null && !")],
  },
  {
    name: "an old plan is acted on",
    edits: [edit("loaded-plan.ts", "if (ageDays > maxAgeDays) {", "if (ageDays === null) {")],
  },
  {
    name: "a failed read is an empty read",
    edits: [edit("reread.ts", "source.readGrants(keys),", "source.readGrants(keys).catch(() => []),")],
  },
  {
    name: "a page that failed is an empty page",
    edits: [
      edit(
        "read-listings.ts",
        "if (token === null || !(error instanceof ExpiredPageTokenError)) throw error;",
        "if (token === null || !(error instanceof ExpiredPageTokenError))\n      return { entries: [], next: null, spawned: [], counts: {} };",
      ),
    ],
  },
  {
    name: "what the checkpoint counts as read is read again",
    edits: [
      edit(
        "take-snapshot.ts",
        "const { open } = state;",
        "const open = state.open.map((o) => ({ ...o, token: null }));",
      ),
    ],
  },
  {
    name: "a grant is put back without all of its scopes",
    edits: [
      edit(
        "restore-grants.ts",
        "source.restore(grant,",
        "source.restore({ ...grant, scopes: grant.scopes?.slice(0, 1) ?? null },",
      ),
    ],
  },
  {
    name: "evidence is sealed without its balance closing",
    edits: [edit("seal-evidence.ts", "if (faults.length > 0) {", "if (faults === null) {")],
  },
  {
    name: "what nobody decided on expires while one can still decide",
    edits: [
      {
        file: "review/plan.ts",
        find: 'then === "flag" && windowEndsAt !== null',
        replace: "then === null && windowEndsAt !== null",
      },
      edit("reread.ts", " && !isWindowOpen(policy, takenAt, epochMs(now))", ""),
    ],
  },
  {
    name: "what nobody decided on expires by one key",
    edits: [
      { file: "review/decision-window.ts", find: "guard.allowExpireUndecided === true", replace: "guard !== null" },
    ],
  },
  {
    name: "a review is acted on after it was sealed",
    edits: [edit("sealed.ts", "if (!(await isSealed(stage))) return null;", "if (stage !== null) return null;")],
  },
  {
    name: "an assessment that was cut off begins anew",
    edits: [edit("assess-snapshot.ts", "if (isUnfinished &&", "if (isUnfinished && begun === null &&")],
  },
  {
    name: "an intent that is open is not settled at seal",
    edits: [
      edit(
        "seal-evidence.ts",
        "const unsettled = [...intents.values()].filter(({ grantId }) => !outcomes.has(grantId));",
        "const unsettled = [...intents.values()].filter(({ grantId }) => !outcomes.has(grantId) && false);",
      ),
    ],
  },
  {
    name: "an object is left out of the evidence",
    edits: [
      edit(
        "seal-evidence.ts",
        "if (!unlisted.includes(key)) listed.push(key)",
        'if (!unlisted.includes(key) && !key.endsWith(".csv")) listed.push(key)',
      ),
    ],
  },
];
