// npm installs Node 24 as the devDependency `node`; without install scripts an older system Node runs this instead.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `This is Node ${process.version}, but building and testing need Node 22.18 or newer. ` +
      "`npm ci` installs Node 24 inside the project: run it without --ignore-scripts, then use `npm start` or `npm test`.",
  );
  process.exit(1);
}
