import { assignmentKey, type CloudBooks, cloudId, emptyCloud } from "./cloud-books.ts";
import { type Company, foundingLeavers } from "./company.ts";
import { below, type Random, seededRandom } from "./random.ts";

const daysS = 86_400;
/** One in four of the background holders has a user in the cloud too. */
const everyNth = 4;
/** With fewer holders, one holder who is gone would be more than a hundredth of them. */
const fewestForGone = 110;

const accountNames = ["支付生产", "支付测试", "数据平台", "官网", "日志审计", "网络枢纽"];
const configurations = [
  ["Administrator", "All permissions"],
  ["ReadOnly", "Look at everything, change nothing"],
  ["Billing", "Bills and budgets"],
  ["Developer", "Deploy and debug"],
  ["DatabaseOperator", "Databases and their backups"],
] as const;

function nowS(company: Company): number {
  return Math.floor(company.createdAt / 1000);
}

function foundAccounts(books: CloudBooks): void {
  accountNames.forEach((name, index) => {
    const uin = 100_040_000_100 + index * 37;
    books.accountsByUin.set(uin, { uin, name });
  });
  books.formerAccountsByUin.set(100_040_009_999, { uin: 100_040_009_999, name: "旧业务（已移出）" });
}

function foundConfigurations(books: CloudBooks, company: Company): void {
  configurations.forEach(([name, description], index) => {
    const id = cloudId("rc", index);
    books.configurationsById.set(id, { id, name, description, createdAtS: nowS(company) - 500 * daysS });
  });
}

/** The tools for founding a zone: `join` gives an employee a user, `give` makes an assignment of some age. */
type Making = {
  books: CloudBooks;
  join(holderId: string, more?: { isDisabled?: boolean; isForgotten?: boolean }): string;
  give(principalId: string, role: { configuration: number; uin: number; ageDays?: number }): void;
  group(name: string, memberIds: string[]): string;
};

function making(company: Company, random: Random): Making {
  const books = emptyCloud();
  const join: Making["join"] = (holderId, more = {}) => {
    const id = cloudId("u", company.positionById.get(holderId) ?? 0);
    const user = {
      id,
      holderId,
      isDisabled: false,
      isForgotten: false,
      createdAtS: nowS(company) - 400 * daysS,
      ...more,
    };
    books.usersById.set(id, user);
    return id;
  };
  const give: Making["give"] = (principalId, { configuration, uin, ageDays }) => {
    const createdAtS = nowS(company) - (ageDays ?? 30 + below(random, 270)) * daysS - below(random, daysS);
    const assignment = { configurationId: cloudId("rc", configuration), uin, principalId, createdAtS };
    books.assignmentsByKey.set(assignmentKey(assignment), assignment);
  };
  const group: Making["group"] = (name, memberIds) => {
    const id = cloudId("g", books.groupsById.size);
    books.groupsById.set(id, { id, name, memberIds, createdAtS: nowS(company) - 300 * daysS });
    return id;
  };
  return { books, join, give, group };
}

function foundBackground({ books, join, give, group }: Making, company: Company, random: Random): string[] {
  const uins = [...books.accountsByUin.keys()];
  const people = company.backgroundHolders.filter((_id, index) => index % everyNth === 1);
  const userIds = people.map((holderId) => join(holderId));
  userIds.forEach((userId, turn) => {
    for (let count = 0; count <= turn % 2; count += 1) {
      give(userId, { configuration: 1 + below(random, 4), uin: uins[(turn + count) % uins.length] as number });
    }
  });
  const developers = group("developers", userIds.slice(0, Math.min(120, userIds.length)));
  for (const uin of uins.slice(0, 3)) give(developers, { configuration: 3, uin });
  return userIds;
}

/** One case for every rule and guard. A leaver's e-mail address links the leaver's users in all systems. */
function foundCases({ books, join, give, group }: Making, company: Company, active: string[]): void {
  const [first = 0, second = 0] = books.accountsByUin.keys();
  const [former = 0] = books.formerAccountsByUin.keys();
  const [one, two, three] = foundingLeavers(company);
  const [someone = "", another = "", blocked = ""] = active;
  if (one) give(join(one.id), { configuration: 0, uin: first });
  if (two) give(join(two.id), { configuration: 1, uin: books.managerUin });
  // This leaver's user is still enabled: only the other systems show that the person has left.
  if (three) give(join(three.id, { isForgotten: true }), { configuration: 3, uin: second });
  const disabled = books.usersById.get(blocked);
  if (disabled) disabled.isDisabled = true;
  give(someone, { configuration: 0, uin: books.managerUin });
  give(another, { configuration: 1, uin: former });
  give(another, { configuration: 2, uin: first, ageDays: 800 });
  give(group("interns", []), { configuration: 1, uin: first });
  if (two)
    give(group("migration", [cloudId("u", company.positionById.get(two.id) ?? 0)]), { configuration: 4, uin: second });
  if (active.length >= fewestForGone) give(cloudId("u", 99_999_999), { configuration: 1, uin: second });
}

/**
 * The zone at the company's creation. It has a random stream of its own, so that it does not change the other systems.
 */
export function foundCloud(company: Company): CloudBooks {
  const random = seededRandom(company.seed * 104_729 + 11);
  const made = making(company, random);
  foundAccounts(made.books);
  foundConfigurations(made.books, company);
  foundCases(made, company, foundBackground(made, company, random));
  return made.books;
}
