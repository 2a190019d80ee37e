import { randomInt } from "node:crypto";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { attackTally } from "./test/attacks/tally.ts";

// Limits for a busy machine. None is a wait: what is there goes on at once.
const patience = { testTimeout: 600_000, hookTimeout: 600_000, expect: { poll: { timeout: 60_000 } } };

/** Files that take half a minute and more. A clean clone knows no durations yet: it would begin some of them last, on one core. */
const slowFiles =
  /(properties.life-of-a-review|report.browser|browser.desk|infra.((review|event)-execution|review-state-machine|bundles)|cli.(kill|interrupt|events|review))\.test\.ts$/;

// Node reads TypeScript by itself, as it does for users. Vite would transform each module first, and make a getter of each import.
const asNodeLoads = { experimental: { viteModuleRunner: false, nodeLoader: false } };

class SlowFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isSlow = ({ moduleId }: TestSpecification): boolean => slowFiles.test(moduleId);
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}

const quick: ViteUserConfig = {
  test: {
    ...patience,
    ...asNodeLoads,
    include: ["test/**/*.test.ts"],
    // One process for many files: what a file imports it need not load again. A file leaves nothing behind: no stub, no open server.
    isolate: false,
    maxWorkers: 2,
    sequence: { sequencer: SlowFilesFirst },
    reporters: ["default", ["json", { outputFile: ".vitest/results.json" }], attackTally()],
  },
};

const soak: ViteUserConfig = {
  test: {
    ...patience,
    ...asNodeLoads,
    include: ["test/**/*.soak.ts"],
    // Files one after another: most take both cores by themselves.
    maxWorkers: 1,
    maxConcurrency: 2,
    reporters: ["default", ["json", { outputFile: ".vitest/soak-results.json" }]],
  },
};

/** Sets a new seed for each soak, unless one is given, and prints it: the same seed makes the same soak. */
function seedSoak(): void {
  process.env.ACCESS_REVIEW_SEED ??= String(randomInt(2 ** 31));
  process.stdout.write(`Repeat this soak with: ACCESS_REVIEW_SEED=${process.env.ACCESS_REVIEW_SEED} npm run soak\n`);
}

/** `vitest run` runs the tests, `vitest run --mode soak` the soak. */
export default defineConfig(({ mode }) => {
  if (mode !== "soak") return quick;
  seedSoak();
  return soak;
});
