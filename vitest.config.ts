import { defineConfig } from "vitest/config";

const properties = "test/properties/**/*.test.ts";

export default defineConfig({
  test: {
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Real processes, sockets and browsers on a busy machine: what fails once is tried once more, and the log says so.
    retry: 1,
    reporters: ["default", ["json", { outputFile: ".vitest/results.json" }]],
    projects: [
      {
        extends: true,
        test: {
          name: "parts",
          include: ["test/**/*.test.ts"],
          exclude: [properties],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      // One after another, once all else is done: each takes both cores by itself.
      {
        extends: true,
        test: { name: "properties", include: [properties], maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
