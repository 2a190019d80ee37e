const { readFileSync } = require("node:fs");

const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(".vitest/results.json", "utf8"));
const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : "";
process.stdout.write(`${numPassedTests} passed, ${numFailedTests} failed${skipped}\n`);
if (numPassedTests === 0) process.exit(1);
