// Nothing is imported here: on an old Node.js the rest of the bundle would not even load, and its error would not name the reason.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  const message = `NODE_TOO_OLD: this action needs Node.js 24, and was started by ${process.version} (${process.execPath}).`;
  const remedy = "On GitHub this is a runner older than 2.328; under act, put Node.js 24 first on the PATH.";
  process.stdout.write(
    `${process.env.GITHUB_ACTIONS === "true" ? "::error title=NODE_TOO_OLD::" : ""}${message} ${remedy}\n`,
  );
  process.exitCode = 1;
} else {
  // 13 is what Node.js ends with when everything waits and nothing is left that could wake it.
  process.on("exit", (code) => {
    if (code === 13) process.stdout.write("INTERNAL: the run came to a standstill; please report this.\n");
  });
  const { main } = await import("./main.ts");
  process.exitCode = await main(process.env);
}

export {};
