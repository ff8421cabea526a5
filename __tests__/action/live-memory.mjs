// Preloaded into the action: what it holds at most, in bytes, between collections of garbage; a peak of its own tells of V8's mood.
import { writeFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");
let most = 0;
setInterval(() => {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  most = Math.max(most, heapUsed + arrayBuffers);
}, 200).unref();
process.once("exit", () => writeFileSync(process.env.LIVE_MEMORY, String(most)));
