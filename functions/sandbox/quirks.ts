import type { Scopes } from "./company/company.ts";
import type { ContradictoryPage } from "./contradictions.ts";
import type { Endpoint } from "./feishu/endpoints.ts";

/**
 * How the sandbox misbehaves. Every quirk can be set separately while the server runs.
 * "Every nth" counts the calls of each endpoint separately. A grant's key is `holderId:roleId`; `*` means all grants.
 */
export type Quirks = {
  /** After each real page comes one without items and `has_more: true`. */
  emptyPages: boolean;
  /** The last page says `page_token: ""` instead of leaving it out. */
  emptyTokenAtEnd: boolean;
  /** The third page token that a client sends is refused as an invalid parameter, or with this code. Happens once. */
  expiredPageToken: boolean | number;
  /** Every page after the first gives back the token it was asked with. */
  repeatedPageToken: boolean;
  /** Every nth call is refused with 99991400 although the window is not full; 0: never. */
  rateLimit: number;
  /** 99991400 comes with HTTP 400 instead of 429, as old APIs do. */
  rateLimitAs400: boolean;
  /** Every nth call is refused by CoreHR's own limiter, 429 with 1161604; 0: never. */
  serviceRateLimit: number;
  /** The access token of the third listing call has expired (99991663, with this HTTP status). Happens once. */
  tokenExpiresMidListing: false | 400 | 200;
  /** Every nth call ends as 500/1161501; 0: never. */
  internalErrors: number;
  /** Every nth call is answered by the gateway with an HTML page, 502; 0: never. */
  htmlBadGateway: number;
  /** The connection of every nth call drops before the call is carried out; 0: never. */
  droppedConnection: number;
  /** These endpoints fail on every call, with this status and code; code 0: with a gateway's HTML page. */
  failFor: Partial<Record<Endpoint, { status: number; code: number }>>;
  /** Permissions that are taken from every app. */
  deniedScopes: string[];
  /** Employments whose id comes as "" in listings, of members of functional roles too, as where the vendor cannot convert the id. */
  emptyIds: string[];
  /** `employees/batch_get` refuses a whole batch that names one of these employments: 403/1160104. */
  outsideDataRange: string[];
  /**
   * By field of an employee, as a call asks for it: the employments (`*`: all) that come without it, as where the app may not
   * read the field.
   */
  withheldFields: Record<string, string[]>;
  /** Fields of an employment as CoreHR has them, where the other systems have others: an e-mail or a number that another person has now. */
  otherFields: Record<string, Partial<Record<"email_address" | "employee_number", string>>>;
  /** These employments are shown as hired although their last day has passed. */
  shownAsHired: string[];
  /** Leavers are missing from the unfiltered and role-filtered listing, and still shown by id. */
  leaversHidden: boolean;
  /** The app's data range holds only people on the job: whoever left is invisible everywhere. */
  onTheJobRange: boolean;
  /** With `role_id_list`, pages walk the holders of these roles (true) or all employees (false). */
  roleFilterNarrows: boolean;
  /** With `employment_id_list`, pages hold those who hold something (true) or walk the listed 20 a page (false). */
  employeeFilterSkipsNonHolders: boolean;
  /** Which documentation page `active_status` follows: each endpoint its own page, or both endpoints the same page. */
  activeStatusMeaning: "asDocumented" | "listPage" | "queryPage";
  /** Each page of grants shows its first entry twice: within one employee, and as an employee listed again. */
  duplicateEntries: boolean;
  /** Holders (`holderId`) or grants (`holderId:roleId`) that every listing silently drops; reads by id show them. */
  listingMissesGrant: string[];
  /** `assigned_users/search` leaves out its first holder, or shows an employee who does not hold the role. */
  secondPathDisagrees: false | "missing" | "extra";
  /** Whether a new employment names the employment that it continues, or only shares its `person_id`. */
  rehires: "linked" | "unlinked";
  /** Removing a grant that nobody holds: success, or 400/1161404. */
  removeUnheld: "ok" | "1161404";
  /** Removals of these grants are refused with 400/1161404. */
  refuseRemoval: string[];
  /** Removals of these grants answer 0 and remove nothing. */
  ignoreRemoval: string[];
  /** Removals of these grants are carried out, and the connection drops before the answer. */
  loseRemovalAnswer: string[];
  /** The first removal of each of these grants drops the connection before it is carried out. */
  loseRemovalBefore: string[];
  /** Updates of the scopes of these grants are refused with 400/1161404. */
  refuseUpdate: string[];
  /** Updates of the scopes of these grants answer 0 and change nothing. */
  ignoreUpdate: string[];
  /** Updates of the scopes of these grants are carried out, and the connection drops before the answer. */
  loseUpdateAnswer: string[];
  /** The first update of the scopes of each of these grants drops the connection before it is carried out. */
  loseUpdateBefore: string[];
  /** Updates of the scopes of these grants lose the last combination that was sent. */
  shortenUpdate: string[];
  /** Former scopes are still shown by so many reads of their holder after an update. */
  delayedUpdate: number;
  /** Somebody else adds these scopes to a grant, right before or after an update of its scopes. Happens once. */
  otherHand: { grant: string; when: "before" | "after"; scopes: Scopes } | null;
  /** Departments that no longer exist: no call names them, and no call takes them; grants still have them. */
  goneDepartments: string[];
  /**
   * `security_groups/query` writes a list of people as one text within the list, as in the vendor's sample:
   * `["['7063…']"]`.
   */
  listsWithinText: boolean;
  /**
   * `security_groups/query` names the department where it found a partner instead of the department that was asked for.
   */
  partnersNamedFromAbove: boolean;
  /**
   * Instead of leaving out whom the app may not see, `employees/bps/batch_get` refuses the whole batch: 403/1160104.
   */
  partnerBatchRefuses: boolean;
  /** What a new member of a functional role manages before its scope is set. */
  functionalDefaultScope: "None" | "All";
  /** People who left are missing from `contact/v3/users/batch`. */
  resignedUsersOmitted: boolean;
  /** Departments (CoreHR ids) outside the apps' contact range. */
  departmentsOutOfRange: string[];
  /**
   * Instead of leaving out what the app may not see, `users/batch` and `departments/batch` of contact/v3 refuse the
   * whole: 400/41050, 403/40004.
   */
  contactBatchRefuses: boolean;
  /** The removal of these members is not carried out, and answered with this reason (3, 6 …). */
  memberReasons: Record<string, number>;
  /** Removals and additions of these members are carried out and missing from the answer. */
  memberResultMissing: string[];
  /** Somebody is added to these functional roles right before they are deleted: 400/41206. */
  memberJoinsBeforeDelete: string[];
  /** The connection drops before or after a functional role is deleted, once. */
  loseRoleDeletion: false | "before" | "after";
  /**
   * This call (an endpoint, an action of the cloud vendor's, or `*` for any) is not answered. `before`: nor is it carried
   * out. `after`: it is carried out, and answered once this quirk is taken back. `refused`: only refusals are withheld, and
   * answered then. So many such calls are let through first; what is left of them is counted down here.
   */
  withheld: { call: string; when: "before" | "after" | "refused"; letThrough?: number } | null;
  /** A removed grant is still shown by so many reads of its holder. */
  delayedRemoval: number;
  /** Every name ends with half an emoji, the cloud vendor's too. */
  halfEmoji: boolean;
  /** Whoever signs in is told to be this employment instead. */
  signInAs: string | null;
  /** People who sign in are of this tenant instead. */
  signInTenant: string | null;
  /** `common_data/id/convert` gives people whom it does not know an empty id instead of leaving them out. */
  emptyConversions: boolean;
  /** Events that the published version of the app does not subscribe to. */
  unsubscribedEvents: string[];
  /** This page contradicts itself; the cloud vendor has a quirk of the same name. */
  contradictoryPage: ContradictoryPage | null;
};

