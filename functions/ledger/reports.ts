import { reviewKeys } from "../review/keys.ts";
import type { WhoReviews } from "../review/people/who-reviews.ts";
import type { Plan } from "../review/plan/plan.ts";
import type { ReviewPlace } from "../review/ports.ts";
import { createJsonOnce, createOnce, createOnceFrom } from "./write-once.ts";

/** The artefacts of one report, each written once. */
export type ReportArtefacts = {
  htmlKey: string;
  writeHtml(html: string): Promise<void>;
  writeCsv(texts: AsyncIterable<string>): Promise<void>;
  /** Only an assessment's report says who reviews. */
  writeWhoReviews(who: WhoReviews): Promise<void>;
};

/** The report of an assessment: of the review as its plan was made. */
export function assessmentReport(place: ReviewPlace, { assessment }: Pick<Plan, "assessment">): ReportArtefacts {
  const { html, csv, reviewers } = reviewKeys(place.sourceId, place.review).assessment(assessment);
  return {
    ...pages(place, { html, csv }),
    async writeWhoReviews(who) {
      await createJsonOnce(place.store, reviewers, who);
    },
  };
}

/** The final report of a review, which seal writes. `isStanding`: what an earlier sealing wrote of it stays. */
export function finalReport(place: ReviewPlace, { isStanding } = { isStanding: false }): ReportArtefacts {
  const { html, csv } = reviewKeys(place.sourceId, place.review);
  return { ...pages(place, { html, csv, isStanding }), writeWhoReviews: async () => {} };
}

type Pages = { html: string; csv: string; isStanding?: boolean };

function pages({ store }: ReviewPlace, { html: htmlKey, csv: csvKey, isStanding = false }: Pages) {
  return {
    htmlKey,
    async writeHtml(html: string): Promise<void> {
      const body = new TextEncoder().encode(html);
      await (isStanding ? store.create(htmlKey, body) : createOnce(store, htmlKey, body));
    },
    async writeCsv(texts: AsyncIterable<string>): Promise<void> {
      await (isStanding ? store.createFrom(csvKey, encoded(texts)) : createOnceFrom(store, csvKey, encoded(texts)));
    },
  };
}

async function* encoded(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const text of texts) yield encoder.encode(text);
}
