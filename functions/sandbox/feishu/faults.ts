import type { Quirks } from "../quirks.ts";
import { declarationOf, type Endpoint } from "./endpoints.ts";
import { DroppedConnection, messageOf, Refusal } from "./refusal.ts";

/** What befalls a call before its handler sees it. Throws, or gives an HTML page that is answered instead, or null. */
export type Faults = (
  quirks: Quirks,
  endpoint: Endpoint,
  forgetToken: () => void,
) => { html: string; status?: number } | null;

const gatewayPage =
  "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";
const listings: readonly Endpoint[] = [
  "authorizationsQuery",
  "assignedUsersSearch",
  "employeesSearch",
  "functionalMembers",
];

/** Faults by count: the same calls in the same order always fail alike. */
export function faultsByCount(): Faults {
  const counts = new Map<string, number>();
  const isTurn = (quirk: keyof Quirks, endpoint: Endpoint, every: number): boolean => {
    if (every <= 0) return false;
    const count = (counts.get(`${quirk} ${endpoint}`) ?? 0) + 1;
    counts.set(`${quirk} ${endpoint}`, count);
    return count % every === 0;
  };
  const expireToken = (quirks: Quirks, endpoint: Endpoint, forgetToken: () => void): void => {
    const status = quirks.tokenExpiresMidListing;
    if (
      status === false ||
      !listings.includes(endpoint) ||
      !isTurn("tokenExpiresMidListing", "authorizationsQuery", 3)
    ) {
      return;
    }
    quirks.tokenExpiresMidListing = false;
    forgetToken();
    throw new Refusal(status, 99991663, "Invalid access token for authorization");
  };
  return (quirks, endpoint, forgetToken) => {
    const lasting = quirks.failFor[endpoint];
    if (lasting?.code === 0) return { html: gatewayPage, status: lasting.status };
    if (lasting !== undefined) throw new Refusal(lasting.status, lasting.code, messageOf(lasting.code));
    if (isTurn("droppedConnection", endpoint, quirks.droppedConnection)) throw new DroppedConnection("now and then");
    if (isTurn("htmlBadGateway", endpoint, quirks.htmlBadGateway)) return { html: gatewayPage };
    expireToken(quirks, endpoint, forgetToken);
    if (isTurn("rateLimit", endpoint, quirks.rateLimit)) {
      const headers = { "x-ogw-ratelimit-limit": "100", "x-ogw-ratelimit-reset": "0.05" };
      throw new Refusal(quirks.rateLimitAs400 ? 400 : 429, 99991400, "request trigger frequency limit", { headers });
    }
    if (isTurn("serviceRateLimit", endpoint, quirks.serviceRateLimit)) {
      throw new Refusal(429, 1161604, messageOf(1161604));
    }
    if (isTurn("internalErrors", endpoint, quirks.internalErrors)) {
      const { internal = 1161501 } = declarationOf(endpoint);
      throw new Refusal(internal === 1161501 ? 500 : 400, internal, messageOf(internal));
    }
    return null;
  };
}
