import type { Edit } from "./copied-functions.ts";
import type { Mutant } from "./mutants.ts";

const edit = (find: string, replace: string): Edit => ({ file: "stages/expire/retire-roles.ts", find, replace });

/** Faults planted in a role's retirement, which the properties must find in reviews that retire a role. */
export const retirementMutants: Mutant[] = [
  {
    name: "a role is deleted although somebody is left in it",
    edits: [edit("standing(each).length === 0", "standing(each) !== null")],
    about: "retirement",
  },
  {
    name: "a role is deleted that the configuration no longer retires",
    edits: [edit('role.status === "retiring"', "role.id === id")],
    about: "retirement",
  },
  {
    name: "a role is deleted without an intent",
    edits: [edit("() => writeRetirementIntent(stage, planHash, retiring)", "async () => {}")],
    about: "retirement",
  },
  {
    name: "a role is deleted again unseen",
    edits: [edit("await isGone(context, id, reply.kind)", 'reply.kind !== "no-answer"')],
    about: "retirement",
  },
  {
    name: "a role is called gone that is there",
    edits: [edit("if (!(await retirement.hasRole(roleId))) return true;", "return true;")],
    about: "retirement",
  },
];
