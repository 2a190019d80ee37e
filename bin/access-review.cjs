#!/usr/bin/env node
// `npx access-review`: runs the command line on Node 24, whatever Node the shell has. Plain JavaScript for any Node.
const { spawn } = require("node:child_process");
const { existsSync } = require("node:fs");
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");
const { findNode, howToGetNode } = require("./node-24.cjs");

// The package that `npm pack` makes has JavaScript alone: Node strips no types below node_modules.
const source = join(__dirname, "../functions/cli.ts");
const script = existsSync(source) ? source : join(__dirname, "../dist/functions/cli.js");
const node = findNode();
if (node === null) {
  process.stderr.write(howToGetNode());
  process.exitCode = 2;
} else if (node === process.execPath) {
  endWithNpm();
  import(pathToFileURL(script));
} else {
  endWithNpm();
  runOn(node);
}

/**
 * npm runs commands below a shell. Whoever ends npm ends the shell, and the shell hands no signal on: this process would serve
 * or wait for ever. So it looks whether the shell is still there.
 */
function endWithNpm() {
  if (!process.env.npm_command || process.platform === "win32") return;
  const shell = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(look);
    process.kill(process.pid, "SIGTERM");
  }, 1000);
  look.unref();
}

/** Runs the command line in a process of its own, which ends this process as it ended itself. */
function runOn(path) {
  const child = spawn(path, [script, ...process.argv.slice(2)], { stdio: "inherit" });
  // A terminal sends Ctrl-C to both: only the command line knows how to end. Others signal this process alone.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    if (signal === null) process.exitCode = code;
    else {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
  });
  child.on("error", ({ message }) => {
    process.stderr.write(`Cannot start ${path} (${message}). Install it anew: npm ci\n`);
    process.exitCode = 2;
  });
}
