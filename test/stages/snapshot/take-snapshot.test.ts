import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DamagedError, type Reader, type Sample } from "../../../functions/review/ports.ts";
import type { Stage } from "../../../functions/review/stage.ts";
import { takeSnapshot } from "../../../functions/stages/snapshot/take-snapshot.ts";
import { openLargeCompany } from "../../bench/large-company.ts";
import { largeReviews, openLargeStage } from "../../bench/large-review.ts";

const company = { grants: 400, generation: 0 };

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "access-review-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const takeFrom = async (changed: Partial<Reader>) => {
  const stage = await openLargeStage(folder, company);
  return await takeSnapshot({ ...stage, openReader: async () => ({ ...openLargeCompany(company), ...changed }) });
};

describe("the source's own proofs", () => {
  it("are made of everything that was listed, while facts of the last holders are still asked for", async () => {
    const samples: Sample[] = [];
    const { promise: proving, resolve: begin } = Promise.withResolvers<void>();
    const { readHolders } = openLargeCompany(company);
    const answer = await takeFrom({
      // Nobody's facts come before the proofs have begun.
      readHolders: async (ids) => {
        await proving;
        return await readHolders(ids);
      },
      prove: async (sample) => {
        samples.push(sample);
        begin();
        return [{ name: "second-path", passed: true, detail: "as it was listed" }];
      },
    });
    expect(answer.status).toBe("done");
    expect(samples).toHaveLength(1);
    const held = Object.values(samples[0]!.rolesByHolder);
    expect(held).toHaveLength(40);
    expect(held.filter((roles) => roles.length === 4).length).toBeGreaterThan(30);
  });

  it("fail the stage where they cannot be made", async () => {
    const prove = () => Promise.reject(new Error("nobody answers"));
    await expect(takeFrom({ prove })).rejects.toThrow("nobody answers");
  });
});

describe("a role that grants name and the role list lacks", () => {
  const missingOnce = () => {
    const { readRoles } = openLargeCompany(company);
    let reads = 0;
    return async () => {
      reads += 1;
      const roles = await readRoles();
      return reads === 1 ? roles.slice(1) : roles;
    };
  };

  it("was made after the list was read: the list is read once more, and the snapshot is whole", async () => {
    expect(await takeFrom({ readRoles: missingOnce() })).toMatchObject({ status: "done" });
  });

  it("leaves the snapshot incomplete where the list lacks the role again", async () => {
    const { readRoles } = openLargeCompany(company);
    expect(await takeFrom({ readRoles: async () => (await readRoles()).slice(1) })).toMatchObject({
      status: "incomplete",
      failedChecks: [{ name: "roles-known" }],
    });
  });
});

describe("a review that begins while an earlier one is open", () => {
  it("is refused where nobody seals for it, and names the open one", async () => {
    await takeFrom({});
    const next = await openLargeStage(folder, { ...company, generation: 1 });
    await expect(takeSnapshot({ ...next, sealReview: null })).rejects.toThrow(
      `Cannot begin review ${largeReviews[1]} of ${next.sourceId} as ${largeReviews[0]} is open: seal that one first`,
    );
  });

  it("has that one sealed first, and fails as the sealing fails", async () => {
    await takeFrom({});
    const next = await openLargeStage(folder, { ...company, generation: 1 });
    const sealed: string[] = [];
    const sealReview = async ({ review }: Stage): Promise<never> => {
      sealed.push(review);
      throw new Error("its reports cannot be loaded");
    };
    await expect(takeSnapshot({ ...next, sealReview })).rejects.toThrow("its reports cannot be loaded");
    expect(sealed).toEqual([largeReviews[0]]);
  });

  it("leaves that one where no later try can seal it, and names it", async () => {
    await takeFrom({});
    const next = await openLargeStage(folder, { ...company, generation: 1 });
    const sealReview = async (): Promise<never> => {
      throw new DamagedError("its receipts are damaged");
    };
    expect(await takeSnapshot({ ...next, sealReview })).toMatchObject({
      status: "done",
      leftOpen: [{ review: largeReviews[0], why: "its receipts are damaged" }],
    });
  });
});
