import type { Edit } from "./copied-functions.ts";
import type { LifeKind } from "./property.ts";

/** A fault planted in the stages, which the properties must find. `about`: the lives that alone meet it; left out: any. */
export type Mutant = { name: string; edits: Edit[]; about?: LifeKind };

const edit = (file: string, find: string, replace: string): Edit => ({ file, find, replace });

/** Everything that would make a stage quietly wrong, one at a time. */
export const mutants: Mutant[] = [
  {
    name: "a removal is taken for done as the provider says yes",
    edits: [edit("stages/expire/removal-outcomes.ts", 'presence.get(answered.grant.id) === "gone"', "true")],
  },
  {
    name: "the intent is written after the call",
    edits: [
      edit(
        "stages/expire/revoker.ts",
        "      return beforeWrite(removals, group);\n    });",
        "    }).then(async (all) => { await beforeWrite(removals, group); return all; });",
      ),
      edit("stages/expire/revoker.ts", "source.revoke(group, () => {", "source.revoke(group, async () => {"),
    ],
  },
  {
    name: "an incomplete snapshot is acted on",
    edits: [
      edit("stages/snapshot/write-snapshot.ts", "complete: checks.every(({ passed }) => passed)", "complete: true"),
    ],
  },
  {
    name: "the hash of a plan is not checked",
    edits: [edit("ledger/plans.ts", "planHashOf(hashed) !== planHash", "hashed === null")],
  },
  {
    name: "a plan is not bound to its snapshot",
    edits: [edit("ledger/plans.ts", "plan.snapshotSha256 !== stored.snapshotSha256", "plan === null")],
  },
  {
    name: "a plan is not bound to its policy",
    edits: [edit("ledger/plans.ts", "hashOf(policy) !== plan.policySha256", "policy === null")],
  },
  {
    name: "stale decisions are honoured",
    edits: [
      { file: "review/rules/decision.ts", find: "lapses(decision, grantThen, grantNow)", replace: "decision === null" },
    ],
  },
  {
    name: "decisions that came after the plan are not read",
    edits: [
      edit(
        "stages/expire/still-due.ts",
        'if (loaded === null || loaded.keys.join("\\n") !== keys.join("\\n")) {',
        "if (loaded === null) {\n      keys.pop();",
      ),
    ],
  },
  {
    name: "the lease is not checked before a removal",
    edits: [
      edit("ledger/write-ahead.ts", "  await lease.check();\n  await refuseWhileStopped", "  await refuseWhileStopped"),
      edit("ledger/write-ahead.ts", "to another one.\n  await lease.check();\n", "to another one.\n"),
      edit("stages/expire/revoker.ts", "not ours to write.\n  await removals.lease.check();\n", "not ours to write.\n"),
    ],
  },
  {
    name: "stop is not read before a removal",
    edits: [edit("ledger/write-ahead.ts", "  await refuseWhileStopped(stage);\n", "")],
  },
  {
    name: "a removal that got no answer is taken for carried out",
    edits: [
      edit(
        "stages/expire/removal-outcomes.ts",
        "const presence = await readPresence(settling.stage, settling.source, grants);",
        'const presence = new Map(grants.map(({ id }) => [id, "gone"]));',
      ),
    ],
  },
  {
    name: "a removal that got no answer is repeated unseen",
    edits: [edit("stages/expire/revoker.ts", "await stillThere(removals, again)", "again")],
  },
  {
    name: "the fresh look is skipped",
    edits: [
      edit(
        "stages/expire/revoker.ts",
        "const checked = await removals.checkStillDue(batch);",
        'const checked = new Map(batch.map(({ item, grant }) => [item.grantId, { kind: "revoke", grant }]));',
      ),
    ],
  },
  {
    name: "a changed grant is removed by what was seen of it before",
    edits: [edit("stages/expire/still-due.ts", "seenHash(grant) !== due.item.seen", "grant === null")],
  },
  {
    name: "the holds of the plan are ignored",
    edits: [
      edit(
        "stages/expire/expire-grants.ts",
        "!intents.has(item.grantId) && !item.hold &&",
        "!intents.has(item.grantId) &&",
      ),
      edit("stages/expire/still-due.ts", "if (due.item.hold) return", "if (due.item === null) return"),
    ],
  },
  {
    name: "today's guards are not applied",
    edits: [edit("stages/expire/still-due.ts", "if (hold) return hold;", "if (hold && now === null) return hold;")],
  },
  {
    name: "the brake is ignored",
    edits: [edit("stages/expire/expire-grants.ts", "if (limits.length > 0 && !", "if (limits === null && !")],
  },
  {
    name: "an old plan is acted on",
    edits: [edit("ledger/plans.ts", "if (ageDays > maxAgeDays) {", "if (ageDays === null) {")],
  },
  {
    name: "a failed read is an empty read",
    edits: [edit("stages/expire/still-due.ts", "source.readGrants(keys),", "source.readGrants(keys).catch(() => []),")],
  },
  {
    name: "a page that failed is an empty page",
    edits: [
      edit(
        "stages/snapshot/read-listings.ts",
        "if (token === null || !(error instanceof ExpiredPageTokenError)) throw error;",
        "if (token === null || !(error instanceof ExpiredPageTokenError))\n      return { entries: [], next: null, spawned: [], counts: {} };",
      ),
    ],
  },
  {
    name: "what the checkpoint counts as read is read again",
    edits: [
      edit(
        "stages/snapshot/take-snapshot.ts",
        "const { open } = state;",
        "const open = state.open.map((o) => ({ ...o, token: null }));",
      ),
    ],
  },
  {
    name: "a grant is put back without all of its scopes",
    edits: [
      edit(
        "stages/restore/restore-grants.ts",
        "source.restore(grant,",
        "source.restore({ ...grant, scopes: grant.scopes?.slice(0, 1) ?? null },",
      ),
    ],
  },
  {
    name: "evidence is sealed without its balance closing",
    edits: [edit("stages/seal/balance-review.ts", "balanced: faults.length === 0", "balanced: true")],
  },
  {
    name: "what nobody decided on expires while one can still decide",
    edits: [
      {
        file: "review/plan/build-plan.ts",
        find: 'then === "flag" && windowEndsAt !== null',
        replace: "then === null && windowEndsAt !== null",
      },
      edit("stages/expire/still-due.ts", " && !isWindowOpen(policy, askedAt, epochMs(now))", ""),
    ],
  },
  {
    name: "what nobody decided on expires by one key",
    edits: [
      {
        file: "review/rules/policy.ts",
        find: "guard.allowExpireUndecided === true",
        replace: "guard !== null",
      },
    ],
  },
  {
    name: "a review is acted on after it was sealed",
    edits: [
      edit("ledger/sealing.ts", "if (!(await isSealed(stage))) return null;", "if (stage !== null) return null;"),
    ],
  },
  {
    name: "an assessment that was cut off begins anew",
    edits: [
      edit("stages/assess/assess-snapshot.ts", '"where-cut-off" && fits', '"where-cut-off" && fits && begun === null'),
    ],
  },
  {
    name: "an intent that is open is not settled at seal",
    edits: [
      edit(
        "stages/seal/seal-evidence.ts",
        "const unsettled = [...receipts.intents.values()].filter(({ grantId }) => !receipts.outcomes.has(grantId));",
        "const unsettled = [...receipts.intents.values()].filter(({ grantId }) => !receipts.outcomes.has(grantId) && false);",
      ),
    ],
  },
  {
    name: "an object is left out of the evidence",
    edits: [
      edit(
        "ledger/sealing.ts",
        "if (!unlisted.includes(key)) listed.push(key)",
        'if (!unlisted.includes(key) && !key.endsWith(".csv")) listed.push(key)',
      ),
    ],
  },
];
