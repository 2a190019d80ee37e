/** How large a company is. `holders` and `grants` include the planted cases. */
export type Size = { people: number; departments: number; roles: number; holders: number; grants: number };

/** The fewest people that the compulsory planted cases fit into. */
export const fewestPeople = 40;

const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value));

/** Fills in what was not asked for: 1,500 people, 120 departments, 40 roles, about 525 holders and 900 grants. */
export function sizeOf(asked: Partial<Size>): Size {
  const people = asked.people ?? 1500;
  if (people < fewestPeople)
    throw new RangeError(`Cannot found a company as it needs ${fewestPeople} people: ${people}`);
  const holders = asked.holders ?? Math.min(Math.round(people * 0.35), 8000);
  return {
    people,
    departments: Math.max(4, asked.departments ?? clamp(Math.round(people / 12), 4, 120)),
    roles: Math.max(16, asked.roles ?? clamp(Math.round(people / 30), 16, 40)),
    holders,
    grants: asked.grants ?? Math.round(holders * 1.71),
  };
}
