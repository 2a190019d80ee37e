import { createHash } from "node:crypto";

/** How often one person may ask within a second. */
export const mostRequestsASecond = 30;

const mostPeopleRemembered = 10_000;

/** Admits `mostRequestsASecond` requests a second of each person; a new person is always admitted. */
export function openRateLimit(nowMs: () => number): { admits(subject: string): boolean } {
  const bySubject = new Map<string, { sinceMs: number; count: number }>();
  return {
    admits(subject) {
      const now = nowMs();
      const window = bySubject.get(subject);
      if (!window || now - window.sinceMs >= 1_000 || now < window.sinceMs) {
        if (bySubject.size >= mostPeopleRemembered) bySubject.clear();
        bySubject.set(subject, { sinceMs: now, count: 1 });
        return true;
      }
      window.count += 1;
      return window.count <= mostRequestsASecond;
    },
  };
}

/** The pages that may show the desk within theirs: Feishu's and Lark's clients, and nobody else. */
const frameAncestors = "frame-ancestors 'self' https://*.feishu.cn https://*.larksuite.com https://*.larkoffice.com";

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** A page runs the scripts and has the styles that it came with, and loads and sends nothing beyond the desk. */
export function contentPolicy({ scripts, styles }: { scripts: readonly string[]; styles: readonly string[] }): string {
  return [
    "default-src 'none'",
    `script-src ${scripts.length > 0 ? scripts.map(hashOf).join(" ") : "'none'"}`,
    `style-src ${styles.length > 0 ? styles.map(hashOf).join(" ") : "'none'"}`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    frameAncestors,
  ].join("; ");
}

/** The policy of a report, which has one of its own in it: who may frame it is all that only a header can say. */
export const reportPolicy = frameAncestors;

/** The headers of every answer. `isSecure`: the desk is reached by https. */
export function commonHeaders(isSecure: boolean): Record<string, string> {
  return {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    ...(isSecure ? { "strict-transport-security": "max-age=31536000; includeSubDomains" } : {}),
  };
}

/** Where a request says that it comes from. */
export type RequestOrigin = { origin: string | undefined; secFetchSite: string | undefined };

/**
 * Whether a request that changes something comes from a page of the desk itself: browsers send `Origin` with every POST, and
 * no page can set it. A request without either header comes from no browser, and has no cookie that another page could misuse.
 */
export function isFromDesk({ origin, secFetchSite }: RequestOrigin, deskUrl: string): boolean {
  if (secFetchSite !== undefined && secFetchSite !== "same-origin" && secFetchSite !== "none") return false;
  return origin === undefined || origin === new URL(deskUrl).origin;
}
