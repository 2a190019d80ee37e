// Plain JavaScript for any Node: says what is wrong before a TypeScript file makes an old Node fail obscurely.
const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  const { platform, arch } = process;
  const hasOwn = ["linux-x64", "linux-arm64", "win32-x64"].includes(`${platform}-${arch}`);
  process.stderr.write(
    `This project runs on Node 24, but this is ${process.version}. ` +
      (hasOwn
        ? "`npm ci` installs Node 24 beside it, as an optional dependency that package-lock.json names with its " +
          "hash: optional dependencies seem to be left out. Install them, then try again:\n\n" +
          "  npm ci --include=optional\n\n"
        : `No package brings Node 24 for ${platform} on ${arch}: install it (nvm install 24, or nodejs.org), then try again.\n\n`),
  );
  process.exit(2);
}
