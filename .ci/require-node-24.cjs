// Plain JavaScript for any Node: says what is wrong before a TypeScript file makes an old Node fail obscurely.
const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  process.stderr.write(
    `This project runs on Node 24, which \`npm ci\` installs beside it, but this is ${process.version}: ` +
      "npm's install scripts seem to be switched off (ignore-scripts). Switch them on for the two packages that " +
      "need them, then try again:\n\n  npm rebuild node esbuild --ignore-scripts=false\n\n",
  );
  process.exit(2);
}