/** No misbehaviour. What the vendor's documentation leaves open follows its most natural reading. */
export function noQuirks(): Quirks {
  return {
    emptyPages: false,
    emptyTokenAtEnd: false,
    expiredPageToken: false,
    repeatedPageToken: false,
    rateLimit: 0,
    rateLimitAs400: false,
    serviceRateLimit: 0,
    tokenExpiresMidListing: false,
    internalErrors: 0,
    htmlBadGateway: 0,
    droppedConnection: 0,
    failFor: {},
    deniedScopes: [],
    emptyIds: [],
    outsideDataRange: [],
    withheldFields: {},
    otherFields: {},
    shownAsHired: [],
    leaversHidden: false,
    onTheJobRange: false,
    roleFilterNarrows: true,
    employeeFilterSkipsNonHolders: true,
    activeStatusMeaning: "asDocumented",
    duplicateEntries: false,
    listingMissesGrant: [],
    secondPathDisagrees: false,
    rehires: "linked",
    removeUnheld: "1161404",
    refuseRemoval: [],
    ignoreRemoval: [],
    loseRemovalAnswer: [],
    loseRemovalBefore: [],
    refuseUpdate: [],
    ignoreUpdate: [],
    loseUpdateAnswer: [],
    loseUpdateBefore: [],
    shortenUpdate: [],
    delayedUpdate: 0,
    otherHand: null,
    goneDepartments: [],
    listsWithinText: false,
    partnersNamedFromAbove: false,
    partnerBatchRefuses: false,
    functionalDefaultScope: "None",
    resignedUsersOmitted: false,
    departmentsOutOfRange: [],
    contactBatchRefuses: false,
    memberReasons: {},
    memberResultMissing: [],
    memberJoinsBeforeDelete: [],
    loseRoleDeletion: false,
    withheld: null,
    delayedRemoval: 0,
    unsubscribedEvents: [],
    halfEmoji: false,
    signInAs: null,
    signInTenant: null,
    emptyConversions: false,
    contradictoryPage: null,
  };
}

/** Whether a list of `holderId:roleId` keys, or `*`, names this grant. */
export function namesGrant(keys: string[], holderId: string, roleId: string): boolean {
  return keys.includes("*") || keys.includes(`${holderId}:${roleId}`);
}
