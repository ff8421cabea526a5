import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { errorIndex } from "../../scripts/error-index.ts";
import { codes } from "../../src/errors/codes.ts";

const PAGE = `# Diagnosis

## TLS_FAILED

The handshake fails.

Also known as: \`remote error: tls: handshake failure\`, \`EOF here\` (Go), \`curl: (35)\`, \`ECONNRESET\`; a path such as
\`/v2/\`, or \`a | b\`.

## NOTHING_SAID

Nothing is printed.
`;

test("each message has the program that it is quoted for, and a link to its chapter", () => {
  const rows = errorIndex(PAGE)
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  const chapter = "[TLS_FAILED](diagnosis.md#tls_failed)";
  expect(rows).toEqual([
    `| \`a \\| b\` |  | ${chapter} |`,
    `| \`curl: (35)\` | curl | ${chapter} |`,
    `| \`ECONNRESET\` | Node.js | ${chapter} |`,
    `| \`EOF here\` | Go | ${chapter} |`,
    `| \`remote error: tls: handshake failure\` | Go | ${chapter} |`,
  ]);
  expect(errorIndex(PAGE)).toContain("\n- [NOTHING_SAID](diagnosis.md#nothing_said)\n");
});

test("the index of the project has every code, and messages of Go, Docker, curl and Node.js", () => {
  const index = errorIndex(readFileSync(join(import.meta.dirname, "../../docs/diagnosis.md"), "utf8"));
  for (const code of Object.keys(codes)) expect(index).toContain(`\n- [${code}](diagnosis.md#${code.toLowerCase()})\n`);
  for (const program of ["Go", "Docker", "curl", "Node.js"]) expect(index).toContain(`| ${program} |`);
});
