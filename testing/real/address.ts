import { createServer } from "node:net";

let given = 0;

/** A loopback address that no other test of this run uses, so that fixed ports never collide. */
export function uniqueAddress(): string {
  given += 1;
  if (given > 254) throw new Error("this test file has used up its 254 loopback addresses");
  // 127.0.x.y stays free for others; two processes alive at once differ in the low bits of their id.
  const slot = process.pid % (254 * 256);
  return `127.${1 + Math.floor(slot / 256)}.${slot % 256}.${given}`;
}

/** A port that was free on this address a moment ago. */
export function freePort(address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, address, () => {
      const bound = server.address();
      server.close(() => {
        if (bound === null || typeof bound === "string") reject(new Error(`no TCP port on ${address}`));
        else resolve(bound.port);
      });
    });
  });
}
