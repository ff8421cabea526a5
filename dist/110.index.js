export const id = 110;
export const ids = [110];
export const modules = {

/***/ 9110:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  main: () => (/* binding */ main_main)
});

// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(8161);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
;// CONCATENATED MODULE: ./lib/bounds/limiter.js
function createLimiter(slots) {
    const queues = new Map();
    return {
        async acquire(key, signal) {
            signal?.throwIfAborted();
            const queue = queues.get(key) ?? { held: 0, waiting: new Set() };
            queues.set(key, queue);
            if (queue.held < slots) {
                queue.held++;
            }
            else {
                await new Promise((resolve, reject) => {
                    const turn = () => {
                        signal?.removeEventListener("abort", giveUp);
                        resolve();
                    };
                    const giveUp = () => {
                        queue.waiting.delete(turn);
                        reject(signal?.reason);
                    };
                    queue.waiting.add(turn);
                    signal?.addEventListener("abort", giveUp, { once: true });
                });
            }
            let released = false;
            return () => {
                if (released)
                    return;
                released = true;
                const [next] = queue.waiting;
                if (next === undefined)
                    queue.held--;
                else {
                    queue.waiting.delete(next);
                    next();
                }
            };
        },
    };
}

;// CONCATENATED MODULE: ./lib/errors/transfer-error.js
class KnownError extends Error {
    side;
    constructor(message, { cause, side } = {}) {
        super(message, cause === undefined ? undefined : { cause });
        this.side = side;
    }
}
class TransferError extends KnownError {
    kind = "invalid";
    code;
    where;
    remedy;
    constructor(code, message, details = {}) {
        super(message, details);
        this.name = "TransferError";
        this.code = code;
        this.where = details.where;
        this.remedy = details.remedy;
    }
}
function isConclusive(error) {
    return error instanceof KnownError && error.kind !== "connection";
}
function inContext(error, context, remedy) {
    if (!isConclusive(error) || error.code === "COMPONENT_VERSIONS_TOO_MANY")
        return error;
    const { code, message, where } = error;
    const details = { remedy: remedy ?? error.remedy ?? "", cause: error };
    return new TransferError(code, `${context}: ${message}`, where === undefined ? details : { where, ...details });
}
function errorsIn(error) {
    return error instanceof AggregateError ? error.errors.flatMap(errorsIn) : [error];
}
function throwAll(errors) {
    if (errors.length > 1)
        throw new AggregateError(errors, errorMessage(errors[0]));
    if (errors.length === 1)
        throw errors[0];
}
function errorCode(error) {
    const code = error?.code;
    return typeof code === "string" ? code : undefined;
}
function errorMessage(error) {
    const message = error?.message;
    return typeof message === "string" && message !== "" ? message : (errorCode(error) ?? String(error));
}
function isFileSystemError(error) {
    const { syscall, path } = (error ?? {});
    return typeof syscall === "string" && (typeof path === "string" || syscall === "write");
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(7030);
;// CONCATENATED MODULE: ./lib/text/redact.js

const PRINTABLE_QUERY_KEYS = new Set(["scope", "service", "mount", "from", "digest", "n", "last"]);
function printableUrl(url) {
    let parsed;
    try {
        parsed = new URL(url);
    }
    catch {
        return printable(String(url)
            .replace(/\/\/[^/@]*@/, "//***@")
            .replace(/[?#].*$/s, "?***"));
    }
    const query = [...parsed.searchParams].map(([key, value]) => `${key}=${PRINTABLE_QUERY_KEYS.has(key) ? value : "***"}`);
    const search = query.length === 0 ? "" : `?${query.join("&")}`;
    return printable(`${parsed.protocol}//${parsed.host}${parsed.pathname}${search}`);
}
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]+/gu;
function isPrintable(text) {
    return text.search(UNPRINTABLE) < 0;
}
const MAX_PRINTED = 500;
const MAX_READ = 16 * 1024;
let concealed = [];
function conceal(secret) {
    if (secret === "" || concealed.includes(secret))
        return;
    concealed = [...concealed, secret].sort((one, other) => other.length - one.length);
}
function withoutSecrets(text) {
    return concealed.reduce((remaining, secret) => remaining.replaceAll(secret, "***"), text);
}
const separateColons = (colons) => colons.replace(/:(?=:)|^:$/g, ": ");
function printable(text, maxLength = MAX_PRINTED) {
    const unmasked = withoutSecrets(text);
    const plain = withoutSecrets(unmasked.slice(0, MAX_READ).replace(/\u001b\[[0-9;]*[A-Za-z]/g, ""))
        .replace(UNPRINTABLE, " ")
        .replace(/\[([0-9a-fA-F:.]+)\]|(?<=,)([0-9a-fA-F:.]+)(?=[\s,]|$)|:(?=:)/g, (found, address = "", entry = "") => (0,external_node_net_.isIPv6)(address) || (0,external_node_net_.isIPv6)(entry) ? found : separateColons(found))
        .replace(/##\[/g, "# #[")
        .replace(/(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi, "$1 ***")
        .replace(/(?:gh[a-z]|github_pat|glpat)[_-][A-Za-z0-9_-]{16,}/g, "***")
        .replace(/\/\/[^\s/@:]*:(?!\*{3}@)[^\s/@]+@/g, "//***@")
        .replace(/eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,4}/g, "***")
        .replace(/(token|sig|signature|password|secret|X-Amz-[A-Za-z]+)=[^\s&"']+/gi, "$1=***")
        .trim();
    const isTruncated = plain.length > maxLength || unmasked.length > MAX_READ;
    return isTruncated ? `${plain.slice(0, maxLength)}…` : plain;
}

;// CONCATENATED MODULE: ./lib/files/place.js





const MAX_LINKS = 40;
function workspaceOf(environment) {
    return (0,external_node_path_.resolve)(environment.GITHUB_WORKSPACE || ".");
}
function isInside(folder, path) {
    const route = (0,external_node_path_.relative)(folder, path);
    return route !== ".." && !route.startsWith(`..${external_node_path_.sep}`) && !(0,external_node_path_.isAbsolute)(route);
}
async function isInWorkspace(path, workspace) {
    const absolute = (0,external_node_path_.resolve)(path);
    if (isInside(workspace, absolute))
        return true;
    const [folder, place] = await Promise.all([followed(workspace), followed(absolute)]);
    return isInside(folder, absolute) || isInside(folder, place);
}
async function placeOf(path, { workspace, where }) {
    const absolute = (0,external_node_path_.resolve)(path);
    const [folder, place] = await Promise.all([followed(workspace), followed(absolute)]);
    const isNamedInside = isInside(workspace, absolute) || isInside(folder, absolute);
    if (isNamedInside && !isInside(folder, place))
        throw leadsOut(path, "the workspace", where);
    return place;
}
async function makeFolders(root, path, where) {
    await (0,promises_.mkdir)(root, { recursive: true });
    let folder = root;
    for (const name of (0,external_node_path_.relative)(root, path).split(external_node_path_.sep)) {
        if (name === "")
            continue;
        folder = (0,external_node_path_.join)(folder, name);
        await makeFolder(folder);
        if ((await (0,promises_.lstat)(folder)).isSymbolicLink())
            throw leadsOut(folder, root, where);
    }
}
async function refuseLink(root, path, where) {
    const found = await (0,promises_.lstat)(path).catch(() => undefined);
    if (found?.isSymbolicLink() === true)
        throw leadsOut(path, root, where);
}
function placeBelow(root, name) {
    const path = (0,external_node_path_.join)(root, name);
    const place = (0,external_node_fs_.realpathSync)(path);
    if (isInside(root, place))
        return place;
    throw leadsOut(path, root, root);
}
async function followed(path, links = 0) {
    try {
        return await (0,promises_.realpath)(path);
    }
    catch (error) {
        const isMissing = errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR";
        if (!isMissing || links > MAX_LINKS || (0,external_node_path_.dirname)(path) === path)
            throw error;
    }
    const parent = await followed((0,external_node_path_.dirname)(path), links + 1);
    const place = (0,external_node_path_.join)(parent, (0,external_node_path_.basename)(path));
    const target = await (0,promises_.readlink)(place).catch(() => undefined);
    return target === undefined ? place : followed((0,external_node_path_.resolve)(parent, target), links + 1);
}
async function makeFolder(path) {
    try {
        await (0,promises_.mkdir)(path);
    }
    catch (error) {
        if (errorCode(error) !== "EEXIST")
            throw error;
    }
}
function leadsOut(path, folder, where) {
    const [link, root] = [printable(path, 300), printable(folder, 300)];
    return new TransferError("PATH_LEADS_OUT", `${link} is, or is below, a symbolic link that leads out of ${root}`, {
        where,
        remedy: "Find out who created the link. If it is intended, name its destination in the input; otherwise remove it.",
    });
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
;// CONCATENATED MODULE: ./lib/files/atomic-write.js



const PRIVATE = 0o600;
const PUBLIC = 0o644;
async function writeAtomically(path, content, mode) {
    const temporary = (0,external_node_path_.join)((0,external_node_path_.dirname)(path), `.partial-${(0,external_node_crypto_.randomUUID)()}`);
    try {
        const file = await (0,promises_.open)(temporary, "wx", PRIVATE);
        try {
            await file.writeFile(content);
            await file.chmod(mode ?? (await modeOf(path)));
            await file.sync();
        }
        finally {
            await file.close();
        }
        await (0,promises_.rename)(temporary, path);
    }
    catch (error) {
        await (0,promises_.rm)(temporary, { force: true }).catch(() => undefined);
        throw error;
    }
}
async function makePrivateFolder(path) {
    const found = await (0,promises_.lstat)(path).catch(() => undefined);
    if (found?.isDirectory() === true)
        return;
    if (found !== undefined)
        await (0,promises_.rm)(path);
    await (0,promises_.mkdir)(path, { mode: 0o700 });
}
async function modeOf(path) {
    const found = await (0,promises_.lstat)(path).catch(() => undefined);
    return found?.isFile() === true ? found.mode & 0o777 : PUBLIC;
}

// EXTERNAL MODULE: external "node:timers/promises"
var external_node_timers_promises_ = __webpack_require__(8500);
;// CONCATENATED MODULE: ./lib/files/process.js




function thisProcess() {
    return { host: (0,external_node_os_.hostname)(), namespace: pidNamespace(), pid: process.pid };
}
function machineKey({ host, namespace }) {
    return (0,external_node_crypto_.createHash)("sha256").update(`${host} ${namespace}`).digest("hex").slice(0, 12);
}
function hasEnded(pid) {
    if (!Number.isSafeInteger(pid) || pid <= 0)
        return false;
    try {
        process.kill(pid, 0);
        return false;
    }
    catch (error) {
        return errorCode(error) === "ESRCH";
    }
}
function pidNamespace() {
    try {
        return (0,external_node_fs_.readlinkSync)("/proc/self/ns/pid");
    }
    catch {
        return "";
    }
}

;// CONCATENATED MODULE: ./lib/files/lock.js








const OWN_FILES = ".ocm-proxied-transfer";
const RENEWAL_MS = 5_000;
const MAX_SILENCE_MS = 60_000;
const POLL_MS = 250;
const MAX_BYTES = 4096;
async function lock(path, options = {}) {
    const folder = (0,external_node_path_.dirname)(path);
    const outermost = await (0,promises_.mkdir)(folder, { recursive: true });
    const own = { run: (0,external_node_crypto_.randomUUID)(), ...thisProcess(), since: new Date().toISOString() };
    const removeFolders = async () => {
        if (outermost !== undefined)
            await removeEmpty(folder, outermost);
    };
    try {
        await acquire(path, own, options);
    }
    catch (error) {
        await removeFolders();
        throw error;
    }
    const renewal = setInterval(() => {
        const now = new Date();
        (0,promises_.utimes)(path, now, now).catch(() => { });
    }, RENEWAL_MS).unref();
    async function isHeld() {
        const held = await heldBy(path);
        return held?.holder?.run === own.run;
    }
    return {
        isHeld,
        async check() {
            const held = await heldBy(path);
            if (held?.holder?.run !== own.run)
                throw locked(path, held);
        },
        async release() {
            clearInterval(renewal);
            if (await isHeld())
                await (0,promises_.rm)(path, { force: true });
            await removeFolders();
        },
    };
}
async function removeEmpty(innermost, outermost) {
    try {
        for (let each = innermost; each.length >= outermost.length; each = (0,external_node_path_.dirname)(each))
            await (0,promises_.rmdir)(each);
    }
    catch {
    }
}
async function acquire(path, own, { patience = 0, onWait, signal }) {
    const end = performance.now() + patience;
    for (let isReported = false; !(await create(path, own));) {
        const held = await heldBy(path);
        if (held === undefined)
            continue;
        if (isStale(held)) {
            await (0,promises_.rm)(path, { force: true });
            continue;
        }
        if (performance.now() >= end)
            throw locked(path, held);
        if (!isReported)
            onWait?.({ code: "TARGET_LOCKED", message: waitMessage(path, held, patience), remedy: REMEDY });
        isReported = true;
        await (0,external_node_timers_promises_.setTimeout)(POLL_MS, undefined, signal === undefined ? {} : { signal });
    }
}
async function create(path, own) {
    try {
        const file = await (0,promises_.open)(path, "wx", 0o644);
        try {
            await file.writeFile(JSON.stringify(own));
        }
        finally {
            await file.close();
        }
        return true;
    }
    catch (error) {
        if (errorCode(error) === "EEXIST")
            return false;
        throw error;
    }
}
async function heldBy(path) {
    try {
        const { mtimeMs: renewed } = await (0,promises_.lstat)(path);
        return { holder: await readHolder(path), renewed };
    }
    catch (error) {
        if (errorCode(error) === "ENOENT")
            return undefined;
        throw error;
    }
}
async function readHolder(path) {
    try {
        const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = external_node_fs_.constants;
        const file = await (0,promises_.open)(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
        try {
            const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
            const { run, host, namespace, pid, since } = JSON.parse(buffer.toString("utf8", 0, bytesRead));
            const isComplete = [run, host, namespace, since].every((text) => typeof text === "string") && Number.isInteger(pid);
            return isComplete ? { run, host, namespace, pid, since } : undefined;
        }
        finally {
            await file.close();
        }
    }
    catch (error) {
        if (errorCode(error) === "ENOENT")
            throw error;
        return undefined;
    }
}
function isStale({ holder, renewed }) {
    if (holder !== undefined && machineKey(holder) === machineKey(thisProcess()) && hasEnded(holder.pid))
        return true;
    return Date.now() - renewed > MAX_SILENCE_MS;
}
function describe(held) {
    if (held?.holder === undefined)
        return "another run";
    const { host, pid, since } = held.holder;
    return `the run of process ${pid} on ${printable(host, 100)}, since ${printable(since, 40)}`;
}
const REMEDY = "Let runs with the same target follow one another (concurrency in GitHub Actions). The lock of a run that has ended is replaced, after a minute where it ran on another host.";
function waitMessage(path, held, patience) {
    return `${path} is the lock of ${describe(held)}; this run waits for up to ${Math.round(patience / 1000)} seconds`;
}
function locked(path, held) {
    return new TransferError("TARGET_LOCKED", `${path} is the lock of ${describe(held)}`, {
        where: path,
        remedy: REMEDY,
    });
}

;// CONCATENATED MODULE: ./lib/files/work-folder.js





async function openWorkFolder(root, options) {
    const held = await lock((0,external_node_path_.join)(root, `${OWN_FILES}.lock`), options);
    const unfinished = (0,external_node_path_.join)(root, `${OWN_FILES}.partial`);
    try {
        await makePrivateFolder(unfinished);
        const entries = await (0,promises_.readdir)(unfinished, { recursive: true, withFileTypes: true });
        const files = entries.filter((entry) => entry.isFile());
        return {
            partial: (0,external_node_path_.join)(unfinished, (0,external_node_crypto_.randomUUID)()),
            left: new Map(files.map(({ parentPath, name }) => [name, (0,external_node_path_.join)(parentPath, name)])),
            async close({ isKept }) {
                if (!isKept && (await held.isHeld()))
                    await (0,promises_.rm)(unfinished, { recursive: true, force: true });
                await held.release();
            },
        };
    }
    catch (error) {
        await held.release();
        throw error;
    }
}

;// CONCATENATED MODULE: ./lib/files/read-settings-file.js


const read_settings_file_MAX_BYTES = 4 * 1024 * 1024;
async function readSettingsFile(path) {
    return (await readSettingsBytes(path)).toString("utf8");
}
async function readSettingsBytes(path) {
    const file = await (0,promises_.open)(path, external_node_fs_.constants.O_RDONLY | (external_node_fs_.constants.O_NONBLOCK ?? 0));
    try {
        const status = await file.stat();
        if (!status.isFile() || status.size > read_settings_file_MAX_BYTES) {
            throw new Error(`it is not a regular file of at most ${read_settings_file_MAX_BYTES} bytes`);
        }
        const buffer = Buffer.alloc(read_settings_file_MAX_BYTES + 1);
        let length = 0;
        for (let bytesRead = -1; bytesRead !== 0 && length < buffer.length; length += bytesRead) {
            ({ bytesRead } = await file.read(buffer, length, buffer.length - length));
        }
        if (length > read_settings_file_MAX_BYTES)
            throw new Error(`it has more than ${read_settings_file_MAX_BYTES} bytes`);
        return buffer.subarray(0, length);
    }
    finally {
        await file.close();
    }
}

;// CONCATENATED MODULE: ./lib/ocm/signing/pem.js
function pemBlocks(text) {
    const blocks = [];
    let open;
    for (const line of text.split(/\r?\n/).map((each) => each.trimEnd())) {
        const begin = /^-----BEGIN ([^-]+)-----$/.exec(line)?.[1];
        if (begin !== undefined) {
            open = { type: begin, lines: [] };
        }
        else if (open !== undefined && line === `-----END ${open.type}-----`) {
            blocks.push(block(open.type, open.lines));
            open = undefined;
        }
        else {
            open?.lines.push(line);
        }
    }
    return blocks;
}
function block(type, lines) {
    const headers = lines.flatMap((line) => {
        const colon = line.indexOf(":");
        return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()]];
    });
    const content = lines.filter((line) => !line.includes(":")).join("");
    return { type, headers: new Map(headers), bytes: Buffer.from(content, "base64") };
}

;// CONCATENATED MODULE: ./lib/ocm/signing/public-key.js



function parsePublicKey(pem, where) {
    const malformed = (why, remedy = "Use a PEM file with an RSA public key, or with a certificate of one.") => new TransferError("PUBLIC_KEY_MALFORMED", `${where} ${why}`, { where, remedy });
    if (/-----BEGIN [^-]*PRIVATE KEY-----/.test(pem)) {
        throw malformed("contains a private key, which is not needed for verification", "Use the public key: openssl rsa -in private.pem -pubout. Keep the private key where signing happens.");
    }
    const block = pemBlocks(pem)[0];
    if (block === undefined)
        throw malformed("contains no PEM block");
    const key = readKey(block.bytes);
    if (key === undefined)
        throw malformed("contains no valid public key");
    if (key.asymmetricKeyType !== "rsa")
        throw malformed(`contains a key of type ${key.asymmetricKeyType} instead of RSA`);
    return key;
}
function keyFingerprint(key) {
    return `sha256:${(0,external_node_crypto_.createHash)("sha256")
        .update(key.export({ type: "spki", format: "der" }))
        .digest("hex")}`;
}
function readKey(der) {
    const readers = [
        () => (0,external_node_crypto_.createPublicKey)({ key: der, format: "der", type: "spki" }),
        () => (0,external_node_crypto_.createPublicKey)({ key: der, format: "der", type: "pkcs1" }),
        () => new external_node_crypto_.X509Certificate(der).publicKey,
    ];
    for (const read of readers) {
        try {
            return read();
        }
        catch {
        }
    }
    return undefined;
}

;// CONCATENATED MODULE: ./lib/setup/trusted-keys.js




function readTrustedKeys(signatures) {
    return Promise.all(signatures.map(async ({ name, path }) => ({ name, key: parsePublicKey(await read(path), printable(path, 200)) })));
}
async function read(path) {
    try {
        return await readSettingsFile(path);
    }
    catch (error) {
        throw new TransferError("PUBLIC_KEY_MALFORMED", `${printable(path, 200)} cannot be read: ${errorMessage(error)}`, {
            where: "input signatures",
            remedy: "Write name=path, with the path of a PEM file that is on this runner.",
            cause: error,
        });
    }
}

;// CONCATENATED MODULE: ./lib/text/strict-json.js

const MAX_DEPTH = 1000;
const MAX_VALUES = 1_000_000;
class AmbiguousJson extends SyntaxError {
}
function parseStrictJson(text, reviver) {
    const ambiguity = findAmbiguity(text);
    const document = JSON.parse(text, reviver);
    if (ambiguity !== undefined)
        throw new AmbiguousJson(ambiguity);
    return document;
}
function findAmbiguity(text) {
    const open = [];
    let ambiguity;
    let values = 0;
    let isName = false;
    for (let at = 0; at < text.length; at++) {
        const character = text[at];
        if (character === '"') {
            const start = at;
            at = stringEnd(text, start);
            if (isName)
                ambiguity ??= addName(open.at(-1), text.slice(start, at + 1));
            isName = false;
        }
        else if (character === "{" || character === "[") {
            open.push(character === "{" ? new Set() : undefined);
            if (open.length > MAX_DEPTH)
                throw new SyntaxError(`the document is more than ${MAX_DEPTH} levels deep`);
            values++;
            isName = character === "{";
        }
        else if (character === "}" || character === "]") {
            open.pop();
            isName = false;
        }
        else if (character === ",") {
            values++;
            isName = open.at(-1) !== undefined;
        }
        if (values > MAX_VALUES)
            throw new SyntaxError(`the document is too large: it has more than ${MAX_VALUES} values`);
    }
    return ambiguity;
}
function stringEnd(text, start) {
    let at = start + 1;
    while (at < text.length && text[at] !== '"')
        at += text[at] === "\\" ? 2 : 1;
    return at;
}
function addName(names, literal) {
    const name = literal.includes("\\") ? String(JSON.parse(literal)) : literal.slice(1, -1);
    if (name === "__proto__")
        return "the key __proto__ is not allowed";
    if (names?.has(name))
        return `the key ${printable(JSON.stringify(name), 80)} occurs twice in an object`;
    names?.add(name);
    return undefined;
}
function memberNames(...names) {
    return new Map(names.map((name) => [fold(name), name]));
}
function misspelledMember(members, names) {
    return Object.keys(members).find((member) => (names.get(fold(member)) ?? member) !== member);
}
function fold(name) {
    return name.toUpperCase().toLowerCase();
}

;// CONCATENATED MODULE: ./lib/ocm/descriptor/json.js

const lossless = JSON;
function isJsonObject(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value) && !lossless.isRawJSON(value);
}
function isRawNumber(value) {
    return lossless.isRawJSON(value);
}
function jsonNumber(literal) {
    const number = Number(literal);
    return String(number) === literal ? number : lossless.rawJSON(literal);
}
function parseJson(text) {
    return parseStrictJson(text, (_, value, { source }) => typeof value === "number" ? jsonNumber(source) : value);
}
function canonicalJson(value) {
    if (isRawNumber(value))
        return JSON.stringify(Number(value.rawJSON));
    if (Array.isArray(value))
        return `[${value.map(canonicalJson).join(",")}]`;
    if (!isJsonObject(value))
        return JSON.stringify(value);
    const members = Object.keys(value)
        .sort()
        .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`);
    return `{${members.join(",")}}`;
}

;// CONCATENATED MODULE: ./lib/ocm/access/other-access.js


const KNOWN = {
    npm: { what: "npm package", at: "registry" },
    maven: { what: "Maven artifact", at: "repoUrl" },
    github: { what: "commit on GitHub", at: "repoUrl" },
    git: { what: "Git repository", at: "repository" },
    s3: { what: "object in S3", at: "bucket" },
    s3bucket: { what: "object in S3", at: "bucketName" },
    helm: { what: "Helm chart", at: "helmRepository" },
    wget: { what: "file", at: "url" },
    ociblob: { what: "blob in a registry", at: "ref" },
    ociimagelayer: { what: "blob in a registry", at: "ref" },
    ocm: { what: "resource of another component version", at: "ocmRepository" },
    localfilesystemblob: { what: "file of a component archive", at: "fileName" },
    none: { what: "access to nothing" },
};
function otherAccess(type, access) {
    const known = KNOWN[type.replace(/\/v\d+(?:(?:alpha|beta)\d+)?$/, "").toLowerCase()];
    if (known === undefined)
        return { kind: "other", type };
    const at = known.at === undefined ? undefined : other_access_placeOf(access[known.at]);
    return { kind: "other", type, what: known.what, ...(at === undefined ? {} : { at }) };
}
function other_access_placeOf(value) {
    if (isJsonObject(value))
        return other_access_placeOf(value.baseUrl ?? value.filePath);
    if (typeof value !== "string" || value === "")
        return undefined;
    const host = URL.parse(value)?.host ?? "";
    return printable(host === "" ? (hostIn(value) ?? value) : host, 120);
}
function hostIn(text) {
    const host = /^(?:[^@/]+@)?([^/:]+)[/:]/.exec(text)?.[1];
    return host !== undefined && /.\../s.test(host) ? host : undefined;
}
function describeOther({ type, what, at }) {
    if (what === undefined)
        return `access type ${printable(type, 80)}`;
    return at === undefined ? what : `${what} at ${at}`;
}

;// CONCATENATED MODULE: ./lib/ocm/access/access.js

const LOCAL_BLOB = new Set(["localBlob", "LocalBlob"]);
const OCI_ARTIFACT = new Set(["ociArtifact", "ociRegistry", "ociImage", "OCIImage", "OCIArtifact"]);
const OCI_BLOB = new Set(["ociBlob", "OCIImageLayer"]);
function parseAccess(access) {
    const type = typeof access.type === "string" ? access.type : "";
    const kind = type.replace(/\/v1$/, "");
    if (LOCAL_BLOB.has(kind) && typeof access.localReference === "string") {
        return {
            kind: "localBlob",
            localReference: access.localReference,
            mediaType: typeof access.mediaType === "string" ? access.mediaType : "",
            referenceName: typeof access.referenceName === "string" && access.referenceName !== "" ? access.referenceName : undefined,
        };
    }
    if (kind === "localOciBlob" && typeof access.digest === "string") {
        return { kind: "localBlob", localReference: access.digest, mediaType: "", referenceName: undefined };
    }
    const file = /^(sha256|sha512)[.:]([0-9a-f]+)$/.exec(kind === "localFilesystemBlob" ? String(access.fileName) : "");
    if (file !== null) {
        const mediaType = typeof access.mediaType === "string" ? access.mediaType : "";
        return { kind: "localBlob", localReference: `${file[1]}:${file[2]}`, mediaType, referenceName: undefined };
    }
    if (OCI_ARTIFACT.has(kind) && typeof access.imageReference === "string") {
        return { kind: "ociArtifact", imageReference: access.imageReference };
    }
    if (kind === "relativeOciReference" && typeof access.reference === "string") {
        return { kind: "relativeOciReference", reference: access.reference };
    }
    return remoteAccess(kind, access) ?? otherAccess(type, access);
}
function remoteAccess(kind, access) {
    if (OCI_BLOB.has(kind))
        return ociBlobAccess(access);
    if (kind === "helm" || kind === "Helm")
        return helmAccess(access);
    return kind === "wget" || kind === "Wget" ? wgetAccess(access) : undefined;
}
function ociBlobAccess(access) {
    const [reference, digest] = [textOf(access, "ref"), textOf(access, "digest")];
    if (reference === "" || digest === "")
        return undefined;
    const size = member(access, "size");
    const isSize = typeof size === "number" && Number.isSafeInteger(size) && size >= 0;
    return {
        kind: "ociBlob",
        reference,
        mediaType: textOf(access, "mediaType"),
        digest,
        size: isSize ? size : undefined,
    };
}
function helmAccess(access) {
    const helmRepository = textOf(access, "helmRepository");
    const [chart = "", suffix, ...more] = textOf(access, "helmChart").split(":");
    const member = textOf(access, "version");
    const version = suffix ?? member;
    const isUnambiguous = more.length === 0 && (suffix === undefined || member === "" || suffix === member);
    if (helmRepository === "" || chart === "" || version === "" || !isUnambiguous)
        return undefined;
    return { kind: "helm", helmRepository, chart, version };
}
function wgetAccess(access) {
    const url = textOf(access, "url");
    if (url === "")
        return undefined;
    const body = member(access, "body");
    return {
        kind: "wget",
        url,
        mediaType: textOf(access, "mediaType"),
        header: headerOf(member(access, "header")),
        verb: textOf(access, "verb"),
        hasBody: body !== undefined && body !== null && body !== "",
        noRedirect: member(access, "noRedirect") === true,
    };
}
function headerOf(value) {
    if (typeof value !== "object" || value === null)
        return {};
    return Object.fromEntries(Object.entries(value).map(([name, values]) => [
        name,
        (Array.isArray(values) ? values : [values]).filter((entry) => typeof entry === "string"),
    ]));
}
function member(access, name) {
    const key = Object.hasOwn(access, name)
        ? name
        : Object.keys(access).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    return key === undefined ? undefined : access[key];
}
function textOf(access, name) {
    const value = member(access, name);
    return typeof value === "string" ? value : "";
}

;// CONCATENATED MODULE: ./lib/oci/digest.js



const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;
function isDigest(text) {
    return typeof text === "string" && DIGEST.test(text);
}
function parseDigest(text, where) {
    if (isDigest(text))
        return text;
    throw new TransferError("DIGEST_MALFORMED", `${where}: ${printable(JSON.stringify(text) ?? "nothing", 120)} is no digest`, {
        where,
        remedy: "A digest is sha256: and 64, or sha512: and 128, lower-case hexadecimal digits; see where this one was written.",
    });
}
function hasherOf(digest) {
    return (0,external_node_crypto_.createHash)(digest.slice(0, digest.indexOf(":")));
}
function sha256(content) {
    return `sha256:${(0,external_node_crypto_.createHash)("sha256").update(content).digest("hex")}`;
}
function encoded(digest) {
    return digest.slice(digest.indexOf(":") + 1);
}

;// CONCATENATED MODULE: ./lib/oci/descriptor.js




const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_MANIFEST_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
const MANIFEST_TYPES = [OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_MANIFEST_LIST];
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
function isIndex(mediaType) {
    return mediaType === OCI_INDEX || mediaType === DOCKER_MANIFEST_LIST;
}
function isManifest(mediaType) {
    return MANIFEST_TYPES.includes(mediaType);
}
function ociEquivalent(mediaType) {
    if (mediaType === DOCKER_MANIFEST)
        return OCI_MANIFEST;
    return mediaType === DOCKER_MANIFEST_LIST ? OCI_INDEX : mediaType;
}
const DESCRIPTOR_MEMBERS = memberNames("mediaType", "digest", "size", "urls", "annotations", "data", "artifactType", "platform");
function parseDescriptor(value, where) {
    const misspelled = isRecord(value) ? misspelledMember(value, DESCRIPTOR_MEMBERS) : undefined;
    if (misspelled !== undefined) {
        throw new TransferError("MANIFEST_MALFORMED", `${where}: a descriptor has the member ${printable(JSON.stringify(misspelled), 80)}, which some readers only understand`, {
            where,
            remedy: "The names of a descriptor are spelled as in the image specification; push the artifact again.",
        });
    }
    const { mediaType, size, annotations, artifactType, platform, urls, ...other } = (value ?? {});
    if (typeof mediaType !== "string" || !Number.isSafeInteger(size) || size < 0) {
        throw new TransferError("MANIFEST_MALFORMED", `${where}: a descriptor lacks its media type or size`, {
            where,
            remedy: "The manifest is broken at its source; push it there again.",
        });
    }
    const digest = parseDigest(other.digest, where);
    const data = typeof other.data === "string" ? matchingContent(other.data, digest, size) : undefined;
    return {
        mediaType,
        digest,
        size: size,
        ...(isRecord(annotations) ? { annotations: annotations } : {}),
        ...(typeof artifactType === "string" ? { artifactType } : {}),
        ...(isRecord(platform) ? { platform } : {}),
        ...(Array.isArray(urls) ? { urls: urls.filter((url) => typeof url === "string") } : {}),
        ...(data === undefined ? {} : { data }),
    };
}
function matchingContent(base64, digest, size) {
    const content = Buffer.from(base64, "base64");
    const isMatch = content.length === size && hasherOf(digest).update(content).digest("hex") === encoded(digest);
    return isMatch ? content : undefined;
}
function isRecord(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

;// CONCATENATED MODULE: ./lib/ocm/repository/media-types.js

const COMPONENT_CONFIG = "application/vnd.ocm.software.component.config.v1+json";
const COMPONENT_DESCRIPTOR_TAR = "application/vnd.ocm.software.component-descriptor.v2+yaml+tar";
const COMPONENT_DESCRIPTOR_JSON = "application/vnd.ocm.software.component-descriptor.v2+json";
const COMPONENT_DESCRIPTOR_ARTIFACT = "application/vnd.ocm.software.component-descriptor.v2";
const CONFIG_TYPES = new Set([
    COMPONENT_CONFIG,
    "application/vnd.gardener.cloud.cnudie.component.config.v1+json",
    "application/vnd.oci.gardener.cloud.cnudie.component-descriptor-metadata.config.v2+json",
]);
const TAR_TYPES = new Set([
    COMPONENT_DESCRIPTOR_TAR,
    "application/vnd.gardener.cloud.cnudie.component-descriptor.v2+yaml+tar",
    "application/vnd.oci.gardener.cloud.cnudie.component-descriptor.config.v2+yaml+tar",
]);
const DESCRIPTOR_TYPES = new Set([
    ...TAR_TYPES,
    COMPONENT_DESCRIPTOR_JSON,
    "application/vnd.ocm.software.component-descriptor.v2+yaml",
    "application/vnd.gardener.cloud.cnudie.component-descriptor.v2+json",
    "application/vnd.gardener.cloud.cnudie.component-descriptor.v2+yaml",
]);
function isTarType(mediaType) {
    return TAR_TYPES.has(mediaType);
}
const COMPONENT_VERSION_ANNOTATION = "software.ocm.componentversion";
const CREATOR_ANNOTATION = "software.ocm.creator";
const DESCRIPTOR_ANNOTATION = "software.ocm.descriptor";
const ARTIFACT_ANNOTATION = "software.ocm.artifact";
const OCI_LAYOUT_ARCHIVE = "application/vnd.ocm.software.oci.layout.v1+tar";
function artifactSetType(manifestType) {
    return manifestType.replace(/\+json$/, "+tar+gzip");
}
const ARTIFACT_SETS = new Set([
    ...MANIFEST_TYPES.map(artifactSetType),
    ...MANIFEST_TYPES.map((type) => type.replace(/\+json$/, "+tar")),
    OCI_LAYOUT_ARCHIVE,
    `${OCI_LAYOUT_ARCHIVE}+gzip`,
]);
function isArtifactSet(mediaType) {
    return ARTIFACT_SETS.has(mediaType);
}
const MAIN_ARTIFACT_ANNOTATION = "software.ocm/main";
const TAGS_ANNOTATION = "software.ocm/tags";
const REF_NAME_ANNOTATION = "org.opencontainers.image.ref.name";

;// CONCATENATED MODULE: ./lib/oci/host.js
const DOCKER_HUB = new Set(["docker.io", "index.docker.io", "registry-1.docker.io", "registry.docker.io"]);
function canonicalHost(host) {
    const lower = host.toLowerCase();
    return DOCKER_HUB.has(lower) ? "docker.io" : lower;
}

;// CONCATENATED MODULE: ./lib/oci/reference.js




const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const HOST = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?::\d{1,5})?$/;
function isTag(text) {
    return TAG.test(text);
}
function isRepository(text) {
    return REPOSITORY.test(text) && text.length <= MAX_REPOSITORY;
}
const MAX_REPOSITORY = 255;
const PART = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
function invalidRepository(text) {
    if (isRepository(text))
        return undefined;
    if (text.length > MAX_REPOSITORY)
        return `has ${text.length} characters, more than ${MAX_REPOSITORY}`;
    const part = text.split("/").find((each) => !PART.test(each)) ?? "";
    if (part === "")
        return "has an empty part between slashes";
    const quoted = `"${printable(part, 100)}"`;
    if (/[A-Z]/.test(part))
        return `has capitals in ${quoted}`;
    if (/[^a-z0-9._-]/.test(part))
        return `has other characters than letters, digits and . _ - in ${quoted}`;
    if (/^[._-]|[._-]$/.test(part))
        return `has a separator at the beginning or end of ${quoted}`;
    return `has a combination of separators in ${quoted} that is not ., _, __ or a row of -`;
}
function isHost(text) {
    return HOST.test(text) && URL.canParse(`https://${text}/`);
}
function parseImageReference(text, where) {
    const scheme = /^(https?|oci):\/\//.exec(text)?.[1];
    const bare = scheme === undefined ? text : text.slice(scheme.length + 3);
    const [first = "", ...rest] = bare.split("/");
    const hasHost = scheme !== undefined ||
        (rest.length > 0 && (/[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase()));
    const host = hasHost ? first : "docker.io";
    if (!isHost(host))
        throw malformed(text, where);
    const artifact = parseArtifactReference(hasHost ? rest.join("/") : bare, where);
    const isOfficial = canonicalHost(host) === "docker.io" && !artifact.repository.includes("/");
    return {
        ...artifact,
        repository: isOfficial ? `library/${artifact.repository}` : artifact.repository,
        host,
        scheme: scheme === "http" || scheme === "https" ? scheme : undefined,
    };
}
function parseArtifactReference(text, where) {
    const [named = "", digest, ...more] = text.split("@");
    const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
    const repository = colon < 0 ? named : named.slice(0, colon);
    const tag = colon < 0 ? undefined : named.slice(colon + 1);
    const isWellFormed = isRepository(repository) &&
        (tag === undefined || isTag(tag)) &&
        (digest === undefined || isDigest(digest)) &&
        more.length === 0;
    if (!isWellFormed)
        throw malformed(text, where);
    return { repository, tag, digest: digest };
}
function manifestReference({ tag, digest }) {
    return digest ?? tag ?? "latest";
}
function formatArtifactReference({ repository, tag, digest }) {
    return `${repository}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}
function malformed(text, where) {
    return new TransferError("REFERENCE_MALFORMED", `${where}: "${printable(text, 200)}" is no reference to an artifact`, {
        where,
        remedy: "A reference is [host[:port]/]repository[:tag][@digest], the repository in lower case.",
    });
}

;// CONCATENATED MODULE: ./lib/ocm/repository/origin-names.js


const ORIGIN_ANNOTATION = "io.github.ocm-proxied-transfer.origin";
function identityOf({ name, version, extraIdentity }) {
    return { ...extraIdentity, name, ...(version === "" ? {} : { version }) };
}
function originOfContent(elements, origins) {
    const [only, ...others] = elements;
    const origin = only === undefined ? undefined : origins.get(only);
    if (others.length > 0 || origin === undefined)
        return originList(elements, origins);
    return { [ORIGIN_ANNOTATION]: origin };
}
function originList(elements, origins) {
    const list = [...elements].flatMap((element) => {
        const reference = origins.get(element);
        return reference === undefined ? [] : [{ kind: element.kind, identity: identityOf(element), reference }];
    });
    return list.length === 0 ? {} : { [ORIGIN_ANNOTATION]: JSON.stringify(list) };
}
function recordedOrigin(element, annotations = {}) {
    const text = annotations[ORIGIN_ANNOTATION];
    if (typeof text !== "string")
        return undefined;
    if (!text.startsWith("["))
        return text;
    const identity = canonicalJson(identityOf(element));
    const found = listIn(text).find((each) => each.kind === element.kind && isRecord(each.identity) && canonicalJson(each.identity) === identity);
    return typeof found?.reference === "string" ? found.reference : undefined;
}
function listIn(text) {
    try {
        const list = JSON.parse(text);
        return Array.isArray(list) ? list.filter(isRecord) : [];
    }
    catch {
        return [];
    }
}

;// CONCATENATED MODULE: ./lib/transfer/names/first-name.js





const MAX_ORIGIN = 512;
function firstName(element, version) {
    const access = parseAccess(element.access);
    const reference = recordedName(element, version) ?? writtenReference(referenceOf(access, version));
    if (reference !== undefined)
        return { kind: "reference", reference };
    const text = hintIn(access);
    return text === undefined ? undefined : { kind: "hint", text };
}
function recordedName(element, version) {
    const access = parseAccess(element.access);
    const digest = access.kind === "localBlob" && isDigest(access.localReference) ? access.localReference : undefined;
    const content = digest === undefined ? undefined : (version.nativeManifests.get(digest) ?? version.layers.get(digest));
    const text = recordedOrigin(element, content?.annotations) ?? recordedOrigin(element, version.annotations);
    return text === undefined || text.length > MAX_ORIGIN ? undefined : writtenReference(text);
}
function originsIn(version, items) {
    return new Map(items.flatMap(({ kind, element }) => {
        const first = kind === "artifact" ? firstName(element, version) : undefined;
        const reference = first?.kind === "reference" ? first.reference : recordedName(element, version);
        return reference === undefined ? [] : [[element, formatOrigin(reference)]];
    }));
}
function formatOrigin({ text, host }) {
    return writtenReference(text)?.host === host ? text : `oci://${text}`;
}
function referenceOf(access, { from: { registry }, repository }) {
    if (access.kind === "ociArtifact")
        return access.imageReference;
    if (registry.kind !== "registry")
        return undefined;
    if (access.kind === "relativeOciReference")
        return `oci://${registry.name}/${access.reference}`;
    if (access.kind !== "localBlob" || !isManifest(ociEquivalent(access.mediaType)))
        return undefined;
    return `oci://${registry.name}/${repository.name}@${access.localReference}`;
}
function hintIn(access) {
    if (access.kind === "relativeOciReference")
        return access.reference;
    return access.kind === "localBlob" ? access.referenceName : undefined;
}
function writtenReference(reference) {
    if (reference === undefined)
        return undefined;
    try {
        return { ...parseImageReference(reference, ""), text: reference.replace(/^(?:https?|oci):\/\//, "") };
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./lib/transfer/findings.js





function findingsOf(gathered) {
    return [
        ...movedTags(gathered),
        ...packedArtifacts(gathered),
        ...leftByReference(gathered),
        ...unreadReferrers(gathered),
    ];
}
function droppedGlobalAccesses(desired) {
    const dropped = desired.flatMap(({ changes }) => changes.flatMap(({ element, before, after }) => {
        const { globalAccess } = before;
        if (!isJsonObject(globalAccess))
            return [];
        if (canonicalJson(globalAccess) === canonicalJson(after.globalAccess ?? null))
            return [];
        const { imageReference, ref, type } = globalAccess;
        const place = [imageReference, ref, type].find((each) => typeof each === "string");
        return [`${element.name} (${printable(String(place), 200)})`];
    }));
    if (dropped.length === 0)
        return [];
    return [
        {
            code: "GLOBAL_ACCESS_DROPPED",
            message: `Global accesses of local blobs name other places, and are not copied: ${listed(dropped)}.`,
            remedy: "Set global-access: true for consumers that need absolute references; they then name the copy.",
        },
    ];
}
function unknownNames({ versions }) {
    const unknown = versions.flatMap(({ version, items }) => items.flatMap(({ kind, element }) => {
        if (kind !== "artifact")
            return [];
        const first = firstName(element, version);
        if (first?.kind === "reference")
            return [];
        return [first === undefined ? element.name : `${element.name} (${printable(first.text, 120)})`];
    }));
    if (unknown.length === 0)
        return [];
    return [
        {
            code: "NAME_UNKNOWN",
            message: `The source does not record which registry images came from: ${listed(unknown)}.`,
            remedy: "Their old references in images have no host, and files that match references of deployments omit them. Transfer from the original registry, or from a copy with origin-names, for complete names.",
        },
    ];
}
function movedTags({ versions }) {
    const moved = versions.flatMap(({ version: { descriptor }, items }) => items.flatMap((item) => {
        if (item.kind !== "artifact" || item.movedTag === undefined)
            return [];
        const { tag, has, pinned } = item.movedTag;
        const where = `${item.element.name} of ${descriptor.name}:${descriptor.version}`;
        return [`${where} (${printable(tag, 200)} leads to ${has}, taken was ${pinned})`];
    }));
    if (moved.length === 0)
        return [];
    return [
        {
            code: "TAG_MOVED",
            message: `Tags lead to other artifacts than those that are pinned, which were taken by their digests: ${listed(moved)}.`,
            remedy: "Restore the tags, or make a new component version: other readers of the source go by them.",
        },
    ];
}
function deltaWritten({ name, omitted }) {
    const sizes = [...(omitted?.() ?? new Map()).values()];
    if (sizes.length === 0)
        return [];
    const bytes = sizes.reduce((total, size) => total + size, 0);
    return [
        {
            code: "DELTA_WRITTEN",
            message: `${printable(name, 300)} is a delta: it omits ${sizes.length} blob(s) of ${bytes} bytes that its receiver has.`,
            remedy: "Transfer it with this action, to a target that has the base. Other tools cannot read it.",
        },
    ];
}
function leftReferrers(left) {
    if (left.length === 0)
        return [];
    const byImage = Map.groupBy(left, ({ element }) => element.name);
    const images = [...byImage].map(([name, referrers]) => {
        const kinds = referrers.map(({ tag, type, graph }) => printable(tag ?? type ?? graph.root.digest, 80));
        return `${name} (${[...new Set(kinds)].join(", ")})`;
    });
    return [
        {
            code: "REFERRERS_LEFT",
            message: `Signatures, SBOMs or attestations of images stay behind: ${images.join("; ")}.`,
            remedy: "They are where the images came from. With access: ociArtifact all of them go along; to a registry with the referrers API, or a CTF, all but cosign's tags.",
        },
    ];
}
function unreadReferrers({ versions }) {
    const unread = versions.flatMap(({ items }) => items.flatMap((item) => (item.kind === "artifact" ? item.referrers.unread : [])));
    if (unread.length === 0)
        return [];
    return [
        {
            code: "REFERRERS_UNREAD",
            message: `The source does not list all referrers of the images: ${listed([...new Set(unread)])}.`,
            remedy: "If the images are signed or have SBOMs, see that the credentials may read these too, and run again.",
        },
    ];
}
function leftByReference({ versions }) {
    const left = versions.flatMap(({ version, items }) => items.flatMap((item) => {
        const { name, access } = item.element;
        const type = typeof access.type === "string" ? access.type : "";
        if (item.kind !== "byReference" || item.isOnRequest || /^none(?:\/v1)?$/i.test(type))
            return [];
        const why = item.reason.replace(/ stays a reference$/, "");
        return [`${name} of ${version.descriptor.name}:${version.descriptor.version} (${printable(type, 40)}: ${why})`];
    }));
    if (left.length === 0)
        return [];
    return [
        {
            code: "LEFT_BY_REFERENCE",
            message: `What cannot be copied by value stays where it is: ${listed(left)}.`,
            remedy: "See that readers of the copy reach it there, or make it a local blob or OCI artifact at its origin.",
        },
    ];
}
function listed(names) {
    return `${names.slice(0, 5).join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}`;
}
function packedArtifacts({ versions }) {
    const packed = versions.flatMap(({ version, items }) => items.flatMap(({ kind, element }) => {
        const access = parseAccess(element.access);
        const isPacked = kind === "blob" && access.kind === "localBlob" && isArtifactSet(access.mediaType);
        return isPacked ? [`${element.name} of ${version.descriptor.name}:${version.descriptor.version}`] : [];
    }));
    if (packed.length === 0)
        return [];
    return [
        {
            code: "ARTIFACT_SET_KEPT",
            message: `Images or charts are packed in archive layers, and stay so: ${listed(packed)}.`,
            remedy: "They are pinned as the bytes that they are packed in, or cannot be unpacked. v1 of the OCM CLI reads them; nobody can pull them as images.",
        },
    ];
}

;// CONCATENATED MODULE: ./lib/transfer/save/file-names.js


const MAX_NAME = 120;
function folderOf({ name, version }, output) {
    return (0,external_node_path_.join)(output, ...name.split("/").map(safeName), safeName(version));
}
function fileNames(resources, reserved) {
    const taken = new Set(reserved);
    return new Map(resources.map((resource) => {
        const base = safeName([resource.name, ...Object.values(resource.extraIdentity)].join("-"));
        const own = knownExtension(base);
        let candidate = base;
        for (let count = 2; withAnyExtension(candidate).some((name) => taken.has(name)); count++)
            candidate = `${base.slice(0, base.length - own.length)}-${count}${own}`;
        for (const name of withAnyExtension(candidate))
            taken.add(name);
        return [resource, candidate];
    }));
}
function withAnyExtension(name) {
    return ["", ...EXTENSIONS].map((extension) => `${name}${extension}`.toLowerCase());
}
function withExtension(name, extension) {
    return name.toLowerCase().endsWith(extension) ? name : `${name}${extension}`;
}
function fileNameOf(name, mediaType) {
    return knownExtension(name) === "" ? `${name}${extensionOf(mediaType)}` : name;
}
function extensionOf(mediaType) {
    const type = (mediaType.split(";")[0] ?? "").trim().toLowerCase();
    return BY_TYPE.get(type) ?? BY_SUFFIX.find(([suffix]) => type.endsWith(suffix))?.[1] ?? "";
}
const CHART_EXTENSION = ".tgz";
const PROVENANCE_EXTENSION = ".prov";
const ARCHIVE_EXTENSION = ".tar";
const BY_TYPE = new Map([
    ["text/plain", ".txt"],
    ["text/markdown", ".md"],
    ["text/html", ".html"],
    ["text/csv", ".csv"],
    ["text/xml", ".xml"],
    ["text/yaml", ".yaml"],
    ["text/x-yaml", ".yaml"],
    ["application/json", ".json"],
    ["application/yaml", ".yaml"],
    ["application/x-yaml", ".yaml"],
    ["application/xml", ".xml"],
    ["application/pdf", ".pdf"],
    ["application/wasm", ".wasm"],
    ["application/x-pem-file", ".pem"],
    ["application/zip", ".zip"],
    ["application/gzip", ".gz"],
    ["application/x-gzip", ".gz"],
    ["application/zstd", ".zst"],
    ["application/x-tgz", CHART_EXTENSION],
    ["application/x-tar", ARCHIVE_EXTENSION],
    ["application/tar", ARCHIVE_EXTENSION],
]);
const BY_SUFFIX = [
    ["tar+gzip", CHART_EXTENSION],
    ["tar.gzip", CHART_EXTENSION],
    ["tar+zstd", ".tar.zst"],
    ["+tar", ARCHIVE_EXTENSION],
    [".tar", ARCHIVE_EXTENSION],
    ["+json", ".json"],
    ["+yaml", ".yaml"],
    ["+xml", ".xml"],
    ["+zip", ".zip"],
    ["+gzip", ".gz"],
];
const EXTENSIONS = [
    `${CHART_EXTENSION}${PROVENANCE_EXTENSION}`,
    PROVENANCE_EXTENSION,
    ".tar.gz",
    ...new Set([...BY_SUFFIX.map(([, extension]) => extension), ...BY_TYPE.values()]),
];
function knownExtension(name) {
    const extension = EXTENSIONS.find((each) => name.toLowerCase().endsWith(each) && name.length > each.length);
    return extension === undefined ? "" : name.slice(-extension.length);
}
function safeName(name) {
    const safe = name.replace(/[^A-Za-z0-9._+-]+/g, "-").replace(/^\.+/, "_");
    if (safe === "")
        return "_";
    if (safe.length <= MAX_NAME)
        return safe;
    const mark = (0,external_node_crypto_.createHash)("sha256").update(name).digest("hex").slice(0, 16);
    return `${safe.slice(0, MAX_NAME - mark.length - 1)}-${mark}`;
}

// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(7075);
// EXTERNAL MODULE: external "node:stream/promises"
var external_node_stream_promises_ = __webpack_require__(6466);
;// CONCATENATED MODULE: ./lib/oci/file-content.js



const READ_BYTES = 1024 * 1024;
async function fileSize(path) {
    return (await withFile(path, async (file) => (await file.stat()).size)) ?? undefined;
}
async function hasContent({ path, start = 0, size }, digest) {
    const isSame = await withFile(path, async (file) => {
        if ((await file.stat()).size < start + size)
            return false;
        const hash = hasherOf(digest);
        const buffer = Buffer.alloc(Math.min(READ_BYTES, size));
        for (let position = 0; position < size;) {
            const length = Math.min(buffer.length, size - position);
            const { bytesRead } = await file.read(buffer, 0, length, start + position);
            if (bytesRead === 0)
                return false;
            hash.update(buffer.subarray(0, bytesRead));
            position += bytesRead;
        }
        return hash.digest("hex") === encoded(digest);
    });
    return isSame === true;
}
async function withFile(path, use) {
    const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = external_node_fs_.constants;
    const file = await (0,promises_.open)(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => undefined);
    if (file === undefined)
        return undefined;
    try {
        return (await file.stat()).isFile() ? await use(file) : undefined;
    }
    finally {
        await file.close();
    }
}

;// CONCATENATED MODULE: ./lib/proxy/ip.js

const MAPPED = 0xffffn;
const isV4 = (value) => value >> 32n === MAPPED;
function parseIp(text) {
    if ((0,external_node_net_.isIPv4)(text))
        return { value: (MAPPED << 32n) | ipv4Value(text), bits: 32, zone: "" };
    const percent = text.indexOf("%");
    const address = percent < 0 ? text : text.slice(0, percent);
    const zone = percent < 0 ? "" : text.slice(percent + 1);
    if (!(0,external_node_net_.isIPv6)(address) || (percent >= 0 && zone === ""))
        return undefined;
    return { value: ipv6Value(address), bits: 128, zone };
}
function parseNetwork(text) {
    const slash = text.indexOf("/");
    const ip = slash < 0 ? undefined : parseIp(text.slice(0, slash));
    const prefix = text.slice(slash + 1);
    if (ip === undefined || ip.zone !== "" || !/^\d{1,7}$/.test(prefix) || Number(prefix) > ip.bits)
        return undefined;
    const shift = BigInt(ip.bits - Number(prefix));
    return { value: (ip.value >> shift) << shift, shift };
}
function contains(network, ip) {
    return isV4(network.value) === isV4(ip.value) && ip.value >> network.shift === network.value >> network.shift;
}
function isLoopback(ip) {
    return isV4(ip.value) ? (ip.value & 0xff000000n) === 0x7f000000n : ip.value === 1n;
}
function isLoopbackName(name) {
    const ip = parseIp(name);
    return name === "localhost" || (ip !== undefined && isLoopback(ip));
}
function ipv4Value(text) {
    return text.split(".").reduce((value, octet) => (value << 8n) | BigInt(octet), 0n);
}
function ipv6Value(text) {
    const [head = "", tail] = text.split("::");
    const left = groups(head);
    const right = tail === undefined ? [] : groups(tail);
    const zeros = Array(8 - left.length - right.length).fill(0n);
    return [...left, ...zeros, ...right].reduce((value, group) => (value << 16n) | group, 0n);
}
function groups(text) {
    if (text === "")
        return [];
    return text.split(":").flatMap((group) => {
        if (!group.includes("."))
            return [BigInt(`0x${group}`)];
        const value = ipv4Value(group);
        return [value >> 16n, value & 0xffffn];
    });
}

;// CONCATENATED MODULE: ./lib/net/address/address-class.js

const networks = (texts) => texts.flatMap((text) => parseNetwork(text) ?? []);
const within = (known, ip) => known.some((network) => contains(network, ip));
const METADATA = networks([
    "169.254.0.0/16",
    "fe80::/10",
    "168.63.129.16/32",
    "100.100.100.200/32",
    "fd00:100::100:200/128",
    "192.0.0.192/32",
    "fd00:c1::a9fe:a9fe/128",
    "fd00:ec2::/32",
    "fd20:ce::254/128",
    "fd00:42::42/128",
    "fd00:a9fe:a9fe::1/128",
]);
const address_class_PRIVATE = networks([
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/3",
    "2001::/32",
    "2002::/16",
]);
const GLOBAL_UNICAST = networks(["0.0.0.0/0", "2000::/3"]);
const NAT64 = networks(["64:ff9b::/96"]);
function classOfText(address) {
    const ip = parseIp(address.replace(/^\[(.*)\]$/, "$1"));
    return ip === undefined ? undefined : classOf(ip);
}
function classOf(ip) {
    if (within(METADATA, ip))
        return "metadata";
    const inner = embedded(ip);
    if (inner.some((each) => within(METADATA, each)))
        return "metadata";
    const [behind] = inner;
    if (behind !== undefined && within(NAT64, ip))
        return classOf(behind);
    return within(GLOBAL_UNICAST, ip) && !within(address_class_PRIVATE, ip) ? "public" : "private";
}
const bits = (value, count, after) => (value >> after) & ((1n << count) - 1n);
const low = (value) => bits(value, 32n, 0n);
const behindPrefix = (value) => [
    (bits(value, 16n, 64n) << 16n) | bits(value, 16n, 40n),
    (bits(value, 8n, 64n) << 24n) | bits(value, 24n, 32n),
    bits(value, 32n, 24n),
    low(value),
];
const EMBEDDINGS = [
    { networks: [...networks(["::/96", "::ffff:0:0:0/96"]), ...NAT64], read: (value) => [low(value)] },
    { networks: networks(["64:ff9b:1::/48"]), read: behindPrefix },
    { networks: networks(["2002::/16"]), read: (value) => [bits(value, 32n, 80n)] },
    { networks: networks(["2001::/32"]), read: (value) => [bits(value, 32n, 64n), low(~value)] },
];
const isIsatap = (value) => (bits(value, 32n, 32n) & ~0x02000000n) === 0x5efen;
function embedded(ip) {
    const found = EMBEDDINGS.filter((embedding) => within(embedding.networks, ip)).flatMap(({ read }) => read(ip.value));
    return [...found, ...(isIsatap(ip.value) ? [low(ip.value)] : [])].map(ipv4);
}
function ipv4(value) {
    return { value: (0xffffn << 32n) | value, bits: 32, zone: "" };
}

;// CONCATENATED MODULE: ./lib/net/address/host.js
const DEFAULT_PORTS = { "http:": "80", "https:": "443" };
function hostOf(url) {
    return `${url.hostname}:${url.port || (DEFAULT_PORTS[url.protocol] ?? "")}`;
}

;// CONCATENATED MODULE: ./lib/net/address/address-policy.js




function judge(url, party, named) {
    const host = hostOf(url);
    const isNamed = named.has(host);
    const fault = isNamed ? faultBesideHost(url) : faultOf(url);
    if (fault !== undefined)
        throw address_policy_malformed(host, fault);
    if (isNamed)
        return "any";
    const policy = policyFor(host, party, named);
    const refused = refusedClass(classOfHost(url.hostname), policy);
    if (refused !== undefined)
        throw addressRefused(host, refused);
    return policy;
}
function policyFor(host, party, named) {
    if (named.covers(host) || party.kind === "named-registry")
        return "routable";
    return party.kind === "foreign-registry" && host === party.host ? "routable" : "public";
}
function refusedClass(found, policy) {
    if (found === "public" || (found === "private" && policy === "routable"))
        return undefined;
    return found;
}
function faultOf(url) {
    const isPlain = isPlainHost(url.hostname);
    return faultBesideHost(url) ?? (isPlain ? undefined : "the host is neither an address nor a DNS name");
}
function faultBesideHost(url) {
    if (url.protocol !== "http:" && url.protocol !== "https:")
        return "the URL is not of http or https";
    return url.username === "" && url.password === "" ? undefined : "the URL holds credentials";
}
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;
function isPlainHost(hostname) {
    if (classOfText(hostname) !== undefined)
        return true;
    const name = hostname.replace(/\.$/, "");
    return name.length <= 253 && name.split(".").every((label) => LABEL.test(label));
}
function classOfHost(hostname) {
    const name = hostname.replace(/\.$/, "").toLowerCase();
    return classOfText(name) ?? (isMetadataName(name) ? "metadata" : isPrivateName(name) ? "private" : "public");
}
const METADATA_NAMES = new Set([
    "metadata",
    "metadata.google.internal",
    "metadata.goog",
    "metadata.azure.internal",
    "metadata.tencentyun.com",
    "api.metadata.cloud.ibm.com",
    "instance-data",
]);
function isMetadataName(name) {
    return METADATA_NAMES.has(name) || /^instance-data\.(?:ec2|[a-z0-9-]+\.compute)\.internal$/.test(name);
}
function isPrivateName(name) {
    return !name.includes(".") || /\.(?:localhost|local|internal|home\.arpa)$/.test(name);
}
const REASONS = {
    metadata: "is link-local, or serves the metadata of a cloud",
    private: "is not a public address",
};
const REMEDIES = {
    metadata: "No registry or file is expected there. If this host is intended, name exactly this host and port as a source.",
    private: "If this host is intended, list it in no-proxy-registries, or in plain-http where it speaks that, with its port; otherwise leave the resource by reference.",
};
function addressRefused(host, found, addresses = []) {
    const where = addresses.length === 0 ? "" : ` (${printable(addresses.join(", "), 200)})`;
    const shown = printable(host, 200);
    return new TransferError("ADDRESS_REFUSED", `${shown}${where} ${REASONS[found]}, and only a component descriptor or the answer of a server leads there`, { where: shown, remedy: REMEDIES[found] });
}
function address_policy_malformed(host, fault) {
    const shown = printable(host, 200);
    return new TransferError("ADDRESS_REFUSED", `a component descriptor or the answer of a server leads to ${shown}: ${fault}`, {
        where: shown,
        remedy: "See where the URL was written: it has to name a host, and nothing else before the path.",
    });
}

;// CONCATENATED MODULE: ./lib/net/layers/redirects.js



const MAX_REDIRECTS = 10;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
function isRedirect(status) {
    return REDIRECTS.has(status);
}
function keepsMethod(status) {
    return status === 307 || status === 308;
}
function redirectTarget(from, location) {
    const target = location === undefined ? null : URL.parse(location, from.href);
    const fault = target === null ? "the URL is invalid" : faultOf(target);
    if (target === null || fault !== undefined) {
        const shown = location === undefined ? "nowhere" : printableUrl(location.slice(0, 2000));
        throw new TransferError("REDIRECT_MALFORMED", `${from.host} redirects to ${printable(shown, 120)}: ${fault}`, {
            where: from.host,
            remedy: "Ask the operators of the registry; this is a fault of its configuration.",
        });
    }
    if (from.protocol === "https:" && target.protocol === "http:") {
        throw new TransferError("REDIRECT_TO_PLAIN_HTTP", `${from.host} redirects from https to ${printableUrl(target)}`, {
            where: from.host,
            remedy: "Ask the operators of the registry to serve blobs by https, or to switch the redirect off.",
        });
    }
    return target;
}
const CONFIDENTIAL = new Set(["authorization", "cookie", "proxy-authorization"]);
function withoutCredentials(headers) {
    return Object.fromEntries(Object.entries(headers).filter(([name]) => !CONFIDENTIAL.has(name.toLowerCase())));
}

// EXTERNAL MODULE: external "node:async_hooks"
var external_node_async_hooks_ = __webpack_require__(6698);
;// CONCATENATED MODULE: ./lib/net/purpose.js
function describePurpose(purpose) {
    switch (purpose.kind) {
        case "registry":
            return purpose.role === "artifacts" ? "artifacts" : `${purpose.role} registry`;
        case "token":
            return `token for ${purpose.registry}`;
        case "blobs":
            return `blobs of ${purpose.registry}`;
        case "uploads":
            return `uploads to ${purpose.registry}`;
        case "chart-repository":
            return "chart repository";
        case "content":
            return `${purpose.access} ${purpose.element}`;
    }
}
function sideOf(purpose) {
    switch (purpose.kind) {
        case "chart-repository":
        case "content":
            return "source";
        default:
            return SIDES[purpose.role];
    }
}
const SIDES = { source: "source", target: "target", artifacts: "source", "source and target": undefined };

;// CONCATENATED MODULE: ./lib/net/hop.js


class PhaseError extends Error {
    phase;
    timedOut;
    reply;
    issuer;
    speaks;
    isResponsive;
    constructor(phase, message, more = {}) {
        super(message, more.cause === undefined ? undefined : { cause: more.cause });
        this.name = "PhaseError";
        this.phase = phase;
        this.timedOut = more.timedOut ?? false;
        this.reply = more.reply;
        this.issuer = more.issuer;
        this.speaks = more.speaks;
        this.isResponsive = more.isResponsive ?? false;
    }
}
class HopError extends KnownError {
    kind = "connection";
    hop;
    failure;
    at = Date.now();
    constructor(hop, failure) {
        const route = hop.route.via === "proxy" ? `through the proxy ${hop.route.proxy.display}` : "directly";
        super(`${hop.method} ${hop.host} ${route}: ${failure.message}`, {
            cause: failure.cause,
            side: sideOf(hop.purpose),
        });
        this.name = "HopError";
        this.hop = hop;
        this.failure = failure;
    }
    get phase() {
        return this.failure.phase;
    }
    get timedOut() {
        return this.failure.timedOut;
    }
    get reply() {
        return this.failure.reply;
    }
}

;// CONCATENATED MODULE: ./lib/net/retryable.js


const RETRYABLE_STATUSES = new Set([408, 429, 499, 500, 502, 503, 504, 520, 521, 522, 523, 524]);
function isRetryableStatus(status) {
    return RETRYABLE_STATUSES.has(status);
}
const RETRYABLE_CODES = new Set([
    "ECONNRESET",
    "ECONNREFUSED",
    "ECONNABORTED",
    "EPIPE",
    "ETIMEDOUT",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "EAI_AGAIN",
    "UND_ERR_SOCKET",
    "UND_ERR_HEADERS_TIMEOUT",
    "UND_ERR_BODY_TIMEOUT",
    "UND_ERR_CONNECT_TIMEOUT",
    "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
    "ERR_STREAM_PREMATURE_CLOSE",
]);
const DAMAGED = /^(?:ERR_SSL_|EPROTO$|HPE_|ERR_NOT_HTTP$)/;
function isDamaged(error) {
    if (!(error instanceof HopError))
        return false;
    if (error.failure.issuer !== undefined || error.failure.speaks !== undefined)
        return false;
    if (error.reply !== undefined)
        return error.reply.status === 200;
    const { cause } = error;
    const isNoHttp = cause?.name === "HTTPParserError";
    return cause === undefined || isNoHttp || DAMAGED.test(errorCode(cause) ?? "");
}
function isRetryable(error) {
    if (error instanceof HopError) {
        if (error.reply !== undefined)
            return isRetryableStatus(error.reply.status);
        return error.timedOut || isRetryable(error.cause);
    }
    return RETRYABLE_CODES.has(errorCode(error) ?? "");
}
const MAX_WAIT_MS = 120_000;
const MAX_OUTAGE_MS = 600_000;
const SECONDARY_LIMIT_MS = 60_000;
const SECONDARY_LIMIT = /secondary rate limit/i;
function mayBeTemporary(status) {
    return status === 403 || isRetryableStatus(status);
}
function temporaryRefusal({ status, headers }, text, now) {
    const wait = retryAfter(headers["retry-after"], now) ?? retryAfterIn(text);
    if (isRetryableStatus(status))
        return { wait };
    return status === 403 && SECONDARY_LIMIT.test(text) ? { wait: wait ?? SECONDARY_LIMIT_MS } : undefined;
}
function waitOfProxy({ reply }, now) {
    return retryAfter(reply?.headers["retry-after"], now);
}
const UNITS = { us: 0.001, µs: 0.001, ms: 1, s: 1000, m: 60_000 };
function retryAfterIn(text) {
    const [, number, unit] = /retry-after: ?(\d{1,9}(?:\.\d{1,9})?)(us|µs|ms|s|m)\b/i.exec(text) ?? [];
    return unit === undefined ? undefined : Number(number) * UNITS[unit];
}
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? [\w: -]+$/;
function retryAfter(header, now) {
    if (header === undefined)
        return undefined;
    if (/^\s*\d+\s*$/.test(header))
        return Number(header) * 1000;
    if (!HTTP_DATE.test(header))
        return undefined;
    const date = Date.parse(header.endsWith("GMT") ? header : `${header} GMT`);
    return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
function backoff(attempt, random) {
    return Math.min(30_000, 250 * 2 ** (attempt - 1)) * (0.9 + 0.2 * random);
}

;// CONCATENATED MODULE: ./lib/net/work.js



const works = new external_node_async_hooks_.AsyncLocalStorage();
const policies = new external_node_async_hooks_.AsyncLocalStorage();
const newWork = () => ({ repeated: { times: 0 }, kept: 0, cleanups: new Map() });
function asOneWork(run) {
    return works.getStore() === undefined ? toItsEnd(newWork(), run) : run();
}
async function toItsEnd(work, run) {
    try {
        return await works.run(work, run);
    }
    finally {
        await Promise.allSettled([...work.cleanups.values()].map((cleanUp) => cleanUp()));
    }
}
function atEndOfWork(key, cleanUp) {
    const work = works.getStore();
    if (cleanUp === undefined)
        work?.cleanups.delete(key);
    else
        work?.cleanups.set(key, cleanUp);
    return work !== undefined;
}
function withinThisWork() {
    return external_node_async_hooks_.AsyncLocalStorage.snapshot();
}
function asSeparateWork(run) {
    return toItsEnd(newWork(), run);
}
function keepOneAttempt(run) {
    return works.run({ ...(works.getStore() ?? newWork()), kept: 1 }, run);
}
function withoutRepetition(run) {
    return works.run({ ...(works.getStore() ?? newWork()), kept: Number.POSITIVE_INFINITY }, run);
}
function takeRepetition(attempts) {
    const work = works.getStore();
    if (work === undefined || work.repeated.times + 1 + work.kept >= attempts)
        return undefined;
    work.repeated.times += 1;
    return work.repeated.times;
}
async function mayRepeat(attempts, { wait = 0, isFree = false, signal } = {}) {
    if (wait > MAX_WAIT_MS)
        return false;
    const repetition = isFree && attempts > 1 ? 1 : takeRepetition(attempts);
    if (repetition === undefined)
        return false;
    await pause(Math.max(backoff(repetition, Math.random()), wait), signal);
    return true;
}
async function pause(milliseconds, signal) {
    await (0,external_node_timers_promises_.setTimeout)(milliseconds, undefined, signal === undefined ? {} : { signal });
}
function countRepetition() {
    const work = works.getStore();
    if (work !== undefined)
        work.repeated.times += 1;
}
function withRetryPolicy(policy, run) {
    return policies.run(policy, run);
}
function currentRetryPolicy() {
    return policies.getStore();
}

;// CONCATENATED MODULE: ./lib/net/repeat.js


const CONTENT_FAULTS = new Set(["DIGEST_MISMATCH", "SIZE_MISMATCH", "CAPTIVE_PORTAL", "TOKEN_MALFORMED"]);
function isContentFault({ code }) {
    return CONTENT_FAULTS.has(code);
}
function contentFaults(isFault = isContentFault) {
    const seen = new Set();
    return (error) => {
        if (!(error instanceof TransferError) || !isFault(error) || seen.has(error.message))
            return false;
        seen.add(error.message);
        return true;
    };
}
async function untilSameTwice(attempts, work, signal, isFault = isContentFault) {
    const isNew = contentFaults(isFault);
    for (;;) {
        try {
            return await work();
        }
        catch (error) {
            if (signal?.aborted || !isNew(error) || !(await mayRepeat(attempts, { signal })))
                throw error;
        }
    }
}

;// CONCATENATED MODULE: ./lib/net/connection/deadlines.js

const MIN_BYTES_PER_MILLISECOND = 16;
const MAX_INFORMATIONAL = 20;
function documentDeadline(body, timeout) {
    const begun = performance.now();
    let size = 0;
    const check = () => {
        const left = begun + timeout + size / MIN_BYTES_PER_MILLISECOND - performance.now();
        if (left > 0)
            timer = setTimeout(check, left);
        else
            body.destroy(new PhaseError("body", "the rest of the answer did not come in time", { timedOut: true }));
    };
    let timer = setTimeout(check, timeout);
    return {
        count(bytes) {
            size += bytes;
        },
        stop: () => clearTimeout(timer),
    };
}
function informationalDeadline(timeout, outer) {
    const controller = new AbortController();
    const fail = (why) => controller.abort(new PhaseError("response", why, { timedOut: true }));
    let count = 0;
    let timer;
    return {
        signal: outer === undefined ? controller.signal : AbortSignal.any([outer, controller.signal]),
        onInfo() {
            timer ??= setTimeout(() => fail("no answer in time, but informational ones"), timeout);
            if (++count > MAX_INFORMATIONAL)
                fail(`more than ${MAX_INFORMATIONAL} informational answers and no other`);
        },
        stop: () => clearTimeout(timer),
    };
}

// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(8522);
;// CONCATENATED MODULE: ./lib/net/content-coding.js


const DECODERS = {
    gzip: external_node_zlib_.createGunzip,
    deflate: external_node_zlib_.createInflate,
    br: external_node_zlib_.createBrotliDecompress,
    zstd: external_node_zlib_.createZstdDecompress,
};
const PARTIAL_FLUSHES = {
    gzip: external_node_zlib_.constants.Z_SYNC_FLUSH,
    deflate: external_node_zlib_.constants.Z_SYNC_FLUSH,
    br: external_node_zlib_.constants.BROTLI_OPERATION_FLUSH,
    zstd: external_node_zlib_.constants.ZSTD_e_flush,
};
const NAMES = new Map([
    ["gzip", "gzip"],
    ["x-gzip", "gzip"],
    ["deflate", "deflate"],
    ["br", "br"],
    ["zstd", "zstd"],
]);
function codingOf({ headers }) {
    return NAMES.get(headers["content-encoding"]?.trim().toLowerCase() ?? "");
}
function decoderOf(coding) {
    return DECODERS[coding]();
}
async function decoded(bytes, coding, maxSize) {
    const chunks = [];
    let size = 0;
    try {
        for await (const chunk of external_node_stream_.Readable.from([bytes]).pipe(DECODERS[coding]({ finishFlush: PARTIAL_FLUSHES[coding] }))) {
            chunks.push(chunk);
            size += chunk.length;
            if (size > maxSize)
                break;
        }
    }
    catch {
        return undefined;
    }
    return Buffer.concat(chunks).subarray(0, maxSize + 1);
}

;// CONCATENATED MODULE: ./lib/net/body.js





const MAX_DRAINED = 65_536;
function incomplete(hop, phase, error) {
    const timedOut = errorCode(error)?.endsWith("_TIMEOUT") ?? false;
    const missing = phase === "body" ? "the rest of the answer did not come" : "no answer";
    const why = timedOut ? `${missing} in time` : errorMessage(error);
    return new HopError(hop, new PhaseError(phase, why, { cause: error, timedOut }));
}
function bodyError({ hop }, error) {
    if (error instanceof PhaseError)
        return new HopError(hop, error);
    return error instanceof TransferError || error instanceof HopError ? error : incomplete(hop, "body", error);
}
async function readAll(response, maxSize, truncate = false) {
    const received = await readBytes(response, maxSize, truncate);
    const coding = codingOf(response);
    const content = coding === undefined ? undefined : await decoded(received, coding, maxSize);
    if (content === undefined)
        return received;
    if (content.length > maxSize && !truncate)
        throw tooLarge(response, maxSize);
    return content.subarray(0, maxSize);
}
function tooLarge({ hop }, maxSize) {
    return new TransferError("RESPONSE_TOO_LARGE", `${hop.host} sends more than ${maxSize} bytes`, {
        where: hop.host,
        remedy: "No manifest, token or error message of the specification is that large; check which server answers at this host.",
    });
}
async function readBytes(response, maxSize, truncate) {
    const chunks = [];
    let size = 0;
    const deadline = documentDeadline(response.body, response.timeout);
    try {
        for await (const chunk of response.body) {
            chunks.push(chunk);
            size += chunk.length;
            deadline.count(chunk.length);
            if (size > maxSize)
                break;
        }
    }
    catch (error) {
        throw bodyError(response, error);
    }
    finally {
        deadline.stop();
    }
    if (size > maxSize && !truncate)
        throw tooLarge(response, maxSize);
    return Buffer.concat(chunks).subarray(0, maxSize);
}
async function body_textOf(response, maxSize) {
    try {
        return (await readAll(response, maxSize, true)).toString("utf8");
    }
    catch {
        return "";
    }
}
async function inMemory(response, maxSize, truncate = false) {
    return { ...response, body: external_node_stream_.Readable.from([await readBytes(response, maxSize, truncate)]) };
}
async function drain(response) {
    try {
        await readAll(response, MAX_DRAINED, true);
    }
    catch {
    }
}

;// CONCATENATED MODULE: ./lib/stores/registry/known/known-registry.js
const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

;// CONCATENATED MODULE: ./lib/stores/registry/known/clouds.js

const ECR_API = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html";
const ACR = "https://learn.microsoft.com/en-us/azure/container-registry/container-registry-endpoint-reference";
const GAR = "https://cloud.google.com/artifact-registry/docs/docker/names";
const SINGLE_SEPARATORS = { refused: /__|--/, accepts: "single separators only, and neither __ nor --" };
const ECR = {
    vendor: "Amazon ECR",
    names: { ...SINGLE_SEPARATORS, source: ECR_API },
    creation: {
        isRequired: true,
        how: "Run aws ecr create-repository --region {region} --repository-name {repository}. With a repository creation template for CREATE_ON_PUSH instead, set probe-push: off.",
        source: ECR_API,
    },
    createsByUpload: true,
    limits: {
        layers: { max: 500, source: "https://github.com/spinframework/spin/issues/1787" },
        blob: { max: 52_000 * MIB, source: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html" },
    },
};
const CLOUDS = [
    {
        ...ECR,
        pattern: /^\d{12}\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.amazonaws\.com(?<china>\.cn)?$/,
        example: "123456789012.dkr.ecr.eu-central-1.amazonaws.com",
        token: ["api.ecr.{region}.amazonaws.com{china}", "sts.{region}.amazonaws.com{china}"],
        blob: ["prod-{region}-starport-layer-bucket.s3.{region}.amazonaws.com{china}"],
        confidence: "high",
        source: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html",
    },
    {
        ...ECR,
        pattern: /^\d{12}\.dkr-ecr\.(?<region>[a-z0-9-]+)\.on\.aws$/,
        example: "123456789012.dkr-ecr.eu-central-1.on.aws",
        token: ["api.ecr.{region}.amazonaws.com", "sts.{region}.amazonaws.com"],
        blob: ["prod-{region}-starport-layer-bucket.s3.{region}.amazonaws.com"],
        confidence: "medium",
        source: "https://docs.aws.amazon.com/general/latest/gr/ecr.html",
    },
    {
        ...ECR,
        pattern: /^\d{12}\.dkr\.ecr-fips\.(?<region>[a-z0-9-]+)\.amazonaws\.com$/,
        example: "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com",
        token: ["ecr-fips.{region}.amazonaws.com", "sts.{region}.amazonaws.com"],
        blob: ["prod-{region}-starport-layer-bucket.s3.{region}.amazonaws.com"],
        confidence: "medium",
        source: "https://docs.aws.amazon.com/general/latest/gr/ecr.html",
    },
    {
        ...ECR,
        pattern: /^\d{12}\.dkr-ecr-fips\.(?<region>[a-z0-9-]+)\.on\.aws$/,
        example: "123456789012.dkr-ecr-fips.us-east-1.on.aws",
        token: ["ecr-fips.{region}.amazonaws.com", "sts.{region}.amazonaws.com"],
        blob: ["prod-{region}-starport-layer-bucket.s3.{region}.amazonaws.com"],
        confidence: "medium",
        source: "https://docs.aws.amazon.com/general/latest/gr/ecr.html",
    },
    {
        vendor: "Amazon ECR Public",
        pattern: /^(?:public\.ecr\.aws|ecr-public\.aws\.com)$/,
        example: "public.ecr.aws",
        aliases: ["public.ecr.aws", "ecr-public.aws.com"],
        blob: ["d2glxqk2uabbnd.cloudfront.net", "d5l0dvt14r5h8.cloudfront.net"],
        confidence: "medium",
        source: "https://docs.aws.amazon.com/AmazonECR/latest/public/public-ecr-requests.html",
        names: {
            ...SINGLE_SEPARATORS,
            source: "https://docs.aws.amazon.com/AmazonECRPublic/latest/APIReference/API_CreateRepository.html",
        },
        creation: {
            isRequired: true,
            how: "Run aws ecr-public create-repository --region us-east-1 --repository-name {rest}.",
            source: "https://docs.aws.amazon.com/AmazonECRPublic/latest/APIReference/API_CreateRepository.html",
        },
        limits: {
            blob: {
                max: 10_000 * MIB,
                source: "https://docs.aws.amazon.com/AmazonECR/latest/public/public-service-quotas.html",
            },
        },
    },
    {
        vendor: "Azure Container Registry",
        pattern: /^[a-z0-9-]+(?:\.[a-z0-9-]+\.geo)?\.azurecr\.io$/,
        example: "acme.azurecr.io",
        blob: [".blob.core.windows.net", ".data.azurecr.io"],
        confidence: "high",
        source: ACR,
    },
    {
        vendor: "Azure Container Registry (China)",
        pattern: /^[a-z0-9-]+(?:\.[a-z0-9-]+\.geo)?\.azurecr\.cn$/,
        example: "acme.azurecr.cn",
        blob: [".blob.core.chinacloudapi.cn", ".data.azurecr.cn"],
        confidence: "high",
        source: "https://docs.azure.cn/container-registry/container-registry-endpoint-reference",
    },
    {
        vendor: "Google Artifact Registry",
        pattern: /^(?<location>[a-z0-9-]+)-docker\.pkg\.dev$/,
        example: "europe-west3-docker.pkg.dev",
        blob: [],
        confidence: "medium",
        source: "https://github.com/ahmetb/serverless-registry-proxy/issues/8",
        creation: {
            how: "Run gcloud artifacts repositories create {second} --project={first} --location={location} --repository-format=docker; a target begins with PROJECT/REPOSITORY.",
            source: GAR,
        },
    },
    {
        vendor: "Google Container Registry",
        pattern: /^(?:[a-z0-9-]+\.)?gcr\.io$/,
        example: "eu.gcr.io",
        blob: [],
        confidence: "medium",
        source: "https://github.com/ahmetb/serverless-registry-proxy/issues/8",
        creation: {
            how: "Create the repository for this host in the project {first}: https://cloud.google.com/artifact-registry/docs/transition/setup-gcr-repo.",
            source: "https://cloud.google.com/artifact-registry/docs/transition/changes-gcp",
        },
    },
    {
        vendor: "IBM Cloud Container Registry",
        pattern: /^(?:[a-z0-9-]+\.)?icr\.io$/,
        example: "de.icr.io",
        token: ["icr.io", "iam.cloud.ibm.com"],
        blob: [".icr.io"],
        confidence: "high",
        source: "https://cloud.ibm.com/docs/Registry?topic=Registry-registry_firewall",
        creation: {
            how: "Run ibmcloud cr namespace-add {first}.",
            source: "https://cloud.ibm.com/docs/cli?topic=cli-containerregcli",
        },
    },
    {
        vendor: "Oracle Cloud Infrastructure Registry",
        pattern: /^(?:ocir\.(?<region>[a-z0-9-]+)\.oci\.oraclecloud\.com|(?<area>[a-z]+(?:-[a-z]+)+-\d+)\.ocir\.io)$/,
        example: "ocir.eu-frankfurt-1.oci.oraclecloud.com",
        blob: ["objectstorage.{region}{area}.oraclecloud.com"],
        confidence: "low",
        source: "https://docs.oracle.com/en-us/iaas/Content/Registry/Tasks/registrycreatingarepository.htm",
        creation: {
            how: "Run oci artifacts container repository create --compartment-id COMPARTMENT --display-name {rest}.",
            source: "https://docs.oracle.com/en-us/iaas/Content/Registry/Tasks/registrycreatingarepository.htm",
        },
    },
    {
        vendor: "Oracle Cloud Infrastructure Registry",
        pattern: /^[a-z]{3}\.ocir\.io$/,
        example: "fra.ocir.io",
        blob: [],
        confidence: "low",
        source: "https://docs.oracle.com/en-us/iaas/Content/Registry/Tasks/registrycreatingarepository.htm",
        creation: {
            how: "Run oci artifacts container repository create --compartment-id COMPARTMENT --display-name {rest}.",
            source: "https://docs.oracle.com/en-us/iaas/Content/Registry/Tasks/registrycreatingarepository.htm",
        },
    },
    {
        vendor: "Alibaba Cloud Container Registry Personal Edition",
        pattern: /^(?:registry(?:-vpc|-internal)?\.(?<region>[a-z0-9-]+)\.aliyuncs\.com|crpi-[a-z0-9-]+\.(?<area>[a-z0-9-]+)\.personal\.cr\.aliyuncs\.com)$/,
        example: "registry.cn-hangzhou.aliyuncs.com",
        token: ["dockerauth.{region}{area}.aliyuncs.com"],
        blob: [".oss-{region}{area}.aliyuncs.com"],
        confidence: "low",
        source: "https://www.alibabacloud.com/help/en/acr/user-guide/individual-edition-instance-independent-domain-name-capacity-limit",
        names: {
            maxParts: 2,
            accepts: "names of the form namespace/repository only",
            source: "https://www.alibabacloud.com/help/en/acr/product-overview/terms",
        },
    },
    {
        vendor: "Alibaba Cloud Container Registry Enterprise Edition",
        pattern: /^[a-z0-9-]+\.(?<region>[a-z0-9-]+)\.cr\.aliyuncs\.com$/,
        example: "acme-registry.cn-hangzhou.cr.aliyuncs.com",
        token: ["dockerauth-ee.{region}.aliyuncs.com"],
        blob: [".oss-{region}.aliyuncs.com"],
        confidence: "low",
        source: "https://www.alibabacloud.com/help/en/acr/product-overview/terms",
        creation: {
            how: "Create the namespace {first} in the console of the instance, with repositories created automatically.",
            source: "https://www.alibabacloud.com/help/en/acr/user-guide/manage-namespaces",
        },
    },
    {
        vendor: "Huawei Cloud SWR",
        pattern: /^swr\.(?<region>[a-z0-9-]+)\.myhuaweicloud\.com$/,
        example: "swr.eu-de.myhuaweicloud.com",
        blob: [".obs.{region}.myhuaweicloud.com"],
        confidence: "low",
        source: "https://support.huaweicloud.com/intl/en-us/swr/index.html",
        creation: {
            how: "Create the organization {first} in the console of SWR.",
            source: "https://support.huaweicloud.com/intl/en-us/swr/index.html",
        },
    },
];

;// CONCATENATED MODULE: ./lib/stores/registry/known/services.js

const GOOGLE_STORAGE = "storage.googleapis.com";
const QUAY_CDN = ["quay.io", ".quay.io"];
const GHCR = "https://docs.github.com/en/packages/working-with-a-github-packages-registry/working-with-the-container-registry";
const SERVICES = [
    {
        vendor: "GitHub Container registry",
        pattern: /^ghcr\.io$/,
        example: "ghcr.io",
        blob: ["pkg-containers.githubusercontent.com"],
        confidence: "high",
        source: GHCR,
        createsByUpload: true,
        limits: { blob: { max: 10 * GIB, source: GHCR } },
    },
    {
        vendor: "GitHub Container registry (GHE.com)",
        pattern: /^containers\.(?<subdomain>[a-z0-9-]+)\.ghe\.com$/,
        example: "containers.octocorp.ghe.com",
        blob: [".{subdomain}.ghe.com", "auth.ghe.com", ".blob.core.windows.net"],
        confidence: "medium",
        source: "https://docs.github.com/en/enterprise-cloud@latest/admin/data-residency/network-details-for-ghecom",
        createsByUpload: true,
    },
    {
        vendor: "GitHub Packages (docker)",
        pattern: /^(?:docker\.pkg\.github\.com|[a-z0-9-]+\.pkg\.github\.com)$/,
        example: "docker.pkg.github.com",
        blob: ["ghcr.io", "pkg-containers.githubusercontent.com"],
        confidence: "medium",
        source: "https://docs.github.com/en/packages/working-with-a-github-packages-registry/migrating-to-the-container-registry-from-the-docker-registry",
    },
    {
        vendor: "Docker Hub",
        pattern: /^(?:docker\.io|index\.docker\.io|registry-1\.docker\.io|registry\.docker\.io)$/,
        example: "docker.io",
        aliases: ["docker.io", "registry-1.docker.io", "index.docker.io"],
        token: ["auth.docker.io"],
        blob: [
            "production.cloudflare.docker.com",
            "production.cloudfront.docker.com",
            "docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com",
        ],
        confidence: "high",
        source: "https://docs.docker.com/desktop/setup/allow-list/",
        names: {
            maxParts: 2,
            accepts: "names of the form namespace/repository only",
            source: "https://github.com/docker/hub-feedback/issues/1404",
        },
    },
    {
        vendor: "Quay.io",
        pattern: /^quay\.io$/,
        example: "quay.io",
        blob: [".quay.io", "quayio-production-s3.s3.amazonaws.com"],
        confidence: "high",
        source: "https://access.redhat.com/articles/7001746",
        creation: {
            how: "Create the organization {first} at https://quay.io/organizations/new/, and let the robot create repositories in it (a team with the role Creator). New repositories are private.",
            source: "https://docs.quay.io/glossary/robot-accounts.html",
        },
        createsByToken: true,
        limits: {
            blob: { max: 20 * GIB, source: "https://github.com/quay/quay/blob/master/conf/nginx/server-base.conf.jnj" },
        },
    },
    {
        vendor: "Red Hat registries",
        pattern: /^registry\.(?:access\.)?redhat\.(?:io|com)$/,
        example: "registry.redhat.io",
        token: ["sso.redhat.com", "registry.redhat.io"],
        blob: QUAY_CDN,
        confidence: "high",
        source: "https://access.redhat.com/articles/7001746",
    },
    {
        vendor: "Microsoft Artifact Registry",
        pattern: /^mcr\.microsoft\.com$/,
        example: "mcr.microsoft.com",
        blob: [".data.mcr.microsoft.com"],
        confidence: "high",
        source: "https://github.com/microsoft/containerregistry/blob/main/docs/client-firewall-rules.md",
    },
    {
        vendor: "registry.k8s.io",
        pattern: /^registry\.k8s\.io$/,
        example: "registry.k8s.io",
        blob: ["cdn.registry.k8s.io", ".pkg.dev", GOOGLE_STORAGE],
        confidence: "medium",
        source: "https://github.com/kubernetes/registry.k8s.io/blob/main/cmd/archeio/docs/request-handling.md",
    },
    {
        vendor: "GitLab.com",
        pattern: /^registry\.gitlab\.com$/,
        example: "registry.gitlab.com",
        token: ["gitlab.com"],
        blob: ["cdn.registry.gitlab-static.net", GOOGLE_STORAGE],
        confidence: "high",
        source: "https://gitlab.com/gitlab-com/runbooks/-/tree/master/docs/registry",
        creation: {
            how: "Create the project at https://gitlab.com/projects/new; a target begins with GROUP/PROJECT.",
            source: "https://docs.gitlab.com/user/packages/container_registry/",
        },
    },
    {
        vendor: "NVIDIA NGC",
        pattern: /^nvcr\.io$/,
        example: "nvcr.io",
        token: ["authn.nvidia.com"],
        blob: ["layers.nvcr.io", "api.ngc.nvidia.com"],
        confidence: "medium",
        source: "https://docs.nvidia.com/ngc/latest/ngc-private-registry-user-guide.html",
    },
    {
        vendor: "Chainguard",
        pattern: /^cgr\.dev$/,
        example: "cgr.dev",
        token: ["issuer.enforce.dev", "console-api.enforce.dev"],
        blob: ["9236a389bd48b984df91adc1bc924620.r2.cloudflarestorage.com"],
        confidence: "high",
        source: "https://edu.chainguard.dev/chainguard/chainguard-images/network-requirements/",
    },
    {
        vendor: "DigitalOcean Container Registry",
        pattern: /^registry\.digitalocean\.com$/,
        example: "registry.digitalocean.com",
        token: ["api.digitalocean.com"],
        blob: [".digitaloceanspaces.com"],
        confidence: "low",
        source: "https://docs.digitalocean.com/products/container-registry/",
        creation: {
            how: "Run doctl registry create {first}.",
            source: "https://docs.digitalocean.com/reference/doctl/reference/registry/create/",
        },
    },
    {
        vendor: "Scaleway Container Registry",
        pattern: /^rg\.(?<region>[a-z0-9-]+)\.scw\.cloud$/,
        example: "rg.fr-par.scw.cloud",
        token: ["api.scaleway.com"],
        blob: ["s3.{region}.scw.cloud"],
        confidence: "low",
        source: "https://www.scaleway.com/en/docs/container-registry/",
        creation: {
            how: "Run scw registry namespace create name={first} region={region}.",
            source: "https://www.scaleway.com/en/docs/container-registry/",
        },
    },
    {
        vendor: "JFrog Artifactory Cloud",
        pattern: /^[a-z0-9-]+\.jfrog\.io$/,
        example: "acme.jfrog.io",
        blob: [],
        confidence: "low",
        source: "https://jfrog.com/help/r/jfrog-artifactory-documentation/set-up-an-oci-repository",
        creation: {
            how: "Create a local repository of the type OCI or Docker with the key {first} in Artifactory.",
            source: "https://jfrog.com/help/r/jfrog-artifactory-documentation/set-up-an-oci-repository",
        },
    },
    {
        vendor: "Keppel (SAP)",
        pattern: /^keppel\.[a-z0-9-]+\.cloud\.sap$/,
        example: "keppel.eu-de-1.cloud.sap",
        blob: [],
        confidence: "low",
        source: "https://github.com/sapcc/keppel/blob/master/docs/api-spec.md",
        names: {
            refused: /__|--/,
            accepts: "single separators only, and neither __ nor --",
            source: "https://github.com/sapcc/keppel/blob/master/internal/models/regexes.go",
        },
        creation: {
            how: "Create the account {first} (PUT /keppel/v1/accounts/{first}, or the dashboard).",
            source: "https://github.com/sapcc/keppel/blob/master/docs/api-spec.md",
        },
    },
];

;// CONCATENATED MODULE: ./lib/stores/registry/known/find.js


const find_KNOWN = [...SERVICES, ...CLOUDS];
function findRegistry(registry) {
    const host = authorityOf(registry).replace(/:\d+$/, "");
    for (const known of find_KNOWN) {
        const match = known.pattern.exec(host);
        if (match === null)
            continue;
        return {
            known,
            host,
            fill: (template, more = {}) => template.replace(/\{(\w+)\}/g, (_, name) => more[name] ?? match.groups?.[name] ?? ""),
        };
    }
    return undefined;
}
function authorityOf(registry) {
    return registry
        .trim()
        .replace(/^[a-z]+:\/\//i, "")
        .replace(/\/.*$/s, "")
        .toLowerCase();
}

;// CONCATENATED MODULE: ./lib/stores/registry/known/creation.js

const BY_SERVICE = new Map([
    [
        "harbor-registry",
        "Create the project {first} in Harbor (Projects, New Project), with this login as a member that may push.",
    ],
    [
        "container_registry",
        "Create the project in GitLab, with its container registry enabled; a target begins with GROUP/PROJECT.",
    ],
]);
function createsByUpload(registry) {
    return findRegistry(registry)?.known.createsByUpload === true;
}
function createsByToken(registry) {
    return findRegistry(registry)?.known.createsByToken === true;
}
function requiresRepositories(registry) {
    return findRegistry(registry)?.known.creation?.isRequired === true;
}
function creationOf(registry, repository, service) {
    const found = findRegistry(registry);
    const how = found?.known.creation?.how ?? BY_SERVICE.get(service ?? "");
    if (how === undefined)
        return undefined;
    const [first = "", ...others] = repository.split("/");
    const parts = { repository, first, second: others[0] ?? "REPOSITORY", rest: others.join("/") };
    if (found !== undefined)
        return found.fill(how, parts);
    return how.replace("{first}", first);
}

;// CONCATENATED MODULE: ./lib/stores/registry/known/limits.js



function checkLimits(registry, manifests) {
    const found = findRegistry(registry)?.known;
    if (found?.limits === undefined)
        return;
    const layers = found.limits.layers?.max ?? Number.POSITIVE_INFINITY;
    const blob = found.limits.blob?.max ?? Number.POSITIVE_INFINITY;
    const exceeding = manifests.flatMap(({ of, layers: count, largestBlob }) => [
        ...(count > layers ? [`${of} has ${count} layers in one manifest, and ${found.vendor} accepts ${layers}`] : []),
        ...(largestBlob > blob ? [`${of} has a blob of ${largestBlob} bytes, and ${found.vendor} accepts ${blob}`] : []),
    ]);
    if (exceeding.length === 0)
        return;
    throw new TransferError("TARGET_LIMIT_EXCEEDED", printable([...new Set(exceeding)].join("; "), 4000), {
        where: registry,
        remedy: LIMIT_REMEDY,
    });
}
const LIMIT_REMEDY = "Each local blob of a component version is a layer: publish fewer in one component version (one archive of many files, or several component versions), or transfer to a registry or archive without this limit.";

;// CONCATENATED MODULE: ./lib/stores/registry/remedies.js


const remedies_REMEDIES = {
    UNAUTHORIZED: "Give credentials for this registry, in credentials or one of the files that were looked for, and see that they are still valid.",
    CREDENTIALS_REFUSED: "See that user and password, or token, are right and still valid.",
    DENIED: "Ask the owner of the repository for the right to do this, or use other credentials.",
    PUSH_DENIED: "Ask the owner of the target for the right to push, or use other credentials.",
    REPOSITORY_UNKNOWN: "Create the repository, or the project at the beginning of its name (Harbor, GitLab), at the registry first; or name a target below which it creates repositories by itself.",
    REPOSITORY_NAME_REFUSED: "Component versions are stored in PATH/component-descriptors/COMPONENT: use a shorter path, or a registry that accepts names that deep. Some registries refuse __ and -- too.",
    TARGET_LIMIT_EXCEEDED: LIMIT_REMEDY,
    TOKEN_HOST_REFUSED: "Ask the operators of the registry: the host that it names for tokens gives none.",
    IDENTITY_TOKEN_UNSUPPORTED: "Give user and password for this registry, in credentials or with docker login: its token host takes no identity tokens.",
    CAPTIVE_PORTAL: "See which page that is: log this runner in there or have it exempted, or correct the host if it is not a registry.",
    AUTHORIZATION_STRIPPED: "Ask the operators of the proxy why it takes the header Authorization out, or list the registry in no-proxy.",
    TOKEN_REFUSED: "Run again; if it stays, ask the operators of the registry: it and its token host disagree.",
    CLOCK_SKEWED: "Set the clock of this runner: tokens and certificates are valid for minutes and days.",
    NOT_A_REGISTRY: "Check the host: the server there has no API of a registry.",
    MANIFEST_UNKNOWN: "Check the name and the version or tag, and that the credentials may read the repository.",
    BLOB_UNKNOWN: "The registry lost this blob, or never had it; push the artifact there again.",
    ACCEPTED_CONTENT_UNKNOWN: "Run again, with more retries if its storage is slow; if it stays, ask the operators of the registry what removes content there.",
    TAG_IMMUTABLE: "Give the component version or artifact a new version, or have the operators of the target exempt the tag from its rule.",
    RATE_LIMITED: "Run again later, or use credentials with a higher limit.",
    UPLOAD_LOST: "Ask the operators of the registry: where several instances are behind one address, they need the same storage and the same secret (http.secret of the CNCF registry).",
    REGISTRY_UNAVAILABLE: "Run again later; if it stays, ask the operators of the registry.",
    REGISTRY_REFUSED: "Read the registry's words; its operators know what it accepts.",
};
function deniedRemedy(creation) {
    return creation === undefined ? undefined : `${remedies_REMEDIES.PUSH_DENIED} If the repository does not exist: ${creation}`;
}
function creationRemedy(code, { host, url }) {
    if (code !== "REPOSITORY_UNKNOWN" && code !== "PUSH_DENIED")
        return undefined;
    const repository = /^\/v2\/(.+)\/(?:blobs|manifests|tags)\//.exec(new URL(url).pathname)?.[1];
    const creation = repository === undefined ? undefined : creationOf(host, repository);
    return code === "PUSH_DENIED" ? deniedRemedy(creation) : creation;
}
function remedyFor(code, hop) {
    const { purpose } = hop;
    const creation = creationRemedy(code, hop);
    if (creation !== undefined)
        return creation;
    const isRefusal = code === "UNAUTHORIZED" || code === "DENIED";
    if (!isRefusal || purpose.kind !== "blobs")
        return remedies_REMEDIES[code] ?? "";
    return "Run again: the signed URL that the registry redirected to may have expired. If the error stays, a proxy that changes URLs, or a clock that is wrong, is a usual cause; else ask the operators of the registry.";
}

;// CONCATENATED MODULE: ./lib/stores/registry/error.js








class RegistryError extends TransferError {
    kind = "refusal";
    hop;
    status;
    registryCodes;
    digests;
    retryAfter;
    constructor(code, message, answer) {
        const { hop } = answer;
        super(code, message, { where: hop.host, remedy: answer.remedy ?? remedyFor(code, hop), side: sideOf(hop.purpose) });
        this.name = "RegistryError";
        this.hop = hop;
        this.status = answer.status;
        this.registryCodes = answer.registryCodes;
        this.digests = answer.digests ?? [];
        this.retryAfter = answer.retryAfter;
    }
}
function explained(error, { code = error.code, more, remedy }) {
    return new RegistryError(code, `${error.message}; ${more}`, {
        ...error,
        remedy: remedy ?? (code === error.code ? error.remedy : undefined),
    });
}
function isTemporaryRefusal(error) {
    return error instanceof RegistryError && (isRetryableStatus(error.status) || error.code === "RATE_LIMITED");
}
const ABOUT_LOGINS = new Set(["UNAUTHORIZED", "CREDENTIALS_REFUSED", "DENIED", "PUSH_DENIED"]);
async function registryError(response, doing, { as, of = "api", remedy } = {}) {
    const { hop, status, headers } = response;
    const body = await body_textOf(response, MAX_REFUSAL_BYTES);
    const answer = registryWords(body, hop);
    const temporary = temporaryRefusal(response, body, Date.now());
    const code = as ?? codeOf(status, answer, { subject: of, isTemporary: temporary !== undefined });
    const words = answer.text === "" ? "" : `: ${answer.text}`;
    const wait = temporary?.wait;
    const later = wait === undefined ? "" : `; it asks to wait ${Math.ceil(wait / 1000)} s`;
    const spent = response.spent === undefined ? "" : `; ${attemptsOf(response.spent)}`;
    const login = response.login === undefined || !ABOUT_LOGINS.has(code) ? "" : `; ${response.login}`;
    const to = isRedirect(status) ? ` and redirects to ${printableUrl(headers.location ?? "nowhere")}` : "";
    return new RegistryError(code, `${doing}: ${hop.host} answered ${status}${to}${words}${later}${spent}${login}`, {
        hop,
        status,
        registryCodes: answer.codes,
        digests: answer.digests,
        retryAfter: wait,
        remedy,
    });
}
function hasExpired(status, { codes, text }) {
    return status === 403 && codes.length > 0 && /\bexpired\b/i.test(text);
}
const LIMITED = /\b(?:layers?|body|size|manifest)\b/i;
const EXCEEDED = /\b(?:exceed(?:s|ed)?|too (?:large|many|big))\b/i;
const MISSING_PROJECT = /\bproject \S+ not found\b/i;
function codeOf(status, words, { subject, isTemporary }) {
    if (hasExpired(status, words))
        return "CREDENTIALS_REFUSED";
    return isTemporary && status === 403 ? "RATE_LIMITED" : codeFor(status, words, subject);
}
function codeFor(status, { codes: registryCodes, text }, subject) {
    const isPush = subject === "push" || subject === "manifest push";
    if (status === 511)
        return "CAPTIVE_PORTAL";
    if (isPush && [401, 404].includes(status) && MISSING_PROJECT.test(text))
        return "REPOSITORY_UNKNOWN";
    if (status === 401)
        return "UNAUTHORIZED";
    if (status === 403 || registryCodes.includes("DENIED"))
        return isPush ? "PUSH_DENIED" : "DENIED";
    if (isPush && registryCodes.includes("NAME_INVALID"))
        return "REPOSITORY_NAME_REFUSED";
    const isLimit = status === 413 || ([400, 405].includes(status) && LIMITED.test(text) && EXCEEDED.test(text));
    if (isPush && isLimit)
        return "TARGET_LIMIT_EXCEEDED";
    if (isPush && registryCodes.includes("NAME_UNKNOWN"))
        return "REPOSITORY_UNKNOWN";
    if (status === 404 && registryCodes.includes("BLOB_UPLOAD_UNKNOWN"))
        return "UPLOAD_LOST";
    if (status === 404 && isPush)
        return subject === "push" ? "REPOSITORY_UNKNOWN" : "REGISTRY_REFUSED";
    if (subject === "token" && status < 500 && status !== 429)
        return "TOKEN_HOST_REFUSED";
    if (status === 404)
        return subject === "blob" ? "BLOB_UNKNOWN" : "MANIFEST_UNKNOWN";
    if (status === 429 || registryCodes.includes("TOOMANYREQUESTS"))
        return "RATE_LIMITED";
    return status >= 500 ? "REGISTRY_UNAVAILABLE" : "REGISTRY_REFUSED";
}
const MAX_REFUSAL_BYTES = 8192;
function attemptsOf({ tries, seconds }) {
    return tries === 1 ? "it was not requested again" : `${tries} attempts in ${seconds} s had the same outcome`;
}
const NO_WORDS = { codes: [], text: "", digests: [] };
function isNamedByOthers(purpose) {
    if (purpose.kind === "registry")
        return purpose.role === "artifacts";
    return purpose.kind === "blobs" || purpose.kind === "token" || purpose.kind === "uploads";
}
function registryWords(body, { redirectedFrom, purpose }) {
    if (redirectedFrom !== undefined)
        return NO_WORDS;
    try {
        const { errors, details, error_description: description } = JSON.parse(body);
        const text = [description, details].find((each) => typeof each === "string");
        if (errors === undefined && text !== undefined)
            return { ...NO_WORDS, text: printable(text, 200) };
        if (Array.isArray(errors))
            return errorWords(errors.filter(isRecord));
    }
    catch {
    }
    if (isNamedByOthers(purpose))
        return NO_WORDS;
    const page = /^\s*</.test(body) ? (/<title>([^<]*)/i.exec(body)?.[1] ?? "an HTML page") : body;
    return { ...NO_WORDS, text: printable(page, 200) };
}
function errorWords(errors) {
    const codes = errors.flatMap(({ code }) => (typeof code === "string" ? [printable(code, 60)] : []));
    const texts = errors.map(({ code, message, detail }) => {
        const said = [code, message].filter((part) => typeof part === "string").join(" ");
        const more = detailText(detail);
        return more === "" || said.includes(more) ? said : `${said} (${more})`;
    });
    const digests = JSON.stringify(errors).match(/\bsha(?:256|512):[0-9a-f]{64,128}\b/g) ?? [];
    return { codes, text: printable(texts.join("; "), 500), digests };
}
function detailText(detail) {
    if (typeof detail === "string")
        return printable(detail, 200);
    const isEmpty = typeof detail !== "object" || detail === null || Object.keys(detail).length === 0;
    return isEmpty ? "" : printable(JSON.stringify(detail), 200);
}

;// CONCATENATED MODULE: ./lib/stores/registry/push/damaged.js

const DAMAGED_BLOB = new Set(["DIGEST_INVALID", "SIZE_INVALID"]);
const DAMAGED_MANIFEST = new Set([...DAMAGED_BLOB, "MANIFEST_INVALID"]);
const MISSING_CONTENT = new Set(["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN", "MANIFEST_UNKNOWN"]);
function isDamagedBlob(error) {
    return hasCode(error, DAMAGED_BLOB);
}
function isDamagedManifest(error) {
    return error.code === "READ_BACK_DIFFERS" || hasCode(error, DAMAGED_MANIFEST);
}
function isDamagedAtTag(error) {
    return isDamagedManifest(error) || hasCode(error, MISSING_CONTENT);
}
function hasCode(error, codes) {
    return error instanceof RegistryError && error.registryCodes.some((code) => codes.has(code));
}

;// CONCATENATED MODULE: ./lib/net/range.js
const CONTENT_RANGE = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/;
function continuesAt(contentRange, offset, size) {
    const [, first, last, length] = CONTENT_RANGE.exec(contentRange ?? "") ?? [];
    if (first === undefined || last === undefined)
        return false;
    const isWithin = Number(first) === offset && Number(last) >= offset && Number(last) < size;
    return isWithin && (length === "*" || Number(length) === size);
}
const RANGE_REFUSALS = new Set([400, 403, 412, 416, 500, 501]);
function refusesRange(status) {
    return RANGE_REFUSALS.has(status);
}
const UPLOADED = /^(?:bytes[ =])?0-(\d{1,15})$/;
function uploadedBytes(range) {
    const last = UPLOADED.exec(range ?? "")?.[1];
    if (last === undefined)
        return undefined;
    return last === "0" ? 0 : Number(last) + 1;
}

;// CONCATENATED MODULE: ./lib/stores/registry/uploads/session.js






function uploadRequest(url) {
    return { method: "POST", url, headers: { "content-length": "0" } };
}
async function beginUpload({ base, client, scopes, what }, signal) {
    const begun = await client.request(uploadRequest(`${base}blobs/uploads/`), scopes, signal);
    if (begun.status !== 202)
        throw await registryError(begun, what, { of: "push" });
    await drain(begun);
    const minChunk = Number(/^\d{1,12}$/.exec(begun.headers["oci-chunk-min-length"] ?? "")?.[0] ?? 0);
    return { location: uploadLocation(begun.headers.location, begun.hop.url, what), offset: 0, minChunk };
}
async function uploadStatus(session, context, signal) {
    const { client, what } = context;
    const { location } = session;
    const request = { method: "GET", url: location.href, attempts: 1, redirects: false };
    const response = await client.request(request, scopesAt(location, context), signal);
    await drain(response);
    const offset = uploadedBytes(response.headers.range);
    if (response.status !== 204 || offset === undefined)
        return undefined;
    const next = response.headers.location;
    return { ...session, offset, location: next === undefined ? location : uploadLocation(next, location.href, what) };
}
function scopesAt(url, { base, scopes }) {
    return url.origin === new URL(base).origin ? scopes : undefined;
}
async function tryUpload(context, signal) {
    const { location } = await beginUpload(context, signal);
    return cancelUpload(context.client, location, scopesAt(location, context));
}
async function cancelUpload(client, session, scopes) {
    const ask = async (method, url) => {
        const response = await client.request({ method, url: url.href, attempts: 1, redirects: false }, scopes);
        await drain(response);
        return response;
    };
    try {
        const { status } = await ask("DELETE", session);
        if (status !== 416)
            return status < 300 || status === 404;
        const { headers } = await ask("GET", session);
        const present = uploadLocation(headers.location, session.href, "cancelling an upload");
        return present.origin === session.origin && (await ask("DELETE", present)).status < 300;
    }
    catch {
        return false;
    }
}
function uploadLocation(location, from, what) {
    const asked = new URL(from);
    const url = location === undefined ? null : URL.parse(location, from);
    if (url !== null && (isPlainTwin(url, asked) || lacksPort(url, asked))) {
        return new URL(`${url.pathname}${url.search}`, asked.origin);
    }
    const isDowngrade = url?.protocol === "http:" && asked.protocol === "https:";
    if (url === null || faultOf(url) !== undefined || isDowngrade) {
        throw new TransferError("UPLOAD_LOCATION_REFUSED", `${what}: the upload is sent to ${location === undefined ? "nowhere" : printableUrl(location)}`, {
            where: asked.host,
            remedy: "Ask the operators of the registry: behind a reverse proxy it needs its own public URL.",
        });
    }
    return url;
}
function isPlainTwin(url, asked) {
    return url.protocol === "http:" && asked.protocol === "https:" && isSameHost(url, asked);
}
function lacksPort(url, asked) {
    const isWeb = url.protocol === "http:" || url.protocol === "https:";
    return isWeb && url.port === "" && asked.port !== "" && url.pathname.startsWith("/v2/") && isSameHost(url, asked);
}
function isSameHost(url, asked) {
    return url.hostname === asked.hostname && url.username === "" && url.password === "";
}

;// CONCATENATED MODULE: ./lib/stores/registry/uploads/chunks.js







const CHUNK_BYTES = 4 * 1024 * 1024;
const MAX_CHUNK_BYTES = 64 * 1024 * 1024;
class ChunksRefused extends TransferError {
    constructor(error) {
        super(error.code, error.message, { where: error.where ?? "", remedy: error.remedy ?? "", cause: error });
    }
}
function canChunk({ minChunk }) {
    return minChunk <= MAX_CHUNK_BYTES;
}
async function pushChunks(begun, content, context, signal) {
    let session = begun;
    let faultAt = begun.offset;
    let start = 0;
    for await (const chunk of chunksOf(content, Math.max(CHUNK_BYTES, begun.minChunk))) {
        const end = start + chunk.length;
        while (session.offset < end) {
            const next = await pushPart(session, chunk.subarray(session.offset - start), faultAt, context, signal);
            if (next === undefined || next.offset < session.offset || next.offset > end)
                throw sessionLost(session, context);
            if (next.offset < end)
                faultAt = next.offset;
            session = next;
        }
        start = end;
    }
    return session;
}
async function pushPart(session, part, faultAt, context, signal) {
    const isFree = session.offset - faultAt >= CHUNK_BYTES;
    try {
        const next = await sendPart(session, part, context, signal);
        const isIncomplete = next !== undefined && next.offset < session.offset + part.length;
        return isIncomplete && !(await mayRepeat(context.client.attempts, { isFree, signal })) ? undefined : next;
    }
    catch (error) {
        if (signal?.aborted || !(isRetryable(error) || isTemporaryRefusal(error)))
            throw error;
        const wait = error instanceof RegistryError ? error.retryAfter : undefined;
        if (!(await mayRepeat(context.client.attempts, { wait, isFree, signal })))
            throw error;
        return uploadStatus(session, context, signal);
    }
}
async function sendPart(session, part, context, signal) {
    const { client, what } = context;
    const { location, offset } = session;
    const headers = {
        "content-type": "application/octet-stream",
        "content-length": String(part.length),
        "content-range": `${offset}-${offset + part.length - 1}`,
    };
    const request = { method: "PATCH", url: location.href, headers, body: part, attempts: 1 };
    const last = { ...request, isLastOnConnection: true };
    const response = await client.request(last, scopesAt(location, context), signal);
    if (response.status === 416) {
        await drain(response);
        return uploadStatus(session, context, signal);
    }
    if (response.status !== 202)
        throw await chunkRefusal(response, what);
    await drain(response);
    const next = response.headers.location;
    const moved = next === undefined ? location : uploadLocation(next, response.hop.url, what);
    const proven = uploadedBytes(response.headers.range);
    if (proven === undefined)
        return uploadStatus({ ...session, location: moved }, context, signal);
    return { ...session, location: moved, offset: proven };
}
const NOT_ABOUT_CHUNKS = new Set([401, 403, 404, 413]);
async function chunkRefusal(response, what) {
    const error = await registryError(response, what, { of: "push" });
    return NOT_ABOUT_CHUNKS.has(response.status) || isTemporaryRefusal(error) ? error : new ChunksRefused(error);
}
function sessionLost({ location }, { what }) {
    return new ChunksRefused(new TransferError("REGISTRY_REFUSED", `${what}: the registry does not show which bytes of the upload it has`, {
        where: location.host,
        remedy: "Run again; if the error stays, ask the operators of the registry.",
    }));
}
async function* chunksOf(content, size) {
    if (Buffer.isBuffer(content)) {
        for (let at = 0; at < content.length; at += size)
            yield content.subarray(at, at + size);
        return;
    }
    let held = [];
    let length = 0;
    for await (const piece of content.iterator({ destroyOnReturn: false })) {
        held.push(piece);
        length += piece.length;
        while (length >= size) {
            const all = Buffer.concat(held);
            yield all.subarray(0, size);
            held = [all.subarray(size)];
            length -= size;
        }
    }
    if (length > 0)
        yield Buffer.concat(held);
}

;// CONCATENATED MODULE: ./lib/stores/retry-stream.js







function retryStream(attempts, work, signal) {
    return asOneWork(async () => {
        const isNewFault = contentFaults();
        const isNewDamage = contentFaults(isDamagedBlob);
        const isNewRefusal = contentFaults(isLoginRefused);
        for (;;) {
            try {
                return await work();
            }
            catch (error) {
                signal?.throwIfAborted();
                const wait = error instanceof RegistryError ? error.retryAfter : undefined;
                const canHelp = canBeRepeated(error) || [isNewFault, isNewDamage, isNewRefusal].some((isNew) => isNew(error));
                if (!canHelp || !(await mayRepeat(attempts, { wait, signal })))
                    throw error;
            }
        }
    });
}
function isLoginRefused(error) {
    return error instanceof RegistryError && error.status === 401;
}
function canBeRepeated(error) {
    if (error instanceof ChunksRefused)
        return true;
    if (!(error instanceof RegistryError))
        return isRetryable(error) || isDamaged(error);
    const isLost = error.registryCodes.includes("BLOB_UPLOAD_UNKNOWN");
    return isLost || isTemporaryRefusal(error) || keepsMethod(error.status);
}

;// CONCATENATED MODULE: ./lib/transfer/save/files.js










function saveBlobs(from, blobs, file, options, comparison) {
    return limited(options, async () => {
        const size = sizeOf(blobs);
        if (await isSaved(blobs, file, options, comparison))
            return { copied: 0, skipped: size };
        await inPlace(file, options, (partial) => joinBlobs(from, blobs, partial, options, comparison));
        return { copied: size, skipped: 0 };
    });
}
async function joinBlobs(from, blobs, file, { attempts, signal }, comparison) {
    await (0,promises_.writeFile)(file, "", { flag: "wx" });
    let start = 0;
    for (const [index, blob] of blobs.entries()) {
        const write = () => (0,external_node_fs_.createWriteStream)(file, { flags: "r+", start });
        const save = async () => {
            const content = await from.fetch(blob, signal);
            await (0,external_node_stream_promises_.pipeline)(comparison === undefined ? [content, write()] : [content, comparison.passing(index), write()]);
        };
        await retryStream(attempts, save, signal);
        start += blob.size;
    }
}
async function limited({ limiter, signal }, work) {
    const release = await limiter.acquire("blobs", signal);
    try {
        return await work();
    }
    finally {
        release();
    }
}
async function isSaved(blobs, file, { root }, comparison) {
    if ((await fileSize(file)) !== sizeOf(blobs))
        return false;
    await makeFolders(root, (0,external_node_path_.dirname)(file), "input output");
    let start = 0;
    for (const [index, { digest, size }] of blobs.entries()) {
        if (!(await hasContent({ path: file, start, size }, digest)))
            return false;
        if (comparison !== undefined) {
            const content = size === 0 ? [] : (0,external_node_fs_.createReadStream)(file, { start, end: start + size - 1 });
            await (0,external_node_stream_promises_.pipeline)(content, comparison.passing(index), discarding());
        }
        start += size;
    }
    return true;
}
function discarding() {
    return new external_node_stream_.Writable({ write: (_chunk, _encoding, done) => done() });
}
function sizeOf(blobs) {
    return blobs.reduce((total, { size }) => total + size, 0);
}
async function inPlace(path, { root, partial }, write) {
    const unfinished = (0,external_node_path_.join)(partial, (0,external_node_crypto_.randomUUID)());
    try {
        await (0,promises_.mkdir)(partial, { recursive: true, mode: 0o700 });
        await write(unfinished);
        await makeFolders(root, (0,external_node_path_.dirname)(path), "input output");
        await checkReplaceable(path);
        await (0,promises_.rm)(path, { recursive: true, force: true });
        await (0,promises_.rename)(unfinished, path);
    }
    catch (error) {
        throw isFileSystemError(error) ? unwritableOutput(path, error) : error;
    }
}
async function checkReplaceable(path) {
    const names = await (0,promises_.readdir)(path).catch((error) => {
        if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR")
            return [];
        throw error;
    });
    if (names.length === 0 || names.includes("oci-layout") || (await (0,promises_.lstat)(path)).isSymbolicLink())
        return;
    throw unwritableOutput(path, new Error("it is a folder, and not an image layout of an earlier run"));
}
function unwritableOutput(path, cause) {
    return new TransferError("OUTPUT_UNWRITABLE", `${path} cannot be written: ${errorMessage(cause)}`, {
        where: "input output",
        remedy: "Check that the folder can be written, has space, and has no other files at this path.",
        cause,
    });
}

;// CONCATENATED MODULE: ./lib/ocm/descriptor/component-reference.js




const TYPE = /^([A-Za-z][\w.+-]*(?:\/v\d+)?(?:\+\w+)?)::/;
const CTF_TYPES = /^(?:ctf|CTF|CommonTransportFormat|directory|tar|tgz)(?:\/v1)?(?:\+(?:directory|tar|tgz))?$/;
const OCI_TYPES = /^(?:oci|OCI|ociRegistry|OCIRegistry|OCIRepository)(?:\/v1)?$/;
const COMPONENT = /^[a-z][-a-z0-9]*(?:\.[a-z][-a-z0-9]*)*\.[a-z]{2,}(?:\/[a-z][-a-z0-9_]*(?:\.[a-z][-a-z0-9_]*)*)+$/;
const VERSION = /^v?\d+(?:\.\d+){0,2}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;
function isComponentName(text) {
    return COMPONENT.test(text) && text.length <= 255;
}
function isVersion(text) {
    return VERSION.test(text);
}
const COMPONENT_DESCRIPTORS = "component-descriptors";
function parseComponentVersion(text, where) {
    const malformed = (why, remedy = "Write repository//component:version, for example ghcr.io/acme/ocm//acme.org/shop:1.2.0 or ./shop.tgz//acme.org/shop:1.2.0; an archive alone, for example ./shop.tgz, means every component version in it.") => new TransferError("REFERENCE_MALFORMED", `${where}: "${withoutLogin(text)}" ${why}`, { where, remedy });
    const parts = splitAtComponent(text);
    if (parts === undefined && isArchive(text)) {
        return { repository: parseRepository(text, where), component: undefined, version: undefined, digest: undefined };
    }
    if (parts === undefined)
        throw malformed("has no component: the separator // is missing");
    const [named, digest] = splitAt(parts.component, parts.component.search(component_reference_DIGEST));
    const [component, version] = splitAt(named, named.indexOf(":"));
    if (!isComponentName(component)) {
        const isLowerCase = component === component.toLowerCase() || !isComponentName(component.toLowerCase());
        const remedy = isLowerCase ? undefined : `Write ${component.toLowerCase()}: names of components are in lower case.`;
        throw malformed(`has the invalid component name "${withoutLogin(component)}"`, remedy);
    }
    if (digest !== undefined && !isDigest(digest)) {
        const grammar = "sha256: with 64, or sha512: with 128 hexadecimal digits in lower case";
        throw malformed(`has the invalid digest "${printable(digest, 140)}", which is not ${grammar}`);
    }
    if (version !== undefined && !isVersion(version))
        throw malformed(`has "${printable(version, 60)}" for a version, which is not a semantic version${hintFor(version)}`);
    const rest = text.slice(parts.repository.length);
    const repository = parseRepository(parts.repository, where, (lowerCase) => `${lowerCase}${rest}`);
    return { repository, component, version, digest };
}
function splitAt(text, at) {
    return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
function hintFor(version) {
    if (version.includes(".build-"))
        return " (a tag; the version has + where the tag has .build-)";
    return version === "latest" ? " (leave it out and set latest: true)" : "";
}
function splitAtComponent(text) {
    const afterType = TYPE.exec(text)?.[0].length ?? 0;
    const afterScheme = afterType + (/^(?:https?|oci):\/\//.exec(text.slice(afterType))?.[0].length ?? 0);
    const double = text.indexOf("//", afterScheme);
    if (double >= 0)
        return { repository: text.slice(0, double), component: text.slice(double + 2) };
    const long = text.indexOf(`/${COMPONENT_DESCRIPTORS}/`, afterScheme);
    if (long < 0)
        return undefined;
    return { repository: text.slice(0, long), component: text.slice(long + COMPONENT_DESCRIPTORS.length + 2) };
}
function parseRepository(text, where, lineOf = (repository) => repository) {
    const malformed = malformedRepository(text, where);
    const type = TYPE.exec(text)?.[1];
    const rest = type === undefined ? text : text.slice(type.length + 2);
    if (DIGEST_AT_END.test(rest)) {
        throw malformed("has a digest, which can pin a component version only: use it in component-versions");
    }
    if (type !== undefined && CTF_TYPES.test(type)) {
        if (rest === "")
            throw malformed("has no path");
        return { kind: "ctf", path: rest };
    }
    if (type !== undefined && !OCI_TYPES.test(type))
        throw malformed(`has the repository type ${printable(type, 40)}, which is unknown`);
    if (type === undefined && ARCHIVE_PATH.test(rest))
        return { kind: "ctf", path: rest };
    return parseRegistry(rest, where, lineOf);
}
function parseRegistry(text, where, lineOf = (registry) => registry) {
    const malformed = malformedRepository(text, where);
    const scheme = /^(https?|oci):\/\//.exec(text)?.[1];
    const start = scheme === undefined ? 0 : scheme.length + 3;
    const [host = "", ...segments] = text.slice(start).split("/");
    const path = segments.join("/").replace(/(?<!\/)\/+$/, "");
    if (LOGIN.test(text))
        throw malformed("contains a user or password, which belong into credentials");
    if (!isHost(host))
        throw malformed(`has the invalid host "${printable(host, 100)}"`);
    const invalid = path === "" ? undefined : invalidRepository(path);
    if (invalid !== undefined) {
        const lowerCase = path.toLowerCase();
        const isCase = lowerCase !== path && invalidRepository(lowerCase) === undefined;
        const line = lineOf(`${text.slice(0, start + host.length)}/${lowerCase}`);
        const remedy = isCase
            ? `Write ${printable(line, 300)}: names of repositories are in lower case, also where an owner or organization has capitals.`
            : undefined;
        throw malformed(`has the path "${printable(path, 100)}", which ${invalid}`, remedy);
    }
    return { kind: "registry", scheme: scheme === "http" || scheme === "https" ? scheme : undefined, host, path };
}
const ARCHIVE_PATH = /^(?:\.{0,2}\/|\.{1,2}$)|\.(?:tar|tgz|tar\.gz)$/;
function isArchive(text) {
    const type = TYPE.exec(text)?.[1];
    return type === undefined ? ARCHIVE_PATH.test(text) && !text.includes("://") : CTF_TYPES.test(type);
}
function malformedRepository(text, where) {
    return (why, remedy = "Write a registry (registry.corp/ocm, http://localhost:5000/ocm) or an archive (./folder, ./shop.tgz).") => new TransferError("REFERENCE_MALFORMED", `${where}: "${withoutLogin(text)}" ${why}`, { where, remedy });
}
function formatRepository(repository) {
    if (repository.kind === "ctf")
        return repository.path;
    const scheme = repository.scheme === undefined ? "" : `${repository.scheme}://`;
    return `${scheme}${repository.host}${repository.path === "" ? "" : `/${repository.path}`}`;
}
const component_reference_DIGEST = /@[^@/]*$/;
const DIGEST_AT_END = /@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,}$/;
const LOGIN = /^([A-Za-z][\w.+/-]*::)?(\w+:\/\/)?.*@(?!sha\d+:)/s;
function withoutLogin(text) {
    return printable(text.replace(LOGIN, (_, type = "", scheme = "") => `${type}${scheme}***@`), 200);
}

// EXTERNAL MODULE: ./node_modules/yaml/dist/index.js
var dist = __webpack_require__(8815);
;// CONCATENATED MODULE: ./lib/ocm/descriptor/yaml.js




const MAX_NODES = 500_000;
const MAX_CHARACTERS = 16 * 1024 * 1024;
const MAX_TOKENS = 300_000;
const LINE_SEPARATOR = /(?:(?<![ \t])[ \t]+)?([\u2028\u2029])[ \t]*/g;
function parseYaml(text) {
    if (hasTooManyTokens(text))
        throw new SyntaxError("the document is too large for YAML");
    const source = text.replace(LINE_SEPARATOR, "$1");
    const document = (0,dist/* parseDocument */.Tp)(source, {
        version: "1.1",
        schema: "failsafe",
        uniqueKeys: false,
        prettyErrors: false,
        logLevel: "error",
    });
    const error = document.errors[0];
    if (error !== undefined)
        throw new SyntaxError(`${error.message} at ${yaml_placeOf(error.pos[0], source)}`);
    const targets = targetsOf(document);
    let nodes = 0;
    let characters = 0;
    let depth = 0;
    function convert(node) {
        if ((0,dist/* isScalar */.jn)(node))
            characters += String(node.value ?? "").length;
        if (++nodes > MAX_NODES || characters > MAX_CHARACTERS)
            throw new SyntaxError("the document is too large with its aliases expanded");
        if (++depth > MAX_DEPTH)
            throw new SyntaxError(`the document is more than ${MAX_DEPTH} levels deep`);
        const value = convertNode(node);
        depth--;
        return value;
    }
    function convertNode(node) {
        if ((0,dist/* isAlias */.Vj)(node))
            return convert(targets.get(node));
        if ((0,dist/* isSeq */.oP)(node))
            return node.items.map(convert);
        if ((0,dist/* isMap */.jh)(node))
            return convertMap(node.items);
        return (0,dist/* isScalar */.jn)(node) ? scalar(node) : null;
    }
    function convertMap(items) {
        const members = new Map();
        const names = new Set();
        for (const { key, value } of items) {
            const member = memberName(convert(key));
            if (names.has(member))
                throw new SyntaxError(`the key ${printable(member, 80)} occurs twice in a mapping`);
            names.add(member);
            if (member === "<<" && (0,dist/* isScalar */.jn)(key) && key.type === dist/* Scalar */.X5.PLAIN) {
                for (const [inherited, content] of merged(convert(value)))
                    members.set(inherited, content);
            }
            else
                members.set(member, convert(value));
        }
        return Object.fromEntries(members);
    }
    return convert(document.contents);
}
function yaml_placeOf(position, text) {
    const before = text.slice(0, position);
    const line = before.split("\n").length;
    return `line ${line}, column ${position - before.lastIndexOf("\n")}`;
}
function hasTooManyTokens(text) {
    let cost = 0;
    let isSpace = true;
    for (let at = 0; at < text.length && cost <= MAX_TOKENS; at++) {
        const character = text[at] ?? "";
        if (character === "\n" || (!isSpace && (character === " " || character === "\t")))
            cost += 1;
        else if (character === "[" || character === "{" || character === ",")
            cost += 2;
        isSpace = character === " " || character === "\t" || character === "\n";
    }
    return cost > MAX_TOKENS;
}
function targetsOf(document) {
    const anchors = new Map();
    const targets = new Map();
    (0,dist/* visit */.YR)(document, {
        Node(_, node) {
            if ((0,dist/* isAlias */.Vj)(node)) {
                if (!anchors.has(node.source))
                    throw new SyntaxError(`there is no anchor ${node.source}`);
                targets.set(node, anchors.get(node.source));
            }
            else if (node.anchor !== undefined)
                anchors.set(node.anchor, node);
        },
    });
    return targets;
}
function merged(value) {
    const mappings = Array.isArray(value) ? value : [value];
    if (!mappings.every(isJsonObject))
        throw new SyntaxError("a merge key does not refer to a mapping");
    return mappings.toReversed().flatMap((mapping) => Object.entries(mapping));
}
function memberName(name) {
    if (name === null || Array.isArray(name) || isJsonObject(name))
        throw new SyntaxError("a key is not a string");
    const member = typeof name === "string" ? name : canonicalJson(name);
    if (member === "__proto__")
        throw new SyntaxError("the key __proto__ is not allowed");
    return member;
}
function scalar(node) {
    const text = String(node.value ?? "");
    if (node.tag === undefined)
        return node.type === dist/* Scalar */.X5.PLAIN ? plain(text) : text;
    if (/:(?:int|float|bool|null)$/.test(node.tag))
        return plain(text);
    if (node.tag.endsWith(":binary"))
        throw new SyntaxError("binary content is not supported");
    return text;
}
const NULLS = new Set(["", "~", "null", "Null", "NULL"]);
const TRUES = new Set(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"]);
const FALSES = new Set(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"]);
const NOT_IN_JSON = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
function plain(text) {
    if (NULLS.has(text))
        return null;
    if (TRUES.has(text))
        return true;
    if (FALSES.has(text))
        return false;
    if (NOT_IN_JSON.test(text))
        throw new SyntaxError(`${text} is a number that JSON does not have`);
    if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(text))
        return finite(text) ? jsonNumber(text) : text;
    const digits = /^[-+\d]/.test(text) ? text.replaceAll("_", "") : text;
    return integer(digits) ?? yaml_float(digits) ?? text;
}
const MAX_INTEGER = 2n ** 64n;
const MAX_DIGITS = 400;
function integer(text) {
    const match = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]+|\d+)$/.exec(text);
    if (match === null)
        return undefined;
    const [, sign = "", digits = ""] = match;
    if (digits.length > MAX_DIGITS)
        return undefined;
    const octal = /^0[0-7]+$/.test(digits);
    if (/^0\d/.test(digits) && !octal)
        return undefined;
    const value = BigInt(octal ? `0o${digits.slice(1)}` : digits.toLowerCase());
    if (value >= MAX_INTEGER && digits.startsWith("0"))
        return undefined;
    return jsonNumber(String(sign === "-" ? -value : value));
}
function yaml_float(text) {
    if (!/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text) || !finite(text))
        return undefined;
    return Number(text);
}
function finite(text) {
    return Number.isFinite(Number(text));
}

;// CONCATENATED MODULE: ./lib/ocm/descriptor/component-descriptor.js






function parseComponentDescriptor(text, where) {
    const malformed = (why) => new TransferError("DESCRIPTOR_MALFORMED", `${where}: the component descriptor ${why}`, {
        where,
        remedy: "The stored component version is damaged; add it again with the OCM CLI.",
    });
    let tree;
    try {
        tree = parseJsonOrYaml(text.replace(/^\uFEFF/, ""));
    }
    catch (error) {
        const [why = ""] = errorMessage(error).split("\n");
        throw malformed(`is neither valid JSON nor valid YAML (${printable(why, 200)})`);
    }
    if (!isJsonObject(tree))
        throw malformed("is not an object");
    if (typeof tree.apiVersion === "string") {
        throw new TransferError("DESCRIPTOR_VERSION_UNSUPPORTED", `${where}: the component descriptor has the schema ${tree.apiVersion}`, {
            where,
            remedy: "Write it with schema version v2, which both generations of the OCM CLI read (v1: --schema v2).",
        });
    }
    const { meta, component } = tree;
    if (!isJsonObject(meta) || meta.schemaVersion !== "v2")
        throw malformed('has no "meta.schemaVersion: v2"');
    if (!isJsonObject(component))
        throw malformed('has no "component"');
    const { name, version } = component;
    if (typeof name !== "string" || !isComponentName(name))
        throw malformed("has no component name");
    if (typeof version !== "string" || !isVersion(version))
        throw malformed("has no semantic version");
    const list = (value, what) => {
        if (value === undefined || value === null)
            return [];
        if (!Array.isArray(value) || !value.every(isJsonObject))
            throw malformed(`has ${what} that are not a list of objects`);
        return value;
    };
    const requireText = (value, what) => {
        if (typeof value !== "string" || value === "")
            throw malformed(`lacks ${what}`);
        return value;
    };
    const elementsOf = (kind, value) => list(value, `${kind}s`).map((entry, index) => {
        const elementName = requireText(entry.name, `the name of ${kind} ${index}`);
        if (!isJsonObject(entry.access))
            throw malformed(`lacks the access of ${kind} ${elementName}`);
        return {
            kind,
            index,
            name: elementName,
            version: typeof entry.version === "string" ? entry.version : "",
            type: typeof entry.type === "string" ? entry.type : "",
            extraIdentity: strings(entry.extraIdentity),
            labels: labelsOf(entry.labels),
            access: entry.access,
            digest: readDigest(entry.digest),
        };
    });
    return {
        name,
        version,
        elements: [...elementsOf("resource", component.resources), ...elementsOf("source", component.sources)],
        references: list(component.componentReferences, "references").map((entry, index) => {
            const componentName = requireText(entry.componentName, `the component of reference ${index}`);
            const referenced = requireText(entry.version, `the version of reference ${index}`);
            if (!isComponentName(componentName) || !isVersion(referenced)) {
                throw malformed(`refers to ${printable(`${componentName}:${referenced}`, 120)}, which is not a valid component version`);
            }
            return { name: requireText(entry.name, `the name of reference ${index}`), componentName, version: referenced };
        }),
        signatures: list(tree.signatures, "signatures").flatMap(({ name: signature }) => typeof signature === "string" ? [signature] : []),
        tree,
    };
}
function parseJsonOrYaml(text) {
    if (!text.trimStart().startsWith("{"))
        return parseYaml(text);
    try {
        return parseJson(text);
    }
    catch (error) {
        if (error instanceof AmbiguousJson)
            throw error;
        return parseYaml(text);
    }
}
function describeElement({ kind, name, version }) {
    return version === "" ? `${kind} ${name}` : `${kind} ${name}:${version}`;
}
function strings(value) {
    if (!isJsonObject(value))
        return {};
    return Object.fromEntries(Object.entries(value).filter((entry) => typeof entry[1] === "string"));
}
function labelsOf(value) {
    if (!Array.isArray(value))
        return [];
    return value
        .filter(isJsonObject)
        .flatMap(({ name, value: labelled = null }) => (typeof name === "string" ? [{ name, value: labelled }] : []));
}
function readDigest(value) {
    if (!isJsonObject(value))
        return undefined;
    const { hashAlgorithm, normalisationAlgorithm, value: digest } = value;
    if (typeof hashAlgorithm !== "string" || typeof normalisationAlgorithm !== "string" || typeof digest !== "string")
        return undefined;
    return { hashAlgorithm, normalisationAlgorithm, value: digest };
}

;// CONCATENATED MODULE: ./lib/oci/content.js



async function bytesOf(content) {
    const chunks = [];
    for await (const chunk of content)
        chunks.push(chunk);
    const [only, ...others] = chunks;
    return only !== undefined && others.length === 0 ? only : Buffer.concat(chunks);
}
function streamOf(content) {
    return external_node_stream_.Readable.from([content]);
}
async function readContent(repository, target, signal, most = MAX_MANIFEST_BYTES) {
    if (target.size > most) {
        throw new TransferError("RESPONSE_TOO_LARGE", `${target.mediaType} ${target.digest} has ${target.size} bytes`, {
            where: repository.name,
            remedy: `At most ${most} bytes are read of a document of this kind; it is broken, or not what it says it is.`,
        });
    }
    return bytesOf(await repository.fetch(target, signal));
}
async function resolveOrNone(from, reference, signal) {
    try {
        return await from.resolve(reference, signal);
    }
    catch (error) {
        if (error instanceof TransferError && error.code === "MANIFEST_UNKNOWN")
            return undefined;
        throw error;
    }
}

;// CONCATENATED MODULE: ./lib/oci/manifest.js




const MANIFEST_MEMBERS = memberNames("schemaVersion", "mediaType", "artifactType", "config", "layers", "manifests", "subject", "annotations");
function parseManifest(content, mediaType, where) {
    const document = parseJsonObject(content, where);
    const malformed = (why) => new TransferError("MANIFEST_MALFORMED", `${where}: ${why}`, {
        where,
        remedy: "The manifest is broken at its source; push it there again.",
    });
    if (!isManifest(mediaType))
        throw malformed(`the media type ${printable(mediaType, 120)} is not that of an OCI or Docker (schema 2) manifest`);
    const misspelled = misspelledMember(document, MANIFEST_MEMBERS);
    if (misspelled !== undefined)
        throw malformed(`the member ${printable(JSON.stringify(misspelled), 80)} is understood by some readers only`);
    if (document.schemaVersion !== 2)
        throw malformed("schemaVersion is not 2");
    if (document.mediaType !== undefined && document.mediaType !== mediaType) {
        const said = printable(JSON.stringify(document.mediaType), 120);
        throw malformed(`the document says mediaType ${said}, its descriptor ${mediaType}`);
    }
    const hasChildren = document.manifests !== undefined;
    const hasContent = document.layers !== undefined || document.config !== undefined;
    if (hasChildren && hasContent)
        throw malformed("the document is both an index and a manifest");
    if (isIndex(mediaType) !== hasChildren)
        throw malformed(`the document is not what its media type ${mediaType} says`);
    return {
        mediaType,
        manifests: descriptors(document.manifests, where),
        config: document.config === undefined ? undefined : parseDescriptor(document.config, where),
        layers: descriptors(document.layers, where),
        subject: document.subject === undefined ? undefined : parseDescriptor(document.subject, where),
        annotations: isRecord(document.annotations) ? document.annotations : {},
        artifactType: typeof document.artifactType === "string" ? document.artifactType : undefined,
    };
}
function descriptors(value, where) {
    if (value === undefined || value === null)
        return [];
    if (!Array.isArray(value))
        throw new TransferError("MANIFEST_MALFORMED", `${where}: a list of descriptors is invalid`, { where });
    return value.map((entry) => parseDescriptor(entry, where));
}
function parseJsonObject(content, where) {
    try {
        const document = parseStrictJson(content.toString("utf8"));
        if (isRecord(document))
            return document;
    }
    catch (error) {
        if (error instanceof AmbiguousJson) {
            throw new TransferError("MANIFEST_MALFORMED", `${where}: in the manifest, ${error.message}`, {
                where,
                remedy: "Readers take such a manifest for different ones; push the artifact again with another client.",
            });
        }
    }
    throw new TransferError("MANIFEST_MALFORMED", `${where}: the manifest is no JSON object`, {
        where,
        remedy: "See what answers at this host: a login page of a proxy is a usual cause.",
    });
}

;// CONCATENATED MODULE: ./lib/ocm/version/version.js
const NUMBERS = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/;
const FURTHER = /^(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$/;
const MAX_LENGTH = 256;
const MAX_NUMBER = 2n ** 64n - 1n;
function parseVersion(text) {
    const matched = NUMBERS.exec(text);
    if (matched === null || text.length > MAX_LENGTH)
        return undefined;
    const further = FURTHER.exec(text.slice(matched[0].length));
    if (further === null)
        return undefined;
    const number = (digits) => BigInt(digits ?? 0);
    const numbers = [number(matched[1]), number(matched[2]), number(matched[3])];
    const prerelease = further[1]?.split(".") ?? [];
    const metadata = further[2]?.split(".") ?? [];
    const isWellFormed = numbers.every((each) => each <= MAX_NUMBER) &&
        [...prerelease, ...metadata].every((identifier) => identifier !== "") &&
        prerelease.every((identifier) => !/^0\d+$/.test(identifier));
    return isWellFormed ? { numbers, prerelease } : undefined;
}
function compareVersions(one, other) {
    const [left, right] = [parseVersion(one), parseVersion(other)];
    if (left !== undefined && right !== undefined)
        return comparePrecedence(left, right);
    if (left === undefined && right === undefined)
        return compareText(one, other);
    return left === undefined ? -1 : 1;
}
function comparePrecedence(one, other) {
    for (const [index, number] of one.numbers.entries()) {
        const against = other.numbers[index] ?? 0n;
        if (number !== against)
            return number < against ? -1 : 1;
    }
    if (one.prerelease.length === 0 || other.prerelease.length === 0) {
        return Math.sign(other.prerelease.length - one.prerelease.length);
    }
    for (const [index, identifier] of one.prerelease.entries()) {
        const against = other.prerelease[index];
        if (against === undefined)
            return 1;
        if (identifier !== against)
            return compareIdentifiers(identifier, against);
    }
    return one.prerelease.length === other.prerelease.length ? 0 : -1;
}
function orderVersions(one, other) {
    return compareVersions(one, other) || compareText(one, other);
}
function latestOf(versions) {
    return versions
        .filter((version) => parseVersion(version) !== undefined)
        .toSorted(orderVersions)
        .at(-1);
}
function isAlias(tag, version) {
    const [one, other] = [parseVersion(tag), parseVersion(version)];
    if (one === undefined || other === undefined)
        return false;
    if (comparePrecedence(one, other) === 0)
        return true;
    const count = writtenNumbers(tag);
    if (count === 3 || one.prerelease.length > 0)
        return false;
    return one.numbers.slice(0, count).every((number, index) => number === other.numbers[index]);
}
function highestAliased(tag) {
    const missing = 3 - writtenNumbers(tag);
    return missing === 0 || parseVersion(tag)?.prerelease.length !== 0
        ? tag
        : tag.replace(NUMBERS, (numbers) => `${numbers}${`.${MAX_NUMBER}`.repeat(missing)}`);
}
function writtenNumbers(tag) {
    const numbers = NUMBERS.exec(tag)?.slice(1) ?? [];
    return numbers.filter((number) => number !== undefined).length;
}
function compareIdentifiers(one, other) {
    const [left, right] = [numeric(one), numeric(other)];
    if (left !== undefined && right !== undefined)
        return left < right ? -1 : 1;
    if (left === undefined && right === undefined)
        return compareText(one, other);
    return left === undefined ? 1 : -1;
}
function numeric(identifier) {
    if (!/^\d+$/.test(identifier))
        return undefined;
    const number = BigInt(identifier);
    return number <= MAX_NUMBER ? number : undefined;
}
function compareText(one, other) {
    if (one === other)
        return 0;
    return one < other ? -1 : 1;
}

;// CONCATENATED MODULE: ./lib/archive/refusal.js


function refused(where, entry, why) {
    const named = entry === undefined ? "" : `the entry ${printable(JSON.stringify(entry), 160)} `;
    return new TransferError("ARCHIVE_REFUSED", `${where}: ${named}${why}`, {
        where,
        remedy: "Find out who created the archive; repack plain files, with GNU tar or with an OCM CLI.",
    });
}
function damaged(where, why, cause) {
    return new TransferError("ARCHIVE_BROKEN", `${where} ${why}`, {
        where,
        remedy: "The archive is truncated or corrupt, or the file is not an archive; download it again, or repack it.",
        cause,
    });
}
function unwritable(path, cause) {
    return new TransferError("ARCHIVE_UNWRITABLE", `${path} cannot be written: ${errorMessage(cause)}`, {
        where: path,
        remedy: "Check that the folder can be written and has space for the packed or unpacked archive.",
        cause,
    });
}

;// CONCATENATED MODULE: ./lib/archive/tar-header.js

const BLOCK = 512;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const ZEROS = Buffer.alloc(BLOCK);
const KINDS = new Map([
    ["0", "file"],
    ["\0", "file"],
    ["5", "directory"],
    ["x", "pax"],
    ["g", "pax-global"],
    ["L", "long-name"],
]);
const REFUSED_KINDS = new Map([
    ["1", "is a hard link"],
    ["2", "is a symbolic link"],
    ["3", "is a device"],
    ["4", "is a device"],
    ["6", "is a named pipe"],
    ["7", "is a contiguous file"],
    ["K", "is a link"],
    ["S", "is a sparse file"],
]);
const MAX_OCTAL = 8 ** 11 - 1;
function parseHeader(block, where) {
    if (block.equals(ZEROS))
        return undefined;
    const magic = block.toString("latin1", 257, 265);
    if (magic !== "ustar\x0000" && magic !== "ustar  \0")
        throw damaged(where, "has no tar header at the position of an entry");
    if (octal(block, 148, 8) !== checksum(block))
        throw damaged(where, "has a tar header with a wrong checksum");
    const base = tar_header_text(block, 0, 100, where);
    const prefix = magic.endsWith("00") ? tar_header_text(block, 345, 155, where) : "";
    const name = prefix === "" ? base : `${prefix}/${base}`;
    const flag = block.toString("latin1", 156, 157);
    const kind = KINDS.get(flag);
    if (kind === undefined)
        throw refused(where, name, REFUSED_KINDS.get(flag) ?? "is of an unknown kind");
    return { kind, name, size: sizeIn(block, where, name) };
}
function sizeIn(block, where, name) {
    const first = block.readUInt8(124);
    if (first === 0xff)
        throw refused(where, name, "has a negative size");
    if (first !== 0x80) {
        const size = octal(block, 124, 12);
        if (size === undefined)
            throw refused(where, name, "has a size that is not a number");
        return size;
    }
    const size = BigInt(`0x${block.toString("hex", 125, 136)}`);
    if (size > BigInt(Number.MAX_SAFE_INTEGER))
        throw refused(where, name, "has an absurd size");
    if (size <= BigInt(MAX_OCTAL))
        throw refused(where, name, "has a small size in the form for large ones");
    return Number(size);
}
function octal(block, start, length) {
    const digits = /^ *([0-7]+)[ \0]*$/.exec(block.toString("latin1", start, start + length))?.[1];
    return digits === undefined ? undefined : Number.parseInt(digits, 8);
}
function checksum(block) {
    let sum = 8 * 0x20;
    for (let index = 0; index < BLOCK; index++)
        if (index < 148 || index >= 156)
            sum += block[index] ?? 0;
    return sum;
}
function tar_header_text(block, start, length, where) {
    const field = block.subarray(start, start + length);
    const end = field.indexOf(0);
    const bytes = end === -1 ? field : field.subarray(0, end);
    if (end !== -1 && field.subarray(end).some((byte) => byte !== 0)) {
        throw refused(where, bytes.toString("latin1"), "has a name with data after its terminator");
    }
    return tar_header_decoded(bytes, where);
}
function tar_header_decoded(bytes, where) {
    try {
        return UTF8.decode(bytes);
    }
    catch {
        throw refused(where, bytes.toString("latin1"), "has a name that is not UTF-8");
    }
}

;// CONCATENATED MODULE: ./lib/archive/tar-blocks.js


const TIME = 1640995200;
async function* tarBlocks(inputs) {
    for (const input of inputs) {
        yield header(input);
        yield* contentOf(input);
    }
    yield Buffer.alloc(2 * BLOCK);
}
function directory(name) {
    return { name: `${name}/`, size: 0, content: async function* () { } };
}
function file(name, bytes) {
    return {
        name,
        size: bytes.length,
        content: async function* () {
            yield bytes;
        },
    };
}
function tarFile(name, bytes) {
    const { length } = bytes;
    const [start, end] = [header(file(name, bytes)), Buffer.alloc(padding(length) + 2 * BLOCK)];
    return Buffer.concat([start, bytes, end]);
}
async function* contentOf({ name, size, content }) {
    let written = 0;
    for await (const chunk of content()) {
        written += chunk.length;
        if (written <= size)
            yield chunk;
    }
    if (written !== size)
        throw damaged(name, `has ${written} bytes instead of ${size}: it changed while it was read`);
    yield Buffer.alloc(padding(size));
}
function header({ name, size }) {
    const isDirectory = name.endsWith("/");
    const plain = isDirectory ? name.slice(0, -1) : name;
    const records = [
        ...(plain.length > 100 ? [paxRecord("path", plain)] : []),
        ...(size > MAX_OCTAL ? [paxRecord("size", String(size))] : []),
    ].join("");
    const own = tar_blocks_block(plain, size > MAX_OCTAL ? 0 : size, isDirectory ? "5" : "0");
    if (records === "")
        return own;
    const extension = tar_blocks_block("PaxHeaders.0", records.length, "x");
    return Buffer.concat([extension, Buffer.from(records), Buffer.alloc(padding(records.length)), own]);
}
function tar_blocks_block(name, size, flag) {
    const octal = (value, digits) => `${value.toString(8).padStart(digits, "0")}\0`;
    const bytes = Buffer.alloc(BLOCK);
    bytes.write(name.slice(0, 100), 0, "latin1");
    bytes.write(octal(flag === "5" ? 0o755 : 0o644, 7), 100);
    bytes.write(octal(0, 7) + octal(0, 7), 108);
    bytes.write(octal(size, 11) + octal(TIME, 11), 124);
    bytes.write(flag, 156);
    bytes.write("ustar\x0000", 257, "latin1");
    bytes.write(octal(0, 7) + octal(0, 7), 329);
    bytes.write(`${checksum(bytes).toString(8).padStart(6, "0")}\0 `, 148);
    return bytes;
}
function paxRecord(key, value) {
    const rest = ` ${key}=${value}\n`;
    const guess = rest.length + String(rest.length).length;
    const length = rest.length + String(guess).length;
    return `${length}${rest}`;
}
function padding(size) {
    return (BLOCK - (size % BLOCK)) % BLOCK;
}

;// CONCATENATED MODULE: ./lib/archive/pax.js


function parsePax(content, where) {
    const seen = new Map();
    for (let start = 0; start < content.length;) {
        const space = content.indexOf(0x20, start);
        const digits = space === -1 || space > start + 7 ? "" : content.toString("latin1", start, space);
        const end = /^[1-9][0-9]*$/.test(digits) ? start + Number(digits) : 0;
        const equals = content.indexOf(0x3d, space);
        if (end <= space || end > content.length || content[end - 1] !== 0x0a || equals === -1 || equals >= end) {
            throw refused(where, undefined, "a pax header is malformed");
        }
        const key = tar_header_decoded(content.subarray(space + 1, equals), where);
        if (key === "linkpath")
            throw refused(where, undefined, "a pax header declares a link");
        if (key.startsWith("GNU.sparse."))
            throw refused(where, undefined, "a pax header declares a sparse file");
        if (key === "path" || key === "size") {
            if (seen.has(key))
                throw refused(where, undefined, `a pax header has two records "${key}"`);
            seen.set(key, tar_header_decoded(content.subarray(equals + 1, end - 1), where));
        }
        start = end;
    }
    const size = seen.get("size");
    if (size !== undefined && (!/^(?:0|[1-9][0-9]*)$/.test(size) || !Number.isSafeInteger(Number(size)))) {
        throw refused(where, undefined, `a pax header has the size ${JSON.stringify(size)}`);
    }
    return { path: seen.get("path"), size: size === undefined ? undefined : Number(size) };
}

;// CONCATENATED MODULE: ./lib/archive/tar-entries.js



const MAX_EXTENSION_BYTES = 64 * 1024;
const MAX_PADDING_BYTES = 1024 * 1024;
const MAX_ENTRIES = 250_000;
const WINDOW = 64 * 1024;
async function* tarEntries(bytes, where) {
    const source = windowed(bytes);
    let extensions = {};
    let entries = 0;
    for (let position = 0;;) {
        const block = await source.read(position, BLOCK);
        if (block.length < BLOCK)
            throw damaged(where, "is truncated: the end marker of a tar archive is missing");
        const header = parseHeader(block, where);
        if (header === undefined) {
            if (Object.keys(extensions).length > 0)
                throw refused(where, undefined, "an extended header has no entry");
            return await checkEnd(source, position, where);
        }
        const { kind, name, size } = extended(header, extensions, where);
        if (++entries > MAX_ENTRIES)
            throw refused(where, undefined, `there are more than ${MAX_ENTRIES} entries`);
        const offset = position + BLOCK;
        if (offset + size > bytes.size)
            throw damaged(where, "is truncated in the middle of an entry");
        position = offset + Math.ceil(size / BLOCK) * BLOCK;
        if (kind === "file" || kind === "directory") {
            extensions = {};
            yield { kind, name, offset, size };
        }
        else {
            if (size > MAX_EXTENSION_BYTES)
                throw refused(where, name, `is an extended header of ${size} bytes`);
            extensions = tar_entries_withExtension(extensions, kind, await source.read(offset, size), where);
        }
    }
}
function tar_entries_withExtension(before, kind, content, where) {
    if (kind === "long-name") {
        if (before.longName !== undefined)
            throw refused(where, undefined, "an entry has two long names");
        if (content.indexOf(0) !== content.length - 1)
            throw refused(where, undefined, "a long name is not terminated correctly");
        return { ...before, longName: tar_header_decoded(content.subarray(0, -1), where) };
    }
    const pax = parsePax(content, where);
    if (kind === "pax") {
        if (before.pax !== undefined)
            throw refused(where, undefined, "an entry has two pax headers");
        return { ...before, pax };
    }
    if (pax.path !== undefined || pax.size !== undefined) {
        throw refused(where, undefined, "a global pax header sets the name or size of all entries");
    }
    return before;
}
function extended(header, { pax, longName }, where) {
    if (header.kind !== "file" && header.kind !== "directory")
        return header;
    if (longName !== undefined && pax?.path !== undefined)
        throw refused(where, longName, "has two long names");
    const name = longName ?? pax?.path ?? header.name;
    const truncated = Buffer.from(name).subarray(0, 100);
    if (name !== header.name && (Buffer.byteLength(name) <= 100 || !truncated.equals(Buffer.from(header.name)))) {
        throw refused(where, name, `has two names, the other one is ${JSON.stringify(header.name)}`);
    }
    const size = pax?.size ?? header.size;
    if (size !== header.size && (header.size !== 0 || size <= MAX_OCTAL)) {
        throw refused(where, name, `has two sizes, ${header.size} and ${size}`);
    }
    if (header.kind === "directory" && size !== 0)
        throw refused(where, name, "is a directory with content");
    if (header.kind === "file" && name.endsWith("/"))
        throw refused(where, name, "is a file with a directory's name");
    return { kind: header.kind, name, size };
}
async function checkEnd(source, start, where) {
    const rest = source.size - start;
    if (rest < 2 * BLOCK)
        throw damaged(where, "is truncated: the end marker of a tar archive is incomplete");
    if (rest > MAX_PADDING_BYTES)
        throw refused(where, undefined, `${rest} bytes follow the end of the archive`);
    for (let position = start; position < source.size; position += WINDOW) {
        const chunk = await source.read(position, WINDOW);
        if (chunk.some((byte) => byte !== 0))
            throw refused(where, undefined, "other data follows the end of the archive");
    }
}
function windowed(bytes) {
    let start = 0;
    let window = Buffer.alloc(0);
    return {
        size: bytes.size,
        async read(position, length) {
            if (length > WINDOW)
                return bytes.read(position, length);
            if (position < start || position + length > start + window.length) {
                window = await bytes.read(position, WINDOW);
                start = position;
            }
            return window.subarray(position - start, position - start + length);
        },
    };
}

;// CONCATENATED MODULE: ./lib/ocm/repository/generated-content.js

function generated_content_contentOf(mediaType, bytes) {
    return { descriptor: { mediaType, digest: sha256(bytes), size: bytes.length }, bytes };
}
function jsonContent(mediaType, document) {
    return generated_content_contentOf(mediaType, jsonBytes(document));
}
function jsonBytes(document) {
    const escaped = JSON.stringify(document).replace(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
    return Buffer.from(escaped, "utf8");
}

;// CONCATENATED MODULE: ./lib/ocm/repository/descriptor-layer.js






const FILE = "component-descriptor.yaml";
function buildDescriptorLayer(tree, format) {
    if (format === "json")
        return jsonContent(COMPONENT_DESCRIPTOR_JSON, tree);
    return generated_content_contentOf(COMPONENT_DESCRIPTOR_TAR, tarFile(FILE, jsonBytes(tree)));
}
async function descriptorText(layer, mediaType, where) {
    if (!isTarType(mediaType))
        return layer;
    const bytes = {
        size: layer.length,
        read: async (start, length) => layer.subarray(start, start + length),
    };
    const found = [];
    try {
        for await (const { kind, name, offset, size } of tarEntries(bytes, where)) {
            if (kind === "file" && /^[./]*component-descriptor\.yaml$/.test(name))
                found.push(layer.subarray(offset, offset + size));
        }
        if (found.length > 1)
            throw refused(where, FILE, "exists twice");
    }
    catch (error) {
        throw new TransferError("DESCRIPTOR_MALFORMED", `${where}: the archive of the component descriptor is damaged`, {
            where,
            remedy: "The stored component version is damaged; add it again with the OCM CLI.",
            cause: error,
        });
    }
    return found[0];
}

;// CONCATENATED MODULE: ./lib/ocm/repository/component-version.js












const MAX_DESCRIPTOR_BYTES = 4 * 1024 * 1024;
const CONFIG_MEMBERS = memberNames("componentDescriptorLayer");
function componentRepositoryName(path, component) {
    return `${path === "" ? "" : `${path}/`}${COMPONENT_DESCRIPTORS}/${component}`;
}
function tagOf(version) {
    return version.replaceAll("+", ".build-");
}
function versionsOf(tag) {
    const separator = ".build-";
    const parts = tag.split(separator);
    const withMetadata = parts
        .slice(1)
        .map((_, at) => `${parts.slice(0, at + 1).join(separator)}+${parts.slice(at + 1).join(separator)}`);
    return [tag, ...withMetadata];
}
async function readComponentVersion(from, component, version, signal) {
    const where = `${from.display}//${component}:${version}`;
    const found = await readFrom(from, { component, reference: tagOf(version), where }, signal);
    if (found.descriptor.name === component && found.descriptor.version === version)
        return found;
    throw otherThanTagged(found, { component, version, where });
}
async function readPinnedVersion(from, { component, version, digest }, signal) {
    const where = `${from.display}//${component}${version === undefined ? "" : `:${version}`}@${digest}`;
    const found = await readFrom(from, { component, reference: digest, where }, signal);
    const { name, version: number } = found.descriptor;
    if (name === component && number === (version ?? number))
        return { ...found, isPinned: true };
    throw new TransferError("DESCRIPTOR_MISPLACED", `${where} has the descriptor of ${name}:${number}`, {
        where,
        remedy: "Write the component and version that belong to this digest, or the digest that belongs to this version.",
    });
}
async function readFrom(from, { component, reference, where }, signal) {
    const repository = from.registry.repository(componentRepositoryName(from.path, component));
    const root = await resolveVersion(repository, reference, where, signal);
    const read = async (target) => parseManifest(await readContent(repository, target, signal), target.mediaType, where);
    const outer = await read(root);
    const listed = isIndex(root.mediaType) ? outer.manifests : [root];
    const componentManifest = componentManifestIn(listed);
    if (componentManifest === undefined || isIndex(componentManifest.mediaType))
        throw notAComponentVersion(where);
    const manifest = isIndex(root.mediaType) ? await read(componentManifest) : outer;
    const nativeManifests = byDigest(listed.filter((entry) => entry !== componentManifest));
    const contents = { nativeManifests, layers: byDigest(manifest.layers) };
    const descriptor = await readDescriptor(repository, manifest, where, signal);
    return { from, repository, ...descriptor, root, isPinned: false, ...contents, annotations: manifest.annotations };
}
function componentManifestIn(manifests) {
    const annotated = manifests.filter(({ annotations }) => annotations?.[DESCRIPTOR_ANNOTATION] === "true");
    return annotated.length > 1 ? undefined : (annotated[0] ?? manifests[0]);
}
class VersionAliased extends TransferError {
    version;
    constructor(version, message, place) {
        super("VERSION_ALIASED", message, { where: place.where, remedy: `Write ${place.reference}.` });
        this.version = version;
    }
}
function otherThanTagged({ from, descriptor }, asked) {
    const { component, version, where } = asked;
    const { name, version: found } = descriptor;
    const place = { where, reference: `${from.display}//${component}:${found}` };
    if (name === component && tagOf(version) === tagOf(found))
        return new VersionAliased(found, `${where} has the tag of version ${found}`, place);
    if (name === component && isAlias(version, found))
        return new VersionAliased(found, `${where} is an alias of ${found}`, place);
    return new TransferError("DESCRIPTOR_MISPLACED", `${where} has the descriptor of ${name}:${found}`, {
        where,
        remedy: "It was copied or tagged by hand: transfer the component version again from its origin.",
    });
}
function byDigest(descriptors) {
    return new Map(descriptors.map((descriptor) => [descriptor.digest, descriptor]));
}
async function resolveVersion(repository, reference, where, signal) {
    try {
        return await repository.resolve(reference, signal);
    }
    catch (error) {
        if (!(error instanceof TransferError) || error.code !== "MANIFEST_UNKNOWN")
            throw error;
        throw new TransferError("COMPONENT_VERSION_UNKNOWN", `there is no component version ${where}`, {
            where,
            remedy: isDigest(reference)
                ? "Write the digest of the tagged manifest, not the component digest, which signatures sign; registries may delete untagged manifests."
                : "Check path, component and version, and that the credentials may read the repository.",
            cause: error,
        });
    }
}
async function readDescriptor(repository, manifest, where, signal) {
    if (manifest.config === undefined || !CONFIG_TYPES.has(manifest.config.mediaType))
        throw notAComponentVersion(where);
    const [first] = manifest.layers.filter(({ mediaType }) => DESCRIPTOR_TYPES.has(mediaType));
    const eager = first === undefined ? undefined : readContent(repository, first, signal, MAX_DESCRIPTOR_BYTES);
    eager?.catch(() => { });
    const named = descriptorLayer(await readContent(repository, manifest.config, signal), where);
    const content = eager !== undefined && named.digest === first?.digest
        ? await eager
        : await readContent(repository, named, signal, MAX_DESCRIPTOR_BYTES);
    const text = await descriptorText(content, named.mediaType, where);
    if (text === undefined)
        throw notAComponentVersion(where);
    return {
        descriptor: parseComponentDescriptor(text.toString("utf8"), where),
        descriptorSize: content.length,
        descriptorLayer: named.mediaType === COMPONENT_DESCRIPTOR_TAR ? generated_content_contentOf(COMPONENT_DESCRIPTOR_TAR, content) : undefined,
    };
}
function descriptorLayer(config, where) {
    let document;
    try {
        document = parseStrictJson(config.toString("utf8"));
    }
    catch {
        document = undefined;
    }
    if (!isRecord(document) || misspelledMember(document, CONFIG_MEMBERS) !== undefined)
        throw notAComponentVersion(where);
    const layer = parseDescriptor(document.componentDescriptorLayer, where);
    if (!DESCRIPTOR_TYPES.has(layer.mediaType))
        throw notAComponentVersion(where);
    return layer;
}
function notAComponentVersion(where) {
    return new TransferError("NOT_A_COMPONENT_VERSION", `${where} is an OCI artifact, but not a component version`, {
        where,
        remedy: "Check the reference; another artifact was pushed under this tag.",
    });
}

;// CONCATENATED MODULE: ./lib/transfer/source/artifact-name.js




function strippedName({ repository, tag }, version) {
    const prefix = [version.from.path, ...recordedPaths(version)].find((path) => path !== "" && repository.startsWith(`${path}/`));
    return { repository: prefix === undefined ? repository : repository.slice(prefix.length + 1), tag };
}
function hintedName(referenceName, version, element) {
    if (referenceName !== undefined) {
        try {
            return strippedName(parseArtifactReference(referenceName, referenceName), version);
        }
        catch {
        }
    }
    const name = element.name
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "-")
        .replace(/^-|-$/g, "");
    return { repository: below(version.descriptor.name, name), tag: undefined };
}
function taggedName({ name, element, graph, }) {
    const unique = encoded(graph.root.digest).slice(0, 12);
    const invented = `${tagOf(element.version)}-${unique}`;
    return { ...name, tag: name.tag ?? (isTag(invented) ? invented : unique) };
}
function recordedPaths({ descriptor, from }) {
    const component = isJsonObject(descriptor.tree.component) ? descriptor.tree.component : {};
    const contexts = Array.isArray(component.repositoryContexts) ? component.repositoryContexts : [];
    const paths = contexts.filter(isJsonObject).map(({ subPath }) => (typeof subPath === "string" ? subPath : ""));
    return paths.filter((path) => path !== "" && path !== from.path);
}
function below(path, name) {
    return path === "" ? name : `${path}/${name}`;
}

;// CONCATENATED MODULE: ./lib/ocm/signing/hash-algorithm.js



const HASHES = new Map([
    ["SHA-256", "sha256"],
    ["SHA-384", "sha384"],
    ["SHA-512", "sha512"],
]);
const LEGACY = new Map([
    ["sha256", "SHA-256"],
    ["sha384", "SHA-384"],
    ["sha512", "SHA-512"],
]);
function hashNamed(hashAlgorithm, where) {
    const hash = HASHES.get(LEGACY.get(hashAlgorithm) ?? hashAlgorithm.toUpperCase());
    if (hash !== undefined)
        return hash;
    throw new TransferError("HASH_UNSUPPORTED", `${where}: the hash algorithm ${printable(JSON.stringify(hashAlgorithm), 60)} is not SHA-256, SHA-384 or SHA-512`, { where, remedy: "Sign the component version again with SHA-256, which both generations of the OCM CLI use." });
}
function hexHash(hash, content) {
    return (0,external_node_crypto_.createHash)(hash).update(content).digest("hex");
}

;// CONCATENATED MODULE: ./lib/ocm/signing/pin.js




const ARTIFACT = /^ociArt[ei]factDigest\/v1$/;
const BLOB = "genericBlobDigest/v1";
const LENGTHS = { sha256: 64, sha384: 96, sha512: 128 };
function isExcluded({ hashAlgorithm, normalisationAlgorithm }) {
    return hashAlgorithm === "NO-DIGEST" && normalisationAlgorithm === "EXCLUDE-FROM-SIGNATURE";
}
function isEmpty({ hashAlgorithm, normalisationAlgorithm, value }) {
    return hashAlgorithm === "" && normalisationAlgorithm === "" && value === "";
}
function parsePin(spec, where) {
    if (isExcluded(spec) || isEmpty(spec))
        return { of: "nothing" };
    try {
        const of = kindOf(spec, where);
        const hash = hashNamed(spec.hashAlgorithm, where);
        const value = spec.value.toLowerCase();
        if (value.length === LENGTHS[hash] && /^[0-9a-f]+$/.test(value))
            return { of, hash, value, spec };
        const text = printable(JSON.stringify(spec.value), 160);
        throw new TransferError("DIGEST_MALFORMED", `${where}: ${text} is not a valid ${hash} digest`, {
            where,
            remedy: `It has to consist of ${LENGTHS[hash]} hexadecimal digits; add the component version again with the OCM CLI.`,
        });
    }
    catch (error) {
        if (error instanceof TransferError)
            return { of: "unknown", error };
        throw error;
    }
}
function kindOf({ normalisationAlgorithm }, where) {
    if (ARTIFACT.test(normalisationAlgorithm))
        return "artifact";
    if (normalisationAlgorithm === BLOB)
        return "blob";
    throw new TransferError("NORMALISATION_UNSUPPORTED", `${where}: the digest is by ${printable(JSON.stringify(normalisationAlgorithm), 80)}, which is unknown`, { where, remedy: "Sign the component version again with a current OCM CLI." });
}
function pinsManifest({ hash, value }, manifest) {
    return hexHash(hash, manifest) === value;
}
function asDigest({ hash, value }) {
    const digest = `${hash}:${value}`;
    return isDigest(digest) ? digest : undefined;
}

;// CONCATENATED MODULE: ./lib/transfer/pins/pinned-content.js





function judgeBlob(pins, { blobs, isPacked }, where) {
    const [only, ...others] = blobs;
    const algorithm = others.length === 0 ? only?.digest.split(":")[0] : undefined;
    const left = [];
    const found = blobs.map(({ digest }) => digest).join(", ");
    for (const pin of comparableOf(pins)) {
        if (pin.of === "artifact" && isPacked)
            return { kind: "incomparable", error: noMainArtifact(found, where) };
        if (pin.of === "artifact")
            throw differs(pin, `the blob ${found}`, where);
        if (only === undefined || pin.hash !== algorithm)
            left.push(pin);
        else if (pin.value !== encoded(only.digest))
            throw differs(pin, found, where);
    }
    return verdictOf(pins, left);
}
async function judgeArtifact(pins, { from, root }, where, signal) {
    for (const pin of comparableOf(pins)) {
        if (!(await isPinned(pin, from, root, signal)))
            throw differs(pin, root.digest, where);
    }
    return verdictOf(pins, []);
}
async function isPinnedArtifact(pins, { from, root }, signal) {
    const comparable = comparableOf(pins);
    const answers = await Promise.all(comparable.map((pin) => isPinned(pin, from, root, signal)));
    return answers.length > 0 && answers.every(Boolean);
}
async function isPinned(pin, from, root, signal) {
    if (root.digest.startsWith(`${pin.hash}:`))
        return pin.value === encoded(root.digest);
    return pinsManifest(pin, await readContent(from, root, signal));
}
function comparableOf(pins) {
    return pins.filter((pin) => pin.of === "artifact" || pin.of === "blob");
}
function verdictOf(pins, left) {
    const unknown = pins.find((pin) => pin.of === "unknown");
    if (unknown !== undefined)
        return { kind: "incomparable", error: unknown.error };
    return comparableOf(pins).length === 0 ? { kind: "unpinned" } : { kind: "matches", pins: left };
}
function differs({ spec }, found, where) {
    return new TransferError("ARTIFACT_DIGEST_DIFFERS", `${where} is pinned to ${printable(`${spec.hashAlgorithm} ${spec.value}`, 160)} ` +
        `(${printable(spec.normalisationAlgorithm, 60)}), but its access leads to ${printable(found, 400)}`, {
        where,
        remedy: "Its content was exchanged, or its tag moved, after the component version was made. Make a new version, or restore it.",
    });
}
function noMainArtifact(found, where) {
    return new TransferError("ARTIFACT_SET_MALFORMED", `${where} is pinned to a manifest, and ${found} is an archive without a main artifact that could be compared`, { where, remedy: "The archive layer is damaged in its source; add the resource again with the OCM CLI." });
}

;// CONCATENATED MODULE: ./lib/transfer/verify/comparison.js




function comparablesIn(versions) {
    const comparables = versions.flatMap(({ version, items }) => items.flatMap((item) => comparableIn(version, item) ?? []));
    return [...new Map(comparables.map((comparable) => [comparableKey(comparable), comparable])).values()];
}
function comparableIn({ descriptor }, item) {
    if (item.kind !== "blob" || item.verdict.kind !== "matches" || item.verdict.pins.length === 0)
        return undefined;
    const where = `${describeElement(item.element)} of ${descriptor.name}:${descriptor.version}`;
    return { blobs: item.blobs, from: item.from, pins: item.verdict.pins, where };
}
function comparableKey({ blobs, pins }) {
    return JSON.stringify([blobs.map(({ digest }) => digest), pins.map(({ hash, value }) => `${hash}:${value}`)]);
}
function createComparison({ blobs, pins, where }) {
    const states = [pins.map(({ hash }) => (0,external_node_crypto_.createHash)(hash))];
    return {
        passing(index) {
            const hashes = (states[index] ?? []).map((hash) => hash.copy());
            if (hashes.length !== pins.length)
                throw new Error(`blob ${index} is read before those in front of it`);
            const isLast = index === blobs.length - 1;
            let held;
            return new external_node_stream_.Transform({
                highWaterMark: 256 * 1024,
                transform(chunk, _encoding, done) {
                    for (const hash of hashes)
                        hash.update(chunk);
                    const ready = isLast ? held : chunk;
                    held = chunk;
                    done(null, ready);
                },
                flush(done) {
                    if (!isLast) {
                        states[index + 1] = hashes;
                        return done();
                    }
                    const values = hashes.map((hash) => hash.digest("hex"));
                    const at = pins.findIndex(({ value }, each) => value !== values[each]);
                    const pin = pins[at];
                    if (pin !== undefined)
                        return done(differs(pin, `${pin.hash}:${values[at]}`, where));
                    done(null, held);
                },
            });
        },
    };
}

;// CONCATENATED MODULE: ./lib/oci/platform.js
const SYNTAX = /^([a-z0-9_-]+)\/([a-z0-9_-]+)(?:\/([a-z0-9_-]+))?(?:,osver=([0-9a-z._-]+))?$/i;
function parsePlatform(text) {
    const found = SYNTAX.exec(text);
    if (found === null)
        return undefined;
    const [, os = "", architecture = "", variant = "", version = ""] = found;
    return normalised({ os, architecture, variant, version });
}
function platformOf(document) {
    const text = (member) => (typeof document[member] === "string" ? document[member] : "");
    const [os, architecture, variant, version] = ["os", "architecture", "variant", "os.version"].map(text);
    return normalised({ os: os ?? "", architecture: architecture ?? "", variant: variant ?? "", version: version ?? "" });
}
function describePlatform({ os, architecture, variant, version }) {
    const path = [os, architecture, variant].filter((part) => part !== "").join("/");
    return version === "" ? path : `${path},osver=${version}`;
}
function bestImage(wanted, images) {
    let best;
    for (const image of images) {
        if (!isCompatible(wanted, image.platform))
            continue;
        if (best === undefined || isBetter(wanted, image.platform, best.platform))
            best = image;
    }
    return best;
}
function isCompatible(wanted, found) {
    if (wanted.os !== found.os || wanted.architecture !== found.architecture)
        return false;
    const [most, level] = [variantLevel(wanted.variant), variantLevel(found.variant)];
    const isVariant = most >= level || (wanted.variant === "" && level === 1);
    return isVariant && (wanted.version === "" || build(wanted.version) === build(found.version));
}
function isBetter(wanted, found, than) {
    if (found.variant !== than.variant) {
        if (found.variant === wanted.variant || than.variant === wanted.variant)
            return found.variant === wanted.variant;
        return variantLevel(found.variant) > variantLevel(than.variant);
    }
    if (found.version === than.version || than.version === wanted.version)
        return false;
    return found.version === wanted.version || isHigher(found.version, than.version);
}
function variantLevel(variant) {
    return Number(/^v?(\d+)$/.exec(variant)?.[1] ?? 0);
}
function build(version) {
    return version.split(".").slice(0, 3).join(".");
}
function isHigher(version, than) {
    const [ours, theirs] = [version, than].map((text) => text.split(".").map((part) => Number.parseInt(part, 10) || 0));
    const at = (ours ?? []).findIndex((number, index) => number !== (theirs?.[index] ?? 0));
    return at !== -1 && (ours?.[at] ?? 0) > (theirs?.[at] ?? 0);
}
const ARCHITECTURES = new Map([
    ["i386", ["386", ""]],
    ["x86_64", ["amd64"]],
    ["x86-64", ["amd64"]],
    ["aarch64", ["arm64"]],
    ["armhf", ["arm", "v7"]],
    ["armel", ["arm", "v6"]],
]);
const DEFAULTS = new Map([
    ["amd64", "v1"],
    ["arm64", "v8"],
]);
function normalised(platform) {
    const os = platform.os.toLowerCase();
    const spelled = platform.architecture.toLowerCase();
    const [architecture, own] = ARCHITECTURES.get(spelled) ?? [spelled];
    const given = (own ?? platform.variant).toLowerCase();
    const variant = /^\d+$/.test(given) && architecture.startsWith("arm") ? `v${given}` : given;
    return { ...platform, os: os === "macos" ? "darwin" : os, architecture, variant: withDefault(architecture, variant) };
}
function withDefault(architecture, variant) {
    if (architecture === "arm")
        return variant === "" ? "v7" : variant;
    return variant === DEFAULTS.get(architecture) ? "" : variant;
}

;// CONCATENATED MODULE: ./lib/transfer/source/budget.js



const MAX_VERSIONS = 10_000;
const MAX_DESCRIPTORS = 128 * 1024 * 1024;
const MAX_CONTENTS = 1_000_000;
function createBudget({ max, concurrency, error }, signal) {
    const limiter = createLimiter(concurrency);
    let taken = 0;
    return {
        take(count) {
            taken += count;
            if (taken > max)
                throw error;
        },
        async read(work) {
            const release = await limiter.acquire("artifacts", signal);
            try {
                await (0,external_node_timers_promises_.setImmediate)(undefined, signal === undefined ? {} : { signal });
                return await work();
            }
            finally {
                release();
            }
        },
    };
}
const UNLIMITED = { take() { }, read: (work) => work() };
function createHold(error) {
    let size = 0;
    return (version) => {
        size += version.descriptorSize;
        if (size > MAX_DESCRIPTORS)
            throw error;
        return version;
    };
}
function tooManyVersions() {
    const most = `${MAX_VERSIONS} component versions, ${MAX_DESCRIPTORS} bytes of component descriptors, or ${MAX_CONTENTS} manifests and blobs`;
    return new TransferError("COMPONENT_VERSIONS_TOO_MANY", `this run leads to more than ${most}`, {
        where: "input component-versions",
        remedy: "Transfer fewer at once, or without recursive; see whether the references of these component versions are meant.",
    });
}

;// CONCATENATED MODULE: ./lib/transfer/source/graph.js






function isForeign({ mediaType, urls }) {
    return (urls?.length ?? 0) > 0 && /(?:nondistributable|foreign)/.test(mediaType);
}
function nodeKey({ mediaType, digest }) {
    return `${isManifest(mediaType) ? "manifest" : "blob"} ${digest}`;
}
function readGraph(from, root, signal, budget = UNLIMITED) {
    return readFurther(from, root, { known: new Set(), budget }, signal);
}
function createReadGraph(budget, signal) {
    const repositories = new Map();
    return async (from, root) => {
        const graphs = repositories.get(from) ?? new Map();
        repositories.set(from, graphs);
        const known = graphs.get(nodeKey(root));
        const reading = known ?? readGraph(from, root, signal, budget);
        graphs.set(nodeKey(root), reading);
        if (known !== undefined)
            budget.take((await known).nodes.length);
        return reading;
    };
}
async function readFurther(from, root, { known, budget = UNLIMITED }, signal) {
    const manifests = [];
    const blobs = new Map();
    const reading = new Map();
    function visit(descriptor) {
        if (!isManifest(descriptor.mediaType))
            return visitBlob(descriptor);
        const visiting = reading.get(descriptor.digest) ?? visitManifest(descriptor);
        reading.set(descriptor.digest, visiting);
        return visiting;
    }
    function visitBlob(descriptor) {
        const hasData = blobs.get(descriptor.digest)?.data !== undefined;
        if (!hasData)
            blobs.set(descriptor.digest, descriptor);
    }
    async function visitManifest(descriptor) {
        budget.take(1);
        const content = await readContent(from, descriptor, signal);
        const manifest = parseManifest(content, descriptor.mediaType, `${from.name}@${descriptor.digest}`);
        const config = manifest.config === undefined ? [] : [manifest.config];
        const subject = await existingSubject(manifest);
        const children = [...manifest.manifests, ...config, ...manifest.layers, ...subject].filter((child) => !isForeign(child));
        budget.take(children.length);
        const unknown = children.filter((child) => !known.has(nodeKey(child)));
        await Promise.all(unknown.map((child) => visit(child)?.catch((error) => {
            throw inContext(error, describeManifest(child), error.code === "MANIFEST_UNKNOWN" ? SPARSE : undefined);
        })));
        manifests.push({ descriptor, needs: children });
    }
    async function existingSubject({ subject }) {
        if (subject === undefined || !isManifest(subject.mediaType))
            return [];
        if (known.has(nodeKey(subject)))
            return [subject];
        const found = await resolveOrNone(from, subject.digest, signal);
        return found === undefined ? [] : [subject];
    }
    await visit(root);
    const nodes = [...[...blobs.values()].map((descriptor) => ({ descriptor, needs: [] })), ...manifests];
    return { root, from, nodes };
}
const SPARSE = "The index lists a manifest that its registry does not have, as some mirrors do for platforms that they leave out: use the original registry, or leave the resource by reference.";
function describeManifest({ digest, platform }) {
    const names = [platform?.os, platform?.architecture, platform?.variant].filter((name) => typeof name === "string");
    return names.length === 0 ? `manifest ${digest}` : `${printable(names.join("/"), 80)} (manifest ${digest})`;
}

;// CONCATENATED MODULE: ./lib/transfer/save/one-image.js







const IMAGE_CONFIGS = new Set([
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
]);
function isImage({ config }) {
    return config !== undefined && IMAGE_CONFIGS.has(config.mediaType);
}
async function oneImage(graph, { wanted, where }, signal) {
    if (!isIndex(graph.root.mediaType))
        return graph;
    const images = await imagesIn(graph.from, graph.root, signal);
    if (images.length === 0)
        return graph;
    const [first, ...others] = images;
    const found = wanted === undefined && others.length === 0 ? first : wanted && bestImage(wanted, images);
    if (found !== undefined)
        return one_image_below(graph, found.descriptor);
    const list = [...new Set(images.map(({ platform }) => describePlatform(platform)))].map((each) => printable(each, 80));
    const existing = list.join(", ");
    if (wanted !== undefined) {
        throw new TransferError("PLATFORM_UNKNOWN", `${where} has no image for ${describePlatform(wanted)}, but for ${existing}`, {
            where: "input platform",
            remedy: "Set one of these platforms, leave the resource out with exclude, or omit platform to get all images.",
        });
    }
    throw new TransferError("INPUT_MISSING", `a docker-archive has one image, and ${where} has several: ${existing}`, {
        where: "input platform",
        remedy: "Set one of these platforms, or another format.",
    });
}
async function imagesIn(from, index, signal) {
    const { manifests } = await readManifest(from, index, signal);
    const found = await Promise.all(manifests.map(async (descriptor) => {
        if (isIndex(descriptor.mediaType))
            return imagesIn(from, descriptor, signal);
        const platform = await platformOfImage(from, descriptor, signal);
        return platform === undefined ? [] : [{ descriptor, platform }];
    }));
    return found.flat().filter(({ platform }) => platform.os !== "unknown" && platform.os !== "");
}
async function platformOfImage(from, descriptor, signal) {
    if (descriptor.platform !== undefined)
        return platformOf(descriptor.platform);
    const manifest = await readManifest(from, descriptor, signal);
    if (!isImage(manifest) || manifest.config === undefined)
        return undefined;
    const config = await readContent(from, manifest.config, signal);
    try {
        return platformOf(JSON.parse(config.toString("utf8")) ?? {});
    }
    catch {
        return undefined;
    }
}
async function readManifest(from, descriptor, signal) {
    return parseManifest(await readContent(from, descriptor, signal), descriptor.mediaType, from.name);
}
function one_image_below({ from, nodes }, root) {
    const all = new Map(nodes.map((node) => [nodeKey(node.descriptor), node]));
    const reached = new Set();
    const visit = (descriptor) => {
        const key = nodeKey(descriptor);
        if (reached.has(key))
            return;
        reached.add(key);
        for (const needed of all.get(key)?.needs ?? [])
            visit(needed);
    };
    visit(root);
    return { root, from, nodes: nodes.filter(({ descriptor }) => reached.has(nodeKey(descriptor))) };
}

;// CONCATENATED MODULE: ./lib/transfer/save/chart.js


const CONFIG = "application/vnd.cncf.helm.config.v1+json";
const PROVENANCE = "application/vnd.cncf.helm.chart.provenance.v1.prov";
const ARCHIVES = new Set([
    "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
    "application/tar+gzip",
]);
async function asChart({ root, from }, signal) {
    if (isIndex(root.mediaType))
        return undefined;
    const { config, layers } = await readManifest(from, root, signal);
    if (config?.mediaType !== CONFIG)
        return undefined;
    const archive = layers.find(({ mediaType }) => ARCHIVES.has(mediaType));
    const provenance = layers.find(({ mediaType }) => mediaType === PROVENANCE);
    return archive === undefined ? undefined : { archive, provenance };
}

;// CONCATENATED MODULE: ./lib/archive/chunk.js
const chunk_CHUNK_BYTES = 512 * 1024;
function chunkBytes(size) {
    return Math.min(chunk_CHUNK_BYTES, size + 1);
}

;// CONCATENATED MODULE: ./lib/archive/mac-os.js
function isMacOsMetadata(name) {
    const parts = name.split("/");
    return parts[0] === "__MACOSX" || parts.some((part) => part.startsWith("._") || part === ".DS_Store");
}

;// CONCATENATED MODULE: ./lib/archive/tar-archive.js







async function indexTar(path, expects, where) {
    const file = await (0,promises_.open)(path);
    let files;
    try {
        files = await indexed(await bytesOfFile(file), expects, where);
    }
    finally {
        await file.close();
    }
    return {
        list: async () => [...files.keys()],
        size: async (name) => files.get(name)?.size,
        read(name) {
            const { offset = 0, size = 0 } = files.get(name) ?? {};
            if (size === 0)
                return external_node_stream_.Readable.from([]);
            return (0,external_node_fs_.createReadStream)(path, { start: offset, end: offset + size - 1, highWaterMark: chunk_CHUNK_BYTES });
        },
        close: async () => { },
    };
}
async function indexSpooled(path, expects, where) {
    const archive = await indexTar(path, expects, where);
    return { ...archive, close: () => (0,promises_.rm)(path, { force: true }) };
}
async function indexed(bytes, expects, where) {
    const files = new Map();
    const directories = new Set();
    for await (const entry of tarEntries(bytes, where)) {
        const name = plainName(entry, where);
        if (name === "" || isMacOsMetadata(name))
            continue;
        if (!expects(name))
            throw refused(where, entry.name, "does not belong into an archive of this kind");
        if (files.has(name) || directories.has(name))
            throw refused(where, entry.name, "exists twice");
        if (entry.kind === "file")
            files.set(name, entry);
        else
            directories.add(name);
    }
    return files;
}
function plainName({ kind, name }, where) {
    if (Buffer.byteLength(name) > 255)
        throw refused(where, name, "has a name that is too long");
    if (/[\\\u0000-\u001f\u007f]/.test(name))
        throw refused(where, name, "has a name with characters that file names cannot have");
    if (name === "" || name.startsWith("/"))
        throw refused(where, name, "has no relative name");
    const isDirectory = kind === "directory";
    if (isDirectory && (name === "." || name === "./"))
        return "";
    const plain = (isDirectory ? name.replace(/\/$/, "") : name).replace(/^\.\//, "");
    const parts = plain.split("/");
    if (parts.includes(".."))
        throw refused(where, name, "leads out of the archive");
    if (parts.includes("") || parts.includes("."))
        throw refused(where, name, "has a name that is not plain");
    return plain;
}
async function bytesOfFile(file) {
    const { size } = await file.stat();
    return {
        size,
        async read(position, length) {
            const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - position)));
            let filled = 0;
            while (filled < buffer.length) {
                const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, position + filled);
                if (bytesRead === 0)
                    break;
                filled += bytesRead;
            }
            return buffer.subarray(0, filled);
        },
    };
}

;// CONCATENATED MODULE: ./lib/oci/blob-name.js

const BLOBS = "blobs";
function blobName(digest) {
    return `${BLOBS}/${algorithm(digest)}.${encoded(digest)}`;
}
function layoutBlobName(digest) {
    return `${BLOBS}/${algorithm(digest)}/${encoded(digest)}`;
}
function digestOfName(name) {
    const [, named = "", hex = ""] = /^blobs\/(sha256|sha512)[./]([0-9a-f]+)$/.exec(name) ?? [];
    const digest = `${named}:${hex}`;
    return isDigest(digest) ? digest : undefined;
}
function algorithm(digest) {
    return digest.slice(0, digest.indexOf(":"));
}

;// CONCATENATED MODULE: ./lib/oci/verify.js



function verifying(content, expected, where, asError = (error) => error) {
    const hash = hasherOf(expected.digest);
    let size = 0;
    const verifier = new external_node_stream_.Transform({
        highWaterMark: 256 * 1024,
        transform(chunk, _encoding, done) {
            size += chunk.length;
            if (size > expected.size)
                return done(sizeMismatch(expected, `more than ${expected.size}`, where));
            hash.update(chunk);
            done(null, chunk);
        },
        flush(done) {
            if (size !== expected.size)
                return done(sizeMismatch(expected, String(size), where));
            const digest = hash.digest("hex");
            done(digest === encoded(expected.digest) ? null : digestMismatch(expected, digest, where));
        },
    });
    verifier.on("error", () => { });
    (0,external_node_stream_.finished)(content, { writable: false }, (error) => {
        if (error !== undefined && error !== null)
            verifier.destroy(asError(error));
    });
    verifier.on("close", () => content.destroy());
    return content.pipe(verifier);
}
function verified(content, expected, where) {
    if (content.length !== expected.size)
        throw sizeMismatch(expected, String(content.length), where);
    const digest = hasherOf(expected.digest).update(content).digest("hex");
    if (digest !== encoded(expected.digest))
        throw digestMismatch(expected, digest, where);
    return content;
}
function isContentOf({ size, digest }, content) {
    return content.length === size && hasherOf(digest).update(content).digest("hex") === encoded(digest);
}
function sizeMismatch(expected, size, where) {
    return new TransferError("SIZE_MISMATCH", `${where} sends ${size} bytes for ${expected.digest}, not ${expected.size}`, {
        where,
        remedy: "The content was cut or exchanged on its way, or is broken where it lies; nothing was published.",
    });
}
function digestMismatch(expected, digest, where) {
    return new TransferError("DIGEST_MISMATCH", `${where} sends other content for ${expected.digest} (${digest})`, {
        where,
        remedy: "The content was changed on its way, or is broken where it lies; nothing was published.",
    });
}

;// CONCATENATED MODULE: ./lib/transfer/save/image.js













async function saveFolder(from, { blobs, generated }, folder, options) {
    let skipped = 0;
    await inPlace(folder, options, async (partial) => {
        const inFolder = async ({ digest, size }, path) => copyFound({ digest, size }, (0,external_node_path_.join)(folder, layoutBlobName(digest)), path);
        skipped = await saveContents(from, blobs, { folder: partial, fromOutput: inFolder }, options);
        for (const [name, content] of generated)
            await (0,promises_.writeFile)((0,external_node_path_.join)(partial, name), content);
    });
    return { copied: sizeOf(blobs) - skipped, skipped };
}
async function saveArchive(from, { blobs, generated }, path, options) {
    const existing = await openExisting(path);
    const names = [...generated.keys(), ...blobs.map(({ digest }) => layoutBlobName(digest))];
    if (existing !== undefined && (await isComplete(existing, { blobs, generated }, names)))
        return { copied: 0, skipped: sizeOf(blobs) };
    let skipped = 0;
    await inPlace(path, options, async (partial) => {
        const folder = `${partial}.content`;
        const inArchive = async (blob, to) => existing !== undefined && (await extract(existing, blob, to));
        skipped = await saveContents(from, blobs, { folder, fromOutput: inArchive }, options);
        const files = [...generated].map(([name, bytes]) => file(name, bytes));
        const inputs = [...files, ...blobs.map((blob) => tarInput(blob, folder)).sort(byName)];
        await (0,external_node_stream_promises_.pipeline)(tarBlocks(inputs), (0,external_node_fs_.createWriteStream)(partial, { flags: "wx" }), { signal: options.signal });
        await (0,promises_.rm)(folder, { recursive: true });
    });
    return { copied: sizeOf(blobs) - skipped, skipped };
}
async function saveContents(from, blobs, { folder, fromOutput }, options) {
    const found = await Promise.all(blobs.map(async (blob) => {
        const path = (0,external_node_path_.join)(folder, layoutBlobName(blob.digest));
        await (0,promises_.mkdir)((0,external_node_path_.dirname)(path), { recursive: true });
        return limited(options, async () => {
            const left = options.left.get(encoded(blob.digest));
            if (left !== undefined && (await copyFound(blob, left, path)))
                return blob.size;
            if (await fromOutput(blob, path))
                return blob.size;
            await saveBlob(from, blob, path, options);
            return 0;
        });
    }));
    return found.reduce((total, size) => total + size, 0);
}
async function copyFound({ digest, size }, path, to) {
    if ((await fileSize(path)) !== size || !(await hasContent({ path, size }, digest)))
        return false;
    await (0,promises_.copyFile)(path, to, external_node_fs_.constants.COPYFILE_FICLONE);
    return true;
}
async function saveBlob(from, blob, path, options) {
    const save = async () => (0,external_node_stream_promises_.pipeline)(await from.fetch(blob, options.signal), (0,external_node_fs_.createWriteStream)(path));
    await retryStream(options.attempts, save, options.signal);
}
async function openExisting(path) {
    if ((await fileSize(path)) === undefined)
        return undefined;
    return indexTar(path, () => true, path).catch(() => undefined);
}
async function isComplete(archive, { blobs, generated }, names) {
    const found = await archive.list();
    if (found.length !== names.length || !names.every((name) => found.includes(name)))
        return false;
    for (const [name, content] of generated) {
        if ((await archive.size(name)) !== content.length)
            return false;
        if (!(await bytesOf(archive.read(name))).equals(content))
            return false;
    }
    for (const blob of blobs)
        if (!(await passes(archive, blob, discard)))
            return false;
    return true;
}
async function extract(archive, blob, to) {
    return passes(archive, blob, (content) => (0,external_node_stream_promises_.pipeline)(content, (0,external_node_fs_.createWriteStream)(to)));
}
async function passes(archive, blob, use) {
    const name = layoutBlobName(blob.digest);
    if ((await archive.size(name)) !== blob.size)
        return false;
    try {
        await use(verifying(archive.read(name), blob, name));
        return true;
    }
    catch {
        return false;
    }
}
async function discard(content) {
    for await (const _ of content)
        ;
}
function tarInput({ digest, size }, folder) {
    const name = layoutBlobName(digest);
    return { name, size, content: () => (0,external_node_fs_.createReadStream)((0,external_node_path_.join)(folder, name)) };
}
function byName(one, other) {
    return one.name < other.name ? -1 : 1;
}

;// CONCATENATED MODULE: ./lib/transfer/save/image-files.js








function layoutFiles({ root, nodes }, name) {
    const { mediaType, digest, size } = root;
    const annotations = name === undefined ? {} : { annotations: { [REF_NAME_ANNOTATION]: name } };
    const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [{ mediaType, digest, size, ...annotations }] };
    return {
        blobs: nodes.map(({ descriptor }) => descriptor),
        generated: new Map([
            ["oci-layout", json({ imageLayoutVersion: "1.0.0" })],
            ["index.json", json(index)],
        ]),
    };
}
const REF_NAME = /^[A-Za-z0-9]+(?:(?:[-._:@+]|--)[A-Za-z0-9]+)*$/;
function refName(tag, version) {
    return [tag ?? "", version].find((name) => REF_NAME.test(name));
}
async function dockerFiles({ root, from }, { repository, version, where }, signal) {
    if (isIndex(root.mediaType))
        return undefined;
    const manifest = await readManifest(from, root, signal);
    const { config, layers } = manifest;
    if (config === undefined || !isImage(manifest))
        return undefined;
    if (layers.some(isForeign)) {
        throw new TransferError("INPUT_INVALID", `${where} has layers that are not distributed with it`, {
            where: "input format",
            remedy: "A docker-archive needs all layers: set format to oci-layout or oci-archive, or leave the resource out with exclude.",
        });
    }
    const tag = tagOf(version);
    const names = isTag(tag) && isRepository(repository) ? [`${repository}:${tag}`] : [];
    const image = {
        Config: layoutBlobName(config.digest),
        RepoTags: names,
        Layers: layers.map(({ digest }) => layoutBlobName(digest)),
    };
    const blobs = [...new Map([config, ...layers].map((blob) => [blob.digest, blob])).values()];
    return { blobs, generated: new Map([["manifest.json", json([image])]]) };
}
function json(document) {
    return Buffer.from(JSON.stringify(document));
}

;// CONCATENATED MODULE: ./lib/transfer/save/resource.js











async function resourceFiles(item, version, place, { format, platform }, signal) {
    if (item.kind === "blob")
        return [blobFile(item, version, place)];
    const where = `${describeElement(item.element)} of ${version.descriptor.name}:${version.descriptor.version}`;
    const graph = platform === undefined ? item.graph : await oneImage(item.graph, { wanted: platform, where }, signal);
    const chart = await asChart(graph, signal);
    if (chart !== undefined)
        return chartFiles(chart, graph, place);
    const docker = format === "docker-archive" ? await dockerArchive({ item, graph, where }, version, place, signal) : undefined;
    return [docker ?? layout(item, graph, place, format)];
}
function blobFile(item, version, { folder, name }) {
    const access = parseAccess(item.element.access);
    const described = access.kind === "localBlob" ? access.mediaType : "";
    const mediaType = described || (item.blobs[0]?.mediaType ?? "");
    const path = (0,external_node_path_.join)(folder, fileNameOf(name, mediaType));
    const comparable = comparableIn(version, item);
    return {
        path,
        mediaType,
        digest: item.blobs.map(({ digest }) => digest).join(","),
        save: (options) => {
            const comparison = comparable === undefined ? undefined : createComparison(comparable);
            return saveBlobs(item.from, item.blobs, path, options, comparison);
        },
    };
}
function chartFiles({ archive, provenance }, { from }, { folder, name }) {
    const path = (0,external_node_path_.join)(folder, withExtension(name, CHART_EXTENSION));
    const file = (layer, path) => ({
        path,
        mediaType: layer.mediaType,
        digest: layer.digest,
        save: (options) => saveBlobs(from, [layer], path, options),
    });
    return [
        file(archive, path),
        ...(provenance === undefined ? [] : [file(provenance, `${path}${PROVENANCE_EXTENSION}`)]),
    ];
}
async function dockerArchive({ item, graph, where }, version, { folder, name }, signal) {
    const { element } = item;
    const image = await oneImage(graph, { wanted: undefined, where }, signal);
    const { repository } = hintedName(undefined, version, element);
    const files = await dockerFiles(image, { repository, version: item.name.tag ?? element.version, where }, signal);
    const path = (0,external_node_path_.join)(folder, withExtension(name, ARCHIVE_EXTENSION));
    return files && artifactFile(image, path, (options) => saveArchive(image.from, files, path, options));
}
function layout({ name, element }, graph, place, format) {
    const files = layoutFiles(graph, refName(name.tag, element.version));
    const isFolder = format === "oci-layout";
    const path = (0,external_node_path_.join)(place.folder, isFolder ? place.name : withExtension(place.name, ARCHIVE_EXTENSION));
    return artifactFile(graph, path, (options) => (isFolder ? saveFolder : saveArchive)(graph.from, files, path, options));
}
function artifactFile({ root }, path, save) {
    return { path, mediaType: root.mediaType, digest: root.digest, save };
}

;// CONCATENATED MODULE: ./lib/transfer/source/glob.js
function matchesGlob(text, glob) {
    const [characters, pattern] = [[...text], [...glob]];
    let [read, next] = [0, 0];
    let star;
    while (read < characters.length) {
        if (pattern[next] === "*") {
            star = { at: next, read };
            next++;
        }
        else if (next < pattern.length && (pattern[next] === "?" || pattern[next] === characters[read])) {
            read++;
            next++;
        }
        else if (star !== undefined) {
            star.read++;
            read = star.read;
            next = star.at + 1;
        }
        else {
            return false;
        }
    }
    return pattern.slice(next).every((character) => character === "*");
}

;// CONCATENATED MODULE: ./lib/transfer/source/selector.js




function parseSelectors(lines, where) {
    return lines.map((line, index) => {
        const conditions = line.split(",").map((part) => parseCondition(part, `${where}, line ${index + 1}`));
        return { line, conditions };
    });
}
function isSelected(element, componentName, { include, exclude }) {
    const matches = (selector) => isMatch(element, componentName, selector);
    return (include.length === 0 || include.some(matches)) && !exclude.some(matches);
}
function isComponentIncluded(componentName, include) {
    const matchesName = ({ conditions }) => conditions.every(({ isOfComponent, glob }) => !isOfComponent || matchesGlob(componentName, glob));
    return include.length === 0 || include.some(matchesName);
}
function isMatch(element, componentName, { conditions }) {
    return conditions.every(({ valuesOf, glob }) => valuesOf(element, componentName).some((value) => matchesGlob(value, glob)));
}
function unmatchedSelectors(descriptors, { include, exclude }) {
    const matchesAny = (selector) => descriptors.some(({ name, elements }) => elements.some((element) => isMatch(element, name, selector)));
    const lines = [...include, ...exclude].filter((selector) => !matchesAny(selector)).map(({ line }) => line);
    if (lines.length === 0)
        return [];
    return [
        {
            code: "SELECTOR_UNMATCHED",
            message: `Nothing is selected by ${lines.map((line) => `"${printable(line, 80)}"`).join(", ")}.`,
            remedy: "See that name and value are spelt as in the component descriptor; for a part of a value, write * before or behind it.",
        },
    ];
}
function parseCondition(text, where) {
    const invalid = (why, remedy) => new TransferError("INPUT_INVALID", `${where}: "${printable(text.trim(), 100)}" ${why}`, { where, remedy });
    const at = text.indexOf("=");
    if (at < 0) {
        throw invalid("is not a condition", "Write key=value, for example name=frontend, type=oci* or label.acme.org/stage=prod; for a comma in a value, write ?.");
    }
    const [key, glob] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
    const valuesOf = lookup(key);
    if (valuesOf === undefined) {
        throw invalid("asks for something that elements do not have", "Ask for name, type, version, component, label.NAME or identity.KEY.");
    }
    if (glob === "")
        throw invalid("has no value", `Write ${key}=* where any value will do, or take it out.`);
    return { isOfComponent: key === "component", valuesOf, glob };
}
function lookup(key) {
    if (key === "name" || key === "type" || key === "version")
        return (element) => [element[key]];
    if (key === "component")
        return (_, componentName) => [componentName];
    const [, kind, name = ""] = /^(label|identity)\.(.+)$/s.exec(key) ?? [];
    if (kind === "label") {
        return ({ labels }) => labels
            .filter((label) => label.name === name)
            .map(({ value }) => (typeof value === "string" ? value : canonicalJson(value)));
    }
    return kind === "identity" ? (element) => identityAttribute(element, name) : undefined;
}
function identityAttribute({ name, version, extraIdentity }, key) {
    const attributes = new Map(Object.entries({ ...extraIdentity, name, version }));
    const value = attributes.get(key);
    return value === undefined ? [] : [value];
}

;// CONCATENATED MODULE: ./lib/ocm/signing/entry-json.js

const ESCAPED = /[<>&\u2028\u2029]/g;
function entryJson(value) {
    if (isRawNumber(value))
        return value.rawJSON === "-0" ? "0" : number(Number(value.rawJSON));
    if (typeof value === "number")
        return number(value);
    if (Array.isArray(value))
        return `[${value.map(entryJson).join(",")}]`;
    if (!isJsonObject(value))
        return escaped(JSON.stringify(value));
    const entries = Object.entries(value)
        .sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
        .map(([name, member]) => `{${escaped(JSON.stringify(name))}:${entryJson(member)}}`);
    return `[${entries.join(",")}]`;
}
function number(value) {
    return Object.is(value, -0) ? "-0" : JSON.stringify(value);
}
function escaped(json) {
    return json.replace(ESCAPED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

;// CONCATENATED MODULE: ./lib/ocm/signing/nested-digests.js


function withNestedDigests(component, root) {
    const nested = objects(root.nestedDigests);
    if (nested.length === 0)
        return component;
    const resourceDigests = objects(find(nested, component.name, component.version)?.resourceDigests);
    return {
        ...component,
        resources: objects(component.resources).map((resource) => withDigest(resource, resourceDigests.find((entry) => isIdentityOf(entry, resource)))),
        componentReferences: objects(component.componentReferences).map((reference) => withDigest(reference, find(nested, reference.componentName, reference.version))),
    };
}
function inContextOf(root, descriptor) {
    const { tree } = descriptor;
    if (!isJsonObject(tree.component))
        return descriptor;
    const component = withNestedDigests(tree.component, root.tree);
    const elements = descriptor.elements.map((element) => {
        const resource = element.kind === "resource" ? objects(component.resources)[element.index] : undefined;
        return { ...element, digest: element.digest ?? readDigest(resource?.digest) };
    });
    return { ...descriptor, elements, tree: { ...tree, component } };
}
function withDigest(element, entry) {
    return isJsonObject(element.digest) || !isJsonObject(entry?.digest) ? element : { ...element, digest: entry.digest };
}
function find(nested, name, version) {
    return nested.find((entry) => entry.name === name && entry.version === version);
}
function isIdentityOf(entry, resource) {
    return (entry.name === resource.name &&
        entry.version === resource.version &&
        isSameIdentity(nested_digests_identityOf(entry), nested_digests_identityOf(resource)));
}
function nested_digests_identityOf({ extraIdentity }) {
    return isJsonObject(extraIdentity) ? extraIdentity : {};
}
function isSameIdentity(one, other) {
    const keys = Object.keys(one);
    return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}
function objects(list) {
    return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

;// CONCATENATED MODULE: ./lib/ocm/signing/normalised-component.js


function signedComponent(component, fields) {
    const { generation } = fields;
    const labelsOf = (labels, kept = "signing") => {
        const list = kept === "all" ? normalised_component_objects(labels) : normalised_component_objects(labels).filter(isSigning);
        if (list.length === 0)
            return undefined;
        return list.map((label) => normaliseLabel(label, generation, kept === "all"));
    };
    const digestOf = (digest) => {
        if (!isJsonObject(digest))
            return undefined;
        return {
            hashAlgorithm: normalised_component_text(digest.hashAlgorithm),
            normalisationAlgorithm: normalised_component_text(digest.normalisationAlgorithm),
            value: normalised_component_text(digest.value),
        };
    };
    const elementOf = (element, noIdentity) => defined({
        name: normalised_component_text(element.name),
        version: normalised_component_text(element.version),
        extraIdentity: identity(element.extraIdentity) ?? noIdentity,
    });
    const artifactOf = (artifact, noIdentity) => defined({
        ...elementOf(artifact, noIdentity),
        type: normalised_component_text(artifact.type),
        labels: labelsOf(artifact.labels),
    });
    const resourceOf = (resource) => defined({
        ...artifactOf(resource, fields.noIdentity),
        relation: generation === 2 ? normalised_component_text(resource.relation) : normalised_component_text(resource.relation) || undefined,
        digest: hasNoAccess(resource) ? undefined : digestOf(resource.digest),
    });
    const referenceOf = (reference) => defined({
        ...elementOf(reference, fields.noIdentity),
        componentName: normalised_component_text(reference.componentName),
        labels: labelsOf(reference.labels, fields.referenceLabels),
        digest: digestOf(generation === 2 ? (reference.digest ?? {}) : reference.digest),
    });
    const provider = readProvider(component.provider ?? null);
    const isPlain = fields.plainProvider && normalised_component_objects(provider.labels).length === 0;
    return defined({
        name: normalised_component_text(component.name),
        version: normalised_component_text(component.version),
        creationTime: generation === 2 ? normalised_component_text(component.creationTime) || undefined : seconds(component.creationTime),
        provider: isPlain ? provider.name : defined({ name: provider.name, labels: labelsOf(provider.labels) }),
        labels: labelsOf(component.labels),
        resources: normalised_component_objects(component.resources).map(resourceOf),
        sources: fields.sources ? normalised_component_objects(component.sources).map((source) => artifactOf(source)) : undefined,
        componentReferences: normalised_component_objects(component.componentReferences).map(referenceOf),
    });
}
function withVersionsInIdentities(component) {
    const resources = normalised_component_objects(component.resources).map((resource) => ({ ...resource }));
    resources.forEach((resource, index) => {
        const own = identity(resource.extraIdentity) ?? {};
        const collides = resources.some((other, position) => position !== index &&
            normalised_component_text(other.name) === normalised_component_text(resource.name) &&
            isSameIdentity(identity(other.extraIdentity) ?? {}, own));
        if (collides)
            resource.extraIdentity = { ...own, version: normalised_component_text(resource.version) };
    });
    return { ...component, resources };
}
function isSigning({ signing }) {
    return signing === true || signing === "true";
}
function normaliseLabel(label, generation, withMerge) {
    const { name, version, value, merge } = label;
    const isFirst = generation === 1;
    return {
        ...defined({
            name: normalised_component_text(name),
            version: isFirst ? normalised_component_text(version) || undefined : undefined,
            signing: isSigning(label) || undefined,
            merge: isFirst && withMerge && isJsonObject(merge)
                ? defined({ algorithm: normalised_component_text(merge.algorithm), config: merge.config })
                : undefined,
        }),
        value: value ?? null,
    };
}
function hasNoAccess({ access }) {
    return isJsonObject(access) && (access.type === "none" || access.type === "None");
}
function readProvider(provider) {
    const value = typeof provider === "string" && provider.trimStart().startsWith("{") ? tryParse(provider) : provider;
    return isJsonObject(value) ? { name: normalised_component_text(value.name), labels: value.labels } : { name: normalised_component_text(value) };
}
function tryParse(json) {
    try {
        return parseJson(json);
    }
    catch {
        return json;
    }
}
function seconds(time) {
    const milliseconds = typeof time === "string" ? Date.parse(time) : Number.NaN;
    if (Number.isNaN(milliseconds))
        return time;
    return new Date(Math.floor((milliseconds + 500) / 1000) * 1000).toISOString().replace(/\.\d{3}Z$/, "Z");
}
function identity(value) {
    if (!isJsonObject(value) || Object.keys(value).length === 0)
        return undefined;
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, normalised_component_text(entry)]));
}
function normalised_component_text(value) {
    return typeof value === "string" ? value : "";
}
function normalised_component_objects(list) {
    return Array.isArray(list) ? list.filter(isJsonObject) : [];
}
function defined(members) {
    return Object.fromEntries(Object.entries(members).filter((member) => member[1] !== undefined));
}

;// CONCATENATED MODULE: ./lib/ocm/signing/normalise.js







const DEFAULT = { hashAlgorithm: "SHA-256", normalisationAlgorithm: "jsonNormalisation/v3" };
const V2_V3 = {
    generation: 1,
    referenceLabels: "all",
    sources: true,
    plainProvider: false,
    noIdentity: undefined,
};
const V1 = {
    ...V2_V3,
    referenceLabels: "signing",
    sources: false,
    plainProvider: true,
    noIdentity: null,
};
const V4 = { ...V2_V3, generation: 2 };
function componentDigest(descriptor) {
    return digestOf(descriptor, DEFAULT);
}
function digestOf(descriptor, algorithms, root = descriptor) {
    const hash = hashNamed(algorithms.hashAlgorithm, `${descriptor.name}:${descriptor.version}`);
    return hexHash(hash, normalise(descriptor, algorithms, root));
}
function normalise(descriptor, { normalisationAlgorithm } = DEFAULT, root = descriptor) {
    const where = `${descriptor.name}:${descriptor.version}`;
    const stored = isJsonObject(descriptor.tree.component) ? descriptor.tree.component : {};
    const component = withNestedDigests(stored, root.tree);
    switch (normalisationAlgorithm) {
        case "jsonNormalisation/v1": {
            const signed = signedComponent(withVersionsInIdentities(component), V1);
            return entryJson(pruned({ meta: { schemaVersion: "v2" }, component: signed }, "keep nulls", where));
        }
        case "jsonNormalisation/v2": {
            const signed = signedComponent(withVersionsInIdentities(component), V2_V3);
            return canonicalJson(pruned({ component: signed }, "keep nulls", where));
        }
        case "jsonNormalisation/v3":
            return canonicalJson(pruned({ component: signedComponent(component, V2_V3) }, "keep nulls", where));
        case "jsonNormalisation/v4alpha1":
            return canonicalJson(pruned({ component: signedComponent(stored, V4) }, "drop nulls", where));
        default:
            throw new TransferError("NORMALISATION_UNSUPPORTED", `${where}: the normalisation ${printable(JSON.stringify(normalisationAlgorithm), 80)} is unknown`, { where, remedy: "Sign the component version again with jsonNormalisation/v3." });
    }
}
function pruned(value, nulls, where) {
    if (typeof value === "string")
        return value.toWellFormed();
    if (isRawNumber(value)) {
        if (Number.isFinite(Number(value.rawJSON)))
            return value;
        throw new TransferError("DESCRIPTOR_MALFORMED", `${where}: a signed label contains a number that is too large`, {
            where,
        });
    }
    if (Array.isArray(value))
        return value.map((entry) => pruned(entry, nulls, where));
    if (!isJsonObject(value))
        return value;
    const members = Object.entries(value).filter(([name, member]) => name !== "" && (member !== null || nulls === "keep nulls"));
    return Object.fromEntries(members.map(([name, member]) => [name.toWellFormed(), pruned(member, nulls, where)]));
}

;// CONCATENATED MODULE: ./lib/ocm/signing/signature.js







const PADDINGS = new Map([
    ["RSASSA-PKCS1-V1_5", external_node_crypto_.constants.RSA_PKCS1_PADDING],
    ["RSASSA-PSS", external_node_crypto_.constants.RSA_PKCS1_PSS_PADDING],
]);
const PLAIN = new Set(["application/vnd.ocm.signature.rsa", "application/vnd.ocm.signature.rsa.pss"]);
const PEM = "application/x-pem-file";
function verifySignature(descriptor, { name, key }) {
    const where = `${descriptor.name}:${descriptor.version}`;
    const label = `signature ${printable(name, 80)} of ${where}`;
    const signature = signaturesOf(descriptor).find((candidate) => candidate.name === name);
    if (signature === undefined)
        throw unknown(descriptor, name, where);
    const padding = PADDINGS.get(signature.algorithm);
    if (padding === undefined)
        throw unsupported(`has the algorithm ${printable(signature.algorithm, 60) || '""'}`);
    const bytes = decode(signature);
    const hash = hashNamed(signature.digest.hashAlgorithm, label);
    const normalised = Buffer.from(normalise(descriptor, signature.digest), "utf8");
    const found = hexHash(hash, normalised);
    if (found !== signature.digest.value.toLowerCase()) {
        throw new TransferError("SIGNATURE_DIGEST_DIFFERS", `${label} is for the digest ${printable(signature.digest.value, 128)}, but that of the component version is ${found}`, {
            where,
            remedy: "A signed part was changed after signing, mostly by a transfer with version 2 of the OCM CLI, which drops " +
                "creationTime and renames digest algorithms. Transfer the component version from a source where the signature verifies.",
        });
    }
    const saltLength = external_node_crypto_.constants.RSA_PSS_SALTLEN_AUTO;
    if ((0,external_node_crypto_.verify)(hash, normalised, { key, padding, saltLength }, bytes))
        return signature;
    throw invalid(`does not match the given public key${signerOf(signature)}`);
    function decode({ mediaType, value, algorithm }) {
        if (PLAIN.has(mediaType)) {
            if (!/^(?:[0-9a-f]{2})+$/i.test(value))
                throw invalid("is not hexadecimal");
            return Buffer.from(value, "hex");
        }
        if (mediaType !== PEM)
            throw unsupported(`has the media type ${printable(mediaType, 80) || '""'}`);
        const block = pemBlocks(value).find(({ type }) => type === "SIGNATURE");
        if (block === undefined)
            throw invalid("contains no PEM block of type SIGNATURE");
        if ((block.headers.get("Signature Algorithm") ?? algorithm) !== algorithm) {
            throw invalid("has another algorithm in its PEM block than in the descriptor");
        }
        return block.bytes;
    }
    function unsupported(why) {
        return new TransferError("SIGNATURE_UNSUPPORTED", `${label} ${why}, which is not supported`, {
            where,
            remedy: "Verify it with the OCM CLI, or sign with RSASSA-PKCS1-V1_5, which both of its generations verify.",
        });
    }
    function invalid(why) {
        return new TransferError("SIGNATURE_INVALID", `${label} ${why}`, {
            where,
            remedy: "Compare the key with that of the signer: it is another one, or the signature was replaced. " +
                "Of a certificate only its own key is used, so a CA certificate verifies nothing.",
        });
    }
}
function signaturesOf({ tree }) {
    const signatures = Array.isArray(tree.signatures) ? tree.signatures.filter(isJsonObject) : [];
    return signatures.map((entry) => {
        const [digest, signature] = [object(entry.digest), object(entry.signature)];
        return {
            name: signature_text(entry.name),
            digest: {
                hashAlgorithm: signature_text(digest.hashAlgorithm),
                normalisationAlgorithm: signature_text(digest.normalisationAlgorithm),
                value: signature_text(digest.value),
            },
            algorithm: signature_text(signature.algorithm),
            mediaType: signature_text(signature.mediaType),
            value: signature_text(signature.value),
        };
    });
}
function unknown(descriptor, name, where) {
    const names = signaturesOf(descriptor).map((signature) => printable(signature.name, 80));
    return new TransferError("SIGNATURE_UNKNOWN", `${where} has no signature ${printable(name, 80)}${names.length === 0 ? ", nor any other" : `, only ${names.join(", ")}`}`, { where, remedy: "Name an existing signature, or sign the component version with its references in the source." });
}
function signerOf(signature) {
    const certificate = certificateIn(signature);
    if (certificate === undefined)
        return "";
    const { subject, issuer } = certificate;
    return `; its certificate names ${printable(subject, 120)}, issued by ${printable(issuer, 120)}`;
}
function certificateIn({ mediaType, value }) {
    const block = mediaType === PEM ? pemBlocks(value).find(({ type }) => type === "CERTIFICATE") : undefined;
    try {
        return block === undefined ? undefined : new external_node_crypto_.X509Certificate(block.bytes);
    }
    catch {
        return undefined;
    }
}
function object(value) {
    return isJsonObject(value) ? value : {};
}
function signature_text(value) {
    return typeof value === "string" ? value : "";
}

;// CONCATENATED MODULE: ./lib/transfer/source/locate.js









function describeMovedTag({ tag, has, pinned }) {
    return `the tag ${printable(tag, 300)} leads to ${has}, and not to ${pinned}, which is pinned`;
}
async function locateAbsolute(version, pins, reference, registryAt, signal) {
    const pinned = reference.digest ?? pinnedDigest(pins);
    const there = registryAt(reference);
    const name = strippedName(reference, version);
    const find = () => locateThere(there.repository(reference.repository), reference, pins, signal);
    if (pinned === undefined || there === version.from.registry)
        return { ...(await find()), name };
    const guess = () => locateNear(version, reference, pinned, signal);
    return { ...(await guessed(guess, find, signal)), name };
}
async function guessed(guess, find, signal) {
    const [near, fault] = await orAbsence(withoutRepetition(guess), isTemporary);
    signal?.throwIfAborted();
    if (near !== undefined)
        return near;
    if (fault === undefined)
        return find();
    try {
        return await find();
    }
    catch (error) {
        signal?.throwIfAborted();
        const [place] = await orAbsence(guess(), isTemporary);
        if (place === undefined)
            throw error;
        return place;
    }
}
async function locateThere(from, reference, pins, signal) {
    const wanted = manifestReference(reference);
    const pinned = pinnedDigest(pins);
    if (reference.digest !== undefined || pinned === undefined)
        return { from, root: await from.resolve(wanted, signal) };
    const [tagged, absence] = await orAbsence(from.resolve(wanted, signal));
    if (tagged !== undefined && (await isPinnedArtifact(pins, { from, root: tagged }, signal))) {
        return { from, root: tagged };
    }
    const [root] = await orAbsence(from.resolve(pinned, signal), isRefusal);
    if (root !== undefined)
        return { from, root, movedTag: movedTag(from, wanted, tagged, root) };
    if (tagged === undefined)
        throw absence;
    return { from, root: tagged };
}
async function locateRelative(version, pins, reference, where, signal) {
    const name = strippedName(reference, version);
    let other;
    for (const from of nearRepositories(version, reference)) {
        const [place] = await orAbsence(locateThere(from, reference, pins, signal));
        if (place === undefined)
            continue;
        if (comparableOf(pins).length === 0 || (await isPinnedArtifact(pins, place, signal)))
            return { ...place, name };
        other ??= place;
    }
    if (other !== undefined)
        return { ...other, name };
    const text = formatArtifactReference(reference);
    throw new TransferError("ARTIFACT_UNKNOWN", `${where}: ${version.from.registry.name} has no ${text}`, {
        where: version.from.display,
        remedy: "The copy is incomplete, or was moved to another path by hand; transfer the component version again from its origin.",
    });
}
function nearRepositories(version, { repository }) {
    const moved = recordedPaths(version)
        .filter((path) => repository.startsWith(`${path}/`))
        .map((path) => below(version.from.path, repository.slice(path.length + 1)));
    return [...new Set([repository, ...moved])].map((name) => version.from.registry.repository(name));
}
async function locateNear(version, reference, pinned, signal) {
    for (const from of nearRepositories(version, reference)) {
        const [root] = await orAbsence(from.resolve(pinned, signal), isRefusal);
        if (root === undefined)
            continue;
        if (reference.digest !== undefined)
            return { from, root };
        const tag = manifestReference(reference);
        const [tagged] = await orAbsence(from.resolve(tag, signal), (error) => isRefusal(error) || isTemporary(error));
        return { from, root, movedTag: movedTag(from, tag, tagged, root) };
    }
    return undefined;
}
function movedTag({ name }, tag, tagged, root) {
    if (tagged === undefined || tagged.digest === root.digest)
        return undefined;
    return { tag: `${name}:${tag}`, has: tagged.digest, pinned: root.digest };
}
function pinnedDigest(pins) {
    return comparableOf(pins).flatMap((pin) => asDigest(pin) ?? [])[0];
}
async function orAbsence(finding, isNotThere = isAbsence) {
    try {
        return [await finding, undefined];
    }
    catch (error) {
        if (!isNotThere(error))
            throw error;
        return [undefined, error];
    }
}
const ABSENCES = new Set([
    "MANIFEST_UNKNOWN",
    "COMPONENT_VERSION_UNKNOWN",
    "UNAUTHORIZED",
    "DENIED",
    "TOKEN_REFUSED",
]);
function isAbsence(error) {
    return error instanceof TransferError && ABSENCES.has(error.code);
}
function isRefusal(error) {
    return (error instanceof RegistryError && !isTemporary(error)) || isAbsence(error);
}
function isTemporary(error) {
    return isRetryable(error) || isTemporaryRefusal(error);
}

;// CONCATENATED MODULE: ./lib/transfer/target/inspect.js





async function existingOrNone(read, policy) {
    try {
        return await read();
    }
    catch (error) {
        if (!(error instanceof TransferError))
            throw error;
        if (isAbsence(error))
            return undefined;
        if (policy === "overwrite" && UNREADABLE.has(error.code))
            return undefined;
        throw error;
    }
}
const UNREADABLE = new Set([
    "NOT_A_COMPONENT_VERSION",
    "DESCRIPTOR_MALFORMED",
    "DESCRIPTOR_MISPLACED",
    "VERSION_ALIASED",
    "MANIFEST_MALFORMED",
]);
function checkExisting(existing, source, policy) {
    if (existing === undefined || policy === "overwrite")
        return;
    const where = `${existing.from.display}//${source.descriptor.name}:${source.descriptor.version}`;
    if (policy === "fail") {
        throw new TransferError("COMPONENT_VERSION_EXISTS", `${where} exists`, {
            where,
            remedy: "Set existing: skip to leave or complete it, or existing: overwrite to replace it.",
        });
    }
    const [there, here] = [componentDigest(existing.descriptor), componentDigest(source.descriptor)];
    if (there === here)
        return;
    throw new TransferError("COMPONENT_DIGEST_DIFFERS", `${where} has the component digest ${there}, the source ${here}`, {
        where,
        remedy: "They are two different component versions. Give one a new version, or set existing: overwrite to replace the target's.",
    });
}
function furtherSignatures(existing, source) {
    if (existing === undefined || componentDigest(existing.descriptor) !== componentDigest(source.descriptor))
        return [];
    const known = new Set(source.descriptor.signatures);
    const signatures = Array.isArray(existing.descriptor.tree.signatures)
        ? existing.descriptor.tree.signatures
        : [];
    return signatures.filter(isJsonObject).filter(({ name }) => typeof name === "string" && !known.has(name));
}
function keyOf({ to, descriptor }) {
    return `${isManifest(descriptor.mediaType) ? "manifest" : "blob"} ${to}@${descriptor.digest}`;
}
function placementsToAsk(desiredVersions, existing, target) {
    const tags = desiredVersions.flatMap(({ artifactTags, componentTag }) => [...artifactTags, componentTag]);
    const roots = new Set(tags.map(({ repository: to, target: descriptor }) => keyOf({ to, descriptor })));
    const homes = new Map();
    return desiredVersions.flatMap(({ placements, componentTag }, index) => {
        const isNew = existing[index]?.root.digest !== componentTag.target.digest;
        return placements.filter((placement) => {
            const { descriptor, from, to, about } = placement;
            if (isManifest(descriptor.mediaType))
                return !roots.has(keyOf(placement));
            if (about !== undefined)
                return true;
            const own = !Buffer.isBuffer(from) && from.store === target ? from.name : to;
            const home = homes.get(descriptor.digest) ?? own;
            homes.set(descriptor.digest, home);
            return home === to || !isNew;
        });
    });
}
async function findPresent(target, placements, signal) {
    const unique = new Map(placements.map((placement) => [keyOf(placement), placement]));
    const present = await Promise.all([...unique].map(async ([key, { to, descriptor }]) => {
        const exists = await existsIn(target.repository(to), descriptor, signal);
        return exists ? [key] : [];
    }));
    return new Set(present.flat());
}
async function existsIn(repository, descriptor, signal) {
    try {
        return await repository.exists(descriptor, signal);
    }
    catch (error) {
        if (isAbsence(error))
            return false;
        throw error;
    }
}
async function findTags(target, tags, signal) {
    const names = new Map(tags.map(({ repository, tag }) => [`${repository}:${tag}`, { repository, tag }]));
    const found = await Promise.all([...names].map(async ([key, { repository, tag }]) => {
        try {
            return [[key, await target.repository(repository).resolve(tag, signal)]];
        }
        catch (error) {
            if (isAbsence(error))
                return [];
            throw error;
        }
    }));
    return new Map(found.flat());
}

;// CONCATENATED MODULE: ./lib/commands/describe.js




function describeComponentVersion({ descriptor }, repository, state, changes) {
    return {
        component: descriptor.name,
        version: descriptor.version,
        repository,
        digest: `sha256:${componentDigest(descriptor)}`,
        signatures: descriptor.signatures,
        state,
        resources: changes.map(({ element: { kind, name, version, type }, before, after }) => ({
            kind,
            name,
            version,
            type,
            before,
            after,
        })),
    };
}
function describeSignatures(verified) {
    return verified.map(({ descriptor: { name: component, version }, signature, key }) => {
        const { name, algorithm, digest } = signature;
        const { hashAlgorithm, normalisationAlgorithm } = digest;
        const certificate = certificateIn(signature);
        return {
            component,
            version,
            name,
            algorithm,
            hashAlgorithm,
            normalisationAlgorithm,
            "key-fingerprint": keyFingerprint(key),
            ...(certificate?.publicKey.equals(key)
                ? { "certificate-subject": certificate.subject.replaceAll("\n", ", ") }
                : {}),
        };
    });
}
function describeAsItIs(version) {
    const { descriptor, from, repository } = version;
    const asTheyAre = descriptor.elements.map((element) => ({ element, before: element.access, after: element.access }));
    return describeComponentVersion(version, `${from.registry.name}/${repository.name}`, "unchanged", asTheyAre);
}
function describePlanned({ desired, tags, steps }, { registry }, state) {
    const kinds = new Map(tags.flat().map((tagging) => [`${tagging.repository}:${tagging.tag}`, tagging.kind]));
    const isDone = ({ kind }) => kind !== "skip" && kind !== "left";
    const moved = new Set(steps.filter(isDone).map(({ placement }) => keyOf(placement)));
    return desired.map(({ version, repository, componentTag, changes, placements }) => {
        const isTagged = kinds.get(`${repository}:${componentTag.tag}`) === "skip";
        const isComplete = !placements.some((placement) => moved.has(keyOf(placement)));
        const reached = !isTagged || state === "planned" ? state : "completed";
        const place = `${registry.name}/${repository}`;
        return describeComponentVersion(version, place, isTagged && isComplete ? "unchanged" : reached, changes);
    });
}

;// CONCATENATED MODULE: ./lib/proxy/plain-host.js

const MAX_NAME_LENGTH = 253;
function plain_host_isPlainHost(text) {
    if (text.length > MAX_NAME_LENGTH + ":65535".length)
        return false;
    const [, literal, name = "", port] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
    if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))
        return false;
    if (literal !== undefined)
        return (0,external_node_net_.isIPv6)(literal) && !literal.includes("%");
    return (0,external_node_net_.isIP)(name) !== 0 || (name.length <= MAX_NAME_LENGTH && name.split(".").every(isLabel));
}
function isLabel(label) {
    return /^[a-z0-9_-]{1,63}$/i.test(label) && !label.startsWith("-") && !label.endsWith("-");
}

;// CONCATENATED MODULE: ./lib/net/connection/response-head.js
const MAX_HEAD_BYTES = 1024 * 1024;
const NOT_HTTP = "ERR_NOT_HTTP";
const MALFORMED_RESPONSE = "ERR_MALFORMED_RESPONSE";
function response_head_malformed(fault) {
    return Object.assign(new Error(`the response is not valid HTTP: ${fault}`), { code: MALFORMED_RESPONSE });
}
function readHead(bytes) {
    if (!isPrefix(bytes))
        throw notHttp(bytes);
    const end = /\n\r?\n/.exec(bytes.subarray(0, MAX_HEAD_BYTES).toString("latin1"));
    if (end === null) {
        if (bytes.length >= MAX_HEAD_BYTES)
            throw response_head_malformed(`a head of more than ${MAX_HEAD_BYTES} bytes`);
        return undefined;
    }
    const length = end.index + end[0].length;
    return { head: parse(bytes.subarray(0, end.index)), rest: bytes.subarray(length) };
}
function withoutLineEnds(bytes) {
    const first = bytes.findIndex((byte) => byte !== CR && byte !== LF);
    return first === -1 ? bytes.subarray(bytes.length) : bytes.subarray(first);
}
function isInformational({ status }) {
    return status >= 100 && status < 200 && status !== 101;
}
const [CR, LF] = [0x0d, 0x0a];
const PREFIX = "HTTP/";
function isPrefix(bytes) {
    return PREFIX.startsWith(bytes.toString("latin1", 0, PREFIX.length));
}
const STATUS_LINE = /^HTTP\/(\d)\.(\d) +(\d{3})(?: (.*))?$/;
function parse(bytes) {
    const [statusLine = "", ...lines] = bytes.toString("latin1").replace(/\r$/, "").split(/\r?\n/);
    const [, major, minor, status, statusText = ""] = STATUS_LINE.exec(statusLine) ?? [];
    if (status === undefined)
        throw notHttp(Buffer.from(statusLine, "latin1"));
    const fields = new Map();
    let fault;
    for (const line of unfolded(lines)) {
        const [name, value, why] = fieldOf(line);
        if (why !== undefined)
            fault ??= `${name}: ${why}`;
        else
            fields.set(name, [...(fields.get(name) ?? []), value]);
    }
    return { isHttp11: Number(major) * 10 + Number(minor) >= 11, status: Number(status), statusText, fields, fault };
}
function unfolded(lines) {
    const whole = [];
    for (const line of lines) {
        const before = /^[ \t]/.test(line) ? whole.pop() : undefined;
        whole.push(before === undefined ? line : `${before} ${line.trim()}`);
    }
    return whole;
}
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;
function fieldOf(line) {
    const colon = line.indexOf(":");
    const written = colon === -1 ? line : line.slice(0, colon);
    const name = written.trimEnd();
    const value = line.slice(colon + 1).trim();
    if (colon === -1)
        return [written, value, "a line of the head without a colon"];
    if (!NAME.test(name))
        return [written, value, "not the name of a header field"];
    if (CONTROL.test(value))
        return [name, value, "a header field with a control character"];
    if (name !== written && FRAMING.has(name.toLowerCase()))
        return [name, value, "whitespace before the colon"];
    return [name.toLowerCase(), value];
}
const FRAMING = new Set(["content-length", "transfer-encoding"]);
function notHttp(bytes) {
    const [line = ""] = bytes.toString("latin1", 0, 64).split(/\r?\n/);
    return Object.assign(new Error(`not an HTTP response: ${JSON.stringify(line)}`), { code: NOT_HTTP });
}

;// CONCATENATED MODULE: ./lib/diagnosis/verdict.js

function roleOf({ purpose }) {
    if (purpose.kind === "blobs")
        return "blob-host";
    return purpose.kind === "token" ? "token-host" : "registry";
}
function uploadRegistry({ purpose }) {
    return purpose.kind === "uploads" ? purpose.registry : undefined;
}
function quotedReply({ failure }) {
    return printable(failure.message, 200);
}
function proxyOf({ route }) {
    if (route.via === "direct")
        throw new TypeError("a direct route has no proxy");
    return route.proxy;
}
function proxyHost(hop) {
    const { hostname, port } = proxyOf(hop);
    return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}
function uploadRemedy({ host }, registry) {
    return `Let this runner reach ${host}, or have the operators of ${registry} correct the public URL that it names for uploads (behind a reverse proxy: http.host of the CNCF registry, or X-Forwarded-Host).`;
}

;// CONCATENATED MODULE: ./lib/diagnosis/origin-verdict.js




function originVerdict(error) {
    const { hop, phase } = error;
    const route = hop.route.via === "proxy" ? "through the proxy" : `directly, by the rule: ${hop.route.rule}`;
    const message = `${hop.host} (${describePurpose(hop.purpose)}), reached ${route}: ${quotedReply(error)}`;
    const code = errorCode(error.failure.cause) ?? "";
    if (phase === "tls" && TRUST_CODES.has(code))
        return trustVerdict(error, message);
    if (phase === "lookup" || phase === "dial")
        return verdict(directCause(error, code), "runner", message);
    return verdict(phase === "tls" ? tlsCause(hop, code) : answerCause(error), roleOf(hop), message);
}
function verdict([code, remedy, inputLine], refusedBy, message) {
    return { code, refusedBy, message, remedy, ...(inputLine === undefined ? {} : { inputLines: [inputLine] }) };
}
function directCause(error, code) {
    const { hop, phase, timedOut } = error;
    const registry = uploadRegistry(hop);
    if (registry !== undefined)
        return ["UPLOAD_HOST_BLOCKED", uploadRemedy(hop, registry)];
    if (roleOf(hop) === "blob-host" && hop.route.rule.startsWith("NO_PROXY entry")) {
        return [
            "BLOB_HOST_IN_NO_PROXY",
            `Take ${hop.host} out of no-proxy, so that blobs go through the proxy; the entry that matches is in the rule. If it has to be reached directly, ask for the firewall to let it through.`,
        ];
    }
    const input = hop.url.startsWith("https:") ? "https-proxy" : "http-proxy";
    const direct = `If only a proxy reaches ${hop.host}, set ${input} and keep the host out of no-proxy.`;
    if (phase === "lookup" && (timedOut || code === "EAI_AGAIN")) {
        return ["DNS_TIMED_OUT", `Check that this runner's name server can be reached and works. ${direct}`];
    }
    if (code === "ENOTFOUND") {
        return ["HOST_UNKNOWN", `This runner cannot resolve the name: check its spelling. ${direct}`];
    }
    if (timedOut)
        return ["HOST_TIMED_OUT", `Nothing answers: a firewall drops the packets. ${direct}`];
    return ["HOST_UNREACHABLE", `Check host and port. ${direct}`];
}
const TRUST_CODES = new Set([
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "UNABLE_TO_GET_ISSUER_CERT",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
]);
const PLAIN_ANSWERS = new Set(["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG"]);
const CERTIFICATE_CAUSES = {
    ERR_TLS_CERT_ALTNAME_INVALID: [
        "TLS_WRONG_NAME",
        "The certificate is for another name: use the name it was made for.",
    ],
    CERT_HAS_EXPIRED: ["TLS_EXPIRED", "Renew the certificate, and check the clock of this runner."],
    CERT_NOT_YET_VALID: [
        "CLOCK_SKEWED",
        "The certificate begins to be valid later than now: set the clock of this runner, which is most likely behind.",
    ],
};
function tlsCause({ host }, code) {
    if (PLAIN_ANSWERS.has(code)) {
        const line = host.replace(/:443$/, "");
        return [
            "PLAIN_HTTP_REGISTRY",
            `The host does not speak TLS. If plain HTTP is intended, add ${line} to plain-http.`,
            { input: "plain-http", line },
        ];
    }
    const other = "Check that the host speaks TLS at this port; a proxy or firewall that interrupts TLS is another usual cause.";
    return CERTIFICATE_CAUSES[code] ?? ["TLS_FAILED", other];
}
const INVALID_RESPONSES = new Set([MALFORMED_RESPONSE, NOT_HTTP]);
function answerCause({ timedOut, failure }) {
    if (INVALID_RESPONSES.has(errorCode(failure.cause))) {
        return [
            "RESPONSE_MALFORMED",
            "Ask the operators of the host, or of a gateway or proxy before it, to correct the response: Go's clients refuse it, too.",
        ];
    }
    if (timedOut) {
        return [
            "RESPONSE_TIMED_OUT",
            "Run again; if the error stays, ask the operators of the host, or of a proxy that scans content.",
        ];
    }
    return [
        "CONNECTION_LOST",
        "Run again; if the error stays, something on the route cuts connections: a proxy's limit of size or time is a usual cause.",
    ];
}
function trustVerdict({ hop, failure: { issuer } }, message) {
    const remedy = `Put the certificate of ${issuer === undefined ? "the CA" : `the CA ${issuer}`} into ca-certificates, or into the system's store.`;
    if (hop.route.via === "direct")
        return { code: "TLS_UNTRUSTED", refusedBy: roleOf(hop), message, remedy };
    return {
        code: "TLS_INTERCEPTED",
        refusedBy: "proxy",
        message: `${message}. The proxy ${proxyOf(hop).display} re-signs TLS, or the registry has a CA of its own`,
        remedy,
    };
}

;// CONCATENATED MODULE: ./lib/diagnosis/proxy-verdict.js



function proxyVerdict(error) {
    const proxy = proxyOf(error.hop);
    const host = proxyHost(error.hop);
    const [code, refusedBy, remedy] = causeOf(error, host);
    return { code, host, refusedBy, message: `The proxy ${proxy.display} cannot be used: ${quotedReply(error)}`, remedy };
}
function causeOf(error, host) {
    const { hop, phase, timedOut } = error;
    const { from, hostname } = proxyOf(hop);
    const setting = `the proxy setting (${from})`;
    const cause = errorCode(error.failure.cause);
    if (phase === "proxy-tls") {
        return error.failure.speaks === "http"
            ? ["PROXY_SPEAKS_PLAIN", "proxy", `Write http:// instead of https:// in ${setting}.`]
            : [
                "PROXY_TLS_FAILED",
                "proxy",
                `Put the CA of the proxy's certificate into ca-certificates; if the proxy does not speak TLS, write http:// in ${setting}.`,
            ];
    }
    if (phase === "proxy-lookup" && (timedOut || cause === "EAI_AGAIN")) {
        return [
            "DNS_TIMED_OUT",
            "runner",
            `This runner's name server does not answer, or reports a failure: have it repaired, or write the proxy's address into ${setting}.`,
        ];
    }
    if (cause === "ENOTFOUND") {
        return [
            "PROXY_NAME_UNKNOWN",
            "runner",
            `This runner cannot resolve ${hostname}: correct ${setting}, or have the name added to DNS.`,
        ];
    }
    if (timedOut) {
        return [
            "PROXY_TIMED_OUT",
            "proxy",
            `Nothing answers at ${host}: correct ${setting}, or ask the network team to let this runner reach it.`,
        ];
    }
    const loopback = isLoopbackName(hostname)
        ? ` ${hostname} is the machine itself, and in a container it is the container: name the host that runs the proxy there, or set https-proxy and http-proxy for this job.`
        : "";
    return [
        "PROXY_UNREACHABLE",
        "proxy",
        `Check host and port in ${setting}, and that this runner may connect to ${host}.${loopback}`,
    ];
}

;// CONCATENATED MODULE: ./lib/diagnosis/seen.js


function seenOf(error) {
    const { at, hop, failure } = error;
    const { host, method, url, route } = hop;
    const answer = failure.reply === undefined ? quotedReply(error) : replyText(failure.reply);
    if (route.via === "direct")
        return { at, proxy: undefined, request: `TCP ${host}`, answer };
    const request = url.startsWith("https:") ? `CONNECT ${host}` : `${method} ${printableUrl(url)}`;
    return { at, proxy: route.proxy.display, request: `${request} HTTP/1.1`, answer };
}
function replyText({ status, statusText, headers }) {
    const squid = headers["x-squid-error"];
    return printable(`${[status, statusText].join(" ").trim()}${squid === undefined ? "" : ` (${squid})`}`, 200);
}

;// CONCATENATED MODULE: ./lib/stores/registry/hosts.js


function registryHosts(registry) {
    const found = findRegistry(registry);
    if (found === undefined)
        return undefined;
    const { known, host, fill } = found;
    return {
        registry: known.aliases ?? [host],
        token: (known.token ?? []).map((template) => fill(template)),
        blob: known.blob.map((template) => fill(template)),
        confidence: known.confidence,
    };
}
function apiHost(host) {
    return canonicalHost(host) === "docker.io" ? "registry-1.docker.io" : host;
}
function tokenHostsOf(registry) {
    const hosts = registryHosts(registry);
    return hosts === undefined || hosts.confidence === "low" ? [] : hosts.token;
}
function noProxyEntriesFor(registry) {
    const hosts = registryHosts(registry);
    if (hosts === undefined || hosts.confidence === "low") {
        const host = authorityOf(registry);
        return { entries: [host], findings: [blobHostsUnknown(host, hosts?.blob ?? [])] };
    }
    const shared = hosts.blob.filter((host) => SHARED.has(host));
    return {
        entries: [...new Set([...hosts.registry, ...hosts.token, ...hosts.blob])],
        findings: shared.length === 0 ? [] : [blobHostsShared(authorityOf(registry), shared)],
    };
}
const SHARED = new Set([".blob.core.windows.net", ".blob.core.chinacloudapi.cn", "storage.googleapis.com", ".pkg.dev"]);
function isSharedStorage(domain) {
    return SHARED.has(domain);
}
function blobHostsUnknown(registry, hints) {
    const hint = hints.length === 0 ? "" : ` (perhaps ${hints.join(", ")})`;
    return {
        code: "BLOB_HOSTS_UNKNOWN",
        message: `${registry} is in no-proxy-registries, but it is not known which hosts it redirects blobs to${hint}; only ${registry} itself is reached directly.`,
        remedy: "Run command: preflight, and add the blob hosts that it names to no-proxy.",
    };
}
function blobHostsShared(registry, hosts) {
    return {
        code: "BLOB_HOSTS_SHARED",
        message: `${registry} keeps its blobs on ${hosts.join(", ")}, which others use too: everything there is reached directly now.`,
        remedy: "If that is too much, list the blob hosts of your registry in no-proxy instead.",
    };
}

;// CONCATENATED MODULE: ./lib/diagnosis/private-host.js


function isPrivateHost(host) {
    const name = host.replace(/:\d+$/, "").replace(/\.$/, "").toLowerCase();
    const found = classOfText(name);
    if (found !== undefined)
        return found !== "public";
    return isPrivateName(name) || name.endsWith(".svc");
}

;// CONCATENATED MODULE: ./lib/diagnosis/tunnel-verdict.js








function tunnelVerdict(error) {
    const { hop, failure } = error;
    const { display } = proxyOf(hop);
    if (failure.reply === undefined) {
        const message = `The proxy ${display} was asked for ${hop.host} (${describePurpose(hop.purpose)}): ${quotedReply(error)}`;
        return { refusedBy: "proxy", message, ...silentCause(error) };
    }
    const message = `The proxy ${display} refused ${hop.host} (${describePurpose(hop.purpose)}): ${replyText(failure.reply)}`;
    return { refusedBy: "proxy", message, ...replyCause(hop, failure.reply) };
}
function silentCause(error) {
    const { hop, failure } = error;
    if (failure.timedOut && failure.isResponsive) {
        return isPrivateHost(hop.host) ? privateCause(hop) : unansweredCause(hop);
    }
    return { host: proxyHost(hop), ...unusableCause(error) };
}
function unansweredCause({ host }) {
    return {
        code: "PROXY_UPSTREAM_FAILED",
        remedy: `The proxy works, but gets no connection to ${host} in time: check the name ${host}; otherwise ask the operators of the proxy about DNS, routing and firewalls.`,
    };
}
function unusableCause({ hop, failure }) {
    const { display, from } = proxyOf(hop);
    if (failure.timedOut) {
        const remedy = `The port is open, but no proxy answers: check that it is the port of the proxy (${from}), or ask its operators.`;
        if (!isPrivateHost(hop.host))
            return { code: "PROXY_MUTE", remedy };
        const { remedy: more, inputLines } = privateCause(hop);
        return { code: "PROXY_MUTE", remedy: `${remedy} ${more}`, ...(inputLines === undefined ? {} : { inputLines }) };
    }
    if (failure.speaks === "tls") {
        return {
            code: "PROXY_SPEAKS_TLS",
            remedy: `The proxy speaks TLS: write https:// instead of http:// in the proxy setting (${from}).`,
        };
    }
    if (errorCode(failure.cause) === NOT_HTTP) {
        return {
            code: "PROXY_NOT_A_PROXY",
            remedy: `What listens at ${display} does not speak HTTP: correct the proxy setting (${from}).`,
        };
    }
    return { code: "PROXY_CLOSED", remedy: `Check that ${display} is a proxy (${from}); if it is, ask its operators.` };
}
const RATE_REMEDY = "The proxy limits the rate of requests: run again later, with a lower concurrency, or ask its operators for a higher limit.";
function replyCause(hop, reply) {
    const { status } = reply;
    if (status === 407)
        return { host: proxyHost(hop), ...loginCause(hop, reply) };
    if (status === 511 || status < 400) {
        return {
            code: "CAPTIVE_PORTAL",
            remedy: `A portal answers in the place of ${hop.host} with a page of its own: log this runner in there, or have it exempted.`,
        };
    }
    if (status === 429)
        return { code: "RATE_LIMITED", host: proxyHost(hop), remedy: RATE_REMEDY };
    const registry = uploadRegistry(hop);
    if (registry !== undefined)
        return { code: "UPLOAD_HOST_BLOCKED", remedy: uploadRemedy(hop, registry) };
    if (isPrivateHost(hop.host))
        return privateCause(hop);
    if (roleOf(hop) === "blob-host" && hop.redirectedFrom?.route.via === "direct") {
        const line = directBlobs(hop.redirectedFrom.host, hop.host);
        return {
            code: "BLOB_HOST_NOT_IN_NO_PROXY",
            remedy: `The registry ${hop.redirectedFrom.host} is reached directly, and its blob host is not: add ${line.line} to ${line.input}, or ask for ${hop.host} to be allowed on the proxy.`,
            inputLines: [line],
        };
    }
    if (status >= 500)
        return upstreamCause(hop, reply);
    if (roleOf(hop) === "blob-host") {
        return {
            code: "BLOB_HOST_DENIED",
            remedy: `Ask for ${hop.host} to be allowed on the proxy: the registry sends every blob download there. Allowing the registry alone is not enough.`,
        };
    }
    return {
        code: "PROXY_DENIED",
        remedy: `Ask for ${hop.host} to be allowed on the proxy, or list the host in no-proxy if this runner reaches it directly.`,
    };
}
function privateCause({ host }) {
    const line = host.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
    return {
        code: "PRIVATE_HOST_PROXIED",
        remedy: `${host} looks like a host of this machine, cluster or network, which the proxy does not reach: add ${line} to no-proxy.`,
        inputLines: [{ input: "no-proxy", line }],
    };
}
function directBlobs(registryHost, blobHost) {
    const registry = registryHost.replace(/:443$/, "");
    const host = blobHost.replace(/:\d+$/, "");
    const isKnown = noProxyEntriesFor(registry).entries.some((entry) => entry === host || (entry.startsWith(".") && host.endsWith(entry)));
    return isKnown ? { input: "no-proxy-registries", line: registry } : { input: "no-proxy", line: host };
}
function upstreamCause({ host }, { headers }) {
    const squid = headers["x-squid-error"] ?? "";
    const why = squid.startsWith("ERR_DNS_FAIL")
        ? "The proxy cannot resolve the name"
        : squid.startsWith("ERR_CONNECT_FAIL")
            ? "The proxy can resolve the name and does not get a connection"
            : `The proxy cannot reach ${host}`;
    return {
        code: "PROXY_UPSTREAM_FAILED",
        remedy: `${why}: check the name ${host}; otherwise ask the operators of the proxy about DNS and routing.`,
    };
}
function loginCause(hop, { headers }) {
    const { username, password, from } = proxyOf(hop);
    const offered = headers["proxy-authenticate"] ?? "";
    if (offered !== "" && !/\bbasic\b/i.test(offered)) {
        return {
            code: "PROXY_AUTH_UNSUPPORTED",
            remedy: `It offers ${printable(offered, 80)}; Go's and Node's clients speak Basic only. Run a local helper such as cntlm or px, or ask for a proxy that lets this runner in by address.`,
        };
    }
    if (username === "" && password === "") {
        return {
            code: "PROXY_AUTH_REQUIRED",
            remedy: `Write user and password into the proxy setting (${from}), from a secret: user:password@ before the host.`,
        };
    }
    return {
        code: "PROXY_AUTH_FAILED",
        remedy: `The user or password in the proxy setting (${from}) is wrong; percent-encode what is not a letter or digit.`,
    };
}

;// CONCATENATED MODULE: ./lib/diagnosis/diagnosis.js









function diagnose(error) {
    if (error instanceof HopError)
        return { ...diagnosis_describe(error.hop, diagnosis_verdictOf(error), false), seen: seenOf(error) };
    if (error instanceof RegistryError)
        return diagnosis_describe(error.hop, registryVerdict(error), true);
    return error instanceof TransferError && error.cause !== undefined ? diagnose(error.cause) : undefined;
}
function distinct(diagnoses) {
    const known = new Map();
    for (const diagnosis of diagnoses) {
        const { code, host, via, isAnswer, message } = diagnosis;
        const key = JSON.stringify([code, host, via, isAnswer ? message : ""]);
        if (!known.has(key))
            known.set(key, diagnosis);
    }
    return [...known.values()];
}
function diagnosis_verdictOf(error) {
    const { hop, phase } = error;
    if (hop.route.via === "direct")
        return originVerdict(error);
    if (phase === "proxy-lookup" || phase === "proxy-dial" || phase === "proxy-tls")
        return proxyVerdict(error);
    return phase === "tunnel" ? tunnelVerdict(error) : originVerdict(error);
}
const FOREIGN = new Set(["CAPTIVE_PORTAL", "AUTHORIZATION_STRIPPED"]);
function registryVerdict({ code, hop, message, remedy = "" }) {
    if (!FOREIGN.has(code))
        return { code, refusedBy: roleOf(hop), message, remedy };
    return { code, refusedBy: hop.route.via === "proxy" ? "proxy" : "runner", message, remedy };
}
const NO_HOST = "Ask the operators of the registry: it redirects to an invalid host name.";
function isUnlistable({ host, route }, { inputLines = [] }) {
    return !plain_host_isPlainHost(host) && (route.via === "proxy" || inputLines.length > 0);
}
function diagnosis_describe(hop, verdict, isAnswer) {
    const { code, refusedBy, message, host = hop.host } = verdict;
    const { remedy, inputLines = [] } = isUnlistable(hop, verdict) ? { remedy: NO_HOST } : verdict;
    const { via, rule } = hop.route;
    const [asked, redirectedFrom] = [hop.host, hop.redirectedFrom?.host];
    return {
        code,
        host,
        via,
        rule,
        "refused-by": refusedBy,
        message,
        remedy,
        inputLines,
        asked,
        redirectedFrom,
        isAnswer,
    };
}

;// CONCATENATED MODULE: ./lib/preflight/preflight.js



async function pingStores(stores, signal) {
    const failed = new Map();
    const distinct = [...new Set(stores)];
    await Promise.all(distinct.map((store) => store.ping?.(signal).catch((error) => failed.set(store, error))));
    return new Map(distinct.filter((store) => failed.has(store)).map((store) => [store, failed.get(store)]));
}
async function probeBlobs({ versions }, signal) {
    const samples = largestBlobs(versions.flatMap(({ items }) => items.flatMap(blobsOf)));
    return errorsOf(await Promise.allSettled(samples.map(([from, blob]) => from.probe?.(blob, signal))));
}
async function checkPushRights(repositories, proof, signal) {
    const results = await Promise.allSettled(repositories.map(async (each) => each.checkPushRight?.(proof, signal) ?? []));
    throwAll(oneOfEachCode(errorsOf(results)));
    return [...new Set(results.flatMap((result) => (result.status === "fulfilled" ? result.value : [])))];
}
function oneOfEachCode(errors) {
    const known = errors.filter((error) => error instanceof RegistryError);
    const byCode = Map.groupBy(known, ({ code, hop }) => `${code} ${hop.host}`);
    return [...errors.filter((error) => !(error instanceof RegistryError)), ...[...byCode.values()].flatMap(sameCause)];
}
function sameCause(errors) {
    const [first] = errors;
    if (first === undefined || errors.length === 1)
        return errors;
    const messages = new Set(errors.map(({ message }) => message));
    const remedies = new Set(errors.map(({ remedy = "" }) => remedy));
    const { code, hop, status, registryCodes } = first;
    const remedy = preflight_listed([...remedies], " ");
    return [new RegistryError(code, preflight_listed([...messages], "; "), { hop, status, registryCodes, remedy })];
}
const MAX_LISTED = 50;
function preflight_listed(texts, separator) {
    const more = texts.length > MAX_LISTED ? `${separator}(and ${texts.length - MAX_LISTED} more)` : "";
    return `${texts.slice(0, MAX_LISTED).join(separator)}${more}`;
}
function largestBlobs(blobs) {
    const samples = new Map();
    for (const [from, blob] of blobs) {
        const known = samples.get(from.store)?.[1];
        if (known === undefined || known.size < blob.size)
            samples.set(from.store, [from, blob]);
    }
    return [...samples.values()];
}
function blobsOf(item) {
    if (item.kind === "byReference")
        return [];
    const [from, all] = item.kind === "blob"
        ? [item.from, item.blobs]
        : [item.graph.from, item.graph.nodes.map(({ descriptor }) => descriptor)];
    if (from.probe === undefined)
        return [];
    return all.filter(({ mediaType, data }) => !isManifest(mediaType) && data === undefined).map((blob) => [from, blob]);
}
function errorsOf(results) {
    return results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
}

;// CONCATENATED MODULE: ./lib/ocm/repository/known-tags.js




const MAX_NAMED = 5;
async function withKnownTags(error, { from, component }, signal) {
    if (!(error instanceof TransferError) || error.code !== "COMPONENT_VERSION_UNKNOWN")
        return error;
    const repository = from.registry.repository(componentRepositoryName(from.path, component));
    const tags = await repository.listTags(signal).catch(() => []);
    if (tags.length === 0)
        return error;
    return new TransferError(error.code, `${error.message}; the repository has ${describeTags(tags)}`, {
        ...(error.where === undefined ? {} : { where: error.where }),
        ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
        cause: error,
    });
}
function describeTags(tags) {
    const ordered = tags.toSorted((one, other) => orderVersions(other, one));
    const more = ordered.length > MAX_NAMED ? ` and ${ordered.length - MAX_NAMED} more` : "";
    return printable(`${ordered.slice(0, MAX_NAMED).join(", ")}${more}`, 400);
}

;// CONCATENATED MODULE: ./lib/ocm/signing/reference-digest.js





function checkReferenceDigests(versions) {
    const known = new Map(versions.map((version) => [`${version.name}:${version.version}`, version]));
    for (const parent of versions) {
        for (const { name, child: id, digest, root } of pinsOf(parent)) {
            const child = known.get(id);
            if (child === undefined || digest.hashAlgorithm === "NO-DIGEST")
                continue;
            const found = digestOf(child, digest, root);
            if (found !== digest.value.toLowerCase())
                throw reference_digest_differs(parent, name, child, digest, found);
        }
    }
}
function pinnedBy({ tree }) {
    const component = isJsonObject(tree.component) ? tree.component : {};
    return reference_digest_objects(component.componentReferences).map(({ digest }) => {
        const spec = readSpec(digest);
        return spec?.hashAlgorithm === "NO-DIGEST" ? undefined : spec;
    });
}
function pinsOf(parent) {
    const component = isJsonObject(parent.tree.component) ? parent.tree.component : {};
    return [
        ...pins(component.componentReferences, (entry) => [`reference ${reference_digest_text(entry.name)}`, reference_digest_text(entry.componentName)]),
        ...pins(parent.tree.nestedDigests, (entry) => ["nestedDigests", reference_digest_text(entry.name)], parent),
    ];
}
function pins(list, read, root) {
    return reference_digest_objects(list).flatMap((entry) => {
        const digest = readSpec(entry.digest);
        if (digest === undefined)
            return [];
        const [name, component] = read(entry);
        return [{ name, child: `${component}:${reference_digest_text(entry.version)}`, digest, root }];
    });
}
function readSpec(digest) {
    if (!isJsonObject(digest))
        return undefined;
    const spec = {
        hashAlgorithm: reference_digest_text(digest.hashAlgorithm),
        normalisationAlgorithm: reference_digest_text(digest.normalisationAlgorithm),
        value: reference_digest_text(digest.value),
    };
    return isEmpty(spec) ? undefined : spec;
}
function reference_digest_objects(list) {
    return Array.isArray(list) ? list.filter(isJsonObject) : [];
}
function reference_digest_differs(parent, name, child, pinned, found) {
    const where = `${parent.name}:${parent.version}`;
    return new TransferError("REFERENCE_DIGEST_DIFFERS", `${printable(name, 120)} of ${where} pins ${child.name}:${child.version} to the digest ${printable(pinned.value, 128)} ` +
        `(${printable(pinned.normalisationAlgorithm, 60)}), but its digest is ${found}`, {
        where,
        remedy: "One of the two was changed or replaced after the reference was written. Transfer the complete tree from an intact source, or " +
            "build a new version of the parent.",
    });
}
function reference_digest_text(value) {
    return typeof value === "string" ? value : "";
}

;// CONCATENATED MODULE: ./lib/transfer/pins/pins.js



function pinsIn(descriptor, roots) {
    const contexts = roots.filter(isNesting).map((root) => {
        const { elements } = inContextOf(root, descriptor);
        return new Map(elements.map((element) => [pins_keyOf(element), element.digest]));
    });
    return (element) => {
        const digests = [element.digest, ...contexts.map((context) => context.get(pins_keyOf(element)))];
        const pins = digests.filter((digest) => digest !== undefined).filter((digest) => !isEmpty(digest));
        return [...new Map(pins.map((digest) => [JSON.stringify(digest), digest])).values()];
    };
}
function pins_keyOf({ kind, index }) {
    return `${kind} ${index}`;
}
function unpinnedReferences(descriptor, roots) {
    const contexts = [descriptor, ...roots.map((root) => inContextOf(root, descriptor))].map(pinnedBy);
    return descriptor.references.filter((_, index) => contexts.every((pinned) => pinned[index] === undefined));
}
function isNesting({ tree }) {
    return Array.isArray(tree.nestedDigests);
}

;// CONCATENATED MODULE: ./lib/transfer/source/alias-tags.js




function createReadAliases(signal) {
    const repositories = new Map();
    return async ({ repository, root, descriptor: { version } }) => {
        const reading = repositories.get(repository) ?? readTags(repository, signal);
        repositories.set(repository, reading);
        const tags = (await reading).get(root.digest) ?? [];
        return tags.filter((tag) => tag !== tagOf(version) && (!isVersion(tag) || isAlias(tag, version))).toSorted();
    };
}
async function readTags(repository, signal) {
    const tags = (await repository.listTags(signal)).filter((tag) => !REFERRERS.test(tag));
    const roots = await Promise.all(tags.map((tag) => resolveOrNone(repository, tag, signal)));
    const byDigest = new Map();
    for (const [at, tag] of tags.entries()) {
        const digest = roots[at]?.digest;
        if (digest !== undefined)
            byDigest.set(digest, [...(byDigest.get(digest) ?? []), tag]);
    }
    return byDigest;
}
const REFERRERS = /^sha(?:256|512)-[0-9a-f]{64}/;

;// CONCATENATED MODULE: ./lib/transfer/source/order.js

function order_keyOf(component, version) {
    return `${component}:${version}`;
}
function childrenFirst(versions) {
    const ordered = [];
    const cycles = [];
    const entered = new Set();
    const left = new Set();
    const stack = [];
    const enter = (resolved) => {
        if (entered.has(resolved) && !left.has(resolved))
            cycles.push(cycleOf(resolved.version, stack.at(-1)?.resolved.version));
        if (entered.has(resolved))
            return;
        entered.add(resolved);
        stack.push({ resolved, children: referenced(resolved.version, versions).values() });
    };
    for (const start of versions.values()) {
        enter(start);
        for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
            const { done, value } = top.children.next();
            if (done !== true) {
                enter(value);
                continue;
            }
            stack.pop();
            left.add(top.resolved);
            ordered.push(top.resolved);
        }
    }
    return { ordered, cycles };
}
function cycleOf({ descriptor, from }, by) {
    const [id, last] = [descriptor, by?.descriptor ?? descriptor].map(({ name, version }) => order_keyOf(name, version));
    const how = id === last ? "refers to itself" : `refers to ${last}, which leads back to it`;
    return new TransferError("REFERENCE_CYCLE", `${id} ${how}`, {
        where: from.display,
        remedy: "The publisher of these component versions has to remove one of the references; transfer them without recursive until then.",
    });
}
function referenced({ descriptor }, versions) {
    return descriptor.references.flatMap(({ componentName, version }) => versions.get(order_keyOf(componentName, version)) ?? []);
}

;// CONCATENATED MODULE: ./lib/transfer/source/read-version.js

function createReadVersion() {
    const repositories = new WeakMap();
    return ({ from, component, version, digest }, signal) => {
        const known = repositories.get(from) ?? new Map();
        repositories.set(from, known);
        const key = `${component}:${version}@${digest ?? ""}`;
        const reading = known.get(key) ??
            (digest === undefined
                ? readComponentVersion(from, component, version, signal)
                : readPinnedVersion(from, { component, version, digest }, signal));
        known.set(key, reading);
        reading.catch(() => known.delete(key));
        return reading;
    };
}

;// CONCATENATED MODULE: ./lib/text/link-header.js
const SPACE = /[\s,]*/y;
const TARGET = /<([^<>]*)>/y;
const PARAMETER = /\s*;\s*([^\s=;,"<>]*)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s;,"'<>][^\s;,"<>]*)|))?/y;
const SEPARATOR = /\s*(?:,[\s,]*|$)/y;
function parseLinks(field) {
    const links = [];
    let at = 0;
    const next = (pattern) => {
        pattern.lastIndex = at;
        const found = pattern.exec(field);
        if (found !== null)
            at = pattern.lastIndex;
        return found;
    };
    next(SPACE);
    while (at < field.length) {
        const target = next(TARGET)?.[1];
        let relations;
        for (let parameter = next(PARAMETER); parameter !== null; parameter = next(PARAMETER)) {
            const [, name = "", quoted, single, plain = ""] = parameter;
            if (name.toLowerCase() === "rel")
                relations ??= quoted ?? single ?? plain;
        }
        if (target === undefined || relations === undefined || next(SEPARATOR) === null)
            return undefined;
        links.push({ target, relations: relations.toLowerCase().split(/\s+/) });
    }
    return links;
}

;// CONCATENATED MODULE: ./lib/stores/registry/pages.js






const MAX_PAGE = 16 * 1024 * 1024;
const MAX_LIST = 32 * 1024 * 1024;
const MAX_PAGES = 1000;
const ABSENT = new Set([400, 404, 405, 501]);
async function* pagesOf(path, { base, client, scopes }, list, signal) {
    const ask = ({ href }) => client.request({ method: "GET", url: href, bufferUpTo: MAX_PAGE }, scopes, signal);
    const first = new URL(path, base);
    const seen = new Set();
    let size = 0;
    for (let url = first; url !== undefined;) {
        if (seen.size >= MAX_PAGES)
            throw tooLong(list, first.host, `have more than ${MAX_PAGES} pages`);
        seen.add(url.href);
        let response = await ask(url);
        if (response.status === 404 && url.pathname !== first.pathname) {
            await drain(response);
            response = await ask(withPathOf(first, url));
        }
        if (seen.size > 1 && ABSENT.has(response.status))
            throw await pages_incomplete(response, list);
        if (response.status !== 200) {
            yield { response, content: Buffer.alloc(0) };
            return;
        }
        const content = await readAll(response, MAX_PAGE);
        size += content.length;
        if (size > MAX_LIST)
            throw tooLong(list, first.host, `have more than ${MAX_LIST} bytes`);
        yield { response, content };
        url = nextPage(response.headers.link ?? "", first, list);
        if (url !== undefined && seen.has(url.href))
            throw misplaced(list, url.host, url, "which was read before");
    }
}
function withPathOf({ pathname }, { href }) {
    const url = new URL(href);
    url.pathname = pathname;
    return url;
}
function nextPage(field, first, list) {
    const links = parseLinks(field);
    if (links === undefined)
        throw unreadable(list, first.host, field);
    const target = links.find(({ relations }) => relations.includes("next"))?.target;
    if (target === undefined)
        return undefined;
    const next = URL.parse(target, first.href);
    if (next !== null)
        next.protocol = first.protocol;
    const isSameHost = next?.host === first.host || (next?.hostname === first.hostname && next.port === "");
    if (next === null || !isSameHost || !next.pathname.endsWith(first.pathname) || faultOf(next) !== undefined) {
        throw misplaced(list, first.host, target);
    }
    next.host = first.host;
    next.hash = "";
    return next;
}
function unreadable(list, host, field) {
    const header = printable(JSON.stringify(field), 200);
    return new TransferError("LIST_INCOMPLETE", `a page of ${list} has the header Link: ${header}, which cannot be parsed`, {
        where: host,
        remedy: pages_REMEDY,
    });
}
const pages_REMEDY = "Name the versions, so that no list is needed; and report it to the operators of the registry, or of a gateway in front of it.";
function pages_incomplete(response, list) {
    return registryError(response, `reading a further page of ${list}`, { as: "LIST_INCOMPLETE", remedy: pages_REMEDY });
}
function misplaced(list, host, target, why) {
    const what = `the next page of ${list} is at ${printableUrl(target)}`;
    return new TransferError("REDIRECT_MALFORMED", why === undefined ? what : `${what}, ${why}`, {
        where: host,
        remedy: "Ask the operators of the registry; this is a fault of its configuration.",
    });
}
function tooLong(list, host, why) {
    return new TransferError("RESPONSE_TOO_LARGE", `${list} ${why}`, {
        where: host,
        remedy: "Name the versions, so that they need not be listed, or have old tags deleted in this repository.",
    });
}

;// CONCATENATED MODULE: ./lib/stores/registry/referrers.js






const UNSUPPORTED = new Set([400, 404, 405, 501]);
function referrersTag(digest) {
    const [algorithm = "", encoded = ""] = digest.split(":");
    const part = (text, most) => text.slice(0, most).replace(/[^A-Za-z0-9._-]/g, "-");
    return `${part(algorithm, 32)}-${part(encoded, 64)}`;
}
function createListReferrers() {
    let first;
    let isSupported;
    return async (context, subject, signal) => {
        if (first !== undefined)
            await first;
        if (isSupported === false)
            return undefined;
        const asking = listReferrers(context, subject, signal).then((found) => {
            isSupported ??= found !== undefined;
            return found;
        });
        first ??= asking.catch(() => { });
        return asking;
    };
}
async function listReferrers(context, subject, signal) {
    const found = [];
    const list = `the referrers of ${context.where}@${subject}`;
    let isFirst = true;
    for await (const { response, content } of pagesOf(`referrers/${subject}`, context, list, signal)) {
        if (UNSUPPORTED.has(response.status)) {
            await drain(response);
            return undefined;
        }
        if (response.status !== 200)
            throw await registryError(response, `asking for ${list}`, { of: "manifest" });
        const manifests = manifestsOf(content);
        if (manifests === undefined && isFirst)
            return undefined;
        if (manifests === undefined)
            throw referrers_malformed(list, context.where);
        isFirst = false;
        for (const each of manifests)
            found.push(parseDescriptor(each, list));
    }
    return found;
}
function manifestsOf(body) {
    try {
        const document = parseStrictJson(body.toString("utf8"));
        if (!isRecord(document) || document.schemaVersion !== 2)
            return undefined;
        const manifests = document.manifests ?? [];
        return Array.isArray(manifests) ? manifests : undefined;
    }
    catch {
        return undefined;
    }
}
function referrers_malformed(list, where) {
    return new TransferError("MANIFEST_MALFORMED", `a page of ${list} is not an index`, {
        where,
        remedy: "Ask the operators of the registry.",
    });
}

;// CONCATENATED MODULE: ./lib/transfer/source/referrers.js








const NO_REFERRERS = { found: [], unread: [] };
const COSIGN_SUFFIXES = [".sig", ".att", ".sbom"];
const referrers_MAX_DEPTH = 5;
function createReadReferrers(signal, budget = UNLIMITED) {
    const repositories = new WeakMap();
    return (artifact) => {
        const { from } = artifact;
        const context = repositories.get(from) ?? { from, resolveTag: createResolveTag(from, signal), signal, budget };
        repositories.set(from, context);
        return readReferrers(artifact, context);
    };
}
async function readReferrers(artifact, context) {
    const { from, signal, budget } = context;
    const descriptors = artifact.nodes.map(({ descriptor }) => descriptor);
    const known = new Set(descriptors.map(nodeKey));
    const seen = new Set(known);
    const found = [];
    const unread = new Set();
    async function orUnread(asking, otherwise) {
        try {
            return await asking;
        }
        catch (error) {
            if (!isConclusive(error))
                throw error;
            unread.add(errorMessage(error));
            return otherwise;
        }
    }
    async function follow({ subject, root, tag }) {
        const isNew = !seen.has(nodeKey(root));
        if (!isManifest(root.mediaType)) {
            unread.add(`${from.name}@${root.digest} is of the type ${printable(root.mediaType, 80)}, which cannot be copied`);
            return [];
        }
        if (!isNew && tag === undefined)
            return [];
        const graph = await orUnread(readFurther(from, root, { known, budget }, signal), undefined);
        if (graph === undefined)
            return [];
        const manifest = await referrers_readManifest(graph, signal);
        if (tag === undefined && manifest.subject?.digest !== subject.digest)
            return [];
        const type = manifest.artifactType ?? manifest.config?.mediaType;
        found.push({ subject, tag, type, graph: isNew ? graph : { ...graph, nodes: [] } });
        seen.add(nodeKey(root));
        const isCertain = tag === undefined && known.has(nodeKey(subject));
        if (isCertain)
            for (const { descriptor } of graph.nodes)
                known.add(nodeKey(descriptor));
        return isNew ? [root] : [];
    }
    let subjects = descriptors.filter(({ mediaType }) => isManifest(mediaType));
    for (let depth = 0; subjects.length > 0 && depth < referrers_MAX_DEPTH; depth++) {
        const asking = subjects.flatMap((subject) => [
            orUnread(untagged(context, subject), []),
            orUnread(tagged(context, subject), []),
        ]);
        const next = (await Promise.all(asking)).flat();
        subjects = [];
        for (const each of next)
            subjects.push(...(await follow(each)));
    }
    return { found, unread: [...unread] };
}
async function untagged({ from, resolveTag, signal }, subject) {
    const listed = (await from.listReferrers?.(subject.digest, signal)) ??
        (await listedUnderTag(from, await resolveTag(referrersTag(subject.digest)), signal));
    return listed.map(({ mediaType, digest, size }) => ({
        subject,
        root: { mediaType, digest, size },
        tag: undefined,
    }));
}
async function listedUnderTag(from, tagged, signal) {
    if (tagged === undefined || !isIndex(tagged.mediaType))
        return [];
    const content = await readContent(from, tagged, signal);
    return parseManifest(content, tagged.mediaType, `${from.name}@${tagged.digest}`).manifests;
}
async function tagged({ resolveTag }, subject) {
    const tags = COSIGN_SUFFIXES.map((suffix) => `${referrersTag(subject.digest)}${suffix}`);
    const roots = await Promise.all(tags.map(resolveTag));
    return roots.flatMap((root, index) => (root === undefined ? [] : [{ subject, root, tag: tags[index] }]));
}
function createResolveTag(from, signal) {
    let listing;
    return async (tag) => {
        listing ??= listedTags(from, signal);
        const tags = await listing;
        if (tags !== undefined && !tags.has(tag))
            return undefined;
        return resolveOrNone(from, tag, signal);
    };
}
async function listedTags(from, signal) {
    try {
        return new Set(await from.listTags(signal));
    }
    catch (error) {
        if (isConclusive(error))
            return undefined;
        throw error;
    }
}
async function referrers_readManifest({ root, from }, signal) {
    return parseManifest(await readContent(from, root, signal), root.mediaType, `${from.name}@${root.digest}`);
}

;// CONCATENATED MODULE: ./lib/transfer/source/resolve-elements.js

















async function resolveElements(version, options, signal) {
    const { budget = UNLIMITED } = options;
    const readGraph = createReadGraph(budget, signal);
    const readReferrers = options.withReferrers === true ? createReadReferrers(signal, budget) : async () => NO_REFERRERS;
    const read = ({ from, root }, judge) => budget.read(async () => {
        const verdict = await judge();
        const graph = await readGraph(from, root);
        return { verdict, graph, referrers: await readReferrers(graph) };
    });
    const digestsOf = pinsIn(version.descriptor, options.roots ?? []);
    const surveys = version.descriptor.elements.map((element) => surveyElement(version, { element, digests: digestsOf(element) }, options, read, signal).catch((error) => {
        throw withElement(error, element, version);
    }));
    const results = await Promise.allSettled(surveys);
    return {
        version,
        items: results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])),
        errors: results.flatMap((result) => (result.status === "rejected" ? [result.reason] : [])),
    };
}
function withElement(error, element, { descriptor }) {
    const name = `${describeElement(element)} of ${descriptor.name}:${descriptor.version}`;
    if (errorMessage(error).startsWith(name))
        return error;
    const { imageReference, reference, localReference } = element.access;
    const text = [imageReference, reference, localReference].find((each) => typeof each === "string");
    return inContext(error, typeof text === "string" ? `${name} (${printable(text, 300)})` : name);
}
async function surveyElement(version, { element, digests }, options, read, signal) {
    const access = parseAccess(element.access);
    const where = `${describeElement(element)} of ${version.descriptor.name}:${version.descriptor.version}`;
    const pins = digests.map((digest) => parsePin(digest, where));
    const artifact = async ({ from, root, name, movedTag }) => {
        const found = await read({ from, root }, () => judgeArtifact(pins, { from, root }, where, signal));
        return { kind: "artifact", element, name, movedTag, ...found };
    };
    const layer = (from, blobs, isPacked) => {
        return { kind: "blob", element, blobs, from, verdict: judgeBlob(pins, { blobs, isPacked }, where) };
    };
    const byReference = (reason, isOnRequest = false) => ({
        kind: "byReference",
        element,
        reason,
        isOnRequest,
    });
    if (access.kind === "other")
        return byReference(`${describeOther(access)} stays a reference`);
    if (access.kind === "localBlob") {
        const references = access.localReference.split(",").map((digest) => parseDigest(digest.trim(), where));
        const [first] = references;
        const isWhole = references.length === 1;
        const native = first === undefined || !isWhole ? undefined : version.nativeManifests.get(first);
        const name = hintedName(access.referenceName, version, element);
        if (native === undefined && !(isWhole && isManifest(access.mediaType))) {
            const blobs = references.map((digest) => layerOf(version, digest, where));
            const isPacked = isArtifactSet(access.mediaType || (blobs[0]?.mediaType ?? ""));
            const unpacked = isPacked ? await unpackedArtifact(version.repository, blobs, pins, options, signal) : undefined;
            if (unpacked === undefined)
                return layer(version.repository, blobs, isPacked);
            return artifact({ from: unpacked.repository, root: unpacked.root, name });
        }
        const root = native ?? (await version.repository.resolve(String(first), signal));
        return artifact({ from: version.repository, root, name });
    }
    const isCopied = element.kind === "resource" ? options.copyResources : options.copySources;
    const isSelected = options.isSelected?.(element, version.descriptor.name) ?? true;
    if (access.kind === "ociArtifact") {
        if (!isSelected)
            return byReference("is not selected", true);
        if (!isCopied)
            return byReference(`${element.kind}s are left by reference`, true);
        const reference = parseImageReference(access.imageReference, where);
        const registryAt = (named) => options.registryAt(named, where);
        return artifact(await locateAbsolute(version, pins, reference, registryAt, signal));
    }
    if (access.kind === "helm" || access.kind === "wget" || access.kind === "ociBlob") {
        if (!isSelected)
            return byReference("is not selected", true);
        if (!isCopied)
            return byReference(`${element.kind}s are left by reference`, true);
        const pinned = { ...element, digest: digests[0] };
        const found = await options.accessMethods?.locate(access, { element: pinned, where }, signal);
        if (found === undefined)
            return byReference(`access type ${access.kind} stays a reference`);
        if (found.kind === "left")
            return byReference(found.reason);
        if (found.kind === "blob")
            return layer(found.from, [found.descriptor], false);
        return artifact({ ...found, name: strippedName(found.reference, version) });
    }
    const reference = parseArtifactReference(access.reference, where);
    return artifact(await locateRelative(version, pins, reference, where, signal));
}
async function unpackedArtifact(from, [blob, ...others], pins, { unpack }, signal) {
    if (unpack === undefined || blob === undefined || others.length > 0)
        return undefined;
    if (pins.some((pin) => pin.of === "unknown" || (pin.of === "blob" && asDigest(pin) === blob.digest)))
        return undefined;
    const isPinnedAsBlob = pins.some(({ of }) => of === "blob");
    try {
        const unpacked = await unpack(from, blob);
        const { repository, root } = unpacked;
        const isIt = !isPinnedAsBlob || (await isPinnedArtifact(pins, { from: repository, root }, signal));
        return isIt ? unpacked : undefined;
    }
    catch (error) {
        if (!(error instanceof TransferError))
            throw error;
        if (error.code === "ARTIFACT_SET_MALFORMED")
            return undefined;
        if (isPinnedAsBlob && error.code.startsWith("ARCHIVE_"))
            return undefined;
        throw error;
    }
}
function layerOf(version, digest, where) {
    const layer = version.layers.get(digest);
    if (layer !== undefined)
        return layer;
    throw new TransferError("BLOB_UNKNOWN", `${where}: the component manifest does not list its blob ${digest}`, {
        where: version.from.display,
        remedy: "The component version is damaged in its source; add it there again with the OCM CLI.",
    });
}

;// CONCATENATED MODULE: ./lib/transfer/source/gather.js










const MAX_ARTIFACTS_READ = 64;
async function gather(wanted, options, signal) {
    const { readVersion = createReadVersion() } = options;
    const reading = new Map();
    const found = new Map();
    const versions = new Map();
    const errors = new Set();
    const work = [];
    const tooMany = tooManyVersions();
    const hold = createHold(tooMany);
    const budget = createBudget({ max: MAX_CONTENTS, concurrency: MAX_ARTIFACTS_READ, error: tooMany }, signal);
    const readAliases = createReadAliases(signal);
    function start(job) {
        work.push(job.catch((error) => void errors.add(error)));
    }
    function visit(item) {
        const key = order_keyOf(item.component, item.version);
        const known = reading.get(key);
        if (known !== undefined) {
            start(assertSame(known, item));
            return;
        }
        if (reading.size >= MAX_VERSIONS)
            throw tooMany;
        const read = item.isReferred ? readReferred(item) : readWanted(item);
        reading.set(key, read);
        start(read.then(hold).then((version) => {
            found.set(key, version);
            if (options.recursive)
                visitReferences(version);
        }));
    }
    async function survey(key, version, roots) {
        const [surveyed, aliases] = await Promise.all([
            resolveElements(version, { budget, ...options, roots }, signal),
            options.withAliases === true ? readAliases(version) : [],
        ]);
        versions.set(key, { ...surveyed, aliases });
        for (const error of surveyed.errors)
            errors.add(error);
    }
    function visitReferences({ from, descriptor }) {
        const referrer = order_keyOf(descriptor.name, descriptor.version);
        for (const { componentName, version } of descriptor.references) {
            visit({ from, component: componentName, version, isReferred: true, referrer });
        }
    }
    async function readReferred({ from, component, version, referrer }) {
        try {
            return await readVersion({ from, component, version }, signal);
        }
        catch (error) {
            if (!isAbsence(error))
                throw unknownReference(error, referrer);
            for (const other of (await options.resolve?.(component, version)) ?? []) {
                const there = await unlessAbsent(readVersion({ from: other, component, version }, signal));
                if (there !== undefined)
                    return there;
            }
            throw unknownReference(error, referrer);
        }
    }
    async function readWanted(item) {
        if (item.known !== undefined)
            return item.known;
        try {
            return await readVersion(item, signal);
        }
        catch (error) {
            throw item.digest === undefined ? await withKnownTags(error, item, signal) : error;
        }
    }
    async function assertSame(known, item) {
        const version = await known;
        if (item.isReferred)
            return;
        const other = await readWanted(item);
        const digests = [version, other].map(({ descriptor }) => componentDigest(descriptor));
        if (digests[0] === digests[1])
            return;
        const [one, two] = [version, other].map(({ from, root }) => `${from.display} (${root.digest})`);
        throw new TransferError("COMPONENT_DIGEST_DIFFERS", `${item.component}:${item.version} is not the same in ${one} and ${two}`, {
            where: "input component-versions",
            remedy: "Transfer one of them only, or give one a new version.",
        });
    }
    for (const item of wanted.filter(({ digest }) => digest !== undefined))
        visit(item);
    for (const item of wanted.filter(({ digest }) => digest === undefined))
        visit(item);
    for (let next = 0; next < work.length;) {
        const batch = work.slice(next);
        next = work.length;
        await Promise.all(batch);
    }
    const roots = [...found.values()].map(({ descriptor }) => descriptor).filter(isNesting);
    await Promise.all([...found].map(([key, version]) => survey(key, version, roots).catch((error) => errors.add(error))));
    const inOrder = [...reading.keys()].flatMap((key) => {
        const surveyed = versions.get(key);
        return surveyed === undefined ? [] : [[key, surveyed]];
    });
    const named = new Set(wanted.map(({ component, version }) => order_keyOf(component, version)));
    const { ordered, cycles } = childrenFirst(new Map(inOrder));
    return {
        versions: ordered,
        named: ordered
            .map(({ version }) => version)
            .filter(({ descriptor }) => named.has(order_keyOf(descriptor.name, descriptor.version))),
        errors: [...errors, ...(options.recursive ? cycles : [])],
    };
}
const gather_REMEDIES = new Map([
    [
        "COMPONENT_VERSION_UNKNOWN",
        "Transfer the whole tree to where it is looked for, or name the repository that has it in resolvers.",
    ],
    [
        "VERSION_ALIASED",
        "The reference has to name the version that the component descriptor has: correct it where the component version was made.",
    ],
]);
function unknownReference(error, referrer = "") {
    if (!(error instanceof TransferError) || referrer === "")
        return error;
    const remedy = gather_REMEDIES.get(error.code);
    if (remedy === undefined)
        return error;
    const where = error.where === undefined ? {} : { where: error.where };
    return new TransferError(error.code, `${error.message}, to which ${referrer} refers`, {
        ...where,
        remedy,
        cause: error,
    });
}
async function unlessAbsent(reading) {
    try {
        return await reading;
    }
    catch (error) {
        if (isAbsence(error))
            return undefined;
        throw error;
    }
}

;// CONCATENATED MODULE: ./lib/transfer/source/list-versions.js





async function listVersions({ from, component }, { allows, isLatestOnly }, signal) {
    const repository = from.registry.repository(componentRepositoryName(from.path, component));
    const all = await repository.listTags(signal);
    const candidates = all.filter((tag) => readingsOf(tag).some(allows));
    const tooMany = tooManyVersions();
    const hold = createHold(tooMany);
    const reading = new Map();
    const found = new Map();
    const unreadable = [];
    async function read(tag) {
        try {
            const { digest } = await repository.resolve(tag, signal);
            const known = reading.get(digest) ?? readPinnedVersion(from, { component, version: undefined, digest }, signal).then(hold);
            reading.set(digest, known);
            const version = await known;
            found.set(version, [...(found.get(version) ?? []), tag]);
            return version;
        }
        catch (error) {
            if (!(error instanceof TransferError) || !list_versions_UNREADABLE.has(error.code))
                throw error;
            unreadable.push({ tag, error });
            return undefined;
        }
    }
    async function readLatest() {
        let latest;
        for (const tag of candidates.toSorted(byHighestVersion)) {
            if (latest !== undefined && compareVersions(highestOf(tag), latest) < 0)
                return;
            const version = (await read(tag))?.descriptor.version;
            if (version !== undefined && allows(version))
                latest = latestOf([version, ...(latest === undefined ? [] : [latest])]);
        }
    }
    if (isLatestOnly)
        await readLatest();
    else {
        if (candidates.length > MAX_VERSIONS)
            throw tooMany;
        await Promise.all(candidates.map(read));
    }
    const versions = [...found].map(([known, tags]) => ({ known: withTags(known, tags), tags: tags.toSorted() }));
    return { versions: withoutCopies(versions), unreadable, all };
}
const list_versions_UNREADABLE = new Set([
    "BLOB_UNKNOWN",
    "DESCRIPTOR_MALFORMED",
    "DESCRIPTOR_MISPLACED",
    "DESCRIPTOR_VERSION_UNSUPPORTED",
    "DIGEST_MALFORMED",
    "MANIFEST_MALFORMED",
    "MANIFEST_UNKNOWN",
    "COMPONENT_VERSION_UNKNOWN",
    "NOT_A_COMPONENT_VERSION",
    "RESPONSE_TOO_LARGE",
]);
function readingsOf(tag) {
    return versionsOf(tag).filter(isVersion);
}
function withTags(known, tags) {
    return { ...known, isPinned: !tags.includes(tagOf(known.descriptor.version)) };
}
function withoutCopies(versions) {
    const byVersion = Map.groupBy(versions, ({ known }) => known.descriptor.version);
    return [...byVersion.values()].flatMap((copies) => {
        const own = copies.find(({ known }) => !known.isPinned);
        return own === undefined ? copies : [{ ...own, tags: copies.flatMap(({ tags }) => tags) }];
    });
}
function byHighestVersion(one, other) {
    return orderVersions(highestOf(other), highestOf(one));
}
function highestOf(tag) {
    return readingsOf(tag).map(highestAliased).toSorted(orderVersions).at(-1) ?? tag;
}

;// CONCATENATED MODULE: ./lib/transfer/source/select-versions.js





async function selectVersions(named, { constraint, isLatestOnly, withAliases }, signal) {
    const { from, component, version, digest } = named;
    if (version !== undefined)
        return { requests: [{ from, component, version, digest }], findings: [] };
    if (digest !== undefined) {
        const known = await readPinnedVersion(from, { component, version, digest }, signal);
        return { requests: [{ from, component, version: known.descriptor.version, digest, known }], findings: [] };
    }
    const allows = (candidate) => constraint?.allows(candidate) ?? true;
    const list = await listVersions({ from, component }, { allows, isLatestOnly }, signal);
    const allowed = list.versions
        .filter(({ known }) => allows(known.descriptor.version))
        .toSorted((one, other) => orderVersions(one.known.descriptor.version, other.known.descriptor.version));
    const latest = latestOf(allowed.map(({ known }) => known.descriptor.version));
    const selected = isLatestOnly ? allowed.filter(({ known }) => known.descriptor.version === latest) : allowed;
    const where = `${from.display}//${component}`;
    if (selected.length === 0)
        throw noneSelected(list, where);
    return {
        requests: selected.map(({ known }) => ({ from, component, version: known.descriptor.version, known })),
        findings: [...(withAliases ? [] : aliases(list, where)), ...select_versions_unreadable(list, where)],
    };
}
function noneSelected({ all, versions, unreadable }, where) {
    const others = [...versions.flatMap(describeAliases), ...unreadable.map(({ tag }) => `${tag} (not readable)`)];
    const known = all.length === 0 ? "" : `; the repository has ${describeTags(all)}`;
    const detail = others.length === 0 ? known : `: ${select_versions_listed(others)}`;
    return new TransferError("COMPONENT_VERSION_UNKNOWN", `${where} has no version that is asked for${detail}`, {
        where,
        remedy: `It has ${all.length} tags. Check the path and the component, and that semver-constraint allows one of its versions: prereleases only where it names one.`,
    });
}
function aliases({ versions }, where) {
    const names = versions.flatMap(describeAliases);
    if (names.length === 0)
        return [];
    return [
        {
            code: "ALIASES_LEFT",
            message: `Some tags of ${where} are not versions, but aliases: ${select_versions_listed(names)}.`,
            remedy: "Each component version is read once. In a transfer, aliases: true copies its alias tags too.",
        },
    ];
}
function describeAliases({ known, tags }) {
    const { version } = known.descriptor;
    return tags.filter((tag) => tag !== tagOf(version)).map((tag) => `${tag} of ${version}`);
}
function select_versions_unreadable({ unreadable }, where) {
    if (unreadable.length === 0)
        return [];
    return [
        {
            code: "TAG_UNREADABLE",
            message: `Tags of ${where} are not readable component versions, and were left out: ${select_versions_listed(unreadable.map(({ tag, error }) => `${tag} (${error.message})`))}.`,
            remedy: "If one of them is a version that is needed, add it again with the OCM CLI, and run again; otherwise delete the tag.",
        },
    ];
}
function select_versions_listed(names) {
    return `${names.slice(0, 5).join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}`;
}

;// CONCATENATED MODULE: ./lib/stores/registry/known/repository-names.js




const MAX_NAMES = 50;
function checkRepositoryNames(registry, names) {
    const known = findRegistry(registry)?.known;
    const refused = names.flatMap((name) => {
        const why = invalidRepository(name) ?? violated(known?.names, name);
        return why === undefined ? [] : [`${printable(name, 300)} (${why})`];
    });
    if (refused.length === 0)
        return;
    const more = refused.length > MAX_NAMES ? ` and ${refused.length - MAX_NAMES} more` : "";
    const rule = known?.names === undefined ? "" : `; ${known.vendor} accepts ${known.names.accepts}`;
    throw new TransferError("REPOSITORY_NAME_REFUSED", `${printable(registry, 200)} cannot have these repositories: ${refused.slice(0, MAX_NAMES).join(", ")}${more}${rule}`, { where: registry, remedy: known?.names?.maxParts === undefined ? OTHER_NAME : OTHER_REGISTRY });
}
const OTHER_REGISTRY = "Transfer to another registry: component versions are stored in PATH/component-descriptors/COMPONENT, which has more parts than this one accepts.";
const OTHER_NAME = "Use another path in target, or another template in publish-artifacts; where the name of the component itself is the cause, only another registry, or an archive, can store it.";
function violated(rule, name) {
    if (rule === undefined)
        return undefined;
    const parts = name.split("/");
    if (rule.maxParts !== undefined && parts.length > rule.maxParts)
        return `${parts.length} parts`;
    const { refused } = rule;
    const part = refused === undefined ? undefined : parts.find((each) => refused.test(each));
    return part === undefined ? undefined : `"${part}" has two separators in a row`;
}

;// CONCATENATED MODULE: ./lib/transfer/target/plan.js



function tagsToSet({ tags }) {
    return tags.map((group) => group.filter(({ kind }) => kind === "tag"));
}
function withoutLeft(plan, left) {
    if (left.size === 0)
        return plan;
    const isLeft = ({ repository: to, target: descriptor }) => left.has(keyOf({ to, descriptor }));
    return {
        ...plan,
        steps: plan.steps.map((step) => (left.has(keyOf(step.placement)) ? { ...step, kind: "left" } : step)),
        tags: plan.tags.map((group) => group.map((tag) => (isLeft(tag) ? { ...tag, kind: "left" } : tag))),
    };
}
function makePlan(desiredVersions, options) {
    checkVersionTags(desiredVersions);
    const placements = new Map();
    const all = desiredVersions.flatMap((desired) => desired.placements);
    const certain = all.filter(({ about }) => about === undefined);
    for (const placement of [...certain, ...all.filter(({ about }) => about !== undefined)]) {
        if (!placements.has(keyOf(placement)))
            placements.set(keyOf(placement), placement);
    }
    const holders = new Map();
    const remember = (placement) => {
        const { mediaType, digest } = placement.descriptor;
        if (!isManifest(mediaType) && !holders.has(digest))
            holders.set(digest, placement);
    };
    for (const [key, placement] of placements)
        if (options.present.has(key))
            remember(placement);
    const steps = [...placements].map(([key, placement]) => {
        const step = decide(key, placement, holders, options);
        remember(placement);
        return step;
    });
    const artifactTags = uniqueTags(desiredVersions.flatMap((desired) => desired.artifactTags));
    return {
        desired: desiredVersions,
        steps,
        comparables: options.comparables,
        tags: [artifactTags.map((tag) => tagging(tag, options)), ...componentTags(desiredVersions, options)],
    };
}
function checkVersionTags(desiredVersions) {
    const taken = new Map();
    for (const desired of desiredVersions) {
        const { repository, tag } = desired.componentTag;
        const { descriptor } = desired.version;
        const other = taken.get(`${repository}:${tag}`)?.version.descriptor ?? descriptor;
        if (other.version !== descriptor.version)
            throw versionTagsCollide(other, descriptor, tag);
        taken.set(`${repository}:${tag}`, desired);
    }
}
function versionTagsCollide(one, other, tag) {
    const message = `${one.name}:${one.version} and ${one.name}:${other.version} would both have the tag ${tag} at the target`;
    return new TransferError("VERSION_TAGS_COLLIDE", message, {
        where: "input target",
        remedy: "Transfer the two versions to different targets, or give one of them a new version.",
    });
}
function componentTags(desiredVersions, options) {
    const levels = new Map();
    const groups = [];
    for (const { version, componentTag } of desiredVersions) {
        const { name, version: number, references } = version.descriptor;
        const below = references.map((reference) => levels.get(`${reference.componentName}:${reference.version}`) ?? -1);
        const level = 1 + below.reduce((highest, other) => Math.max(highest, other), -1);
        levels.set(`${name}:${number}`, level);
        groups[level] ??= [];
        groups[level].push(tagging(componentTag, { ...options, existing: "overwrite" }));
    }
    return groups;
}
function decide(key, placement, holders, options) {
    const { descriptor, from, to, about } = placement;
    const reason = reasonFor(about, options);
    const needs = placement.needs.map((needed) => keyOf({ to, descriptor: needed }));
    if (options.present.has(key))
        return { kind: "skip", placement, from: to, needs: [], reason: "is at the target" };
    if (options.left?.has(key) === true) {
        return { kind: "left", placement, from: to, needs: [], reason: "neither the archive nor the target has it" };
    }
    if (placement.about?.isTaggable === false && options.supportsReferrers === false) {
        const reason = "the registry lists it by a tag only, which repositories of components must not have";
        return { kind: "left", placement, from: to, needs: [], reason };
    }
    if (Buffer.isBuffer(from))
        return { kind: "write", placement, from: "this transfer", needs, reason: "describes the component version" };
    if (isManifest(descriptor.mediaType))
        return { kind: "copy", placement, from: from.name, needs, reason };
    const holder = holders.get(descriptor.digest);
    if (holder !== undefined) {
        return {
            kind: "mount",
            placement,
            from: holder.to,
            needs: [keyOf(holder)],
            reason: "is in another repository of the target",
        };
    }
    const own = options.asTargetRepository(from);
    if (own !== undefined)
        return { kind: "mount", placement, from: own, needs: [], reason: "the source is the same registry" };
    return { kind: "copy", placement, from: from.name, needs, reason };
}
function reasonFor(about, { supportsReferrers }) {
    if (about === undefined)
        return "is not at the target";
    const isOpen = !about.isTaggable && supportsReferrers === undefined;
    return `refers to ${about.subject.digest}${isOpen ? ", and stays behind if the registry has no referrers API" : ""}`;
}
function uniqueTags(tags) {
    const named = new Map();
    for (const tag of tags) {
        const name = `${tag.repository}:${tag.tag}`;
        const known = named.get(name);
        if (known !== undefined && tag.isReferrerTag === true)
            continue;
        if (known !== undefined && known.target.digest !== tag.target.digest) {
            const why = "two artifacts of this transfer have the same name";
            const remedy = "Use access: localBlob without publish-artifacts, which needs no names, or transfer the two to different paths.";
            throw nameTaken(name, known.target, tag.target, why, remedy);
        }
        named.set(name, tag);
    }
    return [...named.values()];
}
function tagging(tag, { tags, existing }) {
    const { target, repository, tag: name } = tag;
    const before = tags.get(`${repository}:${name}`);
    const isSame = before?.digest === target.digest;
    const isFree = before === undefined || isSame || existing === "overwrite";
    if (!isFree && tag.isReferrerTag === true)
        return { kind: "left", target, repository, tag: name, before };
    if (!isFree) {
        const why = "another artifact has the name at the target";
        const remedy = "Use access: localBlob without publish-artifacts, which needs no names, or another path, or existing: overwrite to move the name.";
        throw nameTaken(`${repository}:${name}`, before, target, why, remedy);
    }
    return { kind: isSame ? "skip" : "tag", target, repository, tag: name, before };
}
function nameTaken(name, one, other, why, remedy) {
    return new TransferError("ARTIFACT_NAME_TAKEN", `${name} would be both ${one.digest} and ${other.digest}: ${why}`, {
        where: name,
        remedy,
    });
}

;// CONCATENATED MODULE: ./lib/transfer/names/rename.js





function parseRenames(lines, where) {
    const renames = lines.map((line, index) => parseRename(line, `${where}, line ${index + 1}`));
    const twice = renames.find(({ from }, index) => renames.findIndex((other) => other.from === from) < index);
    if (twice === undefined)
        return [...renames].sort((one, other) => other.from.length - one.from.length);
    throw new TransferError("INPUT_INVALID", `rename has two lines for ${printable(twice.from, 200)}`, {
        where,
        remedy: "Write one line per prefix; the longest prefix that matches is used.",
    });
}
function parseRename(line, where) {
    const [from = "", to, ...more] = line.split("=").map((part) => part.trim().replace(/^\/|\/$/g, ""));
    const [first = "", ...rest] = from.split("/");
    const why = to === undefined || more.length > 0 || from === ""
        ? "is not of the form from=to"
        : (invalidPrefix(from) ?? invalidTarget(to));
    if (why === undefined && to !== undefined)
        return { from: [canonicalHost(first), ...rest].join("/"), to };
    throw new TransferError("INPUT_INVALID", `"${printable(line, 200)}" ${why}`, {
        where,
        remedy: "Write from=to, both prefixes of a path, for example ghcr.io/acme/=mirror/acme/.",
    });
}
function invalidPrefix(from) {
    if (from.includes("://"))
        return "has a scheme, which is no part of a prefix";
    return /[\s@]|\/\//.test(from) ? "has a prefix that no reference begins with" : undefined;
}
function invalidTarget(to) {
    const why = to === "" ? undefined : invalidRepository(to);
    if (why !== undefined)
        return `has the path "${printable(to, 100)}", which ${why}`;
    return to.split("/").includes(COMPONENT_DESCRIPTORS) ? "leads to the repositories of component versions" : undefined;
}
function renamed(repository, first, renames) {
    const names = first === undefined ? [repository] : [first, repository];
    for (const { from, to } of renames) {
        const name = names.find((each) => each === from || each.startsWith(`${from}/`));
        const path = name === undefined ? "" : [to, name.slice(from.length + 1)].filter((part) => part !== "").join("/");
        if (path !== "")
            return path;
    }
    return repository;
}

;// CONCATENATED MODULE: ./lib/transfer/target/signed-name.js











function nameSource(inputs) {
    return inputs.signatures.length > 0 && !inputs.trustNames ? "signed" : "any";
}
function targetName(artifact, version, naming) {
    const { names = "any", renames = [] } = naming;
    const isSigned = names === "signed";
    const name = isSigned ? signedName(artifact, version) : taggedName(artifact);
    const first = isSigned ? undefined : firstRepository(artifact, version);
    return { ...name, repository: renamed(name.repository, first, renames) };
}
function firstRepository({ element, name }, version) {
    const first = firstName(element, version);
    if (first?.kind !== "reference")
        return undefined;
    const { host, repository } = first.reference;
    const isComponents = `/${repository}/`.includes(`/${COMPONENT_DESCRIPTORS}/`);
    return `${canonicalHost(host)}/${isComponents ? name.repository : repository}`;
}
function signedName({ element, graph }, { descriptor }) {
    const { kind, name, extraIdentity, version } = element;
    const isPlain = kind === "resource" && Object.keys(extraIdentity).length === 0 && /^[^/]+$/.test(name);
    const tag = tagOf(version);
    return {
        repository: below(descriptor.name, isPlain && isRepository(name) ? name : hashedName(element)),
        tag: isTag(tag) ? tag : encoded(graph.root.digest).slice(0, 12),
    };
}
function signedReference(artifact, version) {
    return formatArtifactReference({ ...signedName(artifact, version), digest: undefined });
}
function hashedName({ kind, name, extraIdentity }) {
    const words = [name, ...Object.values(extraIdentity)]
        .join("-")
        .toLowerCase()
        .match(/[a-z0-9]+/g) ?? [];
    const hash = encoded(sha256(canonicalJson({ kind, name, extraIdentity }))).slice(0, 12);
    return [...words.join("-").slice(0, 64).split("-"), hash].filter((word) => word !== "").join("-");
}
function unsignedNames({ versions }) {
    const passed = versions.flatMap(({ version, items }) => items.flatMap((item) => {
        if (item.kind !== "artifact" || !isNamed(item.element))
            return [];
        const { tag = signedName(item, version).tag, repository } = item.name;
        const given = formatArtifactReference({ repository, tag, digest: undefined });
        const signed = signedReference(item, version);
        return given === signed ? [] : [`${printable(given, 120)} is ${printable(signed, 120)}`];
    }));
    if (passed.length === 0)
        return [];
    const more = passed.length > 5 ? ` and ${passed.length - 5} more` : "";
    return [
        {
            code: "NAME_UNSIGNED",
            message: `Images go by names that are signed, and not by those of their accesses: ${passed.slice(0, 5).join(", ")}${more}.`,
            remedy: "Use the signed names, <component>/<resource>:<version>, in what deploys them; or set trust-names: true where nobody but the signers can write to the source.",
        },
    ];
}
function isNamed({ access }) {
    const parsed = parseAccess(access);
    return parsed.kind !== "localBlob" || parsed.referenceName !== undefined;
}

;// CONCATENATED MODULE: ./lib/transfer/target/published-name.js






const WHERE = "input publish-artifacts";
const FIELDS = ["registry", "repository", "tag", "component", "version", "name"];
function parseNameTemplate(text, names = "any") {
    const invalid = (why) => new TransferError("INPUT_INVALID", `publish-artifacts is "${printable(text, 100)}", which ${why}`, {
        where: WHERE,
        remedy: `Write for example {repository}:{tag}, or {registry}/{repository}:{tag}; there are ${FIELDS.map((field) => `{${field}}`).join(", ")}.`,
    });
    const colon = text.indexOf(":", text.lastIndexOf("/") + 1);
    const [repository, tag] = colon < 0 ? [text, "{tag}"] : [text.slice(0, colon), text.slice(colon + 1)];
    for (const [, field = ""] of text.matchAll(/\{([^{}]*)\}/g)) {
        if (!FIELDS.some((known) => known === field))
            throw invalid(`asks for {${printable(field, 40)}}`);
    }
    if (names === "signed" && text.includes("{registry}")) {
        throw new TransferError("INPUT_INVALID", "publish-artifacts asks for {registry}, which no signature covers", {
            where: WHERE,
            remedy: "With signatures {repository} is <component>/<resource>: take {registry} out, or set trust-names: true where nobody but the signers can write to the source.",
        });
    }
    const example = fill({ repository, tag }, { registry: "r.io", repository: "a/b", tag: "1", component: "a.b/c", version: "1", name: "n" });
    const why = invalidRepository(example.repository);
    if (why !== undefined)
        throw invalid(`makes an invalid name of a repository: it ${why}`);
    if (!isTag(example.tag))
        throw invalid("makes an invalid tag");
    if (repository.startsWith(COMPONENT_DESCRIPTORS))
        throw invalid("leads to the repositories of component versions");
    return { repository, tag };
}
function publishedName(template, artifact) {
    const { element, name, version } = artifact;
    const { name: component, version: number } = version.descriptor;
    const published = fill(template, {
        registry: registryOf(element, version)
            .toLowerCase()
            .replace(/[^a-z0-9.-]+/g, "-"),
        repository: name.repository,
        tag: name.tag,
        component,
        version: tagOf(number),
        name: element.name.toLowerCase(),
    });
    const isComponents = `/${published.repository}/`.includes(`/${COMPONENT_DESCRIPTORS}/`);
    if (isRepository(published.repository) && isTag(published.tag) && !isComponents)
        return published;
    const text = printable(`${published.repository}:${published.tag}`, 200);
    throw new TransferError("REFERENCE_MALFORMED", `${element.kind} ${element.name} of ${component}:${number} would be published as ${text}`, {
        where: WHERE,
        remedy: "Repositories are lower case, tags have at most 128 characters, and component-descriptors is not for images: use other fields in the template.",
    });
}
function fill({ repository, tag }, fields) {
    const filled = (text) => text.replace(/\{(\w+)\}/g, (_, field) => fields[field]);
    return { repository: filled(repository), tag: filled(tag) };
}
function registryOf(element, version) {
    const first = firstName(element, version);
    if (first?.kind === "reference")
        return first.reference.host;
    const { kind, name } = version.from.registry;
    return kind === "registry" ? name : "local";
}

;// CONCATENATED MODULE: ./lib/transfer/target/written-repositories.js




function writtenRepositories(versions, { form, published, path, ...naming }) {
    const written = versions.flatMap(({ version, items }) => [
        componentRepositoryName(path, version.descriptor.name),
        ...items.flatMap((item) => {
            if (item.kind !== "artifact")
                return [];
            const name = targetName(item, version, naming);
            if ((item.form ?? form) !== "localBlob")
                return [below(path, name.repository)];
            if (published === undefined)
                return [];
            return [below(path, publishedName(published, { element: item.element, name, version }).repository)];
        }),
    ]);
    return [...new Set(written)];
}

;// CONCATENATED MODULE: ./lib/commands/destination.js






async function openDestination({ inputs, session, signal }) {
    if (inputs.target === undefined)
        return undefined;
    const target = await session.openTarget(inputs.target);
    const known = new Map();
    return {
        target,
        async existing(source) {
            const { from, isPinned, descriptor } = source;
            if (from.registry === target.registry && from.path === target.path && !isPinned)
                return source;
            const { name, version } = descriptor;
            const key = `${name}:${version}`;
            const reading = known.get(key) ?? existingOrNone(() => readExisting(target, descriptor, signal), inputs.existing);
            known.set(key, reading);
            reading.catch(() => known.delete(key));
            return reading;
        },
    };
}
async function readExisting(target, { name, version }, signal) {
    try {
        return await readComponentVersion(target, name, version, signal);
    }
    catch (error) {
        const tag = tagOf(version);
        const isTaken = error instanceof VersionAliased && tagOf(error.version) === tag;
        throw isTaken ? versionTagsCollide({ name, version }, error, tag) : error;
    }
}
function checkNames(versions, { target }, { inputs }) {
    if (target.registry.kind !== "registry")
        return;
    checkRepositoryNames(target.registry.name, writtenRepositories(versions, formsOf(inputs, target.path)));
}
async function repositoriesToWrite(versions, { target, existing }, { inputs }) {
    const found = await Promise.all(versions.map(({ version }) => existing(version)));
    return writtenRepositories(versions.filter((_, index) => found[index] === undefined), formsOf(inputs, target.path));
}
function formsOf(inputs, path) {
    return {
        form: inputs.access,
        published: inputs.publishArtifacts,
        names: nameSource(inputs),
        renames: inputs.renames,
        path,
    };
}
function imageNames({ inputs }, { target: { registry, path } }) {
    const isPlain = registry.origin?.startsWith("http://") === true;
    const own = registry.kind === "registry" ? { host: registry.name, path, scheme: isPlain ? "http" : "https" } : undefined;
    const consumer = inputs.consumerRepository ?? own;
    const prefix = consumer === undefined ? "" : [consumer.host, consumer.path].filter((part) => part !== "").join("/");
    return { prefix, isPlainHttp: consumer?.scheme === "http", targetPath: path, names: nameSource(inputs) };
}
function consumerOf({ inputs }) {
    if (inputs.consumerRepository === undefined)
        return undefined;
    const { scheme, host, path } = inputs.consumerRepository;
    return { origin: scheme === "http" ? `http://${host}` : host, path };
}

;// CONCATENATED MODULE: ./lib/transfer/source/whole-archive.js





const whole_archive_MAX_NAMED = 5;
async function componentsOf(archive, selection) {
    const repositories = (await archive.registry.listRepositories?.()) ?? [];
    const components = repositories
        .filter((name) => name.startsWith(`${COMPONENT_DESCRIPTORS}/`))
        .map((name) => name.slice(COMPONENT_DESCRIPTORS.length + 1))
        .filter(isComponentName)
        .toSorted();
    const selected = [];
    for (const component of components) {
        if (isComponentIncluded(component, selection.include) && (await hasVersion(archive, component, selection))) {
            selected.push(component);
        }
    }
    if (selected.length > 0)
        return selected;
    throw new TransferError("COMPONENT_VERSION_UNKNOWN", `${archive.display} has no component version that is asked for`, {
        where: archive.display,
        remedy: components.length === 0
            ? "It has no component versions at all: check that it is the right archive."
            : `It has ${whole_archive_listed(components)}. Check include and semver-constraint.`,
    });
}
async function hasVersion(from, component, { versions: { constraint } }) {
    const allows = (version) => constraint?.allows(version) ?? true;
    const { versions } = await listVersions({ from, component }, { allows, isLatestOnly: false });
    return versions.some(({ known }) => allows(known.descriptor.version));
}
function whole_archive_listed(names) {
    const more = names.length > whole_archive_MAX_NAMED ? ` and ${names.length - whole_archive_MAX_NAMED} more` : "";
    return printable(`${names.slice(0, whole_archive_MAX_NAMED).join(", ")}${more}`, 400);
}

;// CONCATENATED MODULE: ./lib/commands/sources.js




async function openSources({ inputs, session }) {
    if (inputs.componentVersions.length === 0) {
        throw new TransferError("INPUT_MISSING", "component-versions is not set", {
            where: "input component-versions",
            remedy: "Write one line per component version (repository//component:version) or per archive (./shop.tgz).",
        });
    }
    const open = once((spec) => session.openSource(spec));
    const queries = await Promise.all(inputs.componentVersions.map(async ({ repository, component, ...named }) => {
        const from = await open(repository);
        const components = component === undefined ? await componentsOf(from, inputs) : [component];
        return components.map((each) => ({ from, component: each, ...named }));
    }));
    return queries.flat();
}
function createResolve({ inputs, session, }) {
    const open = once((spec) => session.openSource(spec));
    const resolvers = inputs.resolvers.toSorted((one, other) => other.prefix.length - one.prefix.length);
    return (component, version) => {
        const fitting = resolvers.filter(({ prefix, pattern, versions }) => (versions === undefined || versions.allows(version)) &&
            (pattern === undefined || matchesGlob(component, pattern)) &&
            (prefix === "" || component === prefix || component.startsWith(`${prefix}/`)));
        return Promise.all(fitting.map(({ repository }) => open(repository)));
    };
}
function once(open) {
    const opened = new Map();
    return (spec) => {
        const key = `${spec.kind} ${formatRepository(spec)}`;
        const opening = opened.get(key) ?? open(spec);
        opened.set(key, opening);
        return opening;
    };
}

;// CONCATENATED MODULE: ./lib/commands/read-source.js









async function readSource(run, destination) {
    const { inputs, session, reporter, signal } = run;
    const queries = await openSources(run);
    const options = gatherOptions(run);
    if (inputs.preflightMode === "off")
        return complete(await read_source_read(queries, options, run));
    const { gathered, errors } = await session.probe(() => readAndProbe(queries, options, run, destination));
    signal.throwIfAborted();
    if (errors.length === 0) {
        reporter.info("preflight: every host that is needed can be reached");
        return gathered;
    }
    read_source_judge(errors, run);
    return inputs.command === "preflight" ? gathered : complete(await read_source_read(queries, options, run));
}
async function readAndProbe(queries, options, run, destination) {
    const { signal } = run;
    const sources = queries.map(({ from }) => from.registry);
    const targets = destination === undefined ? [] : [destination.target.registry];
    const failed = await pingStores([...sources, ...targets], signal);
    const gathered = await read_source_read(queries.filter(({ from }) => !failed.has(from.registry)), options, run);
    const [blobErrors, targetErrors] = await Promise.all([
        probeBlobs(gathered, signal),
        destination === undefined ? [] : probeTarget(gathered, destination, run, failed.has(destination.target.registry)),
    ]);
    return { gathered, errors: [...failed.values(), ...gathered.errors, ...blobErrors, ...targetErrors] };
}
async function probeTarget({ versions }, destination, run, isUnreachable) {
    const { inputs, reporter, signal } = run;
    try {
        checkNames(versions, destination, run);
        if (destination.target.registry.kind !== "registry" || isUnreachable)
            return [];
        const names = await repositoriesToWrite(versions, destination, run);
        if (inputs.probePush === "off")
            return [];
        const { registry } = destination.target;
        const repositories = names.map((name) => registry.repository(name));
        const proof = inputs.probePush === "auto" && !inputs.dryRun ? "upload" : "token";
        reporter.findings(await checkPushRights(repositories, proof, signal));
        return [];
    }
    catch (error) {
        return [...errorsIn(error)];
    }
}
async function read_source_read(queries, options, run) {
    const { inputs, reporter, signal } = run;
    const selections = await Promise.allSettled(queries.map((each) => selectVersions(each, inputs.versions, signal)));
    const selected = selections.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    const wanted = selected.flatMap(({ requests }) => requests);
    const unknown = selections.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    const gathered = await gather(wanted, options, signal);
    const reported = new Set(reporter.results.findings.map(({ message }) => message));
    const found = [...selected.flatMap(({ findings }) => findings), ...unmatched(gathered, run)];
    reporter.requested(gathered.named.map(({ descriptor: { name, version } }) => `${name}:${version}`));
    reporter.findings(found.filter(({ message }) => !reported.has(message)));
    return { ...gathered, errors: [...unknown, ...gathered.errors] };
}
function gatherOptions(run) {
    const { inputs, session } = run;
    const isVerify = inputs.command === "verify";
    return {
        recursive: inputs.recursive,
        copyResources: inputs.copyResources || isVerify || inputs.command === "download",
        copySources: inputs.copySources || isVerify,
        isSelected: (element, component) => isSelected(element, component, inputs) &&
            (!isVerify || element.kind === "resource" || element.digest !== undefined),
        registryAt: session.registryAt,
        accessMethods: session.accessMethods,
        withReferrers: inputs.command === "transfer",
        withAliases: inputs.versions.withAliases && inputs.command === "transfer",
        unpack: session.unpack,
        resolve: createResolve(run),
        readVersion: createReadVersion(),
    };
}
function unmatched({ versions }, { inputs }) {
    return unmatchedSelectors(versions.map(({ version }) => version.descriptor), inputs);
}
function read_source_judge(errors, { inputs, reporter }) {
    if (inputs.preflightMode === "fail")
        throwAll(errors);
    throwAll(errors.filter((error) => diagnose(error) === undefined));
    reporter.blocked(distinct(errors.flatMap((error) => diagnose(error) ?? [])));
}
function complete(gathered) {
    throwAll(gathered.errors);
    return gathered;
}

;// CONCATENATED MODULE: ./lib/transfer/verify/trust.js






function trustOf({ named, versions }, keys) {
    const all = versions.map(({ version }) => version.descriptor);
    const trust = judgeTree({ named: named.map(({ descriptor }) => descriptor), all }, keys);
    const verdicts = versions.flatMap(({ items }) => items.flatMap((item) => (item.kind === "byReference" ? [] : item.verdict)));
    const incomparable = keys.length === 0 ? [] : verdicts.filter((verdict) => verdict.kind === "incomparable");
    return { ...trust, errors: [...trust.errors, ...incomparable.map(({ error }) => error)] };
}
function judgeTree({ named, all }, keys) {
    const references = trust_errorsOf([() => checkReferenceDigests(all)]);
    if (keys.length === 0)
        return { errors: references, verified: [], rootsOf: () => all.filter(isNesting) };
    const trusted = createTrusted(all);
    const verified = [];
    const tried = new Set();
    const trySignatures = (descriptor) => {
        const { errors, valid, nests } = signaturesOn(descriptor, keys);
        verified.push(...valid);
        if (errors.length === 0)
            trusted.add({ descriptor, root: descriptor, nests });
        tried.add(descriptor);
        return { descriptor, errors };
    };
    const unsigned = named.map(trySignatures).filter(({ descriptor }) => !trusted.has(descriptor));
    if (unsigned.length > 0) {
        const errors = [...unsigned.flatMap(({ errors }) => errors), ...references];
        return { errors, verified, rootsOf: trusted.rootsOf };
    }
    const untried = () => trusted.unpinned().filter(({ child }) => !tried.has(child));
    for (let [next] = untried(); next !== undefined; [next] = untried())
        trySignatures(next.child);
    const errors = [...references, ...trusted.unpinned().map(({ error }) => error)];
    return { errors, verified, rootsOf: trusted.rootsOf };
}
function signaturesOn(descriptor, keys) {
    const valid = [];
    const errors = trust_errorsOf(keys.map((trusted) => () => {
        valid.push({ descriptor, signature: verifySignature(descriptor, trusted), key: trusted.key });
    }));
    return {
        errors,
        valid,
        nests: valid.some(({ signature }) => coversNestedDigests(signature.digest.normalisationAlgorithm)),
    };
}
function coversNestedDigests(normalisationAlgorithm) {
    return normalisationAlgorithm !== "jsonNormalisation/v4alpha1";
}
function createTrusted(all) {
    const byId = new Map(all.map((descriptor) => [idOf(descriptor), descriptor]));
    const roots = new Map();
    const seen = new Set();
    const unpinned = [];
    function pinnedChildren({ descriptor, root, nests }) {
        const own = pinnedBy(descriptor);
        const nested = nests ? pinnedBy(inContextOf(root, descriptor)) : [];
        return descriptor.references.flatMap(({ name, componentName, version }, index) => {
            const child = byId.get(`${componentName}:${version}`);
            if (child === undefined)
                return [];
            const pin = own[index] ?? nested[index];
            if (pin === undefined) {
                unpinned.push({ child, error: unpinnedReference(name, descriptor, child) });
                return [];
            }
            const nestsToo = coversNestedDigests(pin.normalisationAlgorithm);
            return [{ descriptor: child, root: own[index] === undefined ? root : child, nests: nestsToo }];
        });
    }
    function add(first) {
        const left = [first];
        for (let next = left.pop(); next !== undefined; next = left.pop()) {
            const { descriptor, root, nests } = next;
            const key = `${idOf(descriptor)} ${idOf(root)} ${nests}`;
            if (seen.has(key))
                continue;
            seen.add(key);
            const known = roots.get(descriptor) ?? new Set();
            roots.set(descriptor, nests ? known.add(root) : known);
            left.push(...pinnedChildren(next));
        }
    }
    return {
        add,
        has: (descriptor) => roots.has(descriptor),
        unpinned: () => unpinned.filter(({ child }) => !roots.has(child)),
        rootsOf: (descriptor) => [...(roots.get(descriptor) ?? [])].filter(isNesting),
    };
}
function unpinnedReference(name, parent, child) {
    return new TransferError("REFERENCE_UNPINNED", `reference ${printable(name, 80)} of ${idOf(parent)} has no digest of ${idOf(child)}, which is not signed either`, {
        where: idOf(parent),
        remedy: "Sign the component version again with all that it refers to (v1: --recursive), which adds the digest, or set recursive: false.",
    });
}
function idOf({ name, version }) {
    return `${name}:${version}`;
}
function trust_errorsOf(checks) {
    return checks.flatMap((check) => {
        try {
            check();
            return [];
        }
        catch (error) {
            return [error];
        }
    });
}

;// CONCATENATED MODULE: ./lib/transfer/verify/unchecked.js



function uncheckedSignatures(keys) {
    if (keys.length > 0)
        return [];
    return [
        {
            code: "SIGNATURE_UNCHECKED",
            message: "No signature was asked for: content is compared with digests that anybody may have written.",
            remedy: "Name signatures and their public keys in signatures, name=path.",
        },
    ];
}
function uncheckedContent(versions, { isSigned, rootsOf }) {
    const followed = new Set(versions.map(({ version: { descriptor } }) => `${descriptor.name}:${descriptor.version}`));
    const unchecked = versions.flatMap(({ version, items }) => {
        const { descriptor } = version;
        const roots = rootsOf(descriptor);
        const digestsOf = pinsIn(descriptor, roots);
        const content = items.flatMap((item) => {
            const isSource = item.element.kind === "source" && isSigned;
            const why = isSource ? sourceReason(item) : whyUnchecked(item, digestsOf(item.element));
            const unchecked = why === undefined ? [] : [named(item.element.name, version, why)];
            const hasReferrers = isSigned && item.kind === "artifact" && item.referrers.found.length > 0;
            return hasReferrers ? [...unchecked, named(`referrers of ${item.element.name}`, version, unchecked_REFERRERS)] : unchecked;
        });
        const unpinned = new Set(unpinnedReferences(descriptor, roots));
        const references = descriptor.references.flatMap((reference) => {
            const isFollowed = followed.has(`${reference.componentName}:${reference.version}`);
            if (isFollowed && !unpinned.has(reference))
                return [];
            return [named(`reference ${reference.name}`, version, isFollowed ? "has no digest" : "is not followed")];
        });
        return [...content, ...references];
    });
    return findingOf(unchecked);
}
const unchecked_REFERRERS = "no component version pins them";
function incomparableContent(versions) {
    return findingOf(versions.flatMap(({ version, items }) => items.flatMap((item) => {
        const why = whyIncomparable(item);
        return why === undefined ? [] : [named(item.element.name, version, why)];
    })));
}
function whyUnchecked(item, digests) {
    if (isNowhere(item) && digests.every(isExcluded))
        return undefined;
    if (digests.length === 0)
        return item.element.kind === "source" ? undefined : "has no digest";
    if (digests.some(isExcluded))
        return "is excluded from signatures";
    return item.kind === "byReference" ? item.reason : whyIncomparable(item);
}
function sourceReason(item) {
    return isNowhere(item) ? undefined : "is a source, which no signature pins";
}
function whyIncomparable(item) {
    return item.kind !== "byReference" && item.verdict.kind === "incomparable" ? item.verdict.error.message : undefined;
}
function isNowhere({ element: { access } }) {
    return typeof access.type === "string" && /^none(?:\/v1)?$/i.test(access.type);
}
function named(what, { descriptor: { name, version } }, why) {
    return printable(`${what} of ${name}:${version} (${why})`, 300);
}
function findingOf(unchecked) {
    if (unchecked.length === 0)
        return [];
    const more = unchecked.length > 10 ? ` and ${unchecked.length - 10} more` : "";
    return [
        {
            code: "CONTENT_UNCHECKED",
            message: `Not compared with any digest: ${unchecked.slice(0, 10).join(", ")}${more}.`,
            remedy: "Sign the component version again to pin what has no digest; set recursive: true to follow references; verify what only the OCM CLI can reach with that.",
        },
    ];
}

;// CONCATENATED MODULE: ./lib/commands/trust.js




function checkTrust({ named, versions }, keys, reporter) {
    const { errors, verified, rootsOf } = trustOf({ named, versions }, keys);
    reporter.signatures(describeSignatures(verified));
    if (keys.length === 0)
        return [...errors.flatMap(asFinding), ...incomparableContent(versions)];
    throwAll(errors);
    return uncheckedContent(versions, { isSigned: true, rootsOf });
}
function asFinding(error) {
    if (!(error instanceof TransferError))
        throw error;
    return [{ code: error.code, message: `${error.message}.`, remedy: error.remedy ?? "" }];
}

;// CONCATENATED MODULE: ./lib/commands/download.js














async function download(run) {
    const { inputs, reporter, workspace } = run;
    if (inputs.output === "") {
        throw new TransferError("INPUT_MISSING", "output is not set", {
            where: "input output",
            remedy: "Name the folder to download to.",
        });
    }
    const root = await placeOf(inputs.output, { workspace, where: "input output" });
    const keys = await readTrustedKeys(inputs.signatures);
    const gathered = await readSource(run);
    const versions = gathered.versions.map((resolved) => wantedOf(resolved, inputs));
    reporter.findings([...movedTags({ versions }), ...checkTrust({ ...gathered, versions }, keys, reporter)]);
    await saveVersions(versions, root, run);
    reporter.versions(versions.map(({ version }) => describeAsItIs(version)));
}
async function saveVersions(versions, root, run) {
    const { inputs, reporter, signal } = run;
    const planned = await planFiles(versions, root, run);
    const work = await openOutput(root, run);
    const { partial, left } = work;
    const limiter = createLimiter(inputs.concurrency);
    const options = { root, partial, left, attempts: inputs.retries, limiter };
    const bytes = { copied: 0, mounted: 0, skipped: 0 };
    try {
        for (const { id, files } of planned) {
            const saved = await allOrNone(files, ({ save }, stopped) => save({ ...options, signal: stopped }), signal);
            for (const { copied, skipped } of saved) {
                bytes.copied += copied;
                bytes.skipped += skipped;
            }
            reporter.downloaded(files.map(({ file }) => file));
            reporter.bytes({ ...bytes });
            reporter.group(id, files.map(({ file }) => `resource ${file.resource}: ${file.path}`));
        }
    }
    finally {
        await work.close({ isKept: signal.reason instanceof TransferError });
    }
}
async function allOrNone(items, work, signal) {
    const failure = new AbortController();
    const stopped = AbortSignal.any([signal, failure.signal]);
    const works = items.map((item) => work(item, stopped));
    try {
        return await Promise.all(works);
    }
    catch (error) {
        failure.abort();
        await Promise.allSettled(works);
        throw error;
    }
}
async function openOutput(root, { inputs, reporter, signal }) {
    try {
        return await openWorkFolder(root, { patience: inputs.stallTimeout, onWait: reporter.finding, signal });
    }
    catch (error) {
        throw isFileSystemError(error) ? unwritableOutput(root, error) : error;
    }
}
function wantedOf({ items, ...resolved }, { include, exclude }) {
    const { name } = resolved.version.descriptor;
    const isWanted = ({ element }) => element.kind === "resource" && isSelected(element, name, { include, exclude });
    return { ...resolved, items: items.filter(isWanted) };
}
async function planFiles(versions, root, run) {
    const { output } = run.inputs;
    const folders = versions.map(({ version }) => folderOf(version.descriptor, output));
    return allOrErrors(versions.map(async (resolved) => {
        const { name, version } = resolved.version.descriptor;
        const names = namesIn(resolved, { output, folders });
        const folder = (0,external_node_path_.join)(root, (0,external_node_path_.relative)(output, folderOf(resolved.version.descriptor, output)));
        const files = await allOrErrors(resolved.items.map(async (item) => {
            if (item.kind === "byReference")
                return [];
            const place = { folder, name: names.get(item.element) ?? "" };
            const found = await resourceFiles(item, resolved.version, place, run.inputs, run.signal);
            return found.map(({ path, mediaType, digest, save }) => {
                const named = (0,external_node_path_.join)(output, (0,external_node_path_.relative)(root, path));
                const file = { component: name, version, resource: item.element.name, path: named, mediaType, digest };
                return { file, save };
            });
        }));
        return { id: `${name}:${version}`, files: files.flat() };
    }));
}
function namesIn({ version: { descriptor } }, { output, folders }) {
    const folder = folderOf(descriptor, output);
    const inside = folders.filter((other) => other.startsWith(`${folder}${external_node_path_.sep}`));
    return fileNames(descriptor.elements.filter(({ kind }) => kind === "resource"), inside.map((other) => (other.slice(folder.length + 1).split(external_node_path_.sep)[0] ?? "").toLowerCase()));
}
async function allOrErrors(works) {
    const results = await Promise.allSettled(works);
    throwAll(results.flatMap((result) => (result.status === "rejected" ? errorsIn(result.reason) : [])));
    return results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}

;// CONCATENATED MODULE: ./lib/proxy/go-url.js

const go_url_unreadable = (problem) => ({ problem });
const EMPTY = { scheme: "", host: "", username: "", password: "" };
function parseGoUrl(raw) {
    const hash = raw.indexOf("#");
    const [beforeHash, fragment] = hash < 0 ? [raw, ""] : [raw.slice(0, hash), raw.slice(hash + 1)];
    if (/[\u0000-\u001f\u007f]/.test(beforeHash))
        return go_url_unreadable("it contains a control character or a line break");
    if (beforeHash.startsWith(":"))
        return go_url_unreadable("it starts with a colon");
    if (badEscape(fragment))
        return go_url_unreadable("a % is not followed by two hexadecimal digits");
    const [, schemeText, afterScheme] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(.*)$/s.exec(beforeHash) ?? [];
    const scheme = (schemeText ?? "").toLowerCase();
    const rest = (afterScheme ?? "").split("?", 1)[0] ?? "";
    if (!rest.startsWith("/")) {
        if (scheme !== "" || beforeHash === "*")
            return { ...EMPTY, scheme };
        if (rest.split("/", 1)[0]?.includes(":"))
            return go_url_unreadable("it has no scheme");
    }
    const hasAuthority = rest.startsWith("//") && (scheme !== "" || !rest.startsWith("///"));
    const slash = hasAuthority ? rest.indexOf("/", 2) : 0;
    const path = slash < 0 ? "" : rest.slice(slash);
    const authority = hasAuthority ? parseAuthority(scheme, rest.slice(2, slash < 0 ? undefined : slash)) : EMPTY;
    if ("problem" in authority)
        return authority;
    if (badEscape(path))
        return go_url_unreadable("a % is not followed by two hexadecimal digits");
    return { ...authority, scheme };
}
function goProxyUrl(value) {
    if (value === "")
        return undefined;
    const url = parseGoUrl(value);
    if ("problem" in url || url.scheme === "" || url.host === "") {
        const retried = parseGoUrl(`http://${value}`);
        if (!("problem" in retried))
            return retried;
    }
    return "problem" in url ? undefined : url;
}
function splitHost(host) {
    const [, name = host, port = ""] = /^(.*):(\d*)$/s.exec(host) ?? [];
    return { hostname: /^\[.*\]$/s.test(name) ? name.slice(1, -1) : name, port };
}
function parseAuthority(scheme, authority) {
    const at = authority.lastIndexOf("@");
    const host = parseHost(scheme, authority.slice(at + 1));
    if (typeof host !== "string")
        return host;
    if (at < 0)
        return { ...EMPTY, host };
    const userinfo = authority.slice(0, at);
    if (/[^A-Za-z0-9._:~!$&'()*+,;=%@-]/.test(userinfo)) {
        return go_url_unreadable("the user or password contains a character that has to be percent-encoded");
    }
    if (badEscape(userinfo))
        return go_url_unreadable("a % is not followed by two hexadecimal digits");
    const colon = userinfo.indexOf(":");
    const username = decode(colon < 0 ? userinfo : userinfo.slice(0, colon));
    return { ...EMPTY, host, username, password: colon < 0 ? "" : decode(userinfo.slice(colon + 1)) };
}
const REFUSED_IN_HOST = /[^A-Za-z0-9!$&'()*+,;=:[\]<>"\-_.~%\u0080-\u{10ffff}]/u;
const IPV6_LITERAL = /^\[([0-9A-Fa-f:.]*)(?:%25(.+))?\](:\d*)?$/s;
function parseHost(scheme, host) {
    if (REFUSED_IN_HOST.test(host))
        return go_url_unreadable("the host contains a character that is invalid in host names");
    if (host.includes("[")) {
        const [, address, zone, port = ""] = IPV6_LITERAL.exec(host) ?? [];
        if (address === undefined || !(0,external_node_net_.isIPv6)(address))
            return go_url_unreadable("the brackets do not contain an IPv6 address");
        if (zone === undefined)
            return `[${address}]${port}`;
        if (badEscape(zone))
            return go_url_unreadable("a % is not followed by two hexadecimal digits");
        return `[${address}%${decode(zone)}]${port}`;
    }
    const strict = scheme === "http" || scheme === "https";
    const colon = strict ? host.indexOf(":") : host.lastIndexOf(":");
    if (colon >= 0 && /[^0-9]/.test(host.slice(colon + 1)))
        return go_url_unreadable("the port is not a number");
    if (/%(?![89A-Fa-f][0-9A-Fa-f]|25)/.test(host))
        return go_url_unreadable("the host contains a % that is not an escape");
    return decode(host);
}
const badEscape = (text) => /%(?![0-9A-Fa-f]{2})/.test(text);
function decode(text) {
    if (!text.includes("%"))
        return text;
    const bytes = text.replace(/[^%]+/g, (plain) => Buffer.from(plain, "utf8").toString("latin1"));
    const decoded = bytes.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
    return Buffer.from(decoded, "latin1").toString("utf8");
}

;// CONCATENATED MODULE: ./lib/proxy/clients/client.js

function viaOf(client, target, settings) {
    const fallsBack = client.httpsFallsBackToHttp === true && settings.httpProxy;
    const hasProxy = target.scheme === "http" ? settings.httpProxy : settings.httpsProxy || fallsBack;
    return !hasProxy || client.bypasses(target, settings.noProxy) ? "direct" : "proxy";
}
function clientTarget(raw) {
    const written = parseGoUrl(raw);
    const url = URL.parse(raw);
    if ("problem" in written || url === null || !/^https?:$/.test(url.protocol))
        return undefined;
    const { port } = splitHost(written.host);
    const scheme = url.protocol === "https:" ? "https" : "http";
    return {
        scheme,
        hostname: url.hostname,
        writtenHostname: written.host.replace(/:\d*$/, "").toLowerCase(),
        port: port === "" ? { http: 80, https: 443 }[scheme] : Number(port),
        writtenPort: port,
    };
}
const withoutBrackets = (hostname) => hostname.replace(/^\[(.*)\]$/, "$1");
const isWithin = (host, name) => host === name || host.endsWith(`.${name}`);
function entriesOf(list, separator) {
    return list
        .split(separator)
        .map((entry) => entry.trim().toLowerCase())
        .filter((entry) => entry !== "");
}
function splitPort(entry) {
    const [, host = entry, port = "0"] = /^(.+):(\d+)$/.exec(entry) ?? [];
    return { host, port: Number(port) };
}

;// CONCATENATED MODULE: ./lib/proxy/clients/actions-http-client.js

const actionsHttpClient = {
    name: "@actions/http-client 4",
    bypasses: ({ hostname, port }, noProxy) => /^(?:localhost$|127\.|\[::1\])/.test(hostname) ||
        entriesOf(noProxy, ",").some((entry) => {
            const below = entry.startsWith(".") ? entry : `.${entry}`;
            return entry === "*" || [hostname, `${hostname}:${port}`].some((host) => host === entry || host.endsWith(below));
        }),
};

;// CONCATENATED MODULE: ./lib/proxy/clients/curl.js


const curl7 = {
    name: "curl 7.88",
    bypasses: (target, noProxy) => bypasses(target, noProxy, noProxy.split(/[ \t,]+/), ({ bits }) => bits === 32),
};
const curl8 = {
    name: "curl 8",
    bypasses: (target, noProxy) => bypasses(target, noProxy, entriesUpToWhitespace(noProxy), () => true),
};
function bypasses({ hostname }, noProxy, entries, comparesAsAddress) {
    if (noProxy === "*")
        return true;
    const host = withoutBrackets(hostname);
    const ip = parseIp(host);
    const matches = ip !== undefined && comparesAsAddress(ip)
        ? (entry) => holdsAddress(entry, ip)
        : (entry) => holdsName(entry, host.replace(/\.$/, ""));
    return entries.some((entry) => entry !== "" && matches(entry.toLowerCase()));
}
function holdsName(entry, host) {
    const name = entry.replace(/\.$/, "").replace(/^\./, "");
    return name !== "" && isWithin(host, name);
}
function holdsAddress(entry, ip) {
    const [, address = "", prefix = "0"] = /^([^/]*)(?:\/(\d+))?$/.exec(entry) ?? [];
    const network = parseIp(address);
    const length = Number(prefix) || ip.bits;
    if (network === undefined || network.zone !== "" || network.bits !== ip.bits || length > ip.bits)
        return false;
    const shift = BigInt(ip.bits - length);
    return contains({ value: (network.value >> shift) << shift, shift }, ip);
}
function entriesUpToWhitespace(noProxy) {
    const entries = [];
    for (const item of noProxy.split(",")) {
        const [first = "", ...others] = item.replace(/^[ \t]+|(?<![ \t])[ \t]+$/g, "").split(/[ \t]+/);
        entries.push(first);
        if (others.length > 0)
            break;
    }
    return entries;
}

;// CONCATENATED MODULE: ./lib/proxy/clients/github-runner.js


const githubRunner = {
    name: "GitHub runner",
    bypasses: (target, noProxy) => github_runner_isLoopback(target.hostname) || noProxy.split(",").some((entry) => matches(entry.trim(), target)),
};
function github_runner_isLoopback(hostname) {
    return /^(?:localhost|loopback|127\.[\d.]+|\[::1\]|\[::(?:ffff:)?7f00:1\])$/.test(hostname);
}
function matches(entry, { hostname, port }) {
    const [, name = "", only = ""] = /^([^:]*):*(.*)$/s.exec(entry.toLowerCase()) ?? [];
    if (name === "" || (0,external_node_net_.isIPv4)(name) || (only !== "" && only !== String(port)))
        return false;
    return name.startsWith(".") ? hostname.endsWith(name) : isWithin(hostname, name);
}

;// CONCATENATED MODULE: ./lib/proxy/clients/java.js

const java_DEFAULT = ["localhost", "127.*", "[::1]", "0.0.0.0", "[::0]"];
const java = {
    name: "Java http.nonProxyHosts",
    bypasses: ({ writtenHostname }, noProxy) => (noProxy === "" ? java_DEFAULT : entriesOf(noProxy, ",")).some((entry) => java_matches(entry, writtenHostname)),
};
function java_matches(entry, host) {
    const text = entry.replace(/^\*|\*$/g, "");
    if (entry.startsWith("*"))
        return entry.endsWith("*") ? host.includes(text) : host.endsWith(text);
    return entry.endsWith("*") ? host.startsWith(text) : host === entry;
}

;// CONCATENATED MODULE: ./lib/proxy/clients/node-http.js



const nodeHttp = {
    name: "Node 24 http",
    bypasses: (target, noProxy) => noProxy.split(",").some((entry) => node_http_matches(entry.trim().toLowerCase(), target)),
};
function node_http_matches(entry, { hostname, port }) {
    const host = withoutBrackets(hostname);
    if (entry === "*" || entry === host || entry === `${host}:${port}`)
        return true;
    if (entry.startsWith("."))
        return host === entry.slice(1) || host.endsWith(entry);
    if (entry.startsWith("*."))
        return host.endsWith(entry.slice(1));
    return (0,external_node_net_.isIPv4)(host) && isInRange(entry, host);
}
function isInRange(entry, host) {
    const [first, last] = entry.split("-").map((address) => address.trim());
    if (first === undefined || last === undefined || !(0,external_node_net_.isIPv4)(first) || !(0,external_node_net_.isIPv4)(last))
        return false;
    const [low, value, high] = [first, host, last].map((address) => parseIp(address)?.value ?? 0n);
    return low !== undefined && value !== undefined && high !== undefined && low <= value && value <= high;
}

;// CONCATENATED MODULE: ./lib/proxy/clients/proxy-from-env.js

const proxyFromEnv = {
    name: "proxy-from-env 2",
    bypasses: ({ hostname, port }, noProxy) => entriesOf(noProxy, /[,\s]/)
        .map(splitPort)
        .filter((entry) => entry.port === 0 || entry.port === port)
        .some(({ host }) => (/^[.*]/.test(host) ? hostname.endsWith(host.replace(/^\*/, "")) : hostname === host)),
};

// EXTERNAL MODULE: external "node:url"
var external_node_url_ = __webpack_require__(3136);
;// CONCATENATED MODULE: ./lib/proxy/go-text.js

const go_text_SPACE = "[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const OUTER_SPACE = new RegExp(`^${go_text_SPACE}+|(?<!${go_text_SPACE})${go_text_SPACE}+$`, "g");
const trimSpace = (text) => text.replace(OUTER_SPACE, "");
const toLower = (text) => Array.from(text, (char) => (char === "İ" ? "i" : char.toLowerCase())).join("");
const REFUSED_LABEL = /^-|-$|^(?!xn).{2}--|[^a-z0-9-]/;
function idnaToAscii(host) {
    if (/^[\u0000-\u007f]*$/.test(host))
        return host;
    const dotted = /[.。．｡]$/.test(host);
    const ascii = (0,external_node_url_.domainToASCII)(dotted ? `${host}x` : `${host}.x`);
    if (ascii === "")
        return host;
    const name = ascii.slice(0, dotted ? -1 : -2);
    return name.split(".").some((label) => REFUSED_LABEL.test(label)) ? host : name;
}

;// CONCATENATED MODULE: ./lib/proxy/clients/python.js



const pythonUrllib = {
    name: "Python urllib",
    bypasses: ({ writtenHostname, writtenPort }, noProxy) => {
        const host = writtenPort === "" ? writtenHostname : `${writtenHostname}:${writtenPort}`;
        return urllibBypasses(host, noProxy);
    },
};
const pythonRequests = {
    name: "Python requests",
    bypasses: (target, noProxy) => {
        const host = withoutBrackets(idnaToAscii(target.writtenHostname));
        return requestsBypasses(host, target, noProxy) || urllibBypasses(host, noProxy);
    },
};
const SHORT_IPV4 = /^\d+(?:\.\d+){0,3}$/;
function urllibBypasses(host, noProxy) {
    if (noProxy === "*")
        return true;
    const [, name = host] = /^(.*):\d*$/s.exec(host) ?? [];
    return namesOf(entriesOf(noProxy, ",")).some((entry) => isWithin(name, entry) || isWithin(host, entry));
}
function requestsBypasses(host, { writtenPort }, noProxy) {
    const entries = noProxy.replaceAll(" ", "").split(",").filter(Boolean);
    if (SHORT_IPV4.test(host)) {
        const ip = parseIp(host);
        return entries.some((entry) => {
            const network = entry.endsWith("/0") ? undefined : parseNetwork(entry);
            return entry === host || (network !== undefined && ip !== undefined && contains(network, ip));
        });
    }
    const hosts = Number(writtenPort) === 0 ? [host] : [host, `${host}:${Number(writtenPort)}`];
    return namesOf(entries).some((entry) => hosts.some((name) => isWithin(name, entry)));
}
const namesOf = (entries) => entries.map((entry) => entry.replace(/^\.+/, ""));

;// CONCATENATED MODULE: ./lib/proxy/clients/reqwest.js


const reqwest = {
    name: "Rust reqwest",
    bypasses: ({ hostname }, noProxy) => {
        const host = withoutBrackets(hostname);
        const ip = parseIp(host);
        return entriesOf(noProxy, ",").some((entry) => {
            const network = parseNetwork(entry);
            const address = parseIp(entry);
            if (ip === undefined)
                return network === undefined && address === undefined && reqwest_holdsName(entry, host);
            if (network !== undefined)
                return hasBits(entry, ip.bits) && contains(network, ip);
            return address?.value === ip.value && address.bits === ip.bits;
        });
    },
};
const reqwest_holdsName = (entry, host) => entry === "*" || isWithin(host, entry.replace(/^\./, ""));
const hasBits = (network, bits) => network.includes(":") === (bits === 128);

;// CONCATENATED MODULE: ./lib/proxy/clients/undici.js

const undici_SEPARATOR = /[,\s]/;
const undici6 = {
    name: "undici 6",
    httpsFallsBackToHttp: true,
    bypasses: ({ hostname, port }, noProxy) => noProxy === "*" ||
        entriesOf(noProxy, undici_SEPARATOR)
            .map(splitPort)
            .filter((entry) => entry.port === 0 || entry.port === port)
            .some(({ host }) => (/^[.*]/.test(host) ? hostname.endsWith(host.replace(/^\*/, "")) : hostname === host)),
};
const undici7 = {
    name: "undici 7",
    httpsFallsBackToHttp: true,
    bypasses: ({ hostname, port }, noProxy) => noProxy === "*" ||
        entriesOf(noProxy, undici_SEPARATOR)
            .map(splitPort)
            .filter((entry) => entry.port === 0 || entry.port === port)
            .some(({ host }) => isWithin(hostname, host.replace(/^\*?\./, ""))),
};
const undici8 = {
    name: "undici 8",
    httpsFallsBackToHttp: true,
    bypasses: ({ hostname, port }, noProxy) => {
        const host = withoutTrailingDot(withoutBrackets(hostname));
        return entriesOf(noProxy, undici_SEPARATOR).some((entry) => {
            const { host: pattern, port: only } = splitEntry(entry);
            if (only !== 0 && only !== port)
                return false;
            if (pattern === "*")
                return true;
            const name = withoutTrailingDot(pattern.replace(/^\*?\./, ""));
            return host.endsWith(`.${name}`) || (host === name && !entry.startsWith("*"));
        });
    },
};
const nodeFetch = { ...undici7, name: "Node 24 fetch" };
const withoutTrailingDot = (host) => host.replace(/(.)\.$/, "$1");
function splitEntry(entry) {
    const isBareIpv6 = !entry.startsWith("[") && entry.indexOf(":") !== entry.lastIndexOf(":");
    if (isBareIpv6)
        return { host: entry, port: 0 };
    const { host, port } = entry.endsWith("]") ? { host: entry, port: 0 } : splitPort(entry);
    return { host: withoutBrackets(host), port };
}

;// CONCATENATED MODULE: ./lib/proxy/export.js
function exportedVariables(settings, environment) {
    return {
        ...proxyVariables("HTTP_PROXY", settings.httpProxy, environment),
        ...proxyVariables("HTTPS_PROXY", settings.httpsProxy, environment),
        ...bothSpellings("NO_PROXY", exportedNoProxy(settings)),
    };
}
function exportedNoProxy(settings) {
    return settings.noProxy.map(({ entry }) => entry).join(",");
}
function proxyVariables(name, proxy, environment) {
    if (proxy !== undefined)
        return bothSpellings(name, proxy.href);
    const spellings = Object.keys(bothSpellings(name, "")).filter((spelling) => (environment[spelling] ?? "") !== "");
    return Object.fromEntries(spellings.map((spelling) => [spelling, ""]));
}
function bothSpellings(name, value) {
    return { [name]: value, [name.toLowerCase()]: value };
}

;// CONCATENATED MODULE: ./lib/proxy/clients.js











const CLIENTS = [
    curl7,
    curl8,
    undici6,
    undici7,
    undici8,
    actionsHttpClient,
    nodeHttp,
    nodeFetch,
    proxyFromEnv,
    pythonUrllib,
    pythonRequests,
    java,
    reqwest,
    githubRunner,
];
function differingClients(url, go, settings) {
    const target = clientTarget(url);
    if (target === undefined)
        return [];
    const exported = {
        httpProxy: settings.httpProxy !== undefined,
        httpsProxy: settings.httpsProxy !== undefined,
        noProxy: exportedNoProxy(settings),
    };
    return CLIENTS.map((client) => ({ client: client.name, via: viaOf(client, target, exported) })).filter(({ via }) => via !== go);
}

;// CONCATENATED MODULE: ./lib/proxy/no-proxy.js


function parseNoProxy(value, from) {
    return value
        .split(",")
        .map(trimSpace)
        .filter((entry) => entry !== "")
        .map((entry) => ({ entry, from, matches: matcher(toLower(entry)) }));
}
function matchNoProxy(entries, target) {
    return entries.find(({ matches }) => matches(target));
}
function hasNoEffect(entry) {
    if (entry === "*" || parseNetwork(entry) !== undefined)
        return false;
    const [name, port] = no_proxy_splitEntry(entry);
    const isAddress = parseIp(name)?.zone === "";
    return /[^0-9]/.test(port) || (!isAddress && /[/:[\]\s*]/.test(name.replace(/^\*\./, "")));
}
const withCommas = (list) => list.replace(/[\s;,]+/g, ",");
const never = () => false;
function matcher(entry) {
    if (entry === "*")
        return () => true;
    const network = parseNetwork(entry);
    if (network !== undefined)
        return ({ ip }) => ip !== undefined && contains(network, ip);
    const [name, port] = no_proxy_splitEntry(entry);
    if (name === "")
        return never;
    const ip = parseIp(name);
    if (ip !== undefined && ip.zone === "") {
        return (target) => target.ip?.value === ip.value && (port === "" || port === target.port);
    }
    const below = name.startsWith("*.") ? name.slice(1) : name;
    const suffix = idnaToAscii(below.startsWith(".") ? below : `.${below}`);
    const apex = below.startsWith(".") ? undefined : suffix.slice(1);
    return (target) => target.ip === undefined &&
        (target.host === apex || target.host.endsWith(suffix)) &&
        (port === "" || port === target.port);
}
function no_proxy_splitEntry(entry) {
    const [, literal, plain, port = ""] = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/s.exec(entry) ?? [];
    const name = literal ?? plain;
    return name === undefined ? [entry, ""] : [name, port];
}

;// CONCATENATED MODULE: ./lib/proxy/route.js





function routeFor(url, settings) {
    const decision = route_decide(url, settings);
    if (decision.via === "direct")
        return decision;
    const name = decision.rule;
    return { ...decision, rule: `${name} ${origin(decision.proxy.from, name)}` };
}
function routeBefore(url, found) {
    try {
        return route_decide(url, found).via;
    }
    catch {
        return "error";
    }
}
function route_decide(url, settings) {
    const { scheme, hostname, port, ip } = readTarget(url);
    if (scheme !== "http" && scheme !== "https")
        return direct("only http and https URLs go through a proxy");
    const proxy = scheme === "https" ? settings.httpsProxy : settings.httpProxy;
    if (proxy === undefined)
        return direct(`no proxy for ${scheme} is set`);
    if (scheme === "http" && settings.cgi) {
        throw new TransferError("PROXY_CGI_REFUSED", "HTTP_PROXY is refused because REQUEST_METHOD is set, as in a CGI program", {
            where: "environment REQUEST_METHOD",
            remedy: "Unset REQUEST_METHOD for this step.",
        });
    }
    if (hostname === "localhost" || (ip !== undefined && isLoopback(ip)))
        return direct("loopback");
    const entry = matchNoProxy(settings.noProxy, { host: toLower(trimSpace(hostname)), port, ip });
    if (entry !== undefined)
        return direct(`NO_PROXY entry "${entry.entry}" ${origin(entry.from, "NO_PROXY")}`);
    return { via: "proxy", proxy, rule: scheme === "https" ? "HTTPS_PROXY" : "HTTP_PROXY" };
}
const route_DEFAULT_PORTS = { http: "80", https: "443" };
function readTarget(raw) {
    const url = parseGoUrl(raw);
    if ("problem" in url)
        return route_malformed(url.problem);
    if (url.scheme === "")
        return route_malformed("it has no scheme; write https:// before the host");
    const { hostname, port } = splitHost(url.host);
    if (hostname === "")
        return route_malformed("it has no host");
    if (hostname.includes("]"))
        return route_malformed("its host has a bracket without an IPv6 address");
    const host = idnaToAscii(hostname);
    return { scheme: url.scheme, hostname: host, port: port || (route_DEFAULT_PORTS[url.scheme] ?? ""), ip: parseIp(host) };
}
const direct = (rule) => ({ via: "direct", rule });
function origin(from, name) {
    return `(${from === `environment ${name}` ? "environment" : from})`;
}
function route_malformed(problem) {
    throw new TransferError("URL_MALFORMED", `The URL is invalid: ${problem}`, {
        remedy: "Write it as https://host/path.",
    });
}

;// CONCATENATED MODULE: ./lib/commands/explain.js




function explain(urls, settings) {
    return urls.map((url) => explainOne(url, settings));
}
function explainOne(url, { effective, found }) {
    const common = { url: withoutPassword(url), before: routeBefore(url, found) };
    try {
        const route = routeFor(url, effective);
        const proxy = route.via === "proxy" ? route.proxy.display : "";
        return { ...common, via: route.via, proxy, rule: route.rule, differs: differingClients(url, route.via, effective) };
    }
    catch (error) {
        return { ...common, via: "error", proxy: "", rule: errorMessage(error), differs: [] };
    }
}
function withoutPassword(url) {
    const parsed = parseGoUrl(url);
    if ("problem" in parsed || parsed.host === "")
        return url.replace(/^([A-Za-z][A-Za-z0-9+.-]*:\/\/)?.*@/s, "$1***@");
    return url.replace(/^([^/?#]*\/\/)([^/?#:]*)(:[^/?#]*)?@/, (_, scheme, user, password) => password === undefined ? `${scheme}***@` : `${scheme}${user}:***@`);
}

;// CONCATENATED MODULE: ./lib/commands/preflight.js


async function preflight(run) {
    await readSource(run, await openDestination(run));
}

;// CONCATENATED MODULE: ./lib/transfer/target/tag-referrers.js








async function supportsReferrersApi(repository, subject, signal) {
    return (await tag_referrers_listed(repository, subject, signal)) !== undefined;
}
function referrersOf({ desired }) {
    const certain = desired.flatMap(({ placements }) => placements).filter(({ about }) => about === undefined);
    const keys = new Set(certain.map(keyOf));
    return desired
        .flatMap(({ referrers }) => referrers)
        .filter(({ repository, graph, isTaggable }) => isTaggable || !keys.has(keyOf({ to: repository, descriptor: graph.root })));
}
async function tagReferrers(plan, target, signal) {
    const all = referrersOf(plan);
    const steps = leftSteps(plan);
    const isLost = ({ repository, graph }) => steps.has(`${repository}@${graph.root.digest}`);
    const bySubject = Map.groupBy(all.filter((each) => each.tag === undefined && !isLost(each)), ({ repository, subject }) => `${repository}@${subject.digest}`);
    const done = await Promise.all([...bySubject.values()].map((group) => tagOrLeave(group, target, signal)));
    const unlisted = all.filter((each) => (each.tag === undefined ? isLost(each) : isTagLeft(each, plan)));
    return { tags: done.flatMap(({ tags }) => tags), left: [...unlisted, ...done.flatMap(({ left }) => left)] };
}
function referrersUnder(tags, plan) {
    return referrersOf(plan).filter(({ repository, subject, tag }) => tags.some((list) => tag === undefined && list.repository === repository && list.tag === referrersTag(subject.digest)));
}
function plannedToBeLeft(plan) {
    const steps = leftSteps(plan);
    return referrersOf(plan).filter((each) => each.tag === undefined ? steps.has(`${each.repository}@${each.graph.root.digest}`) : isTagLeft(each, plan));
}
function leftSteps({ steps }) {
    const left = steps.filter(({ kind }) => kind === "left");
    return new Set(left.map(({ placement: { to, descriptor } }) => `${to}@${descriptor.digest}`));
}
function isTagLeft({ isTaggable, repository, tag }, { tags }) {
    const isLeft = ({ kind, ...other }) => kind === "left" && other.repository === repository && other.tag === tag;
    return !isTaggable || tags.flat().some(isLeft);
}
async function tagOrLeave(group, target, signal) {
    try {
        return await tagGroup(group, target, signal);
    }
    catch (error) {
        if (isConclusive(error))
            return { tags: [], left: group };
        throw error;
    }
}
async function tagGroup(group, target, signal) {
    const [first] = group;
    if (first === undefined)
        return { tags: [], left: [] };
    const { repository: name, subject, isTaggable } = first;
    const unique = new Map(group.map((each) => [each.graph.root.digest, each]));
    const repository = target.repository(name);
    const there = new Set((await tag_referrers_listed(repository, subject, signal))?.map(({ digest }) => digest));
    const unlisted = [...unique.values()].filter(({ graph }) => !there.has(graph.root.digest));
    if (unlisted.length === 0)
        return { tags: [], left: [] };
    if (!isTaggable)
        return { tags: [], left: unlisted };
    const tag = referrersTag(subject.digest);
    const before = await resolveOrNone(repository, tag, signal);
    if (before !== undefined && !isIndex(before.mediaType))
        return { tags: [], left: unlisted };
    const known = new Set((await listedUnderTag(repository, before, signal)).map(({ digest }) => digest));
    const missing = unlisted.filter(({ graph }) => !known.has(graph.root.digest));
    if (missing.length === 0)
        return { tags: [], left: [] };
    const index = await pushIndex(repository, before, missing, signal).catch(undefinedIfRefused);
    if (index === undefined)
        return { tags: [], left: unlisted };
    return { tags: [{ kind: "tag", target: index, repository: name, tag, before }], left: [] };
}
async function tag_referrers_listed(repository, subject, signal) {
    try {
        return await repository.listReferrers?.(subject.digest, signal);
    }
    catch (error) {
        if (isConclusive(error))
            return undefined;
        throw error;
    }
}
function undefinedIfRefused(error) {
    if (!isConclusive(error))
        throw error;
}
async function pushIndex(repository, before, missing, signal) {
    const document = before === undefined ? {} : JSON.parse((await readContent(repository, before, signal)).toString("utf8"));
    const { manifests: listed, ...others } = isRecord(document) ? document : {};
    const added = await Promise.all(missing.map(({ graph }) => tag_referrers_describe(graph.from, graph.root, signal)));
    const manifests = [...(Array.isArray(listed) ? listed : []), ...added];
    const content = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, ...others, manifests }));
    const mediaType = before?.mediaType ?? OCI_INDEX;
    const descriptor = { mediaType, digest: sha256(content), size: content.length };
    await repository.push(descriptor, content, signal);
    return descriptor;
}
async function tag_referrers_describe(from, root, signal) {
    const where = `${from.name}@${root.digest}`;
    const { artifactType, config, annotations } = parseManifest(await readContent(from, root, signal), root.mediaType, where);
    const type = artifactType ?? config?.mediaType;
    return {
        ...root,
        ...(type === undefined ? {} : { artifactType: type }),
        ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    };
}

;// CONCATENATED MODULE: ./lib/transfer/write/alias-tags.js




async function planAliases({ versions }, { desired }, target, signal) {
    const aliasesOf = new Map(versions.map(({ version: { descriptor }, aliases = [] }) => [order_keyOf(descriptor.name, descriptor.version), aliases]));
    const aliases = desired.flatMap(({ version: { descriptor }, repository, componentTag }) => (aliasesOf.get(order_keyOf(descriptor.name, descriptor.version)) ?? []).map((tag) => ({
        component: descriptor.name,
        repository,
        tag,
        target: componentTag.target,
    })));
    const own = new Set(desired.map(({ repository, componentTag }) => `${repository}:${componentTag.tag}`));
    const named = Map.groupBy(aliases, ({ repository, tag }) => `${repository}:${tag}`);
    const planned = await Promise.all([...named].map(async ([name, [alias, ...others]]) => {
        const isClaimed = own.has(name) || others.some((other) => other.target.digest !== alias?.target.digest);
        const tag = alias === undefined || isClaimed ? undefined : await planAlias(alias, target, signal);
        return { name, tag };
    }));
    const left = planned.flatMap(({ name, tag }) => (tag === undefined ? [name] : []));
    return { tags: planned.flatMap(({ tag }) => tag ?? []), findings: leftAliases(left) };
}
async function planAlias({ component, repository, tag, target: version }, target, signal) {
    const before = await resolveOrNone(target.registry.repository(repository), tag, signal);
    const tagging = { target: version, repository, tag, before };
    if (before?.digest === version.digest)
        return { kind: "skip", ...tagging };
    return before === undefined || (await isAliasThere({ component, tag }, before, target, signal))
        ? { kind: "tag", ...tagging }
        : undefined;
}
async function isAliasThere({ component, tag }, { digest }, target, signal) {
    try {
        const { descriptor } = await readPinnedVersion(target, { component, version: undefined, digest }, signal);
        return tagOf(descriptor.version) !== tag;
    }
    catch (error) {
        if (error instanceof TransferError && error.kind === "invalid")
            return false;
        throw error;
    }
}
function leftAliases(left) {
    if (left.length === 0)
        return [];
    return [
        {
            code: "ALIASES_LEFT",
            message: `Alias tags were not set: ${left.slice(0, 5).join(", ")}${left.length > 5 ? ` and ${left.length - 5} more` : ""}.`,
            remedy: "Under these names the target, or another source of this run, has a version of its own, another version, or another artifact; delete such a tag at the target to have the alias set.",
        },
    ];
}

;// CONCATENATED MODULE: ./lib/stores/elsewhere/chart-index.js





const MAX_YAML = 4 * 1024 * 1024;
function findChart(index, chart, version, where) {
    const versions = chart_index_versionsOf(index, chart, where);
    const entry = versions.filter(isJsonObject).find((candidate) => candidate.version === version);
    const [url] = entry !== undefined && Array.isArray(entry.urls) ? entry.urls : [];
    if (entry === undefined || typeof url !== "string") {
        const what = versions.length === 0 ? "chart" : entry === undefined ? "version of the chart" : "place of the chart";
        throw new TransferError("ARTIFACT_UNKNOWN", `${where} lists no ${what} ${printable(`${chart}:${version}`, 120)}`, {
            where,
            remedy: "Restore it in the chart repository, or leave the resource by reference.",
        });
    }
    return { url, digest: chart_index_digestOf(entry.digest) };
}
function chart_index_versionsOf(index, chart, where) {
    let document;
    try {
        document = index.trimStart().startsWith("{")
            ? parseJson(index)
            : parseYaml(bounded(blockOf(index, chart) ?? index));
    }
    catch (error) {
        throw chart_index_malformed(where, printable(errorMessage(error).split("\n")[0] ?? "", 200), error);
    }
    if (!isJsonObject(document) || !isJsonObject(document.entries))
        throw chart_index_malformed(where, 'there are no "entries"');
    const versions = Object.hasOwn(document.entries, chart) ? document.entries[chart] : undefined;
    return Array.isArray(versions) ? versions : [];
}
function bounded(text) {
    if (text.length <= MAX_YAML)
        return text;
    throw new SyntaxError(`the chart is not listed as Helm writes it, and ${text.length} characters are too many for all else`);
}
function blockOf(index, chart) {
    const [opening, indent] = /^entries:[ \t]*\r?\n( {1,64})(?=\S)/m.exec(index) ?? [];
    if (opening === undefined || indent === undefined)
        return undefined;
    const entries = index.slice(index.indexOf(opening));
    const key = chart.replace(/[^A-Za-z0-9]/g, "\\$&");
    const found = new RegExp(`^${indent}(["']?)${key}\\1:[ \\t]*\\r?\\n`, "m").exec(entries);
    if (found === null)
        return undefined;
    const versions = entries.slice(found.index + found[0].length);
    const end = new RegExp(`^ {0,${indent.length}}[^ \\-#\\r\\n]`, "m").exec(versions)?.index ?? versions.length;
    return `entries:\n${found[0]}${versions.slice(0, end)}`;
}
function chart_index_digestOf(value) {
    if (typeof value !== "string")
        return undefined;
    const digest = value.includes(":") ? value : `sha256:${value}`;
    return isDigest(digest.toLowerCase()) ? digest.toLowerCase() : undefined;
}
function chart_index_malformed(where, why, cause) {
    return new TransferError("CHART_INDEX_MALFORMED", `${where}: ${printable(why, 200)}`, {
        where,
        remedy: "See that helmRepository is the URL of a chart repository: index.yaml is directly below it.",
        cause,
    });
}

;// CONCATENATED MODULE: ./lib/stores/elsewhere/found.js

function isPinnedToManifest(wanted) {
    return pinOf(wanted)?.of === "artifact";
}
function pinOf({ element: { digest }, where }) {
    const pin = digest === undefined ? undefined : parsePin(digest, where);
    return pin?.of === "artifact" || pin?.of === "blob" ? pin : undefined;
}
function found_pinnedDigest(wanted) {
    const pin = pinOf(wanted);
    return pin === undefined ? undefined : asDigest(pin);
}

;// CONCATENATED MODULE: ./lib/archive/gunzip.js






const UNPACK_LIMITS = {
    maxBytes: 512 * 1024 ** 3,
    maxRatio: 200,
    ratioFreeBytes: 256 * 1024 ** 2,
};
function isGzip(start) {
    return start[0] === 0x1f && start[1] === 0x8b;
}
function boundedGunzip(where, limits = UNPACK_LIMITS) {
    const { maxBytes, maxRatio, ratioFreeBytes } = limits;
    let packed = 0;
    let unpacked = 0;
    const gunzip = (0,external_node_zlib_.createGunzip)({ chunkSize: chunk_CHUNK_BYTES });
    const counted = new external_node_stream_.Transform({
        transform(chunk, _encoding, done) {
            packed += chunk.length;
            done(null, chunk);
        },
    });
    const bounded = new external_node_stream_.Transform({
        transform(chunk, _encoding, done) {
            unpacked += chunk.length;
            const isTooLarge = unpacked > maxBytes || unpacked > Math.max(ratioFreeBytes, maxRatio * gunzip.bytesWritten);
            done(isTooLarge ? gunzip_tooLarge(where, gunzip.bytesWritten, maxBytes) : null, chunk);
        },
        flush(done) {
            done(gunzip.bytesWritten === packed ? null : damaged(where, "has data after the end of its gzip stream"));
        },
    });
    return [counted, gunzip, bounded];
}
async function gunzipInto(content, sink, where, limits, signal) {
    try {
        await (0,external_node_stream_promises_.pipeline)([content, ...boundedGunzip(where, limits), sink], { signal });
    }
    catch (error) {
        throw errorCode(error)?.startsWith("Z_") ? damaged(where, "is not an intact gzip file", error) : error;
    }
}
function gunzip_tooLarge(where, packed, maxBytes) {
    return new TransferError("ARCHIVE_TOO_LARGE", `${where}: ${packed} compressed bytes unpack to more than an archive may have (at most ${maxBytes} bytes, and a plausible ratio)`, {
        where,
        remedy: "If the size is intended, unpack the archive beforehand, and name the plain .tar file or the folder.",
    });
}

;// CONCATENATED MODULE: ./lib/net/resume.js





const MAX_FREE_RESUMPTIONS = 64;
const MIN_PROGRESS_BYTES = 65_536;
function resuming(first, download) {
    const { size, attempts, signal } = download;
    const here = withinThisWork();
    const progress = Math.max(MIN_PROGRESS_BYTES, size / MAX_FREE_RESUMPTIONS);
    let current = first;
    let offset = 0;
    let resumedAt = 0;
    const content = new external_node_stream_.Readable({
        highWaterMark: 256 * 1024,
        read: () => void current.body.resume(),
        destroy(error, done) {
            current.body.on("error", () => { }).destroy();
            done(error);
        },
    });
    function pass(response, known) {
        current = response;
        let left = known;
        const { body } = response;
        body.on("data", (chunk) => {
            const rest = left >= chunk.length ? undefined : chunk.subarray(left);
            left = Math.max(0, left - chunk.length);
            if (rest === undefined)
                return;
            offset += rest.length;
            if (!content.push(rest))
                body.pause();
        });
        (0,external_node_stream_.finished)(body, { writable: false }, (error) => {
            if (content.destroyed)
                return;
            const isCutRange = !error && response.status === 206 && offset < size;
            if (offset === size || !(error || isCutRange))
                return void content.push(null);
            const failure = bodyError(response, error ?? rangeEnded());
            here(() => resume(failure)).catch((final) => content.destroy(final));
        });
    }
    async function resume(failure) {
        if (signal?.aborted || !(isRetryable(failure) || isDamaged(failure)))
            throw failure;
        const isFree = offset - resumedAt >= progress;
        if (!(await mayRepeat(attempts, { isFree, signal })))
            throw failure;
        if (content.destroyed)
            return;
        resumedAt = offset;
        const [response, known] = await requestFrom(offset, download);
        if (content.destroyed)
            response.body.on("error", () => { }).destroy();
        else
            pass(response, known);
    }
    pass(first, 0);
    return content;
}
async function requestFrom(offset, { size, request, accept }) {
    if (offset > 0) {
        const response = await request({ range: `bytes=${offset}-` });
        if (response.status === 206 && continuesAt(response.headers["content-range"], offset, size))
            return [response, 0];
        if (response.status !== 206 && !refusesRange(response.status)) {
            await accept(response);
            return [response, offset];
        }
        if (response.status === 206)
            response.body.on("error", () => { }).destroy();
        else
            await drain(response);
        if (isRetryableStatus(response.status))
            countRepetition();
    }
    const response = await request({});
    await accept(response);
    return [response, offset];
}
function rangeEnded() {
    return Object.assign(new Error("the range ended early"), { code: "ECONNRESET" });
}

;// CONCATENATED MODULE: ./lib/oci/single-blob.js

function singleBlobRepository({ name, unknown }, digest, fetch) {
    return {
        name,
        async resolve(reference) {
            throw new TransferError("MANIFEST_UNKNOWN", unknown(reference), { where: name });
        },
        exists: async (target) => target.digest === digest,
        listTags: async () => [],
        fetch,
    };
}

;// CONCATENATED MODULE: ./lib/stores/elsewhere/media-type.js

const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;
function blobMediaType(declared) {
    const type = (declared ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
    if (isManifest(type))
        return "application/json";
    return MEDIA_TYPE.test(type) ? type : "application/octet-stream";
}

;// CONCATENATED MODULE: ./lib/stores/elsewhere/spool.js








function createSpool(folder, largest) {
    let made;
    async function own() {
        await (0,promises_.mkdir)(folder, { recursive: true, mode: 0o700 });
        return (0,promises_.mkdtemp)((0,external_node_path_.join)(folder, "artifacts-"));
    }
    return {
        async hold(content, { where, pinned, unpacking = [] }) {
            const hash = (0,external_node_crypto_.createHash)("sha256");
            const pin = pinned === undefined ? undefined : hasherOf(pinned);
            let size = 0;
            const measure = new external_node_stream_.Transform({
                transform(chunk, _encoding, done) {
                    size += chunk.length;
                    if (size > largest)
                        return done(spool_tooLarge(where, largest));
                    hash.update(chunk);
                    pin?.update(chunk);
                    done(null, chunk);
                },
            });
            let path;
            try {
                made ??= own();
                path = (0,external_node_path_.join)(await made, (0,external_node_crypto_.randomUUID)());
                await (0,external_node_stream_promises_.pipeline)([
                    external_node_stream_.Readable.from(content),
                    ...unpacking,
                    measure,
                    (0,external_node_fs_.createWriteStream)(path, { flags: "wx", mode: 0o600 }),
                ]);
            }
            catch (error) {
                throw asTransferError(error, where, folder);
            }
            const found = pin?.digest("hex");
            if (pinned !== undefined && found !== encoded(pinned))
                throw spool_differs(where, pinned, found ?? "");
            return { digest: `sha256:${hash.digest("hex")}`, size, open: () => (0,external_node_fs_.createReadStream)(path) };
        },
        async close() {
            const folders = await made?.catch(() => undefined);
            if (folders !== undefined)
                await (0,promises_.rm)(folders, { recursive: true, force: true });
        },
    };
}
function asTransferError(error, where, folder) {
    if (errorCode(error)?.startsWith("Z_")) {
        return new TransferError("ARTIFACT_UNAVAILABLE", `${where}: the server sends an invalid gzip encoding`, {
            where,
            remedy: "Ask the operators of the server; this is a fault of its configuration.",
            cause: error,
        });
    }
    const isFileSystem = typeof error?.syscall === "string";
    if (!isFileSystem)
        return error;
    return new TransferError("OUTPUT_UNWRITABLE", `${where} cannot be kept in ${folder}: ${errorMessage(error)}`, {
        where: folder,
        remedy: "See that the folder for temporary files can be written and has room.",
        cause: error,
    });
}
function spool_tooLarge(where, largest) {
    return new TransferError("RESPONSE_TOO_LARGE", `${where} has more than ${largest} bytes`, {
        where,
        remedy: "Leave it by reference, or make it a local blob at its origin.",
    });
}
function spool_differs(where, pinned, found) {
    return new TransferError("ARTIFACT_DIGEST_DIFFERS", `${where} has the digest ${found}, not ${encoded(pinned)}`, {
        where,
        remedy: "Its content was exchanged after the component version, or the index of the chart repository, was made. Make a new version, or restore it.",
    });
}

;// CONCATENATED MODULE: ./lib/stores/elsewhere/remote-content.js













function webServer(url) {
    return { kind: "web-server", host: hostOf(new URL(url)) };
}
function remote_content_contentOf({ kind, name }, access) {
    return { kind: "content", access, element: `${kind} ${printable(name, 80)}` };
}
const LARGE = 8 * 1024 * 1024;
function readRemote(content, context, signal) {
    return asOneWork(() => readOrPostpone(content, context, signal));
}
async function readOrPostpone(content, context, signal) {
    const { pinned, where } = content;
    const first = await ask(content, context, signal);
    if (first === undefined)
        return undefined;
    const mediaType = blobMediaType(content.mediaType || first.headers["content-type"]);
    const size = remote_content_sizeOf(first);
    if (size !== undefined && size > context.largest) {
        remote_content_discard(first);
        throw spool_tooLarge(where, context.largest);
    }
    if (pinned?.startsWith("sha256:") && size !== undefined && size > LARGE && !isPacked(content, first)) {
        remote_content_discard(first);
        return { descriptor: { mediaType, digest: pinned, size }, from: askedLater(content, pinned, context) };
    }
    let answer = first;
    const held = await retryStream(context.attempts, async () => {
        const response = answer ?? (await ask(content, context, signal));
        answer = undefined;
        if (response === undefined)
            throw unavailable(content, "a redirect");
        const unpacking = isPacked(content, response) ? boundedGunzip(where, context.unpackLimits) : [];
        return context.spool.hold(remote_content_chunksOf(response), { where, pinned, unpacking });
    }, signal);
    return {
        descriptor: { mediaType, digest: held.digest, size: held.size },
        from: repositoryOf(first.hop.host, held.digest, async (target) => verifying(held.open(), target, where)),
    };
}
function isPacked({ decodes }, { headers }) {
    return decodes && headers["content-encoding"]?.toLowerCase() === "gzip";
}
function askedLater(content, digest, context) {
    return repositoryOf(new URL(content.url).host, digest, async (target, signal) => {
        return asOneWork(async () => {
            const response = await ask(content, context, signal);
            if (response === undefined)
                throw unavailable(content, "a redirect");
            const request = (headers) => send(content, context, headers, signal);
            const download = { size: target.size, attempts: context.attempts, request, signal };
            const body = resuming(response, { ...download, accept: (again) => accept(again, content) });
            return verifying(body, target, content.where);
        });
    });
}
function repositoryOf(host, digest, fetch) {
    const unknown = (reference) => `${host} is not a registry and has no ${reference}`;
    return singleBlobRepository({ name: host, unknown }, digest, fetch);
}
async function ask(content, context, signal) {
    const response = await send(content, context, {}, signal);
    if (content.followsRedirects || !isRedirect(response.status)) {
        await accept(response, content);
        return response;
    }
    await drain(response);
    return undefined;
}
async function send({ url, purpose, followsRedirects: redirects, headers: own, consumer }, { client, authorize }, more, signal) {
    const headers = { ...own, ...more, ...(await authorize(url, consumer)) };
    return client.request({ method: "GET", url, headers, purpose, redirects, party: webServer(url), isContent: true }, signal);
}
async function accept(response, content) {
    const { where } = content;
    const { status } = response;
    if (status === 200)
        return;
    await drain(response);
    if (status === 404 || status === 410) {
        throw new TransferError("ARTIFACT_UNKNOWN", `${where}: ${response.hop.host} has no such file`, {
            where: response.hop.host,
            remedy: "Restore it there, or leave the resource by reference.",
        });
    }
    throw unavailable(content, String(status));
}
function unavailable({ where, url }, answer) {
    const { host } = new URL(url);
    return new TransferError("ARTIFACT_UNAVAILABLE", `${where}: ${host} answers with ${answer}`, {
        where: host,
        remedy: "A login for it is taken from ocm-config, consumers Wget and HelmChartRepository; or make it a local blob at its origin.",
    });
}
async function* remote_content_chunksOf(response) {
    try {
        for await (const chunk of response.body)
            yield chunk;
    }
    catch (error) {
        throw bodyError(response, error);
    }
}
function remote_content_discard({ body }) {
    body.on("error", () => { }).destroy();
}
function remote_content_sizeOf({ headers }) {
    const length = headers["content-length"];
    return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}

;// CONCATENATED MODULE: ./lib/stores/elsewhere/helm.js









const CHART_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const CHART_LAYERS = new Set([CHART_LAYER, "application/tar+gzip"]);
async function locateChart(access, wanted, context, signal) {
    const { helmRepository, chart, version } = access;
    if (helmRepository.startsWith("oci://")) {
        const text = `${helm_below(helmRepository.slice("oci://".length), chart)}:${version.replaceAll("+", "_")}`;
        return locateInRegistry(text, wanted, context, signal);
    }
    const repository = URL.parse(helmRepository);
    if (repository === null || !/^https?:$/.test(repository.protocol))
        return { kind: "left", reason: "the scheme of its chart repository is not http, https or oci" };
    if (repository.username !== "" || repository.password !== "")
        return { kind: "left", reason: "the URL of its chart repository holds credentials" };
    if (isPinnedToManifest(wanted))
        return { kind: "left", reason: "its digest is that of an OCI manifest" };
    repository.pathname = helm_below(repository.pathname, "");
    const indexUrl = new URL(repository);
    indexUrl.pathname += "index.yaml";
    const index = await context.chartIndex(indexUrl.href, signal);
    const entry = findChart(index, chart, version, `${repository.host}${indexUrl.pathname}`);
    if (entry.url.startsWith("oci://"))
        return locateInRegistry(entry.url.slice("oci://".length), wanted, context, signal);
    const url = chartUrl(entry.url, repository, wanted.where);
    const blob = await readRemote({
        url: url.href,
        headers: { accept: "application/gzip,application/octet-stream" },
        consumer: "chart",
        purpose: remote_content_contentOf(wanted.element, "helm"),
        where: wanted.where,
        pinned: found_pinnedDigest(wanted) ?? entry.digest,
        mediaType: CHART_LAYER,
        decodes: false,
        followsRedirects: true,
    }, context, signal);
    return blob === undefined ? { kind: "left", reason: "the server redirects" } : { kind: "blob", ...blob };
}
async function locateInRegistry(text, wanted, { registryAt }, signal) {
    const { where } = wanted;
    const reference = parseImageReference(text, where);
    const from = registryAt(reference, where).repository(reference.repository);
    const root = await from.resolve(manifestReference(reference), signal);
    const manifest = await readContent(from, root, signal);
    const pin = pinOf(wanted);
    if (pin?.of === "artifact" || (pin !== undefined && pinsManifest(pin, manifest))) {
        return { kind: "artifact", from, root, reference };
    }
    const { layers } = parseManifest(manifest, root.mediaType, where);
    const archive = layers.find(({ mediaType }) => CHART_LAYERS.has(mediaType));
    if (archive === undefined)
        return { kind: "left", reason: "the artifact is not a chart" };
    const { digest, size } = archive;
    return { kind: "blob", from, descriptor: { mediaType: CHART_LAYER, digest, size } };
}
function chartUrl(text, repository, where) {
    const url = URL.parse(text, repository.href);
    if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
        throw new TransferError("CHART_INDEX_MALFORMED", `${where}: the URL of its chart is ${printable(text, 120)}`, {
            where: repository.host,
            remedy: "The index of the chart repository has to name a URL of http, https or oci, without credentials.",
        });
    }
    if (!URL.canParse(text) && url.search === "")
        url.search = repository.search;
    return url;
}
function helm_below(path, name) {
    return `${path.replace(/(?<!\/)\/+$/, "")}/${name}`;
}

;// CONCATENATED MODULE: ./lib/transfer/images/moved-images.js









function movedImages(desiredVersions, names) {
    return desiredVersions.flatMap((desired) => desired.changes.flatMap((change) => movedImage(desired, change, names)));
}
function deployedImages(images) {
    return images
        .filter(({ kind }) => kind === "resource")
        .sort((one, other) => byText(one.component, other.component) ||
        compareVersions(one.version, other.version) ||
        byText(one.version, other.version) ||
        byText(one.name, other.name) ||
        byText(one.digest, other.digest));
}
function neutralReference({ repository, digest }) {
    return `${repository}@${digest}`;
}
function referenceBelow(prefix, image) {
    return `${prefix}/${neutralReference(image)}`;
}
function byText(one, other) {
    if (one === other)
        return 0;
    return one < other ? -1 : 1;
}
function movedImage({ version }, change, { targetPath, names }) {
    const { element, before, after, contents, published } = change;
    const repository = published?.repository ?? change.repository;
    const root = contents.at(-1);
    if (root === undefined || !isManifest(root.mediaType))
        return [];
    const [old, renewed] = [parseAccess(before), parseAccess(after)];
    const signed = names === "signed" ? signedReference({ element, graph: { root } }, version) : undefined;
    const first = signed === undefined ? firstName(element, version) : undefined;
    const oldReference = first?.kind === "reference" ? first.reference : writtenReference(signed);
    const tag = published?.tag ?? (signed === undefined ? undefined : oldReference?.tag) ?? tagIn(renewed) ?? tagIn(old);
    const fallbackTag = tagOf(element.version);
    return [
        {
            component: version.descriptor.name,
            version: version.descriptor.version,
            name: element.name,
            kind: element.kind,
            before: oldReference,
            ...(first?.kind === "hint" ? { hint: first.text } : {}),
            repository: targetPath === "" ? repository : repository.slice(targetPath.length + 1),
            tag: tag ?? (isTag(fallbackTag) ? fallbackTag : encoded(root.digest).slice(0, 12)),
            ...(contents.some(({ mediaType }) => mediaType === CHART_LAYER) ? { isChart: true } : {}),
            isTagged: published !== undefined || (renewed.kind !== "localBlob" && tagIn(renewed) !== undefined),
            digest: root.digest,
        },
    ];
}
function tagIn(access) {
    if (access.kind === "ociArtifact")
        return orUndefined(() => parseImageReference(access.imageReference, ""))?.tag;
    const named = access.kind === "relativeOciReference" ? access.reference : undefined;
    const hinted = access.kind === "localBlob" ? access.referenceName : named;
    return hinted === undefined ? undefined : orUndefined(() => parseArtifactReference(hinted, ""))?.tag;
}
function orUndefined(read) {
    try {
        return read();
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./lib/transfer/images/reference-map.js
function referenceMap(images, { prefix, names }) {
    const named = images.filter(({ kind }) => names !== "signed" || kind === "resource");
    const pairs = named.flatMap((image) => {
        const { before, hint, repository, tag, isTagged, digest } = image;
        const old = before?.text ?? hint;
        const reference = `${prefix === "" ? "" : `${prefix}/`}${repository}${isTagged ? `:${tag}` : ""}@${digest}`;
        return old === undefined || old === reference ? [] : [[old, reference]];
    });
    return Object.fromEntries(names === "signed" ? reference_map_distinct(pairs) : pairs);
}
function reference_map_distinct(pairs) {
    const references = Map.groupBy(pairs, ([key]) => key);
    const isUnique = (key) => new Set(references.get(key)?.map(([, reference]) => reference)).size === 1;
    return pairs.map(([key, reference]) => [
        isUnique(key) ? key : `${key}${reference.slice(reference.indexOf("@"))}`,
        reference,
    ]);
}

// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(7975);
;// CONCATENATED MODULE: ./lib/archive/gzip.js


const PIECE_BYTES = 1024 * 1024;
const MAX_AHEAD = 4;
const LEVEL = 1;
const MAX_RATIO = 0.9;
const SAMPLE_BYTES = 4096;
const MAX_STORED_BYTES = 65_535;
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
const LAST_BLOCK = Buffer.from([1, 0, 0, 0xff, 0xff]);
const deflate = (0,external_node_util_.promisify)(external_node_zlib_.deflateRaw);
async function* gzip(content) {
    let checksum = 0;
    let size = 0;
    const ahead = [];
    yield HEADER;
    for await (const piece of piecesOf(content)) {
        for (const part of piece)
            checksum = (0,external_node_zlib_.crc32)(part, checksum);
        size += gzip_sizeOf(piece);
        const encoding = encode(piece);
        encoding.catch(() => { });
        ahead.push(encoding);
        if (ahead.length > MAX_AHEAD)
            yield* inOrder(ahead.splice(0, 1));
    }
    yield* inOrder(ahead);
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(checksum, 0);
    trailer.writeUInt32LE(size % 2 ** 32, 4);
    yield Buffer.concat([LAST_BLOCK, trailer]);
}
async function* inOrder(encodings) {
    for (const encoding of encodings)
        yield* await encoding;
}
async function* piecesOf(content) {
    let piece = [];
    let missing = PIECE_BYTES;
    for await (const chunk of content) {
        for (let start = 0; start < chunk.length;) {
            const part = chunk.subarray(start, start + missing);
            piece.push(part);
            start += part.length;
            missing -= part.length;
            if (missing > 0)
                continue;
            yield piece;
            piece = [];
            missing = PIECE_BYTES;
        }
    }
    if (piece.length > 0)
        yield piece;
}
async function encode(piece) {
    if (!isCompressible(piece))
        return stored(piece);
    return [await deflate(Buffer.concat(piece), { level: LEVEL, finishFlush: external_node_zlib_.constants.Z_SYNC_FLUSH })];
}
function isCompressible(piece) {
    const third = Math.floor(gzip_sizeOf(piece) / 3);
    const samples = [0, third, 2 * third].map((start) => range(piece, start, start + Math.min(third, SAMPLE_BYTES)));
    const sample = Buffer.concat(samples.flat());
    return (0,external_node_zlib_.deflateRawSync)(sample, { level: LEVEL }).length < MAX_RATIO * sample.length;
}
function stored(piece) {
    const size = gzip_sizeOf(piece);
    const blocks = [];
    for (let start = 0; start < size; start += MAX_STORED_BYTES) {
        const length = Math.min(MAX_STORED_BYTES, size - start);
        const header = Buffer.alloc(5);
        header.writeUInt16LE(length, 1);
        header.writeUInt16LE(0xffff - length, 3);
        blocks.push(header, ...range(piece, start, start + length));
    }
    return blocks;
}
function range(parts, start, end) {
    const found = [];
    let position = 0;
    for (const part of parts) {
        const within = part.subarray(Math.max(0, start - position), Math.max(0, end - position));
        if (within.length > 0)
            found.push(within);
        position += part.length;
    }
    return found;
}
function gzip_sizeOf(parts) {
    return parts.reduce((total, { length }) => total + length, 0);
}

;// CONCATENATED MODULE: ./lib/archive/pack.js







const WRITE_BYTES = 4 * 1024 * 1024;
async function pack(path, inputs, { isCompressed, hash }, signal) {
    const tar = tarBlocks(inputs);
    const file = isCompressed ? gzip(tar) : tar;
    const sink = (0,external_node_fs_.createWriteStream)(path, { flags: "wx", mode: 0o600, flush: true, highWaterMark: WRITE_BYTES });
    try {
        await (0,external_node_stream_promises_.pipeline)(hash === undefined ? file : hashed(file, hash), sink, { signal });
        return (await (0,promises_.stat)(path)).size;
    }
    catch (error) {
        await (0,promises_.rm)(path, { force: true }).catch(() => { });
        throw isFileSystemError(error) ? unwritable(path, error) : error;
    }
}
async function* hashed(content, hash) {
    for await (const chunk of content) {
        hash.update(chunk);
        yield chunk;
    }
}

;// CONCATENATED MODULE: ./lib/stores/artifact-set/write.js













async function writeArtifactSet(from, artifact, { folder, tag }, signal) {
    const [root] = artifact;
    const blobs = new Map(artifact.map((each) => [blobName(each.digest), each]));
    const inputs = [
        file("index.json", Buffer.from(JSON.stringify(indexOf(await write_manifestsOf(from, artifact, signal), root, tag)))),
        file("oci-layout", Buffer.from(OCI_LAYOUT)),
        directory(BLOBS),
        ...[...blobs]
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, each]) => ({ name, size: each.size, content: () => write_contentOf(from, each, signal) })),
    ];
    const path = (0,external_node_path_.join)(folder, `${(0,external_node_crypto_.randomUUID)()}.tgz`);
    try {
        await (0,promises_.mkdir)(folder, { recursive: true });
    }
    catch (error) {
        throw isFileSystemError(error) ? unwritable(folder, error) : error;
    }
    const hash = (0,external_node_crypto_.createHash)("sha256");
    const size = await pack(path, inputs, { isCompressed: true, hash }, signal);
    return {
        descriptor: { mediaType: artifactSetType(root.mediaType), digest: `sha256:${hash.digest("hex")}`, size },
        read: () => (0,external_node_fs_.createReadStream)(path),
        remove: () => (0,promises_.rm)(path, { force: true }),
    };
}
const OCI_LAYOUT = `${JSON.stringify({ imageLayoutVersion: "1.0.0" }, undefined, 4)}\n`;
function indexOf(manifests, root, tag) {
    const annotations = tag === undefined ? undefined : { [REF_NAME_ANNOTATION]: tag, [TAGS_ANNOTATION]: tag };
    return {
        schemaVersion: 2,
        mediaType: OCI_INDEX,
        manifests: manifests.map(({ mediaType, digest, size }) => digest === root.digest ? { mediaType, digest, size, annotations } : { mediaType, digest, size }),
        annotations: { [MAIN_ARTIFACT_ANNOTATION]: root.digest },
    };
}
async function write_manifestsOf(from, [root, ...below], signal) {
    const left = new Map([root, ...below].filter(({ mediaType }) => isManifest(mediaType)).map((each) => [each.digest, each]));
    const visited = [];
    async function visit(digest) {
        const found = left.get(digest);
        if (found === undefined)
            return;
        left.delete(digest);
        if (isIndex(found.mediaType)) {
            const content = await readContent(from, found, signal);
            for (const child of parseManifest(content, found.mediaType, from.name).manifests)
                await visit(child.digest);
        }
        visited.push(found);
    }
    await visit(root.digest);
    return [...[...left.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1)), ...visited];
}
async function* write_contentOf(from, blob, signal) {
    yield* await from.fetch(blob, signal);
}

;// CONCATENATED MODULE: ./lib/transfer/target/fallback.js







function fallback_kindOf({ descriptor, needs }) {
    return { mediaType: descriptor.mediaType, contents: [...new Set(needs.map(({ mediaType }) => mediaType))].sort() };
}
async function withFallback({ versions, ...gathered }, options, signal) {
    const { refused } = options;
    const all = versions.flatMap(({ items }) => items);
    const isNested = refused === "index" && all.some((item) => isNative(item) && isIndex(item.graph.root.mediaType));
    const isRefused = (item) => isNative(item) && (isNested ? isIndex(item.graph.root.mediaType) : isRefusedKind(item, refused));
    if (!all.some(isRefused))
        return undefined;
    const changed = versions.map(async ({ items, ...resolved }) => ({
        ...resolved,
        items: await Promise.all(items.map((item) => (isRefused(item) ? inOtherForm(item, options, signal) : item))),
    }));
    const what = isNested ? "an index that lists another index" : fallback_describe(refused);
    return {
        gathered: { ...gathered, versions: await Promise.all(changed) },
        finding: fallbackFinding(options.form, what),
    };
}
async function inOtherForm(item, { form, folder, attempts }, signal) {
    if (form === "ociArtifact")
        return { ...item, form };
    const { element, graph, name, verdict } = item;
    const below = graph.nodes.map(({ descriptor }) => descriptor).filter(({ digest }) => digest !== graph.root.digest);
    const tag = name.tag === undefined ? {} : { tag: name.tag };
    const pack = () => writeArtifactSet(graph.from, [graph.root, ...below], { folder, ...tag }, signal);
    const { descriptor, read } = await retryStream(attempts, pack, signal);
    const access = {
        type: "localBlob",
        localReference: descriptor.digest,
        mediaType: descriptor.mediaType,
        referenceName: formatArtifactReference({ ...name, digest: undefined }),
    };
    const repository = graph.from.name;
    const unknown = (reference) => `an artifact set of ${repository} has no ${reference}`;
    const from = singleBlobRepository({ name: repository, unknown }, descriptor.digest, async (target) => verifying(read(), target, repository));
    return { kind: "blob", element, blobs: [descriptor], from, access, verdict };
}
function isNative(item) {
    return item.kind === "artifact" && item.form === undefined;
}
function isRefusedKind({ graph }, refused) {
    return refused === "index" || graph.nodes.some((node) => isSameKind(fallback_kindOf(node), refused));
}
function isSameKind(one, other) {
    return one.mediaType === other.mediaType && one.contents.join() === other.contents.join();
}
function fallback_describe(refused) {
    if (refused === "index")
        return "an index around a component version";
    const contents = refused.contents.length === 0 ? "" : ` with ${printable(refused.contents.join(", "), 200)}`;
    return `manifests of the type ${refused.mediaType}${contents}`;
}
function fallbackFinding(form, what) {
    return form === "artifact-set"
        ? {
            code: "ACCESS_FALLBACK",
            message: `The target refuses ${what}: such artifacts are packed into archive layers.`,
            remedy: "v1 of the OCM CLI reads and transfers them; v2 cannot transfer them onwards, they cannot be pulled as images, and their referrers (signatures, SBOMs) are not copied.",
        }
        : {
            code: "ACCESS_FALLBACK",
            message: `The target refuses ${what}: such artifacts are written by absolute reference.`,
            remedy: "Both OCM CLIs read them under this host alone: a copy under another host or path still points here.",
        };
}

;// CONCATENATED MODULE: ./lib/transfer/target/component-digest.js





async function checkComponentDigest(source, { blobs }) {
    const where = `${source.name}:${source.version}`;
    const before = componentDigest(source);
    const layers = blobs.filter(({ descriptor }) => DESCRIPTOR_TYPES.has(descriptor.mediaType));
    const copies = await Promise.all(layers.map(async ({ descriptor, bytes }) => {
        const text = (await descriptorText(bytes, descriptor.mediaType, where)) ?? "";
        return componentDigest(parseComponentDescriptor(text.toString(), where));
    }));
    const changed = copies.length === 0 ? "none" : copies.find((digest) => digest !== before);
    if (changed === undefined)
        return;
    throw new TransferError("COMPONENT_DIGEST_CHANGED", `${where} has the component digest ${before}, and its copy would have ${changed}; nothing was written`, { where, remedy: "Please report this, with the component descriptor: only access may change in a transfer." });
}

;// CONCATENATED MODULE: ./lib/transfer/verify/blob-reader.js




function createBlobReader({ concurrency, attempts }, signal) {
    const limiter = createLimiter(concurrency);
    const reading = new Map();
    function once(holder, key, work) {
        const known = reading.get(holder) ?? new Map();
        reading.set(holder, known);
        const working = known.get(key) ?? work();
        known.set(key, working);
        return working;
    }
    async function drain(from, blob, passing) {
        const release = await limiter.acquire("blobs", signal);
        try {
            await retryStream(attempts, async () => {
                const content = await from.fetch(blob, signal);
                await exhaust(passing === undefined ? content : (0,external_node_stream_.pipeline)(content, passing(), () => { }));
            }, signal);
        }
        finally {
            release();
        }
    }
    return {
        async read(from, version, blob) {
            const holder = holderOf(from, version);
            const key = `${blob.digest} ${blob.size}`;
            const here = `${key} ${from.name}`;
            await once(holder, key, () => once(holder, here, () => drain(from, blob)));
            await once(holder, here, async () => {
                if (blob.data === undefined && !(await from.exists(blob, signal)))
                    await drain(from, blob);
            });
        },
        async compare(comparable) {
            const comparison = createComparison(comparable);
            for (const [index, blob] of comparable.blobs.entries()) {
                await drain(comparable.from, blob, () => comparison.passing(index));
            }
        },
    };
}
async function exhaust(content) {
    for await (const _ of content)
        ;
}
function holderOf(from, { repository, from: home }) {
    return from.store ?? (from === repository ? home.registry : from);
}

;// CONCATENATED MODULE: ./lib/transfer/target/delta/base.js





async function completeFromTarget({ desired, comparables }, { target, ...options }, signal = new AbortController().signal) {
    const { absent, lacking, suppliers } = await suppliersOf(desired.flatMap(({ placements }) => placements));
    if (absent.size === 0)
        return { desired, comparables, present: [], left: new Set() };
    const reader = createBlobReader(options, signal);
    const repositories = new Map();
    function repositoryOf(name) {
        const known = repositories.get(name) ?? target.repository(name);
        repositories.set(name, known);
        return known;
    }
    async function holderOf({ to, descriptor }) {
        for (const name of new Set([to, ...options.repositories])) {
            const repository = repositoryOf(name);
            const compare = () => reader.compare({ blobs: [descriptor], from: repository, pins: [], where: name });
            if (await isIn(repository, descriptor, options.isRead ? compare : undefined, signal))
                return repository;
        }
        return undefined;
    }
    const found = await Promise.all(lacking.map(async (each) => ({ ...each, holder: await holderOf(each.placement) })));
    const missing = found.filter(({ holder }) => holder === undefined);
    refuseMissing(missing.filter(({ placement }) => placement.about === undefined), target);
    const holders = new Map(found.map(({ placement, holder }) => [keyOf(placement), holder]));
    const sourceOf = (placement) => absent.has(placement) ? (holders.get(keyOf(placement)) ?? suppliers.get(keyOf(placement))) : undefined;
    const sources = new Map([...absent].map((placement) => [placement.descriptor.digest, sourceOf(placement)]));
    return {
        desired: desired.map((each) => ({
            ...each,
            placements: each.placements.map((placement) => ({ ...placement, from: sourceOf(placement) ?? placement.from })),
        })),
        comparables: comparables.map((each) => ({ ...each, from: completed(each.from, sources) })),
        present: found.flatMap(({ placement, holder }) => (holder?.name === placement.to ? [keyOf(placement)] : [])),
        left: new Set(missing.map(({ placement }) => keyOf(placement))),
    };
}
async function suppliersOf(placements) {
    const absent = new Set();
    const suppliers = new Map();
    const lacking = new Map();
    for (const placement of placements) {
        const { from, descriptor, about } = placement;
        if (Buffer.isBuffer(from) || isManifest(descriptor.mediaType))
            continue;
        const key = keyOf(placement);
        const absence = await from.absenceOf?.(descriptor);
        if (absence === undefined) {
            suppliers.set(key, from);
            continue;
        }
        absent.add(placement);
        if (about === undefined || !lacking.has(key))
            lacking.set(key, { placement, absence });
    }
    const unsupplied = [...lacking].flatMap(([key, each]) => (suppliers.has(key) ? [] : [each]));
    return { absent, lacking: unsupplied, suppliers };
}
async function isIn(repository, descriptor, read, signal) {
    if ((await repository.refersTo?.(descriptor)) === false)
        return false;
    try {
        if (read === undefined && (await repository.exists(descriptor, signal)))
            return true;
        const get = read ?? (repository.probe && (() => repository.probe?.(descriptor, signal)));
        if (get === undefined)
            return false;
        await get();
        return true;
    }
    catch (error) {
        signal.throwIfAborted();
        if (isAbsence(error) || (error instanceof TransferError && error.code === "BLOB_UNKNOWN"))
            return false;
        throw error;
    }
}
function completed(from, holders) {
    return { ...from, fetch: (blob, signal) => (holders.get(blob.digest) ?? from).fetch(blob, signal) };
}
const base_MAX_LISTED = 20;
function refuseMissing(missing, { name }) {
    if (missing.length === 0)
        return;
    const listed = missing
        .slice(0, base_MAX_LISTED)
        .map(({ placement: { to, descriptor } }) => `${descriptor.digest} (${to})`);
    const more = missing.length > base_MAX_LISTED ? ` and ${missing.length - base_MAX_LISTED} more` : "";
    const bytes = missing.reduce((total, { placement }) => total + placement.descriptor.size, 0);
    const blobs = `${missing.length} blob(s) of ${bytes} bytes`;
    const list = `${listed.join(", ")}${more}`;
    if (missing.some(({ absence }) => absence === "missing")) {
        throw new TransferError("BLOB_UNKNOWN", `the archive lacks ${blobs}, and so does ${name}: ${list}`, {
            where: "input component-versions",
            remedy: "The archive is incomplete; write it again.",
        });
    }
    throw new TransferError("BASE_MISSING", `${name} lacks ${blobs} that the delta omits: ${list}`, {
        where: "input target",
        remedy: "Transfer the base of the delta to this target first, with the same access and path, name the repository that has the blobs in base-repositories, or ask for an archive without a base. Nothing was written.",
    });
}

;// CONCATENATED MODULE: ./lib/ocm/repository/component-manifest.js




function buildComponentManifest(component) {
    const { origins = new Map() } = component;
    const entry = (each) => entryOf(each, origins);
    const local = new Set([...component.layers, ...component.natives].flatMap(({ elements }) => elements));
    const annotations = {
        ...originList([...origins.keys()].filter((element) => !local.has(element)), origins),
        [COMPONENT_VERSION_ANNOTATION]: `${component.name}:${component.version}`,
        [CREATOR_ANNOTATION]: "ocm-proxied-transfer",
    };
    const { descriptor } = component;
    const marked = { [DESCRIPTOR_ANNOTATION]: "true" };
    const config = jsonContent(COMPONENT_CONFIG, { componentDescriptorLayer: descriptor.descriptor });
    const manifest = jsonContent(OCI_MANIFEST, {
        schemaVersion: 2,
        mediaType: OCI_MANIFEST,
        artifactType: COMPONENT_DESCRIPTOR_ARTIFACT,
        config: config.descriptor,
        layers: [{ ...descriptor.descriptor, annotations: marked }, ...component.layers.map(entry)],
        annotations,
    });
    const blobs = [config, descriptor];
    if (component.natives.length === 0)
        return { blobs, manifests: [manifest], root: manifest.descriptor };
    const index = jsonContent(OCI_INDEX, {
        schemaVersion: 2,
        mediaType: OCI_INDEX,
        manifests: [
            {
                ...manifest.descriptor,
                artifactType: COMPONENT_DESCRIPTOR_ARTIFACT,
                annotations: { ...annotations, ...marked },
            },
            ...component.natives.map(entry),
            ...nestedEntries(component.nested ?? []),
        ],
        annotations,
    });
    return { blobs, manifests: [manifest, index], root: index.descriptor };
}
function nestedEntries(nested) {
    return nested
        .map(({ mediaType, digest, size }) => ({ mediaType, digest, size }))
        .sort((one, other) => (one.digest < other.digest ? -1 : 1));
}
function entryOf({ descriptor: { mediaType, digest, size }, elements }, origins) {
    const artifacts = elements.map((element) => ({ identity: identityOf(element), kind: element.kind }));
    const annotations = { [ARTIFACT_ANNOTATION]: JSON.stringify(artifacts), ...originOfContent(elements, origins) };
    return { mediaType, digest, size, annotations };
}

;// CONCATENATED MODULE: ./lib/transfer/target/access-form.js





function consumerName(repository, { path, consumer, origin }) {
    if (consumer === undefined)
        return `${origin}/${repository}`;
    const relative = path === "" ? repository : repository.slice(path.length + 1);
    return `${consumer.origin}/${below(consumer.path, relative)}`;
}
function accessOf(form, artifact) {
    const { root, name, repository, target } = artifact;
    if (form === "localBlob") {
        return {
            type: "localBlob",
            localReference: root.digest,
            mediaType: ociEquivalent(root.mediaType),
            referenceName: formatArtifactReference({ ...name, digest: undefined }),
            ...(artifact.globalAccess === true ? { globalAccess: globalAccessOf(root, repository, target) } : {}),
        };
    }
    const named = (text) => formatArtifactReference({ repository: text, tag: name.tag, digest: root.digest });
    if (form === "relativeOciReference")
        return { type: "relativeOciReference", reference: named(repository) };
    return { type: "ociArtifact", imageReference: named(consumerName(repository, target)) };
}
function globalAccessOf({ digest }, repository, target) {
    const name = consumerName(repository, target).replace(/^https?:\/\//, "");
    return { type: "ociArtifact", imageReference: `${name}@${digest}` };
}
function contextOf(changes, { target, globalAccess }) {
    const isAbsolute = changes.some(({ contents, after }) => contents.length > 0 && after.type === "ociArtifact");
    if (globalAccess === true)
        return repositoryContext(target.consumer ?? target);
    return isAbsolute && target.consumer !== undefined ? repositoryContext(target.consumer) : undefined;
}
function repositoryContext({ origin, path }) {
    const subPath = path === "" ? {} : { subPath: path };
    return { type: "OCIRegistry", baseUrl: origin, componentNameMapping: "urlPath", ...subPath };
}
function sameAccess(before, after) {
    if (canonicalJson(before.globalAccess ?? null) !== canonicalJson(after.globalAccess ?? null))
        return false;
    const [one, other] = [parseAccess(before), parseAccess(after)];
    if (one.kind === "localBlob" && other.kind === "localBlob") {
        return one.localReference === other.localReference && one.mediaType === other.mediaType;
    }
    return JSON.stringify(one) === JSON.stringify(other);
}

;// CONCATENATED MODULE: ./lib/transfer/target/change.js


function artifactChange(item, name, repository, options) {
    const { element, graph, form = options.form } = item;
    const { target, globalAccess } = options;
    const before = element.access;
    const after = accessOf(form, { root: graph.root, name, repository, target, globalAccess });
    const isSame = sameAccess(before, after);
    return {
        element,
        before,
        after: isSame ? before : after,
        reason: isSame ? `has the form ${form} already` : `takes the form ${form}`,
        repository,
        contents: graph.nodes.map(({ descriptor }) => descriptor),
    };
}
function localBlobChange({ element, blobs, access }, repository) {
    const [blob] = blobs;
    if (access !== undefined) {
        const reason = "becomes an artifact set, since the target refuses it as it is";
        return { element, before: element.access, after: access, reason, repository, contents: blobs };
    }
    if (blob === undefined || parseAccess(element.access).kind === "localBlob")
        return keptLocal(element, repository, blobs);
    const after = { type: "localBlob", localReference: blob.digest, mediaType: blob.mediaType };
    return { element, before: element.access, after, reason: "becomes a local blob", repository, contents: blobs };
}
function keptLocal(element, repository, contents) {
    const { globalAccess, ...after } = element.access;
    const access = parseAccess(element.access);
    if (access.kind === "localBlob" && after.localReference === undefined) {
        const { localReference, mediaType } = access;
        const current = { type: "localBlob", localReference, mediaType: mediaType || (contents[0]?.mediaType ?? "") };
        const reason = "takes the current form of a local blob";
        return { element, before: element.access, after: current, reason, repository, contents };
    }
    if (globalAccess === undefined)
        return unchanged(element, "a local blob stays one", repository, contents);
    return { element, before: element.access, after, reason: "loses its global access", repository, contents };
}
function unchanged(element, reason, repository, contents) {
    return { element, before: element.access, after: element.access, reason, repository, contents };
}

;// CONCATENATED MODULE: ./lib/transfer/target/desired-referrers.js
function desiredReferrers({ element, referrers }, to, { isTaggable }) {
    const items = referrers.found.map((each) => ({ ...each, element, repository: to, isTaggable }));
    const placed = ({ graph, subject }) => graph.nodes.map((node) => ({ ...node, from: graph.from, to, about: { subject, isTaggable } }));
    if (isTaggable) {
        return {
            items,
            placements: items.flatMap(placed),
            tags: items.flatMap(({ graph: { root }, tag }) => tag === undefined ? [] : [{ target: root, repository: to, tag, isReferrerTag: true }]),
        };
    }
    const left = new Set();
    const placements = items.flatMap((each) => {
        const { graph, subject, tag } = each;
        if (tag === undefined && !left.has(subject.digest)) {
            return placed(each).map((placement) => ({ ...placement, needs: [...placement.needs, subject] }));
        }
        left.add(graph.root.digest);
        return [];
    });
    return { items, placements, tags: [] };
}

;// CONCATENATED MODULE: ./lib/transfer/target/rewrite.js

function rewriteDescriptor(tree, changes, { furtherSignatures, context }) {
    const component = isJsonObject(tree.component) ? tree.component : {};
    const signatures = Array.isArray(tree.signatures) ? tree.signatures : [];
    return {
        ...tree,
        component: {
            ...component,
            ...rewritten(component, "resources", changes),
            ...rewritten(component, "sources", changes),
            ...(context === undefined ? {} : { repositoryContexts: withContext(component.repositoryContexts, context) }),
        },
        ...(furtherSignatures.length === 0 ? {} : { signatures: [...signatures, ...furtherSignatures] }),
    };
}
function withContext(contexts, context) {
    const others = Array.isArray(contexts) ? contexts : [];
    const text = canonicalJson(context);
    return [...others.filter((other) => canonicalJson(other) !== text), context];
}
function rewritten(component, key, changes) {
    const elements = component[key];
    if (!Array.isArray(elements))
        return {};
    const after = new Map(changes.filter(({ element }) => `${element.kind}s` === key).map((change) => [change.element.index, change.after]));
    return {
        [key]: elements.map((element, index) => isJsonObject(element) ? { ...element, access: after.get(index) ?? element.access ?? null } : element),
    };
}

;// CONCATENATED MODULE: ./lib/transfer/target/desired.js












function buildDesired({ version, items }, options) {
    const { name, version: number, tree: before } = version.descriptor;
    const repository = componentRepositoryName(options.target.path, name);
    const desiredItems = items.map((item) => desiredItem(item, version, repository, options));
    const contents = { layers: new Map(), natives: new Map() };
    for (const { change, layers, natives } of desiredItems) {
        for (const layer of layers)
            addTo(contents.layers, layer, change.element);
        for (const native of natives)
            addTo(contents.natives, native, change.element);
    }
    const nested = nestedManifests(desiredItems, contents);
    const changes = desiredItems.map(({ change }) => change);
    const tree = rewriteDescriptor(before, changes, {
        furtherSignatures: options.furtherSignatures,
        context: contextOf(changes, options),
    });
    const manifest = buildComponentManifest({
        name,
        version: number,
        descriptor: desired_descriptorLayer(version, tree, options.descriptorFormat ?? "yaml"),
        layers: [...contents.layers.values()],
        natives: [...contents.natives.values()],
        nested,
        origins: options.originNames === false ? new Map() : originsIn(version, items),
    });
    return {
        version,
        repository,
        placements: [
            ...desiredItems.flatMap(({ placements }) => placements),
            ...componentPlacements(manifest, contents, nested, repository),
        ],
        artifactTags: desiredItems.flatMap(({ tags }) => tags),
        referrers: desiredItems.flatMap(({ referrers }) => referrers),
        componentTag: { target: manifest.root, repository, tag: tagOf(number) },
        manifest,
        tree,
        contents: { layers: descriptorsOf(contents.layers), natives: descriptorsOf(contents.natives) },
        changes,
    };
}
function desired_descriptorLayer(version, tree, format) {
    const { descriptorLayer: stored, descriptor } = version;
    const isSame = stored !== undefined && JSON.stringify(descriptor.tree) === JSON.stringify(tree);
    return format === "yaml" && isSame ? stored : buildDescriptorLayer(tree, format);
}
function desiredItem(item, version, home, options) {
    const nothing = { placements: [], tags: [], referrers: [], layers: [], natives: [] };
    if (item.kind === "byReference")
        return { ...nothing, change: unchanged(item.element, item.reason, home, []) };
    if (item.kind === "blob") {
        const own = { needs: [], from: item.from, to: home };
        const placements = item.blobs.map((descriptor) => ({ descriptor, ...own }));
        return { ...nothing, placements, layers: item.blobs, change: localBlobChange(item, home) };
    }
    const { root } = item.graph;
    const name = targetName(item, version, options);
    if ((item.form ?? options.form) === "localBlob") {
        const native = { ...nothing, placements: placed(item.graph, home), natives: [root] };
        const change = artifactChange(item, item.name, home, options);
        if (options.published === undefined) {
            const referrers = desiredReferrers(item, home, { isTaggable: false });
            const placements = [...native.placements, ...referrers.placements];
            return { ...native, placements, referrers: referrers.items, change };
        }
        const called = publishedName(options.published, { element: item.element, name, version });
        const published = { repository: below(options.target.path, called.repository), tag: called.tag };
        const referrers = desiredReferrers(item, published.repository, { isTaggable: true });
        return {
            ...native,
            placements: [...native.placements, ...placed(item.graph, published.repository), ...referrers.placements],
            referrers: referrers.items,
            tags: [{ target: root, ...published }, ...referrers.tags],
            change: { ...change, published },
        };
    }
    const to = below(options.target.path, name.repository);
    const referrers = desiredReferrers(item, to, { isTaggable: true });
    return {
        ...nothing,
        placements: [...placed(item.graph, to), ...referrers.placements],
        tags: [{ target: root, repository: to, tag: name.tag }, ...referrers.tags],
        referrers: referrers.items,
        change: artifactChange(item, name, to, options),
    };
}
function componentPlacements(manifest, contents, nested, to) {
    const [inner, index] = manifest.manifests;
    const own = (bytes, descriptor, needs) => ({
        descriptor,
        needs,
        from: bytes,
        to,
    });
    const blobs = manifest.blobs.map(({ descriptor, bytes }) => own(bytes, descriptor, []));
    const layers = [...manifest.blobs.map(({ descriptor }) => descriptor), ...descriptorsOf(contents.layers)];
    return [
        ...blobs,
        own(inner.bytes, inner.descriptor, layers),
        ...(index === undefined
            ? []
            : [own(index.bytes, index.descriptor, [inner.descriptor, ...descriptorsOf(contents.natives), ...nested])]),
    ];
}
function nestedManifests(items, { natives }) {
    const below = items
        .filter((item) => item.natives.length > 0)
        .flatMap(({ change }) => change.contents)
        .filter(({ mediaType, digest }) => isManifest(mediaType) && !natives.has(digest));
    return [...new Map(below.map((descriptor) => [descriptor.digest, descriptor])).values()];
}
function descriptorsOf(contents) {
    return [...contents.values()].map(({ descriptor }) => descriptor);
}
function placed(graph, to) {
    return graph.nodes.map((node) => ({ ...node, from: graph.from, to }));
}
function addTo(contents, descriptor, element) {
    const known = contents.get(descriptor.digest);
    if (known === undefined)
        contents.set(descriptor.digest, { descriptor, elements: [element] });
    else
        known.elements.push(element);
}

;// CONCATENATED MODULE: ./lib/transfer/target/keep-existing.js




function keepExistingManifest(desired, existing, { originNames = true } = {}) {
    if (existing === undefined)
        return desired;
    const isSame = componentDigest(existing.descriptor) === componentDigest(desired.version.descriptor);
    const changes = new Map(desired.changes.map((change) => [keep_existing_keyOf(change.element), change]));
    const holds = existing.descriptor.elements.filter((element) => isSame && holdsMore(element, changes.get(keep_existing_keyOf(element))));
    if (holds.length === 0 && !(saysTheSame(existing, desired) && (originNames || !hasRecords(existing))))
        return desired;
    const accesses = new Map(holds.map((element) => [keep_existing_keyOf(element), element.access]));
    return {
        ...desired,
        placements: desired.placements.filter(({ from }) => !Buffer.isBuffer(from)),
        componentTag: { ...desired.componentTag, target: existing.root },
        changes: desired.changes.map((change) => {
            const access = accesses.get(keep_existing_keyOf(change.element));
            return access === undefined
                ? change
                : { ...change, before: access, after: access, reason: "is at the target by value" };
        }),
    };
}
function keep_existing_keyOf({ kind, index }) {
    return `${kind} ${index}`;
}
const REFERENCES = new Set(["ociArtifact", "ociBlob", "helm", "wget"]);
function holdsMore({ access }, change) {
    const isReference = change !== undefined && REFERENCES.has(parseAccess(change.after).kind) && change.contents.length === 0;
    const there = parseAccess(access).kind;
    return isReference && (there === "localBlob" || there === "relativeOciReference");
}
function hasRecords(existing) {
    return existing.descriptor.elements.some((element) => recordedName(element, existing) !== undefined);
}
function saysTheSame(existing, { tree, contents }) {
    return (contents.natives.every(({ digest }) => existing.nativeManifests.has(digest)) &&
        contents.layers.every(({ digest }) => existing.layers.has(digest)) &&
        canonicalJson(essence(existing.descriptor.tree)) === canonicalJson(essence(tree)));
}
function essence(tree) {
    const { repositoryContexts: _, ...component } = isJsonObject(tree.component) ? tree.component : {};
    const elements = (list) => (Array.isArray(list) ? list.map(withEssentialAccess) : []);
    return {
        ...tree,
        component: { ...component, resources: elements(component.resources), sources: elements(component.sources) },
    };
}
function withEssentialAccess(element) {
    if (!isJsonObject(element) || !isJsonObject(element.access))
        return element;
    const access = parseAccess(element.access);
    if (access.kind !== "localBlob" && access.kind !== "relativeOciReference" && access.kind !== "ociArtifact")
        return element;
    const { referenceName: _, ...essential } = { referenceName: undefined, ...access };
    return { ...element, access: { ...essential, globalAccess: element.access.globalAccess ?? null } };
}

;// CONCATENATED MODULE: ./lib/transfer/target/prepare.js













const OWN_REPOSITORY = { repositories: [], isRead: false, concurrency: 1, attempts: 1 };
async function prepare({ versions }, options, signal) {
    const { target, form, published, names, renames, originNames = true, existing } = options;
    const isRegistry = target.registry.kind === "registry";
    if (isRegistry) {
        const written = writtenRepositories(versions, { form, published, names, renames, path: target.path });
        checkRepositoryNames(target.registry.name, written);
    }
    const there = await Promise.all(versions.map(({ version }) => options.existingVersion(version)));
    const { origin = target.registry.name } = target.registry;
    const location = { origin, path: target.path, consumer: options.consumer };
    const built = [];
    for (const [index, surveyed] of versions.entries()) {
        checkExisting(there[index], surveyed.version, existing);
        const signatures = furtherSignatures(there[index], surveyed.version);
        const desired = buildDesired(surveyed, {
            form,
            published,
            names,
            renames,
            originNames,
            globalAccess: options.globalAccess,
            target: location,
            descriptorFormat: options.descriptorFormat,
            furtherSignatures: signatures,
        });
        await checkComponentDigest(surveyed.version.descriptor, desired.manifest);
        built.push(keepExistingManifest(desired, there[index], { originNames }));
    }
    const completed = await completeFromTarget({ desired: built, comparables: comparablesIn(versions) }, { target: target.registry, ...(options.base ?? OWN_REPOSITORY) }, signal);
    const desiredVersions = completed.desired;
    if (isRegistry)
        checkLimits(target.registry.name, desiredVersions.flatMap(measured));
    const unread = desiredVersions.filter((_, index) => existing === "overwrite" && there[index] === undefined);
    const tags = desiredVersions.flatMap(({ artifactTags, componentTag }) => [...artifactTags, componentTag]);
    const asked = [
        ...desiredVersions.flatMap((desired) => desired.artifactTags),
        ...unread.map(({ componentTag }) => componentTag),
    ];
    const [found, tagged] = await untilFirstFailure((stop) => Promise.all([
        findPresent(target.registry, placementsToAsk(desiredVersions, there, target.registry), stop),
        findTags(target.registry, asked, stop),
    ]), signal);
    const componentTags = there.flatMap((version) => version === undefined ? [] : [[tagKey(target, version), version.root]]);
    const tagsBefore = new Map([...tagged, ...componentTags]);
    const right = tags.filter(({ repository, tag, target: { digest } }) => tagsBefore.get(`${repository}:${tag}`)?.digest === digest);
    const present = new Set([
        ...found,
        ...completed.present,
        ...right.map(({ repository: to, target: descriptor }) => keyOf({ to, descriptor })),
    ]);
    return makePlan(desiredVersions, {
        existing,
        comparables: completed.comparables,
        present,
        left: completed.left,
        tags: tagsBefore,
        supportsReferrers: await supportsReferrersOf(target.registry, desiredVersions, present, signal),
        asTargetRepository: (from) => (!Buffer.isBuffer(from) && from.store === target.registry ? from.name : undefined),
    });
}
async function untilFirstFailure(ask, signal) {
    const failure = new AbortController();
    try {
        return await ask(signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal]));
    }
    catch (error) {
        failure.abort(error);
        throw error;
    }
}
async function supportsReferrersOf(target, desiredVersions, present, signal) {
    const placements = desiredVersions.flatMap(({ placements }) => placements);
    const found = placements.find(({ about, to }) => about?.isTaggable === false && present.has(keyOf({ to, descriptor: about.subject })));
    if (found?.about === undefined)
        return undefined;
    return supportsReferrersApi(target.repository(found.to), found.about.subject, signal);
}
function measured({ version: { descriptor }, placements, changes }) {
    const id = `${descriptor.name}:${descriptor.version}`;
    return placements.flatMap(({ descriptor: { mediaType, digest }, needs, from }) => {
        if (!isManifest(mediaType))
            return [];
        const blobs = needs.filter((needed) => !isManifest(needed.mediaType));
        const change = changes.find(({ contents }) => contents.some((content) => content.digest === digest));
        const isOwn = Buffer.isBuffer(from) || change === undefined;
        return {
            of: isOwn ? `component version ${id}` : `${change.element.kind} ${change.element.name} of ${id}`,
            layers: Math.max(0, blobs.length - 1),
            largestBlob: blobs.reduce((largest, { size }) => Math.max(largest, size), 0),
        };
    });
}
function tagKey({ path }, { descriptor }) {
    return `${componentRepositoryName(path, descriptor.name)}:${tagOf(descriptor.version)}`;
}

;// CONCATENATED MODULE: ./lib/transfer/write/compare-copied.js



function startComparisons({ comparables, steps }, move) {
    const carriers = carriersOf(steps);
    const done = new Map();
    const compared = new Map();
    for (const comparable of comparables) {
        const comparison = createComparison(comparable);
        let last = Promise.resolve();
        for (const [index, blob] of comparable.blobs.entries()) {
            const carrier = carriers.get(blob.digest);
            carriers.delete(blob.digest);
            last = last.then(() => move({ comparable, blob, carrier, passing: () => comparison.passing(index) }));
            if (carrier !== undefined)
                done.set(keyOf(carrier.placement), last);
        }
        for (const { digest } of comparable.blobs)
            compared.set(digest, [...(compared.get(digest) ?? []), last]);
    }
    return { done, compared };
}
function carriersOf(steps) {
    const copies = steps.filter(({ kind, placement: { descriptor, about } }) => kind === "copy" && about === undefined && !isManifest(descriptor.mediaType));
    return new Map(copies.map((step) => [step.placement.descriptor.digest, step]));
}

;// CONCATENATED MODULE: ./lib/transfer/write/refusal.js






class ManifestRefused extends TransferError {
    refused;
    constructor(error, refused, where, alternative = "") {
        const fallbacks = refused === "index" ? "artifact-set or ociArtifact" : "artifact-set";
        const remedy = `Set access-fallback to ${fallbacks} for this target.${alternative}`;
        super("INDEX_REFUSED", error.message, { where, remedy, cause: error });
        this.refused = refused;
    }
}
const MISSING = /^(?:MANIFEST|BLOB|MANIFEST_BLOB)_UNKNOWN$/;
function isMissingContent({ status, registryCodes }) {
    if (registryCodes.length === 0)
        return status === 404;
    return registryCodes.some((code) => MISSING.test(code));
}
function isAmbiguous({ status, code }) {
    return status < 500 && (code === "REGISTRY_REFUSED" || code === "REPOSITORY_UNKNOWN");
}
function refusalOf(error, placement, content) {
    const { from, descriptor, to } = placement;
    const worded = withReason(error, parseManifest(content, descriptor.mediaType, to));
    const isOurs = Buffer.isBuffer(from);
    const isPartOfIndex = isOurs ? isIndex(descriptor.mediaType) : `/${to}`.includes(`/${COMPONENT_DESCRIPTORS}/`);
    if (error.code !== "REGISTRY_REFUSED" || isMissingContent(error))
        return worded;
    if (isPartOfIndex) {
        const alternative = worded.remedy === error.remedy ? "" : ` Otherwise: ${worded.remedy}`;
        return new ManifestRefused(worded, isOurs ? "index" : fallback_kindOf(placement), to, alternative);
    }
    if (!isOurs || !/media ?type/i.test(error.message))
        return worded;
    return explained(error, {
        more: "it is the manifest of a component version, whose media types no access-fallback changes",
        remedy: "Ask the operators of the target to allow the media types of OCM, or use another target.",
    });
}
function withReason(error, { layers, subject }) {
    const isPossible = error.code === "REGISTRY_REFUSED" || error.code === "REGISTRY_UNAVAILABLE";
    if (!isPossible || isMissingContent(error))
        return error;
    if (layers.some(({ urls }) => (urls?.length ?? 0) > 0)) {
        return explained(error, {
            more: "the manifest has layers with URLs (foreign layers), which most likely are not allowed",
            remedy: "Let the operators of the target allow these URLs; in the CNCF registry by validation.manifests.urls.allow.",
        });
    }
    if (subject === undefined)
        return error;
    return explained(error, { more: "the manifest has a subject, which some registries do not take" });
}

;// CONCATENATED MODULE: ./lib/transfer/write/claims.js









const MAX_READ_BYTES = 1024 * 1024;
const claims_MAX_LISTED = 5;
function createClaims({ steps }, { target, sent, send }, signal) {
    const placements = new Map(steps.map(({ placement }) => [keyOf(placement), placement]));
    const sending = new Map();
    const disproved = new Set();
    function claimedFor({ needs, to }) {
        return needs.flatMap((descriptor) => {
            const key = keyOf({ to, descriptor });
            const placement = placements.get(key);
            return placement === undefined || (sent.has(key) && !sending.has(key)) ? [] : [placement];
        });
    }
    async function isAtTarget({ to, descriptor }) {
        const repository = target.repository(to);
        try {
            if (isManifest(descriptor.mediaType))
                await repository.resolve(descriptor.digest, signal);
            else if (descriptor.size <= MAX_READ_BYTES)
                await bytesOf(await repository.fetch(descriptor, signal));
            else
                await repository.probe?.(descriptor, signal);
            return true;
        }
        catch (error) {
            signal.throwIfAborted();
            if (isConclusive(error))
                return false;
            throw error;
        }
    }
    async function existsOrUnreadable(repository, descriptor) {
        try {
            return await repository.exists(descriptor, signal);
        }
        catch (error) {
            if (isAbsence(error))
                return true;
            throw error;
        }
    }
    function sendOnce(placement) {
        const key = keyOf(placement);
        const known = sending.get(key) ?? send(placement);
        sending.set(key, known);
        disproved.add(placement.descriptor.digest);
        return known;
    }
    return {
        async disprove(error, placement, content) {
            if (!isMissingContent(error) && !isAmbiguous(error))
                return false;
            const claimed = claimedFor(placement);
            const isNamed = ({ descriptor }) => error.digests.includes(descriptor.digest);
            const isWrong = async (each) => isNamed(each) || sending.has(keyOf(each)) || !(await isAtTarget(each));
            const wrong = await Promise.all(claimed.map(isWrong));
            const found = claimed.filter((_, index) => wrong[index]);
            const foreign = foreignLayersOf(placement, content).filter(isNamed);
            const isNothingFound = found.length + foreign.length === 0;
            const sent = isNothingFound && isMissingContent(error) ? claimed : found;
            await Promise.all([...sent.map(sendOnce), ...foreign.map((layer) => sendForeign(layer, send))]);
            return sent.length + foreign.length > 0;
        },
        async checkMount(placement) {
            const { to, descriptor } = placement;
            const isThere = (await existsOrUnreadable(target.repository(to), descriptor)) || (await isAtTarget(placement));
            if (!isThere)
                disproved.add(descriptor.digest);
            return isThere;
        },
        findings: () => (disproved.size === 0 ? [] : [misreported(target.name, [...disproved])]),
    };
}
function foreignLayersOf({ descriptor, from, to }, content) {
    if (Buffer.isBuffer(from))
        return [];
    const layers = parseManifest(content, descriptor.mediaType, to).layers.filter(isForeign);
    return layers.map((layer) => ({ descriptor: layer, needs: [], from, to }));
}
async function sendForeign(layer, send) {
    try {
        await send(layer);
    }
    catch (error) {
        if (!(error instanceof TransferError) || error.code !== "BLOB_UNKNOWN")
            throw error;
        const { digest, urls = [] } = layer.descriptor;
        const host = printable(URL.parse(urls[0] ?? "")?.host ?? "another place", 200);
        throw new TransferError("BLOB_UNKNOWN", `the target requires the layer ${digest}, which its source leaves at ${host}`, {
            where: layer.to,
            remedy: "Push the layer to the registry of the source first, or have the target allow foreign layers.",
            cause: error,
        });
    }
}
function misreported(host, digests) {
    const listed = digests.slice(0, claims_MAX_LISTED).join(", ");
    const more = digests.length > claims_MAX_LISTED ? ` and ${digests.length - claims_MAX_LISTED} more` : "";
    return {
        code: "CONTENT_MISREPORTED",
        message: `${host} reported content, in answers to HEAD or to mounts, and then did not find it: ${listed}${more}. This run has sent it.`,
        remedy: "The copy is complete. Ask the operators of the registry: its index of content and its storage disagree.",
    };
}

;// CONCATENATED MODULE: ./lib/transfer/write/move-blob.js




const MAX_EMPTY_ATTEMPTS = 2;
async function moveBlob({ descriptor, from }, to, { limiter, attempts, onBytes }, signal, passing) {
    const release = await limiter.acquire("blobs", signal);
    const isEmpty = descriptor.size === 0;
    const move = async () => {
        if (Buffer.isBuffer(from))
            return to.push(descriptor, from, signal);
        const content = await from.fetch(descriptor, signal);
        const counted = counting(onBytes);
        const passed = passing === undefined ? (0,external_node_stream_.pipeline)(content, counted, () => { }) : (0,external_node_stream_.pipeline)(content, passing(), counted, () => { });
        return to.push(descriptor, passed, signal);
    };
    try {
        await retryStream(isEmpty ? Math.min(attempts, MAX_EMPTY_ATTEMPTS) : attempts, move, signal);
    }
    catch (error) {
        throw isEmpty ? asEmptyRefused(error) : error;
    }
    finally {
        release();
    }
}
async function drainBlob(from, blob, { limiter, attempts }, signal, passing) {
    const release = await limiter.acquire("blobs", signal);
    try {
        const read = async () => (0,external_node_stream_promises_.finished)((0,external_node_stream_.pipeline)(await from.fetch(blob, signal), passing(), () => { }).resume());
        await retryStream(attempts, read, signal);
    }
    finally {
        release();
    }
}
function asEmptyRefused(error) {
    if (!(error instanceof RegistryError))
        return error;
    if (error.code !== "REGISTRY_REFUSED" && error.code !== "REGISTRY_UNAVAILABLE")
        return error;
    return explained(error, {
        more: "the blob has 0 bytes, and some registries take no empty blobs",
        remedy: "Ask the operators of the target whether it takes empty blobs; if not, leave the artifact out, or use another target.",
    });
}
function counting(onBytes) {
    return new external_node_stream_.Transform({
        transform(chunk, _encoding, done) {
            onBytes(chunk.length);
            done(null, chunk);
        },
    });
}

;// CONCATENATED MODULE: ./lib/transfer/write/write-manifest.js






async function writeManifest(placement, to, { attempts, claims }, signal) {
    const { descriptor, from } = placement;
    const content = Buffer.isBuffer(from) ? from : await bytesOf(await from.fetch(descriptor, signal));
    let isHealed = false;
    for (;;) {
        const refusal = await push();
        if (refusal === undefined)
            return;
        if (!isHealed && (await claims.disprove(refusal, placement, content))) {
            isHealed = true;
            takeRepetition(attempts);
            continue;
        }
        if (!isMissingContent(refusal))
            throw refusalOf(refusal, placement, content);
        const repetition = takeRepetition(attempts);
        if (repetition === undefined)
            throw acceptedButUnknown(refusal, placement);
        await (0,external_node_timers_promises_.setTimeout)(backoff(repetition, Math.random()), undefined, { signal });
    }
    async function push() {
        try {
            await to.push(descriptor, content, signal);
            return undefined;
        }
        catch (error) {
            signal.throwIfAborted();
            if (error instanceof RegistryError)
                return error;
            throw error;
        }
    }
}
function acceptedButUnknown(refusal, { needs }) {
    return explained(refusal, {
        code: "ACCEPTED_CONTENT_UNKNOWN",
        more: `all ${needs.length} blobs and manifests of it were accepted before`,
    });
}

;// CONCATENATED MODULE: ./lib/transfer/write/deliver.js









function createDelivery(plan, options, signal) {
    const { target, attempts, underWay } = options;
    const moving = { ...options, limiter: createLimiter(options.concurrency) };
    const [sent, left, performed] = [new Set(), new Set(), new Set()];
    const planned = new Set(plan.steps.map(({ placement }) => keyOf(placement)));
    const claims = createClaims(plan, { target, sent, send: sendAgain }, signal);
    let askingForReferrers;
    function supportsReferrers(repository, subject) {
        askingForReferrers ??= supportsReferrersApi(target.repository(repository), subject, signal);
        return askingForReferrers;
    }
    async function move(step, passing) {
        const { kind, placement } = step;
        const { about, to, needs } = placement;
        if (kind === "skip" || kind === "left")
            return kind;
        if (about !== undefined) {
            if (needs.some((descriptor) => left.has(keyOf({ to, descriptor }))))
                return "left";
            if (!about.isTaggable && !(await supportsReferrers(to, about.subject)))
                return "left";
        }
        if (kind === "mount" && (await mount(placement, step.from)))
            return "mount";
        await send(placement, passing);
        return kind === "mount" ? "copy" : kind;
    }
    async function mount(placement, from) {
        const { to, descriptor } = placement;
        return (await target.repository(to).mount(descriptor, from, signal)) && (await claims.checkMount(placement));
    }
    async function send(placement, passing) {
        const to = target.repository(placement.to);
        if (isManifest(placement.descriptor.mediaType))
            await writeManifest(placement, to, { attempts, claims }, signal);
        else
            await moveBlob(placement, to, moving, signal, passing);
        sent.add(keyOf(placement));
    }
    async function sendAgain(placement) {
        const key = keyOf(placement);
        if (!performed.has(key) && planned.has(key))
            await underWay(key);
        else
            await asSeparateWork(() => send(placement));
    }
    return {
        async perform(step, passing) {
            const kind = await move(step, passing).catch((error) => {
                signal.throwIfAborted();
                if (step.placement.about === undefined || !isConclusive(error))
                    throw error;
                return "left";
            });
            performed.add(keyOf(step.placement));
            if (kind === "left")
                left.add(keyOf(step.placement));
            return kind;
        },
        drain: (from, blob, passing) => drainBlob(from, blob, moving, signal, passing),
        copied: () => ({ sent, left, findings: claims.findings() }),
    };
}

;// CONCATENATED MODULE: ./lib/transfer/write/copy.js




async function copy(plan, options, signal) {
    const failure = new AbortController();
    const stop = signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal]);
    const underWay = (key) => done.get(key);
    const delivery = createDelivery(plan, { ...options, underWay }, stop);
    const run = async (step, passing) => {
        options.onDone(step, await asOneWork(() => delivery.perform(step, passing)));
    };
    const { done, compared } = startComparisons(plan, ({ comparable, blob, carrier, passing }) => carrier === undefined ? delivery.drain(comparable.from, blob, passing) : run(carrier, passing));
    const comparing = [...compared.values()].flat();
    for (const each of comparing)
        each.catch((error) => failure.abort(error));
    for (const step of plan.steps) {
        if (done.has(keyOf(step.placement)))
            continue;
        const { placement } = step;
        const needed = [
            ...step.needs.map((key) => done.get(key)),
            ...placement.needs.flatMap(({ digest }) => compared.get(digest) ?? []),
        ];
        const doing = (async () => {
            await Promise.all(needed);
            await run(step);
        })();
        doing.catch((error) => failure.abort(error));
        done.set(keyOf(placement), doing);
    }
    const results = await Promise.allSettled([...done.values(), ...comparing]);
    if (results.some(({ status }) => status === "rejected"))
        throw stop.reason;
    return delivery.copied();
}

;// CONCATENATED MODULE: ./lib/commands/copy-content.js










async function planTransfer(run, source, destination) {
    const { inputs, reporter, signal } = run;
    const { target } = destination;
    const plan = await prepare(source, {
        target,
        form: inputs.access,
        descriptorFormat: inputs.descriptorFormat,
        published: inputs.publishArtifacts,
        names: nameSource(inputs),
        renames: inputs.renames,
        originNames: inputs.originNames,
        consumer: consumerOf(run),
        globalAccess: inputs.globalAccess,
        existing: inputs.existing,
        existingVersion: destination.existing,
        base: {
            repositories: inputs.baseRepositories,
            isRead: inputs.signatures.length > 0,
            concurrency: inputs.concurrency,
            attempts: inputs.retries,
        },
    }, signal);
    const names = imageNames(run, destination);
    reporter.plan(plan);
    reporter.images(referenceMap(movedImages(plan.desired, names), names));
    reporter.versions(describePlanned(plan, target, "planned"));
    return plan;
}
async function copyContent(run, first, destination) {
    for (let source = first;;) {
        const plan = await planTransfer(run, source, destination);
        const copied = await copyUnlessRefused(plan, run, destination);
        if (!(copied instanceof ManifestRefused))
            return { plan: withoutLeft(plan, copied.left), copied };
        source = await copy_content_inOtherForm(source, copied, run);
    }
}
async function copyUnlessRefused(plan, { inputs, reporter, signal }, { target }) {
    const progress = reporter.progress(plan);
    const { concurrency, retries: attempts } = inputs;
    try {
        const copied = await copy(plan, { target: target.registry, concurrency, attempts, ...progress.events }, signal);
        reporter.findings(copied.findings);
        return copied;
    }
    catch (error) {
        if (error instanceof ManifestRefused)
            return error;
        throw error;
    }
    finally {
        progress.stop();
    }
}
async function copy_content_inOtherForm(source, refusal, run) {
    const { inputs, session, reporter, signal } = run;
    if (inputs.accessFallback === "none")
        throw refusal;
    const fallback = { form: inputs.accessFallback, refused: refusal.refused };
    const other = await withFallback(source, { ...fallback, folder: session.temp, attempts: inputs.retries }, signal);
    if (other === undefined)
        throw refusal;
    reporter.finding(other.finding);
    return other.gathered;
}

;// CONCATENATED MODULE: ./lib/commands/publish.js




async function publishCopy(run, { plan: carriedOut, source }, destination) {
    const { reporter, signal } = run;
    const { target } = destination;
    const aliases = await planAliases(source, carriedOut, target, signal);
    reporter.findings(aliases.findings);
    const referrers = await tagReferrers(carriedOut, target.registry, signal);
    const published = { ...carriedOut, tags: [...carriedOut.tags, aliases.tags] };
    reporter.plan({ ...published, tags: [referrers.tags, ...published.tags] });
    await target.registry.publish(tagsToSet(published), signal);
    const lists = await publishLists(referrers.tags, run, destination);
    const unlisted = referrersUnder(referrers.tags.filter((tag) => !lists.includes(tag)), carriedOut);
    reporter.findings(leftReferrers([...referrers.left, ...unlisted]));
    return { ...published, tags: [lists, ...published.tags] };
}
async function publishLists(tags, { signal }, { target }) {
    if (tags.length === 0)
        return [];
    try {
        await target.registry.publish(tagsToSet({ tags: [tags] }), signal);
        return tags;
    }
    catch {
        signal.throwIfAborted();
        return [];
    }
}

;// CONCATENATED MODULE: ./lib/oci/publish-tags.js

async function publishTags(groups, store, signal) {
    const set = [];
    try {
        for (const group of groups) {
            const results = await Promise.allSettled(group.map(async (change) => {
                const repository = store.repository(change.repository);
                const now = await repository.resolve(change.tag, signal).catch(() => undefined);
                if (now?.digest === change.target.digest)
                    return;
                const recorded = { change, isRewritten: false };
                set.push(recorded);
                try {
                    await repository.tag(change.target, change.tag, signal);
                }
                catch (error) {
                    recorded.isRewritten = error instanceof TransferError && error.code === "READ_BACK_DIFFERS";
                    throw error;
                }
            }));
            const failed = results.find((result) => result.status === "rejected");
            if (failed !== undefined)
                throw failed.reason;
        }
    }
    catch (error) {
        const { left } = await restore(set, store);
        if (left.length === 0)
            throw error;
        throw publishedInPart(error, left, store.name);
    }
}
function publishedInPart(failure, left, where) {
    return new TransferError("PUBLISHED_IN_PART", `${errorMessage(failure)}; these tags could not be taken back: ${left.join(", ")}`, {
        where,
        remedy: "Repair the cause and run again, which completes the transfer, or delete these tags by hand.",
        cause: failure,
    });
}
function restoreTags(changes, store) {
    return restore(changes.map((change) => ({ change, isRewritten: false })), store);
}
async function restore(set, store) {
    const results = await Promise.all(set.map(async (each) => ({
        name: `${each.change.repository}:${each.change.tag}`,
        ...(await restoreTag(each, store)),
    })));
    const named = (state) => results.filter((result) => result.state === state);
    return {
        left: named("left").map(({ name }) => name),
        moved: named("moved").map(({ name, now }) => `${name} (${now})`),
    };
}
async function restoreTag({ change, isRewritten }, store) {
    const { repository: name, tag, target, before } = change;
    const repository = store.repository(name);
    try {
        const now = await publish_tags_digestOf(repository, tag);
        if (now === before?.digest)
            return { state: "restored" };
        if (now !== undefined && now !== target.digest && !isRewritten)
            return { state: "moved", now };
        await (before === undefined ? repository.untag(tag) : repository.tag(before, tag));
        return { state: (await publish_tags_digestOf(repository, tag)) === before?.digest ? "restored" : "left" };
    }
    catch {
        return { state: "left" };
    }
}
async function publish_tags_digestOf(repository, tag) {
    try {
        return (await repository.resolve(tag)).digest;
    }
    catch (error) {
        if (error instanceof TransferError && error.code === "MANIFEST_UNKNOWN")
            return undefined;
        throw error;
    }
}

;// CONCATENATED MODULE: ./lib/transfer/write/confirm.js








async function confirmPublished(plan, { sent, findings }, { target, reopened, attempts }, signal) {
    let reopening;
    async function confirm(placement) {
        const repository = target.repository(placement.to);
        if (!sent.has(keyOf(placement)))
            await repository.resolve(placement.descriptor.digest, signal);
        else if (!(await repository.exists(placement.descriptor, signal)))
            await asOneWork(() => readLater(placement));
    }
    async function readLater({ to, descriptor }) {
        for (;;) {
            try {
                reopening ??= reopened();
                await (await reopening).repository(to).resolve(descriptor.digest, signal);
                return;
            }
            catch (error) {
                signal.throwIfAborted();
                const isUnknown = error instanceof TransferError && error.code === "MANIFEST_UNKNOWN";
                const repetition = isUnknown ? takeRepetition(attempts) : undefined;
                if (repetition === undefined)
                    throw error;
                await (0,external_node_timers_promises_.setTimeout)(backoff(repetition, Math.random()), undefined, { signal });
            }
        }
    }
    const published = publishedIn(plan, sent);
    const claimed = isHeadTrusted(plan, { findings }) ? [] : claimedBlobs(published, sent);
    const results = await Promise.allSettled([
        ...published.map(confirm),
        ...claimed.map(({ to, descriptor }) => target.repository(to).probe?.(descriptor, signal)),
    ]);
    const errors = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    const failure = errors.find((error) => !isReadDenied(error));
    if (failure !== undefined)
        throw failure;
    return errors.length === 0 ? [] : [notRead(target.name)];
}
function publishedIn(plan, sent) {
    const manifests = new Map(plan.steps
        .filter(({ kind, placement }) => kind !== "left" && isManifest(placement.descriptor.mediaType))
        .map(({ placement }) => [keyOf(placement), placement]));
    const published = new Set([...manifests.keys()].filter((key) => sent.has(key)));
    const visit = (key) => {
        const placement = manifests.get(key);
        if (placement === undefined)
            return;
        published.add(key);
        for (const descriptor of placement.needs)
            visit(keyOf({ to: placement.to, descriptor }));
    };
    for (const { repository: to, target: descriptor } of tagsToSet(plan).flat())
        visit(keyOf({ to, descriptor }));
    return [...manifests].flatMap(([key, placement]) => (published.has(key) ? [placement] : []));
}
function isHeadTrusted({ steps, tags }, { findings }) {
    const isDenied = ({ kind, placement }) => (kind === "copy" || kind === "write") && !isManifest(placement.descriptor.mediaType);
    const isNew = tags.flat().some(({ kind }) => kind === "tag");
    return findings.length === 0 && (!isNew || steps.some(isDenied));
}
function claimedBlobs(published, sent) {
    const blobs = published.flatMap(({ to, needs }) => needs.map((descriptor) => ({ to, descriptor })));
    const unique = new Map(blobs.map((blob) => [keyOf(blob), blob]));
    return [...unique].flatMap(([key, blob]) => (isManifest(blob.descriptor.mediaType) || sent.has(key) ? [] : [blob]));
}
function isReadDenied(error) {
    return error instanceof RegistryError && (error.status === 401 || error.status === 403);
}
function notRead(host) {
    return {
        code: "READ_BACK_DENIED",
        message: `${host} does not let this account read what it pushed: the copy was not requested again.`,
        remedy: "Give the credentials the right to pull as well.",
    };
}

;// CONCATENATED MODULE: ./lib/transfer/write/read-back.js










async function readBack({ tags, desired: desiredVersions, comparables }, target, options, signal) {
    const asked = new Map();
    async function checkBlob(repository, blob, from) {
        if ((await repository.absenceOf?.(blob)) === "omitted")
            return;
        if (options.isHeadTrusted && (await repository.exists(blob, signal)))
            return;
        if (await isReadable(repository, blob, signal))
            return;
        throw read_back_differs("BLOB_UNKNOWN", `${from} needs the blob ${blob.digest} (${blob.mediaType}), which is not there`);
    }
    async function walk({ repository: name, tag, target: written }) {
        const repository = target.registry.repository(name);
        const root = await repository.resolve(tag, signal);
        if (root.digest !== written.digest) {
            throw read_back_differs("MANIFEST_UNKNOWN", `${name}:${tag} is ${root.digest}, and not ${written.digest}`);
        }
        const { nodes } = await readGraph(repository, root, signal);
        const blobs = nodes.map(({ descriptor }) => descriptor).filter(({ mediaType }) => !isManifest(mediaType));
        await Promise.all(blobs.map((blob) => {
            const key = `${name}@${blob.digest}`;
            const asking = asked.get(key) ?? checkBlob(repository, blob, `${name}:${tag}`);
            asked.set(key, asking);
            return asking;
        }));
    }
    throwAll(failures(await Promise.allSettled(tags.flat().map(walk))));
    const read = await Promise.allSettled(desiredVersions.map((desired) => readVersion(desired, target, signal)));
    throwAll(failures(read));
    const resolved = await resolveAll(read.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])), options, signal);
    const compared = new Set(comparables.map(comparableKey));
    const left = comparablesIn(resolved).filter((comparable) => !compared.has(comparableKey(comparable)));
    const reader = createBlobReader(options, signal);
    throwAll(failures(await Promise.allSettled(left.map((comparable) => reader.compare(comparable)))));
    return resolved;
}
async function isReadable(repository, blob, signal) {
    if (repository.probe === undefined)
        return repository.exists(blob, signal);
    try {
        await repository.probe(blob, signal);
        return true;
    }
    catch (error) {
        if (error instanceof TransferError && error.code === "BLOB_UNKNOWN")
            return false;
        throw error;
    }
}
async function resolveAll(versions, { unpack }, signal) {
    const roots = versions.map(({ descriptor }) => descriptor).filter(isNesting);
    const options = { copyResources: false, copySources: false, registryAt: notFollowed, unpack, roots };
    const resolved = await Promise.all(versions.map((version) => resolveElements(version, options, signal)));
    throwAll(resolved.flatMap(({ errors }) => errors));
    return resolved;
}
function notFollowed() {
    throw new Error("references to other registries are not followed");
}
async function readVersion({ version: { descriptor: source } }, target, signal) {
    const version = await readComponentVersion(target, source.name, source.version, signal);
    const [before, now] = [componentDigest(source), componentDigest(version.descriptor)];
    const where = `${source.name}:${source.version}`;
    if (before !== now)
        throw read_back_differs("COMPONENT_DIGEST_DIFFERS", `${where} has the component digest ${now}, not ${before}`);
    for (const { kind, name, access } of version.descriptor.elements) {
        const parsed = parseAccess(access);
        const local = parsed.kind === "localBlob" ? parsed.localReference.split(",").map((digest) => digest.trim()) : [];
        const lost = local.find((digest) => !has(version, digest));
        if (lost !== undefined)
            throw read_back_differs("BLOB_UNKNOWN", `${kind} ${name} of ${where} is ${lost}, which no tag leads to`);
    }
    return version;
}
function has({ nativeManifests: natives, layers }, digest) {
    return [natives, layers].some((contents) => contents.has(digest));
}
function read_back_differs(code, message) {
    return new TransferError(code, message);
}
function failures(results) {
    return [...new Set(results.flatMap((result) => (result.status === "rejected" ? [result.reason] : [])))];
}

;// CONCATENATED MODULE: ./lib/commands/read-back.js






async function verifyCopy(run, published, { target }, keys) {
    const { registry } = target;
    try {
        if (registry.kind === "registry")
            await read_back_confirm(run, published, registry);
        if (keys.length > 0)
            await readSigned(run, published, keys);
    }
    catch (error) {
        const rollback = await registry.rollback(tagsToSet(published.plan).flat());
        const errors = errorsIn(error).filter(isConclusive);
        const [first] = errors;
        const inconclusive = errorsIn(error).find((each) => !isConclusive(each));
        if (inconclusive !== undefined && rollback.kind === "tags" && rollback.left.length > 0) {
            throw publishedInPart(inconclusive, rollback.left, registry.name);
        }
        if (inconclusive !== undefined || first === undefined)
            throw error;
        const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
        throw new TransferError("READ_BACK_DIFFERS", `${target.display} does not hold what was written: ${first.message}${more}; ${outcome(published.plan, rollback)}`, {
            where: target.display,
            remedy: "Run again; if it stays, ask the operators of the target what they delete or change, and after how long.",
            cause: first,
        });
    }
}
async function read_back_confirm({ inputs, session, reporter, signal }, { plan, copied }, target) {
    const reopened = async () => (await session.reopenTarget(targetOf(inputs))).registry;
    const options = { target, reopened, attempts: inputs.retries };
    reporter.findings(await confirmPublished(plan, copied, options, signal));
}
async function readSigned({ inputs, session, reporter, signal }, { plan, copied, named }, keys) {
    const target = await session.reopenTarget(targetOf(inputs));
    const options = {
        concurrency: inputs.concurrency,
        attempts: inputs.retries,
        unpack: session.unpack,
        isHeadTrusted: isHeadTrusted(plan, copied),
    };
    const versions = await readBack(plan, target, options, signal);
    const ids = new Set(named.map(({ descriptor }) => `${descriptor.name}:${descriptor.version}`));
    const copies = versions.map(({ version }) => version);
    const namedCopies = copies.filter(({ descriptor: { name, version } }) => ids.has(`${name}:${version}`));
    throwAll(trustOf({ named: namedCopies, versions }, keys).errors);
    reporter.info(`read back and verified at ${target.display}: ${copies.length} component version(s)`);
}
function targetOf({ target }) {
    if (target === undefined)
        throw new Error("without a target nothing is published");
    return target;
}
function outcome({ tags }, rollback) {
    if (tags.flat().every(({ kind }) => kind === "skip"))
        return "it was there before this run, which set no tag";
    if (rollback.kind === "committed")
        return "the archive is left as it was written";
    const { left, moved } = rollback;
    return [
        ...(left.length + moved.length === 0 ? ["the tags that were set are taken back"] : []),
        ...(left.length === 0 ? [] : [`these tags could not be taken back: ${left.join(", ")}`]),
        ...(moved.length === 0 ? [] : [`these tags lead to another manifest now, and are left: ${moved.join(", ")}`]),
    ].join("; ");
}

;// CONCATENATED MODULE: ./lib/files/write-output.js






async function writeOutput(path, text, { workspace, where }) {
    try {
        const place = await placeOf(path, { workspace, where });
        await (0,promises_.mkdir)((0,external_node_path_.dirname)(place), { recursive: true });
        await writeAtomically(place, text);
    }
    catch (error) {
        if (error instanceof TransferError)
            throw error;
        throw new TransferError("OUTPUT_UNWRITABLE", `${printable(path)} cannot be written: ${errorMessage(error)}`, {
            where,
            remedy: "Name a path in a folder that this job may write to.",
            cause: error,
        });
    }
}

;// CONCATENATED MODULE: ./lib/stores/ctf/artifact-index.js






const ARTIFACT_INDEX = "artifact-index.json";
const MEMBERS = memberNames("schemaVersion", "artifacts");
const ARTIFACT_MEMBERS = memberNames("repository", "tag", "digest", "mediaType");
function parseArtifactIndex(text, where, archive) {
    const malformed = (why, cause) => malformedCtf(`${where} ${why}`, archive, cause);
    let document;
    try {
        document = parseStrictJson(text);
    }
    catch (error) {
        throw malformed(`is not unambiguous JSON (${printable(errorMessage(error), 160)})`, error);
    }
    const refuseMisspelled = (members, names) => {
        const member = misspelledMember(members, names);
        if (member !== undefined)
            throw malformed(`has the member ${shown(member)}, which only some readers understand`);
    };
    if (isRecord(document))
        refuseMisspelled(document, MEMBERS);
    if (!isRecord(document) || document.schemaVersion !== 1) {
        throw malformed('is not an artifact index with "schemaVersion": 1');
    }
    const entries = document.artifacts ?? [];
    if (!Array.isArray(entries))
        throw malformed('has no list "artifacts"');
    const index = new Map();
    for (const entry of entries) {
        if (!isRecord(entry))
            throw malformed("has an invalid artifact");
        refuseMisspelled(entry, ARTIFACT_MEMBERS);
        const { repository, tag = "", mediaType = "" } = entry;
        if (typeof repository !== "string")
            throw malformed("has an artifact without a repository");
        if (!isRepository(repository))
            throw malformed(`has the repository ${shown(repository)}, which is not a valid name`);
        if (typeof tag !== "string" || (tag !== "" && !isTag(tag)))
            throw malformed(`has the tag ${shown(tag)}`);
        if (typeof mediaType !== "string")
            throw malformed(`has the media type ${shown(mediaType)}`);
        const digest = parseDigest(entry.digest, where);
        const { manifests, tags } = artifactsOf(index, repository);
        const known = manifests.get(digest);
        if (known !== undefined && mediaType !== "" && known !== mediaType) {
            throw malformed(`has two media types for ${digest} in ${repository}`);
        }
        if (tag !== "" && (tags.get(tag) ?? digest) !== digest)
            throw malformed(`has ${repository}:${tag} twice`);
        manifests.set(digest, known ?? (mediaType === "" ? undefined : mediaType));
        if (tag !== "")
            tags.set(tag, digest);
    }
    return index;
}
function artifactsOf(index, repository) {
    const found = index.get(repository);
    if (found !== undefined)
        return found;
    const added = { manifests: new Map(), tags: new Map() };
    index.set(repository, added);
    return added;
}
function formatArtifactIndex(index) {
    const artifacts = [...index].flatMap(([repository, { manifests, tags }]) => {
        const tagged = new Set(tags.values());
        const untagged = [...manifests.keys()].filter((digest) => !tagged.has(digest));
        const pairs = [
            ...tags,
            ...untagged.map((digest) => [undefined, digest]),
        ];
        return pairs.map(([tag, digest]) => ({ repository, tag, digest, mediaType: manifests.get(digest) }));
    });
    const key = ({ repository, tag = "~", digest }) => `${repository} ${tag} ${digest}`;
    const sorted = artifacts
        .map((artifact) => ({ key: key(artifact), artifact }))
        .sort((a, b) => (a.key < b.key ? -1 : 1));
    return JSON.stringify({ schemaVersion: 1, artifacts: sorted.map(({ artifact }) => artifact) });
}
function malformedCtf(message, archive, cause) {
    return new TransferError("CTF_MALFORMED", message, {
        where: archive,
        remedy: "See that the path is that of a CTF (artifact-index.json, and a folder of blobs next to it), and that it is complete.",
        cause,
    });
}
function shown(value) {
    return printable(JSON.stringify(value), 120);
}

;// CONCATENATED MODULE: ./lib/stores/ctf/delta.js







const DELTA_FILE = "delta.json";
function parseDelta(text, where, archive) {
    try {
        const document = parseStrictJson(text);
        if (!isRecord(document) || document.schemaVersion !== 1)
            throw new Error('is not a delta with "schemaVersion": 1');
        return parseBlobs(document.omitted, where);
    }
    catch (error) {
        throw malformedCtf(`${where} cannot be read: ${printable(errorMessage(error), 200)}`, archive, error);
    }
}
function formatDelta(omitted) {
    return JSON.stringify({ schemaVersion: 1, omitted: formatBlobs(omitted) });
}
function parseBlobs(list, where) {
    if (!Array.isArray(list))
        throw new Error("a list of blobs is missing");
    return new Map(list.map((entry) => {
        const size = isRecord(entry) ? entry.size : undefined;
        if (!isRecord(entry) || typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) {
            throw new Error("a blob has an invalid size");
        }
        return [parseDigest(entry.digest, where), size];
    }));
}
function formatBlobs(blobs) {
    return [...blobs].map(([digest, size]) => ({ digest, size })).sort((a, b) => (a.digest < b.digest ? -1 : 1));
}
function isOmittable({ mediaType }) {
    const isRead = CONFIG_TYPES.has(mediaType) || DESCRIPTOR_TYPES.has(mediaType) || isArtifactSet(mediaType);
    return !isRead && !isManifest(mediaType);
}

;// CONCATENATED MODULE: ./lib/stores/inventory/inventory.js






function parseInventory(text, where) {
    try {
        const document = parseStrictJson(text);
        if (!isRecord(document) || document.schemaVersion !== 1 || !Array.isArray(document.repositories)) {
            throw new Error('it is not an inventory with "schemaVersion": 1');
        }
        const { componentVersions, repositories } = document;
        return {
            componentVersions: Array.isArray(componentVersions) ? componentVersions.map(String) : [],
            blobs: new Map(repositories.map((entry) => parseEntry(entry, where))),
        };
    }
    catch (error) {
        throw invalidBase(where, errorMessage(error), error);
    }
}
function parseEntry(entry, where) {
    if (!isRecord(entry) || typeof entry.name !== "string" || !isRepository(entry.name)) {
        throw new Error("a repository has an invalid name");
    }
    return [entry.name, parseBlobs(entry.blobs, where)];
}
function formatInventory({ componentVersions, blobs }) {
    const repositories = [...blobs]
        .map(([name, sizes]) => ({ name, blobs: formatBlobs(sizes) }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    const document = { schemaVersion: 1, componentVersions: [...componentVersions].sort(), repositories };
    return `${JSON.stringify(document, null, 1)}\n`;
}
function mergeBlobs(several) {
    const merged = new Map();
    for (const [name, blobs] of several.flatMap((each) => [...each])) {
        const known = merged.get(name) ?? new Map();
        merged.set(name, known);
        for (const [digest, size] of blobs)
            known.set(digest, size);
    }
    return merged;
}
function invalidBase(path, why, cause) {
    return new TransferError("INVENTORY_MALFORMED", `${printable(path, 300)} cannot be used as a base: ${printable(why, 300)}`, {
        where: "input base",
        remedy: "Name an archive of an earlier transfer, or the file that it wrote with write-inventory.",
        cause,
    });
}

;// CONCATENATED MODULE: ./lib/transfer/images/helm-values.js

const helm_values_HEADER = `# Images of the component versions by the names of their resources. A chart that takes repository, tag and digest takes these;
# one that knows no digest takes pinnedTag for its tag: container engines look at the digest alone. A repository is complete: set no
# registry beside it.
`;
function helmValues(images, prefix) {
    const entries = distinctNames(images).map(([name, { repository, tag, digest }]) => [
        name,
        { repository: `${prefix}/${repository}`, tag, digest, pinnedTag: `${tag}@${digest}` },
    ]);
    return helm_values_HEADER + yamlText({ images: Object.fromEntries(entries) });
}
function yamlText(value) {
    return (0,dist/* stringify */.As)(value, { version: "1.1", defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN", lineWidth: 0 });
}
function distinctNames(images) {
    const candidates = [
        ({ name }) => name,
        ({ component, name }) => `${component}/${name}`,
        ({ component, version, name }) => `${component}:${version}/${name}`,
        ({ component, version, name, digest }) => `${component}:${version}/${name}@${digest}`,
    ];
    const counts = new Map();
    for (const name of images.flatMap((image) => candidates.map((nameOf) => nameOf(image)))) {
        counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return images.map((image) => {
        const names = candidates.map((nameOf) => nameOf(image));
        return [names.find((name) => counts.get(name) === 1) ?? names.at(-1) ?? image.name, image];
    });
}

;// CONCATENATED MODULE: ./lib/transfer/images/flux-repositories.js



const flux_repositories_HEADER = `# An OCIRepository by digest for each resource, for Kustomizations and HelmReleases of Flux. Flux downloads all of them: keep those of charts
# and manifests, and delete those of container images.
`;
const flux_repositories_MAX_NAME = 63;
function fluxRepositories(images, prefix, { isPlainHttp = false } = {}) {
    const documents = labels(images).map(([name, image]) => yamlText({
        apiVersion: "source.toolkit.fluxcd.io/v1",
        kind: "OCIRepository",
        metadata: { name },
        spec: {
            interval: "60m",
            url: `oci://${prefix}/${image.repository}`,
            ref: { digest: image.digest },
            ...(isPlainHttp ? { insecure: true } : {}),
            ...(image.isChart === true ? { layerSelector: { mediaType: CHART_LAYER, operation: "copy" } } : {}),
        },
    }));
    return flux_repositories_HEADER + documents.map((document) => `---\n${document}`).join("");
}
function labels(images) {
    const named = distinctNames(images).map(([name, image]) => [labelOf(name), image]);
    const counts = Map.groupBy(named, ([name]) => name);
    const unique = named.map(([name, image]) => {
        const suffix = `-${encoded(image.digest).slice(0, 12)}`;
        const isAlone = counts.get(name)?.length === 1;
        return [isAlone ? name : `${name.slice(0, flux_repositories_MAX_NAME - suffix.length)}${suffix}`, image];
    });
    return [...new Map(unique)];
}
function labelOf(name) {
    const words = name.toLowerCase().match(/[a-z0-9]+/g) ?? [];
    const label = words.join("-").slice(0, flux_repositories_MAX_NAME).replace(/-$/, "");
    return label === "" ? "artifact" : label;
}

// EXTERNAL MODULE: ./node_modules/smol-toml/dist/index.js + 8 modules
var smol_toml_dist = __webpack_require__(3292);
;// CONCATENATED MODULE: ./lib/transfer/images/image-spellings.js

function fullName({ host, repository }) {
    return `${canonicalHost(host)}/${repository}`;
}
function spellings(reference) {
    const full = fullName(reference);
    const short = full.replace(/^docker\.io\//, "");
    const names = [
        full,
        short,
        ...(short === full ? [] : [full, short].map((name) => name.replace(/(^|\/)library\//, "$1"))),
    ];
    return [...new Set([`${reference.host}/${reference.repository}`, ...names])];
}

;// CONCATENATED MODULE: ./lib/transfer/images/image-mirrors.js



const image_mirrors_HEADER = `# For CRI-O, Podman, Buildah and Skopeo, in /etc/containers/registries.conf.d: containers-registries.conf(5). Docker and containerd do not
# read it. Deployments keep their references; what is not at the mirror is still asked for where it was.
`;
const BY_DIGEST = `# By digest only: the copy has no tags, and no setting turns a tag into a digest. Instead of these, write:
`;
function imageMirrors(images, prefix) {
    const moved = images.filter((image) => image.before !== undefined);
    const sources = Map.groupBy(moved, ({ before }) => (before === undefined ? "" : fullName(before)));
    const tables = [...sources]
        .sort(([one], [other]) => byText(one, other))
        .map(([source, copies]) => registryTable(source, copies, prefix));
    return [image_mirrors_HEADER, ...tables.filter((table) => table !== "")].join("\n");
}
function registryTable(source, copies, prefix) {
    const locations = [...new Set(copies.map(({ repository }) => `${prefix}/${repository}`))]
        .filter((location) => location !== source)
        .sort();
    if (locations.length === 0)
        return "";
    const byDigestOnly = !copies.every(({ isTagged }) => isTagged);
    const registry = {
        prefix: source,
        location: source,
        "mirror-by-digest-only": byDigestOnly,
        mirror: locations.map((location) => ({ location })),
    };
    return (byDigestOnly ? tagComments(copies) : "") + (0,smol_toml_dist/* stringify */.As)({ registry: [registry] }).trimStart();
}
function tagComments(copies) {
    const lines = copies.flatMap(({ before, digest }) => {
        if (before === undefined || before.digest !== undefined)
            return [];
        const name = fullName(before);
        return [`#   ${name}:${before.tag ?? "latest"} -> ${name}@${digest}\n`];
    });
    return lines.length === 0 ? "" : BY_DIGEST + [...new Set(lines)].sort().join("");
}

;// CONCATENATED MODULE: ./lib/transfer/images/kustomize-images.js



const kustomize_images_HEADER = `# Include the folder of this file under "components:" of a kustomization: image references of the deployments then lead to the copies.
# kustomize finds an image by its repository, whatever the tag. Where several of one repository were transferred, name holds the tag or
# the digest too; other tags stay as they are.
`;
function kustomizeImages(images, prefix) {
    const byRepository = entriesBy(images, prefix, (image) => image.before === undefined ? [] : spellings(image.before));
    const byReference = entriesBy(images, prefix, references);
    const isAlone = (entries) => new Set(entries.map(({ digest }) => digest)).size === 1;
    const shared = [...byRepository].filter(([, entries]) => !isAlone(entries)).map(([name]) => name);
    const isShared = (reference) => shared.some((name) => reference.startsWith(`${name}:`) || reference.startsWith(`${name}@`));
    const chosen = [...byRepository, ...[...byReference].filter(([reference]) => isShared(reference))];
    const list = chosen.flatMap(([, entries]) => (isAlone(entries) ? entries.slice(0, 1) : []));
    const ambiguous = [...byReference].filter(([reference, entries]) => isShared(reference) && !isAlone(entries));
    const comments = ambiguous.map(([reference]) => `# Left out, since it became several images: ${reference}\n`).sort();
    const document = {
        apiVersion: "kustomize.config.k8s.io/v1alpha1",
        kind: "Component",
        images: list.sort((one, other) => byText(one.name, other.name)),
    };
    return kustomize_images_HEADER + comments.join("") + yamlText(document);
}
function references(image) {
    const { before } = image;
    if (before === undefined)
        return [];
    const tag = before.tag ?? (before.digest === undefined ? "latest" : undefined);
    return spellings(before).flatMap((name) => [
        ...(tag === undefined ? [] : [`${name}:${tag}`]),
        `${name}@${before.digest ?? image.digest}`,
    ]);
}
function entriesBy(images, prefix, namesOf) {
    const entries = images.flatMap((image) => namesOf(image).map((name) => ({ name, newName: `${prefix}/${image.repository}`, digest: image.digest })));
    return Map.groupBy(entries, ({ name }) => name);
}

;// CONCATENATED MODULE: ./lib/transfer/images/image-files.js








const IMAGE_FORMATS = ["images", "helm", "kustomize", "registries", "flux"];
function parseImageFileRequest(line, where) {
    const [, name, rest = ""] = /^\s*([a-z]+)\s*=(.*)$/s.exec(line) ?? [];
    const path = rest.trim();
    const format = IMAGE_FORMATS.find((known) => known === name);
    if (format !== undefined && path !== "")
        return { format, path };
    throw new TransferError("INPUT_INVALID", `"${printable(line, 200)}" is not of the form format=path`, {
        where,
        remedy: `Write one line per file, with a format of ${IMAGE_FORMATS.join(", ")}: helm=deploy/images.yaml.`,
    });
}
async function writeImageFiles(requests, options) {
    for (const { format, path } of requests) {
        await writeOutput(path, image_files_textOf(format, options), { workspace: options.workspace, where: "input write-images" });
    }
    return [...requests];
}
function image_files_textOf(format, { images, prefix, isPlainHttp }) {
    if (format === "flux")
        return fluxRepositories(images, prefix, { isPlainHttp });
    if (format === "helm")
        return helmValues(images, prefix);
    if (format === "kustomize")
        return kustomizeImages(images, prefix);
    if (format === "registries")
        return imageMirrors(images, prefix);
    const entries = images.map((image) => ({
        component: `${image.component}:${image.version}`,
        resource: image.name,
        neutral: neutralReference(image),
        reference: referenceBelow(prefix, image),
    }));
    return `${JSON.stringify(entries, null, 2)}\n`;
}

;// CONCATENATED MODULE: ./lib/transfer/inventory.js

function inventoryOf({ desired, steps }, path) {
    const blobs = new Map();
    for (const { kind, placement } of steps) {
        const { to, descriptor } = placement;
        if (kind === "left" || isManifest(descriptor.mediaType))
            continue;
        const name = path !== "" && to.startsWith(`${path}/`) ? to.slice(path.length + 1) : to;
        const own = blobs.get(name) ?? new Map();
        blobs.set(name, own.set(descriptor.digest, descriptor.size));
    }
    const componentVersions = desired.map(({ version: { descriptor } }) => `${descriptor.name}:${descriptor.version}`);
    return { componentVersions, blobs };
}

;// CONCATENATED MODULE: ./lib/commands/write-outputs.js






async function writeImages(run, { desired }, destination) {
    const { inputs, reporter, workspace } = run;
    const names = imageNames(run, destination);
    const images = deployedImages(movedImages(desired, names));
    const files = await writeImageFiles(inputs.writeImages, { ...names, images, workspace });
    for (const file of files)
        reporter.file(file);
}
async function writeInventory(run, plan, { target }) {
    const { inputs, reporter, workspace } = run;
    const path = inputs.writeInventory;
    if (path === "")
        return;
    const text = formatInventory(inventoryOf(plan, target.path));
    await writeOutput(path, text, { workspace, where: "input write-inventory" });
    reporter.file({ format: "inventory", path });
}

;// CONCATENATED MODULE: ./lib/commands/transfer.js














async function transfer(run) {
    const { inputs, reporter, signal } = run;
    const destination = await openDestination(run);
    if (destination === undefined)
        throw targetMissing();
    const { target } = destination;
    const keys = await readTrustedKeys(inputs.signatures);
    const source = await readSource(run, destination);
    reporter.findings([...findingsOf(source), ...checkTrust(source, keys, reporter)]);
    reporter.findings(nameSource(inputs) === "signed" ? unsignedNames(source) : unknownNames(source));
    if (inputs.dryRun) {
        const planned = await planTransfer(run, source, destination);
        reporter.findings(droppedGlobalAccesses(planned.desired));
        const aliases = await planAliases(source, planned, target, signal);
        reporter.findings(aliases.findings);
        return reportDryRun({ ...planned, tags: [...planned.tags, aliases.tags] }, run);
    }
    const { plan: carriedOut, copied } = await copyContent(run, source, destination);
    reporter.findings(droppedGlobalAccesses(carriedOut.desired));
    const plan = await publishCopy(run, { plan: carriedOut, copied, source }, destination);
    await verifyCopy(run, { plan, copied, named: source.named }, destination, keys);
    reporter.versions(describePlanned(carriedOut, target, "written"));
    reporter.findings(deltaWritten(target.registry));
    await writeImages(run, plan, destination);
    await writeInventory(run, plan, destination);
}
function reportDryRun(plan, { reporter }) {
    reporter.findings(leftReferrers(plannedToBeLeft(plan)));
    reporter.plan(plan);
    reporter.dryRun(plan);
}
function targetMissing() {
    return new TransferError("INPUT_MISSING", "target is not set", {
        where: "input target",
        remedy: "Name the repository to write to, for example registry.corp/ocm, or an archive, for example ./shop.tgz.",
    });
}

;// CONCATENATED MODULE: ./lib/report/bytes.js
function formatBytes(count) {
    const units = ["B", "kB", "MB", "GB", "TB"];
    let value = count;
    let unit = 0;
    while (value >= 1000 && unit < units.length - 1) {
        value /= 1000;
        unit++;
    }
    return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
function formatDuration(milliseconds) {
    const seconds = milliseconds / 1000;
    if (seconds < 9.95)
        return `${seconds.toFixed(1)} s`;
    const whole = Math.round(seconds);
    return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

;// CONCATENATED MODULE: ./lib/transfer/verify/check-content.js






async function checkContent(versions, { concurrency, attempts, onDone }, signal) {
    const failure = new AbortController();
    const stop = signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal]);
    const reader = createBlobReader({ concurrency, attempts }, stop);
    const errors = new Set();
    async function check(version, item) {
        try {
            return [await checkItem(item, version, reader)];
        }
        catch (error) {
            if (isAboutContent(error))
                errors.add(error);
            else
                failure.abort(error);
            return [];
        }
    }
    await Promise.all(versions.map(async ({ version, items }) => {
        const checked = (await Promise.all(items.map((item) => check(version, item)))).flat();
        if (checked.length === items.length)
            onDone(version, checked);
    }));
    return stop.aborted ? [stop.reason, ...errors] : [...errors];
}
async function checkItem(item, version, reader) {
    const { name, version: number } = version.descriptor;
    const where = `${describeElement(item.element)} of ${name}:${number}`;
    if (item.kind === "byReference")
        return { item, size: 0, isRead: false };
    if (item.kind === "artifact" && item.movedTag !== undefined)
        throw tagMoved(item.movedTag, where);
    const [from, contents] = item.kind === "blob"
        ? [item.from, item.blobs]
        : [item.graph.from, item.graph.nodes.map(({ descriptor }) => descriptor)];
    const comparable = comparableIn(version, item);
    const blobs = contents.filter(({ mediaType }) => item.kind === "blob" || !isManifest(mediaType));
    const reading = comparable === undefined ? blobs.map((blob) => reader.read(from, version, blob)) : [reader.compare(comparable)];
    await Promise.all(reading).catch((error) => {
        throw asContentError(error, where);
    });
    return { item, size: contents.reduce((total, blob) => total + blob.size, 0), isRead: true };
}
function isAboutContent(error) {
    if (!isConclusive(error))
        return false;
    return error.kind === "invalid" || error.code === "BLOB_UNKNOWN" || error.code === "MANIFEST_UNKNOWN";
}
function asContentError(error, where) {
    if (!isAboutContent(error) || error.code === "ARTIFACT_DIGEST_DIFFERS")
        return error;
    const isOther = error.code === "DIGEST_MISMATCH" || error.code === "SIZE_MISMATCH";
    return new TransferError(isOther ? "ARTIFACT_DIGEST_DIFFERS" : error.code, `${where}: ${error.message}`, {
        where,
        remedy: isOther
            ? "The content is damaged in its source, or was changed on its route. Transfer the component version again from where it verifies."
            : (error.remedy ?? ""),
        cause: error,
    });
}
function tagMoved(moved, where) {
    return new TransferError("TAG_MOVED", `${where}: ${describeMovedTag(moved)}`, {
        where,
        remedy: "Readers that go by the tag get the other artifact. Restore the tag, or make a new component version.",
    });
}

;// CONCATENATED MODULE: ./lib/commands/verify.js











async function verify(run) {
    const { inputs, reporter, signal } = run;
    const keys = await readTrustedKeys(inputs.signatures);
    const gathered = await readSource(run);
    const versions = gathered.versions.map(selectedOf);
    const { errors, verified, rootsOf } = trustOf({ ...gathered, versions }, keys);
    reporter.signatures(describeSignatures(verified));
    throwAll(errors);
    const onDone = (version, items) => {
        const digestsOf = pinsIn(version.descriptor, rootsOf(version.descriptor));
        const lines = items.map(({ item, size, isRead }) => {
            const verdict = whyUnchecked(item, digestsOf(item.element)) ?? (isRead ? "matches its digest" : "is not verified");
            return `${describeElement(item.element)}: ${size === 0 ? "" : `${formatBytes(size)}; `}${verdict}`;
        });
        reporter.group(`${version.descriptor.name}:${version.descriptor.version}`, lines);
    };
    const { concurrency, retries } = inputs;
    throwAll(await checkContent(versions, { concurrency, attempts: retries, onDone }, signal));
    reporter.findings([
        ...uncheckedSignatures(keys),
        ...uncheckedContent(versions, { isSigned: keys.length > 0, rootsOf }),
    ]);
    reporter.versions(versions.map(({ version }) => describeAsItIs(version)));
    function selectedOf(resolved) {
        const { name } = resolved.version.descriptor;
        return {
            ...resolved,
            items: resolved.items.map((item) => isSelected(item.element, name, inputs)
                ? item
                : { kind: "byReference", element: item.element, reason: "is not selected", isOnRequest: true }),
        };
    }
}

;// CONCATENATED MODULE: ./lib/net/clock-skew.js
function clockSkew({ date }, now) {
    const sent = date === undefined ? Number.NaN : Date.parse(date);
    return Number.isNaN(sent) ? undefined : sent - now;
}

;// CONCATENATED MODULE: ./lib/diagnosis/answer-findings.js

const MAX_SKEW_MS = 300_000;
const FEW_LEFT = 20;
function answerFindings(answer, asked, now) {
    return [skewed(answer, now), nearLimit(answer), wholeBlob(answer, asked), withoutDigest(answer)].flatMap((finding) => finding ?? []);
}
function skewed({ hop, headers }, now) {
    const skew = clockSkew(headers, now);
    if (skew === undefined || Math.abs(skew) <= MAX_SKEW_MS)
        return undefined;
    return {
        code: "CLOCK_SKEWED",
        message: `The clock of ${hop.host} is ${Math.round(Math.abs(skew) / 60_000)} minutes ${skew > 0 ? "ahead of" : "behind"} the one of this runner.`,
        remedy: "Set the clock of this runner: tokens and certificates are valid for minutes and days.",
    };
}
function nearLimit({ hop, headers }) {
    const left = /^\s*(\d+)/.exec(headers["ratelimit-remaining"] ?? headers["x-ratelimit-remaining"] ?? "")?.[1];
    if (left === undefined || Number(left) > FEW_LEFT)
        return undefined;
    return {
        code: "RATE_LIMIT_NEAR",
        message: `${hop.host} accepts few more requests before it refuses.`,
        remedy: "Use credentials with a higher limit, or transfer from a mirror.",
    };
}
function wholeBlob({ hop, status, headers }, { range }) {
    if (range === undefined || status !== 200 || headers["content-range"] !== undefined)
        return undefined;
    return {
        code: "RANGE_IGNORED",
        message: `${hop.host} sends all of a blob where one byte of it was requested.`,
        remedy: `Nothing has to be done; a download that breaks off is read again up to the missing byte.${strippedBy(hop)}`,
    };
}
function withoutDigest({ hop, status, headers }) {
    const isManifest = new URL(hop.url).pathname.includes("/manifests/") && hop.method !== "PUT";
    if (!isManifest || status !== 200 || headers["docker-content-digest"] !== undefined)
        return undefined;
    return {
        code: "DIGEST_HEADER_MISSING",
        message: `${hop.host} sends manifests without Docker-Content-Digest.`,
        remedy: `Nothing has to be done here, digests are computed; other clients may fail.${strippedBy(hop)}`,
    };
}
function strippedBy({ route }) {
    return route.via === "proxy" ? " A proxy that takes headers out is the usual cause." : "";
}

;// CONCATENATED MODULE: ./lib/diagnosis/chapters.js
function chaptersOf(environment) {
    const { GITHUB_SERVER_URL: server = "", GITHUB_ACTION_REPOSITORY: repository = "", GITHUB_ACTION_REF: ref = "", } = environment;
    const isServer = /^https:\/\/[A-Za-z0-9.-]+(?::\d+)?$/.test(server);
    if (!isServer || !/^[\w.-]+\/[\w.-]+$/.test(repository) || !/^[\w./-]+$/.test(ref))
        return undefined;
    return (code) => `${server}/${repository}/blob/${ref}/docs/diagnosis.md#${code.toLowerCase()}`;
}

;// CONCATENATED MODULE: ./lib/inputs/defaults.js
const defaults_DEFAULTS = {
    command: "transfer",
    "component-versions": "",
    "semver-constraint": "",
    latest: "false",
    aliases: "false",
    target: "",
    recursive: "false",
    resolvers: "",
    "copy-resources": "true",
    "copy-sources": "false",
    include: "",
    exclude: "",
    access: "localBlob",
    "access-fallback": "none",
    "descriptor-format": "yaml",
    "publish-artifacts": "",
    rename: "",
    "write-images": "",
    "consumer-repository": "",
    "global-access": "false",
    "origin-names": "true",
    base: "",
    "base-repositories": "",
    "write-inventory": "",
    existing: "skip",
    "dry-run": "false",
    signatures: "",
    "trust-names": "false",
    "preflight-mode": "fail",
    "probe-push": "auto",
    "probe-timeout": "10",
    proxy: "",
    "http-proxy": "",
    "https-proxy": "",
    "no-proxy": "",
    "no-proxy-registries": "",
    "proxy-config": "",
    "write-proxy-config": "",
    "node-proxy": "false",
    "ca-certificates": "",
    "insecure-skip-tls-verify": "",
    "plain-http": "",
    "export-environment": "",
    urls: "",
    "registry-config": "",
    "ocm-config": "",
    "github-token": "",
    "allowed-registries": "",
    credentials: "",
    output: "",
    format: "oci-layout",
    platform: "",
    concurrency: "8",
    retries: "6",
    "stall-timeout": "60",
};

;// CONCATENATED MODULE: ./lib/inputs/misspelt.js



const misspelt_NAMES = Object.keys(defaults_DEFAULTS);
const misspelt_MAX_LENGTH = 60;
function misspeltInputs(environment) {
    const findings = Object.entries(environment).flatMap(([variable, value]) => {
        const name = /^INPUT_(.+)$/.exec(variable)?.[1]?.toLowerCase().replaceAll("_", "-");
        if (name === undefined || !value || misspelt_NAMES.includes(name))
            return [];
        const probable = probableName(name);
        return probable === undefined ? [] : [unknownInput(name, probable)];
    });
    const [first] = findings;
    if (first === undefined || environment.GITHUB_OUTPUT)
        return findings;
    const { code, message, remedy } = first;
    throw new TransferError(code, message.replace(/\.$/, ""), { where: "inputs", remedy });
}
function unknownInput(name, probable) {
    return {
        code: "INPUT_UNKNOWN",
        message: `The input ${printable(name, misspelt_MAX_LENGTH)} does not exist and has no effect.`,
        remedy: `Write ${probable}, or remove it.`,
    };
}
function probableName(name) {
    if (name.length > misspelt_MAX_LENGTH)
        return undefined;
    const [closest] = misspelt_NAMES.map((known) => ({ known, edits: editDistance(letters(name), letters(known)) })).toSorted((one, other) => one.edits - other.edits);
    return closest !== undefined && closest.edits <= Math.max(1, Math.floor(name.length / 4)) ? closest.known : undefined;
}
function letters(name) {
    return name.replaceAll("-", "");
}
function editDistance(one, other) {
    let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
    for (const [row, letter] of [...one].entries()) {
        const current = [row + 1];
        for (const [column, second] of [...other].entries()) {
            const [above = 0, left = 0, diagonal = 0] = [previous[column + 1], current[column], previous[column]];
            current.push(Math.min(above + 1, left + 1, diagonal + (letter === second ? 0 : 1)));
        }
        previous = current;
    }
    return previous.at(-1) ?? 0;
}

;// CONCATENATED MODULE: ./lib/ocm/version/version-constraint.js



const version_constraint_MAX_LENGTH = 512;
const MAX_GROUPS = 32;
const version_constraint_SPACE = "[\\t\\n\\f\\r ]";
const NUMBER = "[0-9|xX*]+";
const IDENTIFIERS = "[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*";
const version_constraint_VERSION = `v?${NUMBER}(?:\\.${NUMBER}){0,2}(?:-${IDENTIFIERS})?(?:\\+${IDENTIFIERS})?`;
const RANGE = new RegExp(`${version_constraint_SPACE}*(${version_constraint_VERSION})${version_constraint_SPACE}+-${version_constraint_SPACE}+(${version_constraint_VERSION})${version_constraint_SPACE}*`, "g");
const TERM = new RegExp(`${version_constraint_SPACE}*(?:(=[<>]?|!=|[<>]=?|~>?|\\^)${version_constraint_SPACE}*)?(${version_constraint_VERSION})`, "y");
const version_constraint_SEPARATOR = new RegExp(`${version_constraint_SPACE}*(?:,|(?<=${version_constraint_SPACE}))`, "y");
const REST = new RegExp(`${version_constraint_SPACE}*$`, "y");
function parseConstraint(text, where) {
    const malformed = (why) => new TransferError("CONSTRAINT_MALFORMED", `${where}: "${printable(text, 100)}" ${why}`, {
        where,
        remedy: 'Write it as for the OCM CLIs, for example ">=1.2, <2", "~1.2", "^1", "1.2.x" or "1.2 - 1.4 || >=2.1".',
    });
    if (text.length > version_constraint_MAX_LENGTH)
        throw malformed(`is longer than ${version_constraint_MAX_LENGTH} characters`);
    const alternatives = text.replace(RANGE, (_, low, high) => `>= ${low}, <= ${high} `).split("||");
    if (alternatives.length > MAX_GROUPS)
        throw malformed(`has more than ${MAX_GROUPS} alternatives`);
    const groups = alternatives.map((alternative) => {
        const group = parseGroup(alternative);
        if (group === undefined)
            throw malformed("is not a valid version constraint");
        return group;
    });
    return {
        allows(candidate) {
            const version = parseVersion(candidate);
            return version !== undefined && groups.some((group) => version_constraint_matches(group, version));
        },
    };
}
function version_constraint_matches({ terms, includesPrereleases }, version) {
    if (version.prerelease.length > 0 && !includesPrereleases)
        return false;
    return terms.every(({ operator, bound }) => OPERATORS[operator](version, bound));
}
function parseGroup(text) {
    const terms = [];
    for (let position = 0;;) {
        const term = matchAt(TERM, text, position);
        const [matched = "", operator = "", version = ""] = term ?? [];
        const bound = parseBound(version);
        if (bound === undefined)
            return undefined;
        terms.push({ operator: operator, bound });
        position += matched.length;
        if (matchAt(REST, text, position) !== null)
            break;
        const separator = matchAt(version_constraint_SEPARATOR, text, position);
        if (separator === null)
            return undefined;
        position += separator[0].length;
    }
    return { terms, includesPrereleases: terms.some(({ bound }) => bound.version.prerelease.length > 0) };
}
function matchAt(pattern, text, position) {
    pattern.lastIndex = position;
    return pattern.exec(text);
}
function parseBound(text) {
    const [, numbers = "", prerelease = ""] = /^v?([^-+]*)(-[^+]*)?/.exec(text) ?? [];
    const parts = numbers.split(".");
    const open = parts.findIndex((part) => /^[xX*]$/.test(part));
    const given = (open < 0 ? parts.length : open);
    const zeros = given === 3 ? [] : Array(3 - given).fill("0");
    const version = parseVersion(given === 3 ? text : [...parts.slice(0, given), ...zeros].join(".") + prerelease);
    return version === undefined ? undefined : { version, given };
}
const OPERATORS = {
    "": equals,
    "=": equals,
    "!=": version_constraint_differs,
    ">": isAbove,
    "<": isBelow,
    ">=": isAtLeast,
    "=>": isAtLeast,
    "<=": isAtMost,
    "=<": isAtMost,
    "~": staysWithinMinor,
    "~>": staysWithinMinor,
    "^": staysCompatible,
};
function equals(version, bound) {
    return bound.given < 3 ? staysWithinMinor(version, bound) : comparePrecedence(version, bound.version) === 0;
}
function version_constraint_differs(version, { version: bound, given }) {
    if (given === 0 || given === 3)
        return comparePrecedence(version, bound) !== 0;
    if (!sharesNumbers(version, bound, given))
        return true;
    return given === 2 && version.prerelease.join(".") !== bound.prerelease.join(".");
}
function isAbove(version, { version: bound, given }) {
    const isHigher = comparePrecedence(version, bound) > 0;
    return given === 0 || given === 3 ? isHigher : isHigher && !sharesNumbers(version, bound, given);
}
function isBelow(version, bound) {
    return comparePrecedence(version, bound.version) < 0;
}
function isAtLeast(version, bound) {
    return comparePrecedence(version, bound.version) >= 0;
}
function isAtMost(version, { version: bound, given }) {
    if (given === 3)
        return comparePrecedence(version, bound) <= 0;
    return sharesNumbers(version, bound, given === 1 ? 1 : 2) || comparePrecedence(version, bound) < 0;
}
function staysWithinMinor(version, { version: bound, given }) {
    if (comparePrecedence(version, bound) < 0)
        return false;
    const isAnything = (given === 0 || given === 3) && bound.numbers.every((number) => number === 0n);
    return isAnything || sharesNumbers(version, bound, given === 1 ? 1 : 2);
}
function staysCompatible(version, { version: bound, given }) {
    if (comparePrecedence(version, bound) < 0)
        return false;
    const [major, minor] = bound.numbers;
    if (major > 0n || given === 1)
        return sharesNumbers(version, bound, 1);
    return sharesNumbers(version, bound, minor > 0n || given === 2 ? 2 : 3);
}
function sharesNumbers(one, other, count) {
    return one.numbers.slice(0, count).every((number, index) => number === other.numbers[index]);
}

;// CONCATENATED MODULE: ./lib/inputs/component-versions.js




function readSources(input) {
    const constraint = input.text("semver-constraint");
    const versions = {
        constraint: constraint === "" ? undefined : parseConstraint(constraint, "input semver-constraint"),
        isLatestOnly: input.boolean("latest"),
        withAliases: input.boolean("aliases"),
    };
    const isOpen = versions.constraint === undefined && !versions.isLatestOnly;
    return {
        componentVersions: input.parseLines("component-versions", (line, where) => {
            const spec = parseComponentVersion(line, where);
            const isNamed = spec.component === undefined || spec.version !== undefined || spec.digest !== undefined;
            if (isOpen && !isNamed)
                throw versionMissing(line, where);
            return spec;
        }),
        versions,
        resolvers: input.parseLines("resolvers", parseResolver),
    };
}
function parseResolver(line, where) {
    const at = line.indexOf("=");
    const prefix = line.slice(0, Math.max(at, 0)).trim().replace(/\/$/, "");
    const isName = prefix === "" || /^[a-z][-a-z0-9.]*$/.test(prefix) || isComponentName(prefix);
    const lineOf = (repository) => `${prefix}=${repository}`;
    if (at >= 0 && isName)
        return { prefix, repository: parseRepository(line.slice(at + 1).trim(), where, lineOf) };
    throw new TransferError("INPUT_INVALID", `${where}: "${printable(line, 200)}" is not of the form prefix=repository`, {
        where,
        remedy: "Write the beginning of component names and their repository, for example acme.org/shop=ghcr.io/acme/ocm.",
    });
}
function versionMissing(line, where) {
    return new TransferError("VERSION_MISSING", `"${printable(line, 200)}" has no version`, {
        where,
        remedy: `Write the version after the component: ${printable(line, 200)}:1.2.0; or set semver-constraint ('*' for all) or latest.`,
    });
}

;// CONCATENATED MODULE: ./lib/inputs/input-reader.js



function createInputReader(environment) {
    const text = (name) => readVariable(environment, name) || defaults_DEFAULTS[name];
    const lines = (name) => linesOf(text(name));
    return {
        text,
        lines,
        parseLines: (name, parse) => lines(name).map((line, index) => parse(line, `input ${name}, line ${index + 1}`)),
        boolean(name) {
            const value = text(name);
            if (/^true$/i.test(value))
                return true;
            if (/^false$/i.test(value))
                return false;
            throw invalidInput(name, value, "Use true or false.");
        },
        integer(name, min, max) {
            const value = text(name);
            const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
            if (number >= min && number <= max)
                return number;
            throw invalidInput(name, value, `Use a whole number from ${min} to ${max}.`);
        },
        choice(name, choices) {
            const value = text(name);
            const choice = choices.find((known) => known === value);
            if (choice !== undefined)
                return choice;
            throw invalidInput(name, value, `Use one of ${choices.join(", ")}.`);
        },
    };
}
function invalidInput(name, value, remedy) {
    return new TransferError("INPUT_INVALID", `${name} has the invalid value "${printable(value, 80)}"`, {
        where: `input ${name}`,
        remedy,
    });
}
function readVariable(environment, name) {
    const upper = `INPUT_${name.toUpperCase()}`;
    return (environment[upper] || environment[upper.replaceAll("-", "_")] || "").trim();
}
function linesOf(text) {
    return text
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter((line) => line !== "" && !line.startsWith("#"));
}

;// CONCATENATED MODULE: ./lib/inputs/hosts.js

function readHostPatterns(input, name) {
    return input.lines(name).map((line) => {
        refuseTopLevelDomain(name, line);
        if (/^\.?[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?::\d{1,5})?$|^\[[0-9a-fA-F:]+\](?::\d{1,5})?$/.test(line))
            return line.toLowerCase();
        throw invalidInput(name, line, "Use host, host:port, .suffix or .suffix:port, one per line; no pattern matches every host.");
    });
}
function readRegistries(input, name) {
    const registries = input.lines(name).flatMap((line) => line.split(/[\s,]+/).filter(Boolean));
    for (const registry of registries)
        refuseTopLevelDomain(name, registry);
    return registries;
}
function refuseTopLevelDomain(name, pattern) {
    if (!/^\.[^.]+$/.test(pattern))
        return;
    throw invalidInput(name, pattern, "It matches a complete top-level domain. Write a longer suffix, such as .corp.example, or single hosts.");
}

;// CONCATENATED MODULE: ./lib/inputs/signatures.js


function readSignatures(input) {
    if (input.text("signatures").includes("-----BEGIN"))
        throw signatures_malformed("input signatures", "contains a key instead of the path of a file");
    const signatures = input.parseLines("signatures", (line, where) => {
        const at = line.indexOf("=");
        const [name, path] = [line.slice(0, Math.max(at, 0)).trim(), line.slice(at + 1).trim()];
        if (name === "" || path === "")
            throw signatures_malformed(where, `is not of the form name=path: "${printable(line, 200)}"`);
        return { name, path };
    });
    const repeated = signatures.find(({ name }, index) => signatures.findIndex((each) => each.name === name) !== index);
    if (repeated !== undefined)
        throw signatures_malformed("input signatures", `has the name ${printable(repeated.name, 80)} twice`);
    return signatures;
}
function signatures_malformed(where, problem) {
    return new TransferError("INPUT_INVALID", `${where} ${problem}`, {
        where,
        remedy: "Write the name of a signature and the file with its public key, for example acme=keys/acme.pub.pem.",
    });
}

;// CONCATENATED MODULE: ./lib/inputs/target.js







function target_readTarget(input) {
    const text = input.text("target");
    const target = text === "" ? undefined : parseRepository(text, "input target");
    const access = input.choice("access", ["localBlob", "relativeOciReference", "ociArtifact"]);
    const accessFallback = input.choice("access-fallback", ["none", "artifact-set", "ociArtifact"]);
    const writeImages = input.parseLines("write-images", parseImageFileRequest);
    const consumer = input.text("consumer-repository");
    const consumerRepository = consumer === "" ? undefined : parseRegistry(consumer, "input consumer-repository");
    const globalAccess = input.boolean("global-access");
    if (target !== undefined && consumerRepository === undefined) {
        const isArchive = target.kind === "ctf";
        if (access === "ociArtifact")
            checkReachable(target, "access: ociArtifact writes");
        if (globalAccess)
            checkReachable(target, "global-access writes");
        if (accessFallback === "ociArtifact" && !isArchive)
            checkReachable(target, "access-fallback: ociArtifact writes");
        if (writeImages.length > 0 && isArchive)
            checkReachable(target, "write-images writes");
    }
    return { target, access, accessFallback, writeImages, consumerRepository, globalAccess, ...readDelta(input, target) };
}
const DELTA = /\.delta\.(?:tar|tgz|tar\.gz)$/;
function readDelta(input, target) {
    const base = input.lines("base");
    if (base.length > 0 && !(target?.kind === "ctf" && DELTA.test(target.path))) {
        throw invalidInput("base", base.join(" "), "Only an archive can omit what its receiver has: name a target that ends in .delta.tgz or .delta.tar, so that people see what it is.");
    }
    const baseRepositories = input.parseLines("base-repositories", (line, where) => {
        if (isRepository(line))
            return line;
        throw new TransferError("INPUT_INVALID", `"${printable(line, 200)}" is not the name of a repository`, {
            where,
            remedy: "Write the repository of the target without its host: ocm/component-descriptors/example.org/shop.",
        });
    });
    return { base, baseRepositories, writeInventory: input.text("write-inventory") };
}
function checkReachable(target, what) {
    const place = target.kind === "ctf" ? "an archive" : `on loopback (${target.host})`;
    if (target.kind === "registry" && !isLoopbackHost(target.host))
        return;
    throw new TransferError("INPUT_MISSING", `${what} references with a host, and the target is ${place}, where consumers cannot pull from`, {
        where: "input consumer-repository",
        remedy: "Set consumer-repository to the host and path under which consumers reach the copy, for example registry.corp/ocm or http://registry.svc/ocm.",
    });
}
function isLoopbackHost(host) {
    const name = (URL.parse(`http://${host}/`)?.hostname ?? host).replace(/^\[|\]$/g, "");
    return isLoopbackName(name) || name.endsWith(".localhost") || name === "0.0.0.0" || name === "::";
}

;// CONCATENATED MODULE: ./lib/proxy/files/write-request.js


const WRITE_FORMATS = ["env", "folder", "docker", "cdh", "initdata", "squid"];
function parseWriteRequest(line, where) {
    const [, name, rest = ""] = /^\s*([a-z]+)\s*=(.*)$/s.exec(line) ?? [];
    const path = rest.trim();
    const format = WRITE_FORMATS.find((known) => known === name);
    if (format !== undefined && path !== "")
        return { format, path };
    throw new TransferError("INPUT_INVALID", `"${printable(line, 200)}" is not of the form format=path`, {
        where,
        remedy: `Write one line per file, with a format of ${WRITE_FORMATS.join(", ")}: env=proxy/.env.`,
    });
}

;// CONCATENATED MODULE: ./lib/net/address/named-hosts.js

function namedHosts(hosts) {
    const written = new Set();
    const suffixes = new Set();
    for (const { pattern, isPlain } of hosts) {
        const { name, port } = named_hosts_splitPort(pattern);
        const ports = port !== "" ? [port] : isPlain ? ["443", "80"] : ["443"];
        const isSuffix = name.startsWith(".");
        const canonical = canonicalName(isSuffix ? name.slice(1) : name);
        if (canonical === undefined)
            continue;
        for (const each of ports)
            (isSuffix ? suffixes : written).add(`${canonical}:${each}`);
    }
    const has = (host) => written.has(canonicalAuthority(host));
    return {
        has,
        covers: (host) => has(host) || parents(canonicalAuthority(host)).some((parent) => suffixes.has(parent)),
    };
}
function parents(host) {
    const { name, port } = named_hosts_splitPort(host);
    if ((0,external_node_net_.isIP)(name) !== 0 || name.startsWith("["))
        return [];
    const labels = name.split(".");
    return labels.slice(1).map((_, index) => `${labels.slice(index + 1).join(".")}:${port}`);
}
function canonicalAuthority(host) {
    const { name, port } = named_hosts_splitPort(host);
    return `${canonicalName(name) ?? name}:${port}`;
}
function canonicalName(name) {
    return URL.parse(`https://${name}/`)?.hostname.replace(/\.$/, "");
}
function named_hosts_splitPort(host) {
    const port = /:(\d+)$/.exec(host)?.[1] ?? "";
    return { name: port === "" ? host : host.slice(0, -port.length - 1), port };
}

;// CONCATENATED MODULE: ./lib/stores/registry/allowed-registries.js






function parseAllowedRegistry(line, where) {
    const [authority = "", ...rest] = line.replace(/^https?:\/\//, "").split("/");
    const path = rest.join("/").replace(/\/$/, "");
    const isSuffix = authority.startsWith(".");
    const isWellFormed = isHost(isSuffix ? authority.slice(1) : authority) && (path === "" || (!isSuffix && isRepository(path)));
    if (isWellFormed)
        return { pattern: isSuffix ? authority.toLowerCase() : canonicalHost(authority), path };
    throw new TransferError("INPUT_INVALID", `${where}: "${printable(line, 200)}" is not a registry`, {
        where,
        remedy: "Write host[:port], host[:port]/path or .suffix[:port], one per line; never everything.",
    });
}
function isAllowedRegistry(allowed, location) {
    const { repository } = location;
    const isBelow = (path) => path === "" || repository === path || repository.startsWith(`${path}/`);
    const fitting = allowed.filter(({ path }) => isBelow(path));
    return allowed.length === 0 || isListedHost(fitting, location);
}
function isListedHost(allowed, { host, isPlain }) {
    return namedHosts(allowed.map(({ pattern }) => ({ pattern: apiHost(pattern), isPlain }))).covers(host);
}
function registryNotAllowed(host, repository, where) {
    const shown = printable(`${host}/${repository}`, 200);
    return new TransferError("REGISTRY_NOT_ALLOWED", `${where} is at ${shown}, which allowed-registries does not name`, {
        where: host,
        remedy: `If it may be read, add the line ${shown} to allowed-registries; otherwise exclude the resource.`,
    });
}

;// CONCATENATED MODULE: ./lib/inputs.js














const COMMANDS = ["setup", "explain", "preflight", "transfer", "download", "verify"];
function readInputs(environment) {
    const input = createInputReader(environment);
    const command = readCommand(input);
    const trust = { signatures: readSignatures(input), trustNames: input.boolean("trust-names") };
    const template = input.text("publish-artifacts");
    return Object.freeze({
        command,
        ...readSources(input),
        include: parseSelectors(input.lines("include"), "input include"),
        exclude: parseSelectors(input.lines("exclude"), "input exclude"),
        ...target_readTarget(input),
        recursive: input.boolean("recursive"),
        copyResources: input.boolean("copy-resources"),
        copySources: input.boolean("copy-sources"),
        renames: parseRenames(input.lines("rename"), "input rename"),
        publishArtifacts: template === "" ? undefined : parseNameTemplate(template, nameSource(trust)),
        originNames: input.boolean("origin-names"),
        descriptorFormat: input.choice("descriptor-format", ["yaml", "json"]),
        existing: input.choice("existing", ["skip", "overwrite", "fail"]),
        dryRun: input.boolean("dry-run"),
        ...trust,
        preflightMode: readPreflightMode(input, command),
        probePush: input.choice("probe-push", ["auto", "token", "off"]),
        probeTimeout: readSeconds(input, "probe-timeout"),
        proxy: input.text("proxy"),
        httpProxy: input.text("http-proxy"),
        httpsProxy: input.text("https-proxy"),
        noProxy: input.text("no-proxy"),
        noProxyRegistries: readRegistries(input, "no-proxy-registries"),
        proxyConfig: input.text("proxy-config"),
        writeProxyConfig: input.parseLines("write-proxy-config", parseWriteRequest),
        nodeProxy: input.boolean("node-proxy"),
        plainHttp: readHostPatterns(input, "plain-http"),
        insecureSkipTlsVerify: readHostPatterns(input, "insecure-skip-tls-verify"),
        caCertificates: input.text("ca-certificates"),
        exportEnvironment: input.text("export-environment") === "" ? command === "setup" : input.boolean("export-environment"),
        urls: input.lines("urls"),
        registryConfig: input.text("registry-config"),
        ocmConfig: input.text("ocm-config"),
        githubToken: input.text("github-token"),
        allowedRegistries: input.parseLines("allowed-registries", parseAllowedRegistry),
        credentials: input.lines("credentials"),
        output: input.text("output"),
        format: input.choice("format", ["oci-layout", "oci-archive", "docker-archive"]),
        platform: readPlatform(input),
        concurrency: input.integer("concurrency", 1, 64),
        retries: input.integer("retries", 1, 20),
        stallTimeout: readSeconds(input, "stall-timeout"),
    });
}
function readCommand(input) {
    const text = input.text("command");
    const command = COMMANDS.find((known) => known === text);
    if (command !== undefined)
        return command;
    throw new TransferError("COMMAND_UNKNOWN", `the command "${printable(text, 60)}" is unknown`, {
        where: "input command",
        remedy: `Use one of ${COMMANDS.join(", ")}.`,
    });
}
function readPlatform(input) {
    const text = input.text("platform");
    const platform = parsePlatform(text);
    if (platform !== undefined || text === "")
        return platform;
    throw invalidInput("platform", text, "Write os/arch[/variant][,osver=VERSION]: linux/amd64, linux/arm/v7, windows/amd64,osver=10.0.20348.1970.");
}
function readPreflightMode(input, command) {
    const mode = input.choice("preflight-mode", ["fail", "warn", "off"]);
    if (mode !== "off" || command !== "preflight")
        return mode;
    throw invalidInput("preflight-mode", mode, "Use fail or warn; with command: preflight, off would leave nothing to do.");
}
function readSeconds(input, name) {
    return 1000 * input.integer(name, 1, 86_400);
}

;// CONCATENATED MODULE: ./lib/report/hosts.js


function hostsOf(hops) {
    const hosts = new Map();
    for (const { host, route, url, purpose } of hops) {
        if (!plain_host_isPlainHost(host))
            continue;
        const key = `${route.via} ${host}`;
        const known = hosts.get(key) ?? { host, route, url, purposes: new Map() };
        known.purposes.set(describePurpose(purpose), purpose);
        hosts.set(key, known);
    }
    return [...hosts.values()].map(({ host, route: { via, rule }, url, purposes }) => {
        const blobs = [...purposes.values()].find(({ kind }) => kind === "blobs");
        const scheme = url.startsWith("https:") ? "https" : "http";
        const result = { host, via, rule, "needed-for": [...purposes.keys()].join(", "), scheme };
        return blobs?.kind === "blobs" ? { ...result, blobsOf: blobs.registry } : result;
    });
}
const NOTHING_TO_ALLOW = { hosts: [], domains: [], hasLogin: false };
function neededHosts(contacted, expected) {
    const proxied = contacted
        .filter(({ via }) => via === "proxy")
        .map((each) => ({ host: each.host, scheme: each.scheme, purpose: each["needed-for"] }));
    const known = new Map([...expected, ...proxied].map((each) => [each.host, each]));
    return [...known.values()]
        .filter(({ host }) => plain_host_isPlainHost(host))
        .sort((one, other) => (one.host < other.host ? -1 : 1));
}

;// CONCATENATED MODULE: ./lib/preflight/endpoints.js



function allowListOf({ registries, settings, contacted, isComplete, wantsLogin }) {
    const expected = expectedThroughProxy(registries, settings);
    const isDomain = ({ host }) => host.startsWith(".");
    const hosts = neededHosts(contacted, isComplete ? [] : expected.filter((each) => !isDomain(each)));
    const isNeeded = (domain) => !isSharedStorage(domain) || !hosts.some(({ host }) => endpoints_isIn(domain, host));
    const domains = expected.filter((each) => isDomain(each) && isNeeded(each.host.replace(/:\d+$/, "")));
    const { httpProxy, httpsProxy } = settings;
    const isGiven = [httpProxy, httpsProxy].some((proxy) => `${proxy?.username ?? ""}${proxy?.password ?? ""}` !== "");
    return { hosts, domains, hasLogin: wantsLogin || isGiven };
}
function endpoints_isIn(domain, host) {
    return host.replace(/:\d+$/, "").endsWith(domain);
}
function expectedThroughProxy(registries, settings) {
    const needed = registries.flatMap(({ hopHost, plainHttp }) => {
        const known = registryHosts(hopHost);
        const other = (purpose) => (host) => ({ host: `${host}:443`, scheme: "https", purpose });
        return [
            { host: hopHost, scheme: plainHttp ? "http" : "https", purpose: "registry" },
            ...(known?.token ?? []).map(other(`token for ${hopHost}`)),
            ...(known?.blob ?? []).map(other(`blobs of ${hopHost}`)),
        ];
    });
    const isProxied = ({ host, scheme }) => routeFor(`${scheme}://${host.replace(/^\./, "any.")}`, settings).via === "proxy";
    const distinct = new Map(needed.filter(isProxied).map((each) => [each.host, each]));
    return [...distinct.values()];
}

;// CONCATENATED MODULE: ./lib/report/lint.js


const MAX_FINDINGS = 10;
function disagreements(urls, settings) {
    const origins = new Set(urls.flatMap((url) => URL.parse(url)?.origin ?? []));
    return [...origins].flatMap((origin) => disagreement(origin, settings) ?? []).slice(0, MAX_FINDINGS);
}
function disagreement(origin, settings) {
    const route = routeFor(origin, settings);
    const others = differingClients(origin, route.via, settings).map(({ client }) => client);
    if (others.length === 0)
        return undefined;
    const { host, hostname } = new URL(origin);
    const here = route.via === "direct" ? "directly" : "through the proxy";
    const there = route.via === "direct" ? "through the proxy" : "directly";
    return {
        code: "CLIENTS_DISAGREE",
        message: `${host} is reached ${here} (${route.rule}); ${others.join(", ")} would go ${there}.`,
        remedy: route.via === "direct"
            ? plainSpelling(origin, hostname, settings)
            : "No entry of NO_PROXY has the same effect in all clients; configure those clients separately.",
    };
}
function plainSpelling(origin, hostname, settings) {
    const entry = hostname.replace(/^\[|\]$/g, "");
    const named = { ...settings, noProxy: [...settings.noProxy, ...withEntry(entry, settings)] };
    const still = differingClients(origin, "direct", named).map(({ client }) => client);
    if (still.length === 0)
        return `List ${entry} by itself in no-proxy: all clients agree on that entry.`;
    return `List ${entry} by itself in no-proxy; still with another route: ${still.join(", ")}.`;
}
function withEntry(entry, { noProxy }) {
    const [first] = noProxy;
    return first === undefined ? [] : [{ ...first, entry }];
}
function splitRoutes(hops) {
    const findings = new Map();
    for (const { host, route, purpose, redirectedFrom: from } of hops) {
        const key = `${from?.host} ${host}`;
        if (from === undefined || from.route.via === route.via || findings.has(key))
            continue;
        if (purpose.kind !== "blobs")
            continue;
        findings.set(key, {
            code: "ROUTES_DIFFER",
            message: `Manifests come from ${routeText(from)}, blobs from ${routeText({ host, route })}.`,
            remedy: "This is fine as long as both routes work; if blobs fail, reach both hosts directly with no-proxy-registries, or both through the proxy.",
        });
    }
    return [...findings.values()];
}
function routeText({ host, route }) {
    return `${host} ${route.via === "direct" ? "directly" : "through the proxy"} (${route.rule})`;
}
function outOfReach({ httpProxy, httpsProxy }) {
    if (httpProxy === undefined && httpsProxy === undefined)
        return [];
    return [
        {
            code: "OUT_OF_REACH",
            message: "The Docker daemon, images of container: and services:, downloads of actions and the runner itself do not use the settings that a step exports.",
            remedy: 'Set the daemon\'s own: {"proxies": {"https-proxy": "…", "no-proxy": "…"}} in /etc/docker/daemon.json, and https_proxy and no_proxy in the runner\'s .env; see docs/out-of-reach.md.',
        },
    ];
}
function unverifiedHosts(patterns) {
    if (patterns.length === 0)
        return [];
    return [
        {
            code: "TLS_UNVERIFIED",
            message: `TLS certificates are not verified for ${patterns.join(", ")}: anybody on the route can read and change the traffic.`,
            remedy: "Add the CA that issued them to ca-certificates instead.",
        },
    ];
}

;// CONCATENATED MODULE: ./lib/report/network-request.js


const DENIALS = new Set(["PROXY_DENIED", "BLOB_HOST_DENIED", "BLOB_HOST_NOT_IN_NO_PROXY", "UPLOAD_HOST_BLOCKED"]);
const DROPPED = new Set(["PROXY_TIMED_OUT", "HOST_TIMED_OUT"]);
const MAX_SEEN = 20;
function isDenied(diagnosis) {
    return diagnosis["refused-by"] === "proxy" && DENIALS.has(diagnosis.code);
}
function networkRequest(diagnosis, { hosts, domains }, runnerName) {
    const denied = diagnosis.filter(isDenied);
    const dropped = diagnosis.filter(({ code, host }) => DROPPED.has(code) && plain_host_isPlainHost(host));
    const needed = denied.length === 0 ? [] : [...hosts.filter(({ host }) => plain_host_isPlainHost(host)), ...domains];
    if (needed.length + dropped.length === 0)
        return "";
    return [
        "Hello,",
        "",
        `the CI runner "${printable(runnerName, 100)}" cannot complete a transfer of OCM component versions (container images and other`,
        "release artifacts) between OCI registries. Please allow the following connections.",
        ...section("Through the proxy, for this runner:", needed.map(describeHost)),
        ...section("From the runner, without the proxy:", [...new Set(dropped.map(({ host }) => `${host} (TCP)`))]),
        ...section("Refused so far:", [...denied, ...dropped].slice(0, MAX_SEEN).flatMap(describeSeen)),
        "",
        "Registries redirect blob downloads to other hosts: access to a registry alone is not enough.",
    ].join("\n");
}
function section(title, lines) {
    return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}
function describeHost({ host, scheme, purpose }) {
    const name = host.startsWith(".") ? `*${host} (all names in the domain)` : host;
    const protocol = scheme === "https" ? "HTTPS, method CONNECT" : "HTTP";
    return `${name} - ${protocol} - ${printable(purpose, 200)}`;
}
function describeSeen({ seen }) {
    if (seen === undefined)
        return [];
    const time = new Date(seen.at)
        .toISOString()
        .replace("T", " ")
        .replace(/\.\d+Z$/, " UTC");
    const by = seen.proxy === undefined ? "" : `proxy ${seen.proxy}: `;
    return [`${time}  ${printable(seen.request, 300)}`, `  ${by}${printable(seen.answer, 300)}`];
}

;// CONCATENATED MODULE: ./lib/report/outcome.js

function outcome_verdictOf({ command, results, problems: [first] }) {
    const what = results.isDryRun ? "dry run" : command;
    return first === undefined ? `${what} succeeded` : `${what} failed: ${first.code}`;
}
function closingLine(outcome) {
    const { problems, duration } = outcome;
    const failures = problems.length > 1 ? [`${problems.length} failures`] : [];
    return `${outcome_verdictOf(outcome)} in ${formatDuration(duration)}${[...failures, ...totalsOf(outcome)].map((text, index) => `${index === 0 ? ": " : "; "}${text}`).join("")}`;
}
function totalsOf({ command, results }) {
    const { componentVersions = [], signatures = [], files = [], routes = [], bytes, isDryRun = false } = results;
    const states = Map.groupBy(componentVersions, (each) => stateText(each, command, isDryRun));
    const versions = [...states].map(([state, { length }], index) => index === 0 ? `${counted(length, "component version")} ${state}` : `${length} ${state}`);
    const verified = isDryRun || signatures.length === 0 ? [] : [`${counted(signatures.length, "signature")} verified`];
    return [
        ...(versions.length === 0 ? [] : [versions.join(", ")]),
        ...verified,
        ...(files.length === 0 ? [] : [counted(files.length, "file")]),
        ...(routes.length === 0 ? [] : [counted(routes.length, "route")]),
        ...(bytes === undefined ? [] : [describeBytes(bytes, isDryRun)]),
    ];
}
function stateText({ state }, command, isDryRun) {
    if (command === "verify")
        return "verified";
    if (command === "download")
        return "downloaded";
    if (isDryRun && state !== "unchanged")
        return "would be written";
    return state;
}
function describeBytes({ copied, mounted, skipped }, isDryRun) {
    const would = isDryRun ? "would be " : "";
    return `${formatBytes(copied)} ${would}copied, ${formatBytes(mounted)} ${would}mounted, ${formatBytes(skipped)} already present`;
}
function counted(count, what) {
    return `${count} ${what}${count === 1 ? "" : "s"}`;
}

;// CONCATENATED MODULE: ./lib/report/places.js

const NOWHERE = { sources: [], target: undefined };
function placesOf({ command, componentVersions, target, output }) {
    const sources = [...new Set(componentVersions.map(({ repository }) => formatRepository(repository)))];
    if (command === "download")
        return { sources, target: output };
    const hasTarget = command === "transfer" || command === "preflight";
    return { sources, target: hasTarget && target !== undefined ? formatRepository(target) : undefined };
}

;// CONCATENATED MODULE: ./lib/report/inert-json.js

function inertJson(value, indent) {
    return JSON.stringify(value, null, indent).split("\n").map(inert).join("\n");
}
function inertLine(text) {
    return inert(text.replaceAll("\n", "\\n"));
}
function inert(text) {
    const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
    return text.replace(UNPRINTABLE, (run) => run.split("").map(escaped).join("")).replaceAll("##[", "#\\u0023[");
}

// EXTERNAL MODULE: ./node_modules/@actions/core/lib/core.js + 14 modules
var core = __webpack_require__(6421);
;// CONCATENATED MODULE: ./lib/report/runner.js







const MAX_LINE_LENGTH = 4000;
function line(text) {
    return printable(text, MAX_LINE_LENGTH);
}
function createRunner(environment) {
    return environment.GITHUB_OUTPUT ? runner_githubRunner(environment) : plainRunner(environment);
}
function runner_githubRunner(environment) {
    return {
        temp: environment.RUNNER_TEMP || (0,external_node_os_.tmpdir)(),
        workspace: workspaceOf(environment),
        mask: (secret) => {
            conceal(secret);
            core/* setSecret */.Pq(secret);
        },
        info: (text) => core/* info */.pq(line(text)),
        warning: (message, title) => core/* warning */.$e(line(message), { title }),
        error: (message, title) => core/* error */.z3(line(message), { title }),
        startGroup: (title) => core/* startGroup */.Oh(line(title)),
        endGroup: () => core/* endGroup */.N4(),
        output: (name, value) => core/* setOutput */.uH(name, value),
        exportVariable: (name, value) => exportForLaterSteps(name, value),
        async summary(markdown) {
            if (environment.GITHUB_STEP_SUMMARY)
                await (0,promises_.appendFile)(environment.GITHUB_STEP_SUMMARY, markdown);
        },
        async summaryBytes() {
            if (!environment.GITHUB_STEP_SUMMARY)
                return 0;
            return (await (0,promises_.stat)(environment.GITHUB_STEP_SUMMARY).catch(() => undefined))?.size ?? 0;
        },
    };
}
function exportForLaterSteps(name, value) {
    const before = process.env[name];
    core/* exportVariable */.dN(name, value);
    if (before === undefined)
        delete process.env[name];
    else
        process.env[name] = before;
}
function plainRunner(environment) {
    const write = (text) => process.stderr.write(`${line(text)}\n`);
    return {
        temp: environment.RUNNER_TEMP || (0,external_node_os_.tmpdir)(),
        workspace: workspaceOf(environment),
        mask: conceal,
        info: write,
        warning: (message) => write(`warning: ${message}`),
        error: (message) => write(`error: ${message}`),
        startGroup: (title) => write(title),
        endGroup: () => { },
        output: (name, value) => process.stdout.write(`${name}=${inertLine(value)}\n`),
        exportVariable: () => { },
        summary: async () => { },
        summaryBytes: async () => 0,
    };
}
function uniqueName(prefix) {
    return `${prefix}-${(0,external_node_crypto_.randomUUID)()}`;
}

;// CONCATENATED MODULE: ./lib/report/report.js




const SCHEMA_VERSION = 1;
const MAX_OUTPUT_BYTES = 64 * 1024;
const MAX_UNITS = (1024 * 1024) / 2 / 2;
async function writeReport(runner, { command, results, places, duration, hosts, logins, allowList, problems }) {
    const [error] = problems;
    const { componentVersions, requested, signatures, isDryRun, routes, findings, diagnosis, plan, files, written, images, bytes, } = results;
    const allowed = allowList.hosts.map(({ host }) => host);
    const outputs = {
        "component-versions": componentVersions ?? [],
        routes: routes ?? [],
        hosts: hosts.map(hostForOutput),
        diagnosis: diagnosis.map(forOutput),
        findings,
        plan: plan === undefined ? [] : describePlan(plan),
        files: [...(files ?? []), ...(written ?? [])],
        images: images ?? {},
    };
    const report = {
        schemaVersion: SCHEMA_VERSION,
        command,
        verdict: error === undefined ? "succeeded" : "failed",
        ...(error === undefined ? {} : { error, errors: problems }),
        "dry-run": isDryRun ?? false,
        "duration-seconds": duration / 1000,
        ...places,
        requested: requested ?? [],
        ...outputs,
        "allow-list": allowed,
        settings: results.settings ?? [],
        logins,
        signatures: signatures ?? [],
        bytes: bytes ?? { copied: 0, mounted: 0, skipped: 0 },
    };
    await (0,promises_.mkdir)(runner.temp, { recursive: true });
    const path = (0,external_node_path_.join)(runner.temp, `${uniqueName("ocm-proxied-transfer")}.json`);
    await (0,promises_.writeFile)(path, inertJson(report, 2), { mode: 0o600, flag: "wx" });
    for (const [name, text] of Object.entries(withinLimits(outputs, path)))
        runner.output(name, text);
    runner.output("allow-list", linesWithinLimit(allowed, path));
    runner.output("bytes-copied", String(report.bytes.copied));
    runner.output("bytes-mounted", String(report.bytes.mounted));
    runner.output("bytes-skipped", String(report.bytes.skipped));
    runner.output("report", path);
}
function withinLimits(outputs, report) {
    const texts = new Map(Object.entries(outputs).map(([name, value]) => [name, inertJson(value)]));
    const inReport = inertJson({ truncated: true, report });
    let left = MAX_UNITS;
    for (const [name, text] of [...texts].sort(([, one], [, other]) => one.length - other.length)) {
        if (Buffer.byteLength(text) > MAX_OUTPUT_BYTES || text.length > left)
            texts.set(name, inReport);
        else
            left -= text.length;
    }
    return Object.fromEntries(texts);
}
function linesWithinLimit(lines, report) {
    const text = lines.join("\n");
    if (Buffer.byteLength(text) <= MAX_OUTPUT_BYTES)
        return text;
    const note = (count) => `# ${count} more in ${report}`;
    let size = Buffer.byteLength(note(lines.length));
    const shown = lines.filter((line) => {
        size += Buffer.byteLength(line) + 1;
        return size <= MAX_OUTPUT_BYTES;
    });
    return [...shown, note(lines.length - shown.length)].join("\n");
}
function forOutput({ code, host, via, rule, message, remedy, ...others }) {
    return { code, host, via, rule, "refused-by": others["refused-by"], message, remedy };
}
function hostForOutput({ host, via, rule, ...others }) {
    return { host, via, rule, "needed-for": others["needed-for"] };
}
function describePlan({ desired: desiredVersions, steps, tags }) {
    return [
        ...steps.map(({ kind, placement: { descriptor, to }, from, reason }) => {
            const { mediaType, digest, size } = descriptor;
            return { kind, mediaType, digest, size, from, to, reason };
        }),
        ...desiredVersions.flatMap(({ version: { descriptor }, changes }) => changes.map(({ element, before, after, reason }) => ({
            kind: before === after ? "keep" : "rewrite",
            component: `${descriptor.name}:${descriptor.version}`,
            [element.kind]: element.name,
            before,
            after,
            reason,
        }))),
        ...tags.flat().map(({ kind, target, repository, tag, before }) => ({
            kind,
            digest: target.digest,
            to: `${repository}:${tag}`,
            reason: tagReason(kind, before),
        })),
    ];
}
function tagReason(kind, before) {
    if (kind === "skip")
        return "points there already";
    if (before === undefined)
        return "is new";
    return kind === "left" ? `points to ${before.digest}, and stays` : `pointed to ${before.digest}`;
}

;// CONCATENATED MODULE: ./lib/errors/severity.js
const NOTICES = new Set([
    "ALIASES_LEFT",
    "ARTIFACT_SET_KEPT",
    "CLIENTS_DISAGREE",
    "CLOCK_SKEWED",
    "CONTENT_UNCHECKED",
    "DELTA_WRITTEN",
    "DIGEST_HEADER_MISSING",
    "GLOBAL_ACCESS_DROPPED",
    "HASH_UNSUPPORTED",
    "LEFT_BY_REFERENCE",
    "NAME_UNKNOWN",
    "NAME_UNSIGNED",
    "NORMALISATION_UNSUPPORTED",
    "NO_PROXY_ENTRY_INEXACT",
    "OUT_OF_REACH",
    "RANGE_IGNORED",
    "RATE_LIMIT_NEAR",
    "READ_BACK_DENIED",
    "REFERENCE_DIGEST_DIFFERS",
    "REFERRERS_LEFT",
    "REFERRERS_UNREAD",
    "ROUTES_DIFFER",
    "SIGNATURE_UNCHECKED",
    "TAG_MOVED",
    "TARGET_LOCKED",
    "UPLOAD_LEFT",
]);
function severityOf(code) {
    return NOTICES.has(code) ? "notice" : "warning";
}

;// CONCATENATED MODULE: ./lib/report/changes.js




const DONE = { copied: "copied", mounted: "mounted", skipped: "skipped" };
const PLANNED = { copied: "to copy", mounted: "to mount", skipped: "already at the target" };
function describeDone(desired, kinds) {
    return desired.changes.map((change) => describeChange(change, desired, { kinds, words: DONE }));
}
function changes_describePlanned(desired, { steps }) {
    const kinds = new Map(steps.map(({ kind, placement }) => [keyOf(placement), kind]));
    return desired.changes.map((change) => describeChange(change, desired, { kinds, words: PLANNED }));
}
function changeLine({ element, amounts, reason, access, referrers }) {
    const accesses = access === undefined ? "" : ` (${access.before} → ${access.after})`;
    const more = referrers === 0 ? "" : `; with ${referrers} referrer${referrers === 1 ? "" : "s"}`;
    return `${element}: ${amounts === "" ? "" : `${amounts}; `}${reason}${accesses}${more}`;
}
function accessChange(before, after) {
    if (before === after)
        return undefined;
    const texts = { before: describeAccess(before), after: describeAccess(after) };
    return texts.before === texts.after ? undefined : texts;
}
function describeChange({ element, reason, repository, contents, before, after }, { referrers }, { kinds, words }) {
    const sizes = { copied: 0, mounted: 0, skipped: 0 };
    for (const descriptor of contents) {
        const kind = kinds.get(keyOf({ to: repository, descriptor }));
        if (kind !== undefined && kind !== "left")
            sizes[outcomeOf(kind)] += descriptor.size;
    }
    const amounts = ["copied", "mounted", "skipped"]
        .filter((outcome) => sizes[outcome] > 0)
        .map((outcome) => `${formatBytes(sizes[outcome])} ${words[outcome]}`);
    const own = referrers.filter((each) => {
        const kind = kinds.get(keyOf({ to: each.repository, descriptor: each.graph.root }));
        return each.element === element && kind !== undefined && kind !== "left";
    });
    return {
        element: describeElement(element),
        amounts: amounts.join(", "),
        reason,
        access: accessChange(before, after),
        referrers: own.length,
    };
}
function outcomeOf(kind) {
    if (kind === "skip")
        return "skipped";
    return kind === "mount" ? "mounted" : "copied";
}
function describeAccess(json) {
    const access = parseAccess(json);
    if (access.kind === "ociArtifact")
        return access.imageReference.replace(/^(?:https?|oci):\/\//, "");
    if (access.kind === "relativeOciReference")
        return `${access.kind} ${access.reference}`;
    if (access.kind === "ociBlob")
        return `${access.kind} ${access.reference}`;
    if (access.kind === "helm")
        return `${access.kind} ${access.chart}`;
    if (access.kind === "wget")
        return `${access.kind} ${URL.parse(access.url)?.host ?? ""}`.trimEnd();
    return access.kind === "other" ? access.type : access.kind;
}

;// CONCATENATED MODULE: ./lib/report/problem.js



function problemsOf(errors) {
    const isHop = (error) => diagnose(error)?.isAnswer === false;
    const ordered = [...errors.filter(isHop), ...errors.filter((error) => !isHop(error))];
    const problems = new Map();
    for (const error of ordered) {
        const problem = problem_describe(error);
        const key = `${problem.code} ${isHop(error) ? problem.where : problem.message}`;
        if (!problems.has(key))
            problems.set(key, problem);
    }
    const [first = problem_describe(errors[0]), ...others] = problems.values();
    return [first, ...others];
}
function problem_describe(error) {
    if (error instanceof TransferError) {
        const { code, message, where, side, remedy = "" } = error;
        return { code, message, where, side, remedy };
    }
    const diagnosis = diagnose(error);
    if (diagnosis !== undefined) {
        const { code, host, message, remedy } = diagnosis;
        return { code, message, where: host, side: error instanceof KnownError ? error.side : undefined, remedy };
    }
    const code = errorCode(error);
    return {
        code: "INTERNAL",
        message: printable(code === undefined ? errorMessage(error) : `${code}: ${errorMessage(error)}`),
        where: undefined,
        remedy: "Please report this, with the report file of the run.",
    };
}

;// CONCATENATED MODULE: ./lib/report/progress.js



const HEARTBEAT_MS = 15_000;
function createProgress(plan, runner, count = createByteCount()) {
    const planned = { copied: 0, mounted: 0, skipped: 0 };
    for (const { kind, placement } of plan.steps)
        countBytes(planned, kind, placement.descriptor.size);
    const kinds = new Map();
    const waiting = new Map(plan.desired.map((desired) => [desired, new Set(desired.placements.map(keyOf))]));
    const started = Date.now();
    let received = 0;
    const heartbeat = setInterval(() => {
        const elapsed = Date.now() - started;
        const rate = received / (elapsed / 1000);
        const done = `${formatBytes(received)} of ${formatBytes(planned.copied)} copied`;
        const steps = `${kinds.size} of ${plan.steps.length} steps done`;
        runner.info([done, ...describeRemaining(received, planned.copied, elapsed), `${formatBytes(rate)}/s`, steps].join(", "));
    }, HEARTBEAT_MS);
    heartbeat.unref();
    return {
        bytes: count.bytes,
        planned,
        events: {
            onBytes(more) {
                received += more;
            },
            onDone(step, done) {
                const key = keyOf(step.placement);
                kinds.set(key, done);
                count.add(step, done);
                for (const [desired, keys] of waiting) {
                    if (!keys.delete(key) || keys.size > 0)
                        continue;
                    waiting.delete(desired);
                    printGroup(desired, kinds, runner);
                }
            },
        },
        stop: () => clearInterval(heartbeat),
    };
}
function describeRemaining(received, total, elapsed) {
    if (received === 0 || received > total)
        return [];
    const remaining = elapsed * (total / received - 1);
    return [`${Math.floor((100 * received) / total)} %`, `about ${formatDuration(remaining)} left`];
}
function printGroup(desired, kinds, runner) {
    const { name, version } = desired.version.descriptor;
    runner.startGroup(`${name}:${version}`);
    for (const change of describeDone(desired, kinds))
        runner.info(changeLine(change));
    runner.endGroup();
}
function createByteCount() {
    const bytes = { copied: 0, mounted: 0, skipped: 0 };
    const counted = new Set();
    return {
        bytes,
        add({ placement }, outcome) {
            const key = keyOf(placement);
            if (!counted.has(key))
                countBytes(bytes, outcome, placement.descriptor.size);
            counted.add(key);
        },
    };
}
function countBytes(bytes, outcome, size) {
    if (outcome !== "left")
        bytes[outcomeOf(outcome)] += size;
}

;// CONCATENATED MODULE: ./lib/report/reporter.js






const MAX_ANNOTATIONS = 10;
const MAX_LINES = 1000;
function createReporter(runner, chapterOf) {
    const see = (code) => (chapterOf === undefined ? "" : ` See ${chapterOf(code)}`);
    let results = { findings: [], diagnosis: [] };
    const count = createByteCount();
    const add = (more) => {
        results = { ...results, ...more };
    };
    function print({ code, message, remedy }) {
        const text = `${code}: ${message} ${remedy}${see(code)}`;
        if (severityOf(code) === "warning")
            runner.warning(text, code);
        else
            runner.info(text);
    }
    const reporter = {
        get results() {
            return results;
        },
        finding(finding) {
            add({ findings: [...results.findings, finding] });
            print(finding);
        },
        findings(findings) {
            for (const finding of findings)
                reporter.finding(finding);
        },
        blocked(diagnoses) {
            add({ diagnosis: distinct([...results.diagnosis, ...diagnoses]) });
            for (const { code, message, remedy } of diagnoses)
                runner.warning(`${code}: ${message} ${remedy}${see(code)}`, code);
        },
        failed(error) {
            const errors = errorsIn(error);
            add({ diagnosis: distinct([...results.diagnosis, ...errors.flatMap((each) => diagnose(each) ?? [])]) });
            const problems = problemsOf(errors);
            for (const [index, problem] of problems.slice(0, MAX_LINES).entries()) {
                const text = `${describeProblem(problem)}${see(problem.code)}`;
                if (index < MAX_ANNOTATIONS)
                    runner.error(text, problem.code);
                else
                    runner.info(text);
            }
            if (problems.length > MAX_LINES)
                runner.info(`… and ${problems.length - MAX_LINES} more, in the report`);
            return problems;
        },
        settings(settings) {
            add({ settings });
            const lines = settings.map(({ setting, value, from }) => `${setting}: ${value} (${from})`);
            reporter.group("Effective settings", lines);
        },
        requested: (requested) => add({ requested }),
        signatures(signatures) {
            add({ signatures });
            if (signatures.length > 0)
                reporter.group("Verified signatures", signatures.map(describeSignature));
        },
        routes(routes) {
            add({ routes });
            reporter.group("Routes", routes.map(describeRoute));
        },
        hosts(hosts) {
            const lines = hosts
                .slice(0, MAX_LINES)
                .map(({ host, via, rule, ...others }) => `${host}: ${via} (${rule}), ${others["needed-for"]}`);
            if (lines.length > 0)
                reporter.group("Hosts", lines);
        },
        plan: (plan) => add({ plan }),
        versions: (componentVersions) => add({ componentVersions }),
        images: (images) => add({ images }),
        file(file) {
            add({ written: [...(results.written ?? []), file] });
            runner.info(`wrote ${file.path} (${file.format})`);
            if (file.digest !== undefined)
                runner.info(`initdata digest: ${file.digest}`);
            if (file.annotation !== undefined)
                runner.info(`cc_init_data: ${file.annotation}`);
        },
        downloaded: (files) => add({ files: [...(results.files ?? []), ...files] }),
        bytes: (bytes) => add({ bytes }),
        dryRun(plan) {
            const { planned, stop } = createProgress(plan, runner);
            stop();
            add({ bytes: planned, isDryRun: true });
            for (const desired of plan.desired) {
                const { name, version } = desired.version.descriptor;
                reporter.group(`${name}:${version}`, changes_describePlanned(desired, plan).map(changeLine));
            }
        },
        progress(plan) {
            add({ bytes: count.bytes });
            return createProgress(plan, runner, count);
        },
        info: runner.info,
        group(title, lines) {
            runner.startGroup(title);
            for (const line of lines)
                runner.info(line);
            runner.endGroup();
        },
    };
    return reporter;
}
function describeProblem({ code, message, where, remedy }) {
    const place = where === undefined || message.includes(where) ? "" : ` (${where})`;
    return `${code}: ${message}${place}. ${remedy}`;
}
function describeSignature(signature) {
    const { component, version, name, algorithm, hashAlgorithm, normalisationAlgorithm } = signature;
    const subject = signature["certificate-subject"];
    const certificate = subject === undefined ? "" : `, certificate ${subject} (unverified)`;
    return `${name} of ${component}:${version}: ${algorithm}, ${hashAlgorithm}, ${normalisationAlgorithm}, key ${signature["key-fingerprint"]}${certificate}`;
}
function describeRoute({ url, via, proxy, rule, differs }) {
    const others = differs.map((other) => `${other.client} ${other.via}`).join(", ");
    return `${url}: ${via === "proxy" ? `proxy ${proxy}` : via} (${rule})${others === "" ? "" : `; otherwise: ${others}`}`;
}

;// CONCATENATED MODULE: ./lib/report/secrets.js
const MIN_SECRET_LENGTH = 4;
function secretsOf({ httpProxy, httpsProxy }, sources) {
    const proxies = [httpProxy, httpsProxy].filter((proxy) => proxy !== undefined);
    const credentials = sources
        .flatMap(({ logins }) => logins)
        .flatMap((login) => ("credential" in login ? [login.credential] : []));
    return [...new Set([...proxies, ...credentials].flatMap(secretsOfCredential))];
}
function secretsOfCredential(login) {
    const { username, password, identityToken = "", accessToken = "" } = login;
    const both = password === "" ? "" : `${username}:${password}`;
    const secrets = [password, both, identityToken, accessToken].flatMap(secrets_spellings);
    return [...new Set(secrets)].filter((secret) => secret.length >= MIN_SECRET_LENGTH);
}
const TOKEN = /^[A-Za-z0-9._~+/-]{16,}=*$/;
const secrets_NAME = /^[a-z0-9._~+/-]+$/;
const IDENTIFIER = /^[0-9a-f-]{16,63}$/;
function tokenSpellings(token) {
    const isSecret = TOKEN.test(token) && (IDENTIFIER.test(token) || !secrets_NAME.test(token));
    return isSecret ? secrets_spellings(token) : [];
}
function secrets_spellings(secret) {
    if (secret === "")
        return [];
    const base64 = Buffer.from(secret, "utf8").toString("base64");
    const encoded = encodeURIComponent(secret);
    const strictly = encoded.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
    const inLowerCase = [encoded, strictly].map((text) => text.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase()));
    const json = JSON.stringify(secret).slice(1, -1);
    const hex = Buffer.from(secret, "utf8").toString("hex");
    return [secret, encoded, strictly, ...inLowerCase, base64, base64.replace(/={1,2}$/, ""), json, hex];
}

;// CONCATENATED MODULE: ./lib/report/summary/markdown.js

function prose(text) {
    return printable(text).replace(/[^ ]+/g, (word) => {
        const [start, end] = [edge(word, LEADING, 1), word.length - edge(word, TRAILING, -1)];
        const core = word.slice(start, end);
        if (start >= end || isPlain(core))
            return markdown_escaped(word);
        return `${markdown_escaped(word.slice(0, start))}<code>${markdown_escaped(core)}</code>${markdown_escaped(word.slice(end))}`;
    });
}
function code(text) {
    return `<code>${markdown_escaped(printable(text))}</code>`;
}
const LONG_DIGEST = /(sha(?:256|512):[0-9a-f]{12})[0-9a-f]{52,116}/g;
function shortCode(text) {
    const short = text.replace(LONG_DIGEST, "$1…");
    if (short === text)
        return code(text);
    return `<code title="${markdown_escaped(printable(text))}">${markdown_escaped(printable(short))}</code>`;
}
function paragraph(html) {
    return `<p>${html}</p>`;
}
function table(head, rows, count) {
    if (count === 0)
        return "";
    const row = (tag, cells) => `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;
    const hidden = count - rows.length;
    const more = hidden > 0 ? [row("td", [`… and ${hidden} more, in the report`])] : [];
    return ["<table>", row("th", head), ...rows.map((cells) => row("td", cells)), ...more, "</table>"].join("\n");
}
const LEADING = `"'(`;
const TRAILING = `"'.,;:!?)`;
function edge(word, characters, step) {
    let count = 0;
    while (count < word.length && characters.includes(word.at(step === 1 ? count : -1 - count) ?? ""))
        count++;
    return count;
}
function isPlain(word) {
    if (/^\d{1,6}$/.test(word))
        return true;
    return /^[\p{L}\p{M}'’-]+$/u.test(word) && !/^[0-9a-f]{7,40}$/i.test(word);
}
function markdown_escaped(text) {
    return text
        .replace(/[&<>"'`*_~{}[\]\\|@#$]|:(?=\/\/)/g, (sign) => `&#${sign.charCodeAt(0)};`)
        .replace(/www\./gi, (found) => `${found.slice(0, -1)}&#46;`);
}

;// CONCATENATED MODULE: ./lib/proxy/files/squid-allow-list.js


function squidAllowList({ hosts, domains, hasLogin }) {
    const byPort = new Map();
    for (const host of [...hosts.filter(plain_host_isPlainHost), ...domains]) {
        const [, literal, name = "", port = ""] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(host) ?? [];
        const bare = (literal ?? name).toLowerCase();
        if (bare !== "")
            byPort.set(port, [...(byPort.get(port) ?? []), bare]);
    }
    const ports = [...byPort].sort(([one], [other]) => Number(one) - Number(other));
    const login = hasLogin ? "ocm_login" : "";
    return [
        ...(hasLogin ? WITH_LOGIN : WITHOUT_LOGIN),
        ...(ports.length === 0 ? [NO_HOSTS] : []),
        ...ports.flatMap(([port, names]) => rulesFor(port, withoutCovered(names), login)),
        "",
    ].join("\n");
}
const WITH_LOGIN = [
    "# Hosts of a transfer of OCM component versions, for clients that authenticate.",
    "# Include this file after auth_param, and before any http_access deny that refuses these hosts or ports.",
    "acl ocm_login proxy_auth REQUIRED",
];
const WITHOUT_LOGIN = [
    "# Hosts of a transfer of OCM component versions. The run used the proxy without a login, so these rules ask for none:",
    "# include this file after the rules that limit who may use the proxy (http_access deny !localnet, or !authenticated),",
    "# and before any other http_access deny that refuses these hosts or ports.",
];
const NO_HOSTS = "# No hosts: the inputs of this step name no registry that is reached through the proxy.";
function withoutCovered(names) {
    const domains = names.filter((name) => name.startsWith("."));
    const isCovered = (name) => domains.some((domain) => domain !== name && `.${name}`.endsWith(domain));
    return [...new Set(names)].filter((name) => !isCovered(name)).sort();
}
function rulesFor(port, hosts, login) {
    const names = hosts.filter((host) => (0,external_node_net_.isIP)(host) === 0);
    const addresses = hosts.filter((host) => (0,external_node_net_.isIP)(host) !== 0);
    const rules = (kind, acl, values) => values.length === 0
        ? []
        : [
            ...values.map((value) => `acl ${kind}_${port} ${acl} ${value}`),
            `http_access allow ${kind}_${port} ocm_port_${port} ${login}`.trimEnd(),
        ];
    return [
        `acl ocm_port_${port} port ${port}`,
        ...rules("ocm_hosts", "dstdomain -n", names),
        ...rules("ocm_addresses", "dst -n", addresses),
    ];
}

;// CONCATENATED MODULE: ./lib/report/summary/paste.js



function pasteReady(diagnosis, allowList, runnerName) {
    const request = networkRequest(diagnosis, allowList, runnerName);
    const rules = diagnosis.some(isDenied) && allowList.hosts.length > 0 ? squidRules(allowList) : "";
    return [
        paste_block("Add to the inputs of this step (in addition to their present values):", "yaml", inputs(diagnosis)),
        paste_block("Send this to the network team:", "text", request),
        paste_block("The same as rules for squid:", "text", rules),
    ]
        .filter((part) => part !== "")
        .join("\n\n");
}
function squidRules({ hosts, domains, hasLogin }) {
    const namesOf = (needed) => needed.map(({ host }) => host);
    return squidAllowList({ hosts: namesOf(hosts), domains: namesOf(domains), hasLogin });
}
function paste_block(title, language, text) {
    if (text === "")
        return "";
    return `${title}\n\n\`\`\`${language}\n${text.trimEnd().replaceAll("`", "'")}\n\`\`\``;
}
function inputs(diagnosis) {
    const lines = new Map();
    for (const { input, line } of diagnosis.flatMap(({ inputLines }) => inputLines)) {
        if (!plain_host_isPlainHost(line) && !plain_host_isPlainHost(`[${line}]`))
            continue;
        lines.set(input, (lines.get(input) ?? new Set()).add(line));
    }
    if (lines.size === 0)
        return "";
    const blocks = [...lines].map(([input, values]) => input === "no-proxy"
        ? `  no-proxy: ${[...values].join(",")}`
        : `  ${input}: |\n${[...values].map((value) => `    ${value}`).join("\n")}`);
    return `with:\n${blocks.join("\n")}`;
}

;// CONCATENATED MODULE: ./lib/report/summary/next-steps.js

const next_steps_MAX_VERSIONS = 3;
function nextSteps({ isDryRun, requested = [], plan }, { target }) {
    if (plan === undefined || target === undefined || requested.length === 0)
        return "";
    if (isDryRun)
        return paste_block("To carry out this plan, change this input of the step:", "yaml", "with:\n  dry-run: false");
    const lines = requested
        .slice(0, next_steps_MAX_VERSIONS)
        .map((version) => `ocm get componentversions ${shellWord(`${target}//${version}`)}`);
    return paste_block("To read the copy with the OCM CLI:", "sh", lines.join("\n"));
}
function shellWord(text) {
    return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

;// CONCATENATED MODULE: ./lib/report/summary/picture.js

const MAX_HOSTS = 20;
function picture(hosts, diagnosis) {
    const blocked = new Map(diagnosis.map((entry) => [`${entry.via} ${entry.asked}`, entry]));
    const isBlocked = ({ via, host }) => blocked.has(`${via} ${host}`);
    const shown = [...hosts.filter(isBlocked), ...hosts.filter((host) => !isBlocked(host))].slice(0, MAX_HOSTS);
    if (shown.length === 0)
        return "";
    const nodes = new Map(shown.map((host, index) => [host.host, { id: `h${index}`, host }]));
    const proxy = diagnosis.find(({ via, host, asked }) => via === "proxy" && host !== asked);
    const edges = shown.map((host) => ({
        from: host.via === "proxy" ? "proxy" : "runner",
        to: nodes.get(host.host)?.id ?? "",
        blocked: host.via === "proxy" && proxy !== undefined ? undefined : blocked.get(`${host.via} ${host.host}`)?.code,
    }));
    const isProxied = shown.some(({ via }) => via === "proxy");
    if (isProxied)
        edges.unshift({ from: "runner", to: "proxy", blocked: proxy?.code });
    const redirects = shown.flatMap((host) => {
        const from = nodes.get(host.blobsOf ?? "")?.id;
        return from === undefined ? [] : [`  ${from} -. sends to .-> ${nodes.get(host.host)?.id}`];
    });
    const red = edges.flatMap(({ blocked: code }, index) => (code === undefined ? [] : [index]));
    return [
        "```mermaid",
        "graph LR",
        "  runner([runner])",
        ...(isProxied ? [`  proxy{{${label(proxy === undefined ? "proxy" : `proxy ${proxy.host}`)}}}`] : []),
        ...[...nodes.values()].map(({ id, host }) => `  ${id}[${label(host.host, host["needed-for"])}]`),
        ...edges.map(({ from, to, blocked: code }) => code === undefined ? `  ${from} --> ${to}` : `  ${from} -- ${label(code)} --x ${to}`),
        ...redirects,
        ...(red.length === 0 ? [] : [`  linkStyle ${red.join(",")} stroke:#d1242f,stroke-width:3px`]),
        "```",
    ].join("\n");
}
function label(...lines) {
    return `"${lines.map((line) => printable(line, 80).replace(/[^\w .,:/[\]-]/g, " ")).join("<br/>")}"`;
}

;// CONCATENATED MODULE: ./lib/report/summary/table.js

const MAX_ROWS = 1000;
function tableOf(head, items, cells, title) {
    return {
        head,
        rows: items.slice(0, MAX_ROWS).map(cells),
        count: items.length,
        ...(title === undefined ? {} : { title }),
    };
}
function renderTable({ head, rows, count, isKept, title }, maxRows) {
    const html = table(head, isKept ? rows : rows.slice(0, maxRows), count);
    if (html === "" || title === undefined)
        return html;
    return ["<details>", `<summary>${title} (${count})</summary>`, html, "</details>"].join("\n");
}

;// CONCATENATED MODULE: ./lib/report/summary/result-tables.js




function resultTables({ command, results, problems }) {
    const { signatures = [], files = [], images = {}, isDryRun = false } = results;
    const versions = requestedFirst(results);
    const isDone = problems.length === 0;
    return [
        tableOf(["Component version", "State", "Component digest", "Repository"], versions, (version) => [
            code(nameOf(version)),
            stateText(version, command, isDryRun),
            shortCode(version.digest),
            code(version.repository),
        ]),
        tableOf(["Signature", "Component version", "Algorithm", "Key", "Certificate (unverified)"], signatures, ({ name, algorithm, hashAlgorithm, normalisationAlgorithm, ...others }) => [
            code(name),
            code(nameOf(others)),
            code(`${algorithm}, ${hashAlgorithm}, ${normalisationAlgorithm}`),
            shortCode(others["key-fingerprint"]),
            prose(others["certificate-subject"] ?? ""),
        ]),
        tableOf(["Component version", "Resource", "Content", "Change"], isDryRun ? planned(results) : [], (row) => [
            code(row.version),
            code(row.change.element),
            row.change.amounts,
            row.change.access === undefined ? prose(row.change.reason) : accessCell(row.change.access),
        ]),
        tableOf(["Component version", "Resource", "Access"], isDone && !isDryRun ? result_tables_rewritten(versions) : [], ({ version, element, access }) => [code(version), code(element), accessCell(access)]),
        tableOf(["Image", isDryRun ? "Name after the transfer" : "New name"], isDone ? Object.entries(images) : [], ([before, after]) => [shortCode(before), shortCode(after)], "Images"),
        tableOf(["Resource", "File"], files, ({ resource, path }) => [code(resource), code(path)]),
        tableOf(["Component version", "Component digest"], versions, (version) => [code(nameOf(version)), code(version.digest)], "Full digests"),
    ];
}
function requestedFirst({ componentVersions = [], requested = [] }) {
    const named = new Set(requested);
    const isNamed = (version) => named.has(nameOf(version));
    return [...componentVersions.filter(isNamed), ...componentVersions.filter((version) => !isNamed(version))];
}
function planned({ plan }) {
    if (plan === undefined)
        return [];
    return plan.desired.flatMap((desired) => {
        const { name: component, version } = desired.version.descriptor;
        return changes_describePlanned(desired, plan).map((change) => ({ version: nameOf({ component, version }), change }));
    });
}
function result_tables_rewritten(versions) {
    return versions.flatMap((version) => version.resources.flatMap(({ kind, name, before, after }) => {
        const access = accessChange(before, after);
        return access === undefined ? [] : [{ version: nameOf(version), element: `${kind} ${name}`, access }];
    }));
}
function accessCell({ before, after }) {
    return `${shortCode(before)} → ${shortCode(after)}`;
}
function nameOf({ component, version }) {
    return `${component}:${version}`;
}

;// CONCATENATED MODULE: ./lib/report/summary/parts.js








const MAX_SOURCES = 3;
function partsOf(options, blocked) {
    const { results, places, problems } = options;
    return [
        headingOf(options),
        describeRun(options),
        ...describeFailures(options),
        ...describeBlocked(options, blocked),
        ...resultTables(options),
        problems.length === 0 ? nextSteps(results, places) : "",
        ...describeNetwork(options),
    ];
}
function headingOf(options) {
    return `## ${options.problems.length === 0 ? "✅" : "❌"} ${outcome_verdictOf(options)}`;
}
function describeRun(options) {
    const { sources, target } = options.places;
    const shown = sources.slice(0, MAX_SOURCES).map(code);
    const more = sources.length > MAX_SOURCES ? [`${sources.length - MAX_SOURCES} more`] : [];
    const from = [...shown, ...more].join(", ");
    const route = [from, ...(target === undefined ? [] : [code(target)])].filter((each) => each !== "").join(" → ");
    const totals = [...totalsOf(options), formatDuration(options.duration)].join("; ");
    return paragraph(route === "" ? totals : `${route}<br>${totals}`);
}
function describeFailures({ problems, chapterOf }) {
    const [first] = problems;
    if (first === undefined)
        return [];
    return [
        paragraph(prose(first.message)),
        paragraph(`<strong>What to do:</strong> ${prose(first.remedy)}${chapterOf === undefined ? "" : ` See ${linked(first.code, chapterOf)}.`}`),
        tableOf(["Further failure", "What to do"], problems.slice(1), (problem) => [
            `${linked(problem.code, chapterOf)} ${prose(problem.message)}`,
            prose(problem.remedy),
        ]),
    ];
}
function describeBlocked({ command, results: { diagnosis }, hosts, allowList, runnerName, chapterOf }, blocked) {
    const shown = diagnosis.slice(0, blocked);
    const rows = shown.map((entry) => [
        code(entry.host),
        entry["refused-by"],
        linked(entry.code, chapterOf),
        prose(entry.remedy),
    ]);
    return [
        { head: ["Blocked host", "Refused by", "Code", "What to do"], rows, count: diagnosis.length, isKept: true },
        pasteReady(shown, { ...allowList, hosts: allowList.hosts.slice(0, blocked) }, runnerName),
        diagnosis.length === 0 || allowList.hosts.length <= blocked ? "" : moreHosts(allowList.hosts.length - blocked),
        diagnosis.length > 0 || command === "preflight" ? picture(hosts, diagnosis) : "",
    ];
}
function describeNetwork({ chapterOf, results, hosts, logins = [] }) {
    const { findings, settings = [], routes = [] } = results;
    return [
        tableOf(["Finding", "What to do"], findings, (finding) => [
            `${linked(finding.code, chapterOf)} ${prose(finding.message)}`,
            prose(finding.remedy),
        ]),
        tableOf(["URL", "Route", "Rule"], routes, ({ url, via, rule }) => [code(url), via, prose(rule)]),
        tableOf(["Setting", "Value", "From"], settings, ({ setting, value, from }) => [setting, code(value), prose(from)]),
        tableOf(["Host", "Route", "Rule", "Purpose"], hosts, (host) => [
            code(host.host),
            host.via,
            prose(host.rule),
            prose(host["needed-for"]),
        ]),
        tableOf(["Host", "Login from"], logins, ({ host, from }) => [code(host), prose(from)]),
    ];
}
function linked(name, chapterOf) {
    return chapterOf === undefined ? code(name) : `<a href="${chapterOf(name)}">${code(name)}</a>`;
}
function moreHosts(count) {
    return paragraph(`… and ${count} more hosts, in the output <code>allow-list</code> and in the report`);
}

;// CONCATENATED MODULE: ./lib/report/summary/summary.js


const summary_MAX_BYTES = 1024 * 1024 - 1;
const ROWS = [1000, 500, 250, 125, 60, 30, 15, 7, 3, 1, 0];
function summarise(options, writtenBytes = 0) {
    const fits = (summary) => writtenBytes + Buffer.byteLength(summary) <= summary_MAX_BYTES;
    for (const blocked of ROWS) {
        const parts = partsOf(options, blocked);
        if (!fits(render(parts, 0)))
            continue;
        const rows = ROWS.find((count) => fits(render(parts, count))) ?? 0;
        return render(parts, rows);
    }
    const heading = `${headingOf(options)}\n`;
    return fits(heading) ? heading : "";
}
function render(parts, maxRows) {
    return parts
        .map((part) => (typeof part === "string" ? part : renderTable(part, maxRows)))
        .filter((text) => text !== "")
        .join("\n\n")
        .concat("\n");
}

;// CONCATENATED MODULE: ./lib/files/run-folder.js




const run_folder_PREFIX = ".ocm-proxied-transfer";
const run_folder_NAME = /^\.ocm-proxied-transfer-([0-9a-f]{12})-([1-9][0-9]*)-[0-9a-f-]{36}$/;
function runFolder(parent) {
    const own = thisProcess();
    return (0,external_node_path_.join)(parent, `${run_folder_PREFIX}-${machineKey(own)}-${own.pid}-${(0,external_node_crypto_.randomUUID)()}`);
}
async function removeFoldersOfEndedRuns(parent) {
    const machine = machineKey(thisProcess());
    const names = await (0,promises_.readdir)(parent).catch(() => []);
    const ended = names.filter((name) => {
        const [, key, pid] = run_folder_NAME.exec(name) ?? [];
        return key === machine && hasEnded(Number(pid));
    });
    await Promise.allSettled(ended.map(async (name) => {
        const path = (0,external_node_path_.join)(parent, name);
        const { uid } = await (0,promises_.lstat)(path);
        if (uid === (process.getuid?.() ?? uid))
            await (0,promises_.rm)(path, { recursive: true, force: true });
    }));
}

;// CONCATENATED MODULE: ./lib/logins/path-glob.js
function matchesPath(path, glob) {
    const parts = path_glob_parse([...glob]);
    if (parts === undefined)
        return false;
    const text = [...path];
    let [at, part] = [0, 0];
    let retry;
    while (at < text.length || part < parts.length) {
        const wanted = parts[part];
        if (wanted === "star") {
            part += 1;
            retry = { part, at };
        }
        else if (wanted !== undefined && at < text.length && wanted(text[at] ?? "")) {
            part += 1;
            at += 1;
        }
        else {
            if (retry === undefined || retry.at >= text.length || text[retry.at] === "/")
                return false;
            retry.at += 1;
            ({ part, at } = retry);
        }
    }
    return true;
}
function path_glob_parse(signs) {
    const parts = [];
    for (let at = 0; at < signs.length; at += 1) {
        const sign = signs[at] ?? "";
        if (sign === "*")
            parts.push("star");
        else if (sign === "?")
            parts.push((each) => each !== "/");
        else if (sign === "[") {
            const found = parseClass(signs, at + 1);
            if (found === undefined)
                return undefined;
            parts.push(found.part);
            at = found.end;
        }
        else {
            if (sign === "\\")
                at += 1;
            const literal = signs[at];
            if (literal === undefined)
                return undefined;
            parts.push((each) => each === literal);
        }
    }
    return parts;
}
function parseClass(signs, from) {
    const isNegated = signs[from] === "^";
    const ranges = [];
    let at = isNegated ? from + 1 : from;
    const next = () => {
        if (signs[at] === "-" || signs[at] === "]")
            return undefined;
        if (signs[at] === "\\")
            at += 1;
        at += 1;
        return signs[at - 1];
    };
    while (ranges.length === 0 || signs[at] !== "]") {
        const low = next();
        let high = low;
        if (signs[at] === "-") {
            at += 1;
            high = next();
        }
        if (low === undefined || high === undefined)
            return undefined;
        ranges.push([low, high]);
    }
    const isIn = (sign) => ranges.some(([low, high]) => low <= sign && sign <= high);
    return { part: (sign) => isIn(sign) !== isNegated, end: at };
}

;// CONCATENATED MODULE: ./lib/logins/login.js



function isHeaderToken(token) {
    return /^[\x21-\x7e]*$/.test(token);
}
function registryPattern(host, path = "") {
    return { consumer: "registry", ...login_splitHost(host), path: trimSlashes(path) };
}
function login_splitHost(text) {
    const [, name = "", port = ""] = /^(.*?)(?::(\d+))?$/s.exec(text) ?? [];
    return { host: canonicalHost(name), port };
}
function matchingLogins(logins, asked) {
    return logins
        .filter((login) => login.tokenHost === undefined && isFor(login, asked))
        .toSorted((one, other) => compare(specificity(one), specificity(other)));
}
function boundLogins(logins, realm, asked) {
    return logins
        .filter(({ tokenHost }) => tokenHost === realm.host || tokenHost === hostOf(realm))
        .filter((login) => isFor(login, asked))
        .toSorted((one, other) => compare(specificity(one), specificity(other)));
}
function isFor(pattern, { consumer, host, scheme, path }) {
    if (pattern.consumer !== consumer)
        return false;
    if (pattern.scheme !== undefined && pattern.scheme !== scheme)
        return false;
    const to = login_splitHost(host);
    if (pattern.host !== "*" && pattern.host !== to.host)
        return false;
    const standard = scheme === "https" ? "443" : "80";
    if (pattern.port !== "*" && (pattern.port || standard) !== (to.port || standard))
        return false;
    return pattern.isGlob === true ? isBelowGlob(path, pattern.path) : login_isBelow(path, pattern.path);
}
function login_isBelow(path, folder) {
    return folder === "" || path === folder || path.startsWith(`${folder}/`);
}
function isBelowGlob(path, glob) {
    const segments = path.split("/");
    return segments.some((_, index) => matchesPath(segments.slice(0, index + 1).join("/"), glob));
}
function specificity({ host, port, path }) {
    return [host === "*" ? 0 : 1, port === "" || port === "*" ? 0 : 1, path.length];
}
function compare(one, other) {
    return one.map((value, index) => (other[index] ?? 0) - value).find((difference) => difference !== 0) ?? 0;
}
function trimSlashes(text) {
    return text.replace(/^\/+|(?<!\/)\/+$/g, "");
}
function describePattern({ host, port, path, tokenHost }) {
    const name = port === "" || port === "*" ? host : `${host}:${port}`;
    const place = path === "" ? name : `${name}/${path}`;
    return tokenHost === undefined ? place : `${tokenHost}@${place}`;
}

;// CONCATENATED MODULE: ./lib/logins/logins.js


const logins_MAX_NAMED = 5;
function createLogins({ sources, askHelper, onCredential }) {
    const all = sources.flatMap(({ logins }) => logins);
    const used = new Map();
    const answers = new Map();
    async function askedOnce(helper, asked) {
        const server = serverOf(asked);
        const key = JSON.stringify([helper, server]);
        const asking = answers.get(key) ?? askHelper(helper, server);
        answers.set(key, asking);
        const credential = await asking;
        if (credential !== undefined)
            onCredential?.(credential);
        return credential;
    }
    function remember(asked, credential) {
        if (credential !== undefined)
            used.set(logins_keyOf(asked), { host: asked.host, credential });
        return credential;
    }
    return {
        async find(asked) {
            for (const login of candidates(all, asked)) {
                const credential = "helper" in login ? await askedOnce(login.helper, asked) : login.credential;
                if (credential !== undefined)
                    return remember(asked, credential);
            }
            return undefined;
        },
        bound(realm, asked) {
            const [login] = boundLogins(all, realm, asked);
            return remember(asked, login !== undefined && "credential" in login ? login.credential : undefined);
        },
        explain(asked) {
            const sent = used.get(logins_keyOf(asked));
            if (sent !== undefined)
                return describeUse(sent.host, sent.credential);
            const absent = sources.filter(({ state }) => state === "absent").map(({ name }) => name);
            const places = [
                ...sources.filter(({ state }) => state !== "absent").map((source) => describeSource(source, asked)),
                ...(absent.length === 0 ? [] : [`not there: ${absent.join(", ")}`]),
            ];
            return `no login for ${describeLoginRequest(asked)}: ${places.join("; ")}`;
        },
        uses: () => {
            const uses = [...used.values()].map(({ host, credential }) => ({ host, from: credential.from }));
            return [...new Map(uses.map((use) => [`${use.host}\n${use.from}`, use])).values()];
        },
    };
}
function logins_keyOf({ consumer, host, path }) {
    return JSON.stringify([consumer, host, path]);
}
function describeUse(host, { from, password, identityToken, accessToken }) {
    const isEmpty = password === "" && identityToken === undefined && accessToken === undefined;
    return `the login for ${host} is from ${from}${isEmpty ? ", and the password is empty: is its secret set?" : ""}`;
}
function candidates(logins, asked) {
    const matching = matchingLogins(logins, asked);
    const isAmbient = (login) => "credential" in login && login.credential.isAmbient === true;
    return [...matching.filter((login) => !isAmbient(login)), ...matching.filter(isAmbient)];
}
function serverOf({ host }) {
    return login_splitHost(host).host === "docker.io" ? "https://index.docker.io/v1/" : host;
}
function describeLoginRequest({ host, path }) {
    return path === "" ? host : `${host}/${path}`;
}
function describeSource({ name, state, logins }, asked) {
    if (state === "ignored")
        return `${name} lies in the checkout and is not read`;
    const held = logins.filter(({ consumer }) => consumer === asked.consumer);
    const asking = held.filter((login) => "helper" in login && matchingLogins([login], asked).length > 0);
    const helpers = asking.flatMap((login) => ("helper" in login ? [`docker-credential-${login.helper}`] : []));
    if (helpers.length > 0)
        return `${[...new Set(helpers)].join(", ")} (named in ${name}) knows none`;
    const describe = (login) => printable(describePattern(login), 120);
    const patterns = [...new Set(held.filter(({ host }) => host !== "*").map(describe))];
    if (patterns.length === 0)
        return `${name} holds none`;
    const { host } = login_splitHost(asked.host);
    const related = held.filter((login) => login.host === host);
    const named = (related.length > 0 ? [...new Set(related.map(describe))] : patterns).slice(0, logins_MAX_NAMED);
    const more = related.length === 0 && patterns.length > logins_MAX_NAMED ? ` and ${patterns.length - logins_MAX_NAMED} more` : "";
    const wanted = related.some(({ path }) => path !== "") ? describeLoginRequest(asked) : asked.host;
    return `${name} holds a login for ${named.join(", ")}${more}, not for ${wanted}`;
}

// EXTERNAL MODULE: external "node:tls"
var external_node_tls_ = __webpack_require__(1692);
// EXTERNAL MODULE: ./node_modules/undici/index.js
var undici = __webpack_require__(4371);
// EXTERNAL MODULE: external "node:dns"
var external_node_dns_ = __webpack_require__(610);
;// CONCATENATED MODULE: ./lib/net/address/judged-lookup.js



function lookupWithin(policy) {
    return (hostname, options, callback) => {
        (0,external_node_dns_.lookup)(hostname, { ...options, all: true }, (error, found) => {
            if (error !== null)
                return callback(error, []);
            const judged = found.map((each) => ({
                ...each,
                refused: refusedClass(classOfText(each.address) ?? "private", policy),
            }));
            const [first, ...others] = judged.filter(({ refused }) => refused === undefined);
            if (first === undefined) {
                const isMetadata = judged.some(({ refused }) => refused === "metadata");
                const addresses = found.map(({ address }) => address);
                return callback(addressRefused(hostname, isMetadata ? "metadata" : "private", addresses), []);
            }
            if (options.all === true)
                callback(null, [first, ...others]);
            else
                callback(null, first.address, first.family);
        });
    };
}

;// CONCATENATED MODULE: ./lib/net/connection/socket.js





async function socket_secure(phase, socket, origin, { secureContext, isUnverified, timeout }) {
    const host = `${bracketed(origin.hostname)}:${origin.port}`;
    const secured = (0,external_node_tls_.connect)({
        socket,
        host: origin.hostname,
        ...((0,external_node_net_.isIP)(origin.hostname) === 0 ? { servername: origin.hostname } : {}),
        ALPNProtocols: ["http/1.1"],
        secureContext,
        rejectUnauthorized: false,
    });
    await settled(secured, "secureConnect", { phase, doing: `TLS with ${host}`, timeout });
    if (secured.authorized || isUnverified(host))
        return secured;
    const issuer = issuerOf(secured.getPeerCertificate());
    const code = String(secured.authorizationError);
    secured.on("error", () => { }).destroy();
    throw new PhaseError(phase, `TLS with ${host}: ${code}, certificate issued by ${issuer}`, {
        cause: { code },
        issuer,
    });
}
function issuerOf({ issuer }) {
    const name = [issuer?.CN, issuer?.O].flat().filter((part) => typeof part === "string" && part !== "");
    return name.length === 0 ? "an unnamed issuer" : `"${printable(name.join(", "), 120)}"`;
}
function settled(socket, event, { phase, doing, timeout }) {
    return new Promise((resolve, reject) => {
        const timer = setTimeout(() => fail(`no answer within ${timeout / 1000} s`, { timedOut: true }), timeout);
        const onError = (error) => fail(errorMessage(error), { cause: error });
        const onClose = () => fail("the connection was closed", {});
        const stopListening = () => {
            clearTimeout(timer);
            socket.off("error", onError).off("close", onClose).off(event, onEvent);
        };
        const onEvent = () => {
            stopListening();
            resolve(socket);
        };
        const fail = (why, more) => {
            stopListening();
            socket.on("error", () => { }).destroy();
            reject(new PhaseError(phase, `${doing}: ${why}`, more));
        };
        socket.on("error", onError).on("close", onClose).on(event, onEvent);
    });
}
function bracketed(hostname) {
    return (0,external_node_net_.isIP)(hostname) === 6 ? `[${hostname}]` : hostname;
}

;// CONCATENATED MODULE: ./lib/net/connection/dial.js





const NEXT_ADDRESS_MS = 250;
async function dial([lookupPhase, phase], host, port, timeout, lookup = external_node_dns_.lookup) {
    const doing = `connecting to ${bracketed(host)}:${port}`;
    if ((0,external_node_net_.isIP)(host) !== 0)
        return settled(dial_open(host, port), "connect", { phase, doing, timeout });
    const addresses = await resolved(host, { phase: lookupPhase, doing, timeout }, lookup);
    const [only] = addresses;
    if (only !== undefined && addresses.length === 1) {
        return settled(dial_open(only, port), "connect", { phase, doing, timeout });
    }
    return race(addresses, (address) => dial_open(address, port), { phase, doing, timeout });
}
function dial_open(host, port) {
    return (0,external_node_net_.connect)({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 });
}
function resolved(host, { phase, doing, timeout }, lookup) {
    return new Promise((resolve, reject) => {
        const fail = (why, more) => {
            clearTimeout(timer);
            reject(new PhaseError(phase, `${doing}: ${why}`, more));
        };
        const timer = setTimeout(() => fail(`no answer within ${timeout / 1000} s`, { timedOut: true }), timeout);
        lookup(host, { all: true }, (error, found) => {
            if (error !== null)
                return fail(errorMessage(error), { cause: error });
            clearTimeout(timer);
            const addresses = (typeof found === "string" ? [found] : found.map(({ address }) => address));
            const [first = ""] = addresses;
            const own = addresses.filter((address) => (0,external_node_net_.isIP)(address) === (0,external_node_net_.isIP)(first));
            const other = addresses.filter((address) => (0,external_node_net_.isIP)(address) !== (0,external_node_net_.isIP)(first));
            const length = Math.max(own.length, other.length);
            resolve(Array.from({ length }, (_, at) => [...own.slice(at, at + 1), ...other.slice(at, at + 1)]).flat());
        });
    });
}
function race(addresses, connecting, attempt) {
    const { phase, doing, timeout } = attempt;
    return new Promise((resolve, reject) => {
        const sockets = new Set();
        const reasons = [];
        let started = 0;
        let timer;
        const startNext = () => {
            clearTimeout(timer);
            const address = addresses[started++];
            if (address === undefined)
                return;
            if (started < addresses.length)
                timer = setTimeout(startNext, NEXT_ADDRESS_MS);
            const socket = connecting(address);
            sockets.add(socket);
            settled(socket, "connect", { phase, doing: bracketed(address), timeout }).then(won, lost);
        };
        const won = (socket) => {
            clearTimeout(timer);
            for (const other of sockets)
                if (other !== socket)
                    other.destroy();
            resolve(socket);
        };
        const lost = (error) => {
            reasons.push(error.message);
            const { cause, timedOut } = error;
            if (reasons.length < addresses.length)
                startNext();
            else
                reject(new PhaseError(phase, `${doing}: ${reasons.join("; ")}`, { cause, timedOut }));
        };
        startNext();
    });
}

// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(7067);
;// CONCATENATED MODULE: ./lib/net/connection/tunnel.js






async function tunnel(socket, proxy, origin, { timeout, userAgent }) {
    const target = `${bracketed(origin.hostname)}:${origin.port}`;
    const late = `the proxy did not answer CONNECT ${target} within ${timeout / 1000} s`;
    const timer = setTimeout(() => socket.destroy(new PhaseError("tunnel", late, { timedOut: true })), timeout);
    try {
        const headers = { host: target, "user-agent": userAgent, ...proxyAuthorization(proxy) };
        const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
        socket.write(`CONNECT ${target} HTTP/1.1\r\n${lines.join("")}\r\n`);
        const { head, rest } = await receiveHead(socket);
        const { status } = head;
        const isOpen = status >= 200 && status < 300;
        const isPage = isHtml(head) && rest.length > 0;
        if (isOpen && !isPage)
            return { socket, page: mayBePage(head, rest) ? replyOf(head, rest) : undefined };
        const reply = replyOf(head, await firstText(socket, rest, lengthOf(head)));
        throw new PhaseError("tunnel", `the proxy answered CONNECT ${target} with ${status} ${reply.statusText}`, {
            reply,
        });
    }
    catch (error) {
        socket.on("error", () => { }).destroy();
        if (error instanceof PhaseError)
            throw error;
        throw new PhaseError("tunnel", `CONNECT ${target}: ${errorMessage(error)}`, { cause: error });
    }
    finally {
        clearTimeout(timer);
    }
}
const tunnel_MAX_INFORMATIONAL = 20;
function receiveHead(socket) {
    let received = Buffer.alloc(0);
    let skipped = 0;
    return new Promise((resolve, reject) => {
        const settle = (end) => {
            socket.off("readable", onReadable).off("error", onError).off("close", onClose);
            end();
        };
        const onReadable = () => {
            for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) {
                received = withoutLineEnds(Buffer.concat([received, chunk]));
            }
            try {
                for (let read = readHead(received); read !== undefined; read = readHead(received)) {
                    const { head, rest } = read;
                    received = withoutLineEnds(rest);
                    if (!isInformational(head))
                        return settle(() => resolve({ head, rest: received }));
                    if (++skipped > tunnel_MAX_INFORMATIONAL)
                        throw response_head_malformed("informational responses, and no other");
                }
            }
            catch (error) {
                settle(() => reject(error));
            }
        };
        const onError = (error) => settle(() => reject(error));
        const onClose = () => settle(() => reject(Object.assign(new Error("the connection was closed"), { code: "ECONNRESET" })));
        socket.on("readable", onReadable).on("error", onError).on("close", onClose);
    });
}
function isHtml({ fields }) {
    return fields.get("content-type")?.[0]?.startsWith("text/html") ?? false;
}
function mayBePage(head, rest) {
    return rest.length > 0 || (isHtml(head) && lengthOf(head) !== 0);
}
function lengthOf({ fields }) {
    return Number(fields.get("content-length")?.[0]);
}
function replyOf({ status, statusText, fields }, page) {
    const headers = Object.fromEntries([...fields].map(([name, values]) => [name, values.join(", ")]));
    const text = page.subarray(0, MAX_PAGE_BYTES).toString("utf8");
    return { status, statusText: printable(statusText, 80), headers, text };
}
function isResponsive(socket, { hostname, port }, { timeout, userAgent }) {
    return new Promise((resolve) => {
        const settle = (reacted) => {
            clearTimeout(timer);
            socket.on("error", () => { }).destroy();
            resolve(reacted);
        };
        const timer = setTimeout(() => settle(false), timeout);
        const headers = { host: `${bracketed(hostname)}:${port}`, "user-agent": userAgent };
        const ping = (0,external_node_http_.request)({ method: "OPTIONS", path: "*", createConnection: () => socket, headers });
        ping.on("response", () => settle(true)).on("error", () => settle(true));
        ping.end();
    });
}
const MAX_PAGE_BYTES = 2048;
const PAGE_TIMEOUT_MS = 500;
function firstText(socket, head, announced) {
    const wanted = Math.min(Number.isFinite(announced) ? announced : MAX_PAGE_BYTES, MAX_PAGE_BYTES);
    let page = head;
    return new Promise((resolve) => {
        const done = () => {
            clearTimeout(timer);
            resolve(page);
        };
        const timer = setTimeout(done, PAGE_TIMEOUT_MS);
        if (page.length >= wanted)
            return done();
        socket.on("data", (chunk) => {
            page = Buffer.concat([page, chunk]);
            if (page.length >= wanted)
                done();
        });
        socket.on("end", done).on("close", done).on("error", done);
    });
}
function proxyAuthorization(proxy) {
    if (proxy.username === "" && proxy.password === "")
        return {};
    const userInfo = Buffer.from(`${proxy.username}:${proxy.password}`, "utf8").toString("base64");
    return { "proxy-authorization": `Basic ${userInfo}` };
}
function singleValues(headers) {
    return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => value === undefined ? [] : [[name.toLowerCase(), typeof value === "string" ? value : value.join(", ")]]));
}

;// CONCATENATED MODULE: ./lib/net/connection/connect.js





function directConnector(options, lookup) {
    return connector(async (origin) => {
        const socket = await dial(["lookup", "dial"], origin.hostname, origin.port, options.timeout, lookup);
        return origin.secure ? socket_secure("tls", socket, origin, options) : socket;
    });
}
function tunnelConnector(proxy, options) {
    return connector(async (origin) => {
        const { socket, page } = await tunnelTo(origin, proxy, options);
        try {
            return await socket_secure("tls", socket, origin, options);
        }
        catch (error) {
            throw page === undefined || isOfTls(error) ? error : pageInstead(error, origin, page);
        }
    });
}
function isOfTls(error) {
    if (!(error instanceof PhaseError) || error.issuer !== undefined)
        return true;
    return /^ERR_SSL_(?!WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)/.test(errorCode(error.cause) ?? "");
}
function pageInstead(cause, { hostname, port }, page) {
    const why = `the proxy answered CONNECT ${bracketed(hostname)}:${port} with ${page.status} and a page`;
    return new PhaseError("tunnel", why, { cause, reply: page });
}
function proxyConnector(proxy, options) {
    return connector(() => dialProxy(proxy, options));
}
function connector(open) {
    return ({ hostname, port, protocol }, callback) => {
        const isSecure = protocol === "https:";
        open({ hostname: unbracketed(hostname), port: Number(port) || (isSecure ? 443 : 80), secure: isSecure }).then((socket) => callback(null, socket), (error) => callback(error, null));
    };
}
async function dialProxy(proxy, options) {
    const socket = await dial(["proxy-lookup", "proxy-dial"], proxy.hostname, proxy.port, options.timeout);
    if (proxy.scheme !== "https")
        return socket;
    return socket_secure("proxy-tls", socket, { hostname: proxy.hostname, port: proxy.port, secure: true }, options);
}
async function tunnelTo(origin, proxy, options) {
    try {
        return await tunnel(await dialProxy(proxy, options), proxy, origin, options);
    }
    catch (error) {
        throw error instanceof PhaseError ? await withProbe(error, proxy, options) : error;
    }
}
async function withProbe(error, proxy, options) {
    const { phase, message, cause, reply, timedOut, issuer } = error;
    if (reply !== undefined || issuer !== undefined || (phase !== "tunnel" && phase !== "proxy-tls"))
        return error;
    if (timedOut) {
        if (phase !== "tunnel")
            return error;
        return new PhaseError(phase, message, { cause, timedOut, isResponsive: await reacts(proxy, options) });
    }
    const other = { ...proxy, scheme: proxy.scheme === "https" ? "http" : "https", username: "", password: "" };
    const speaks = await spokenProtocol(other, options);
    return new PhaseError(phase, message, { cause, ...(speaks === undefined ? {} : { speaks }) });
}
async function reacts(proxy, options) {
    const timeout = Math.min(options.timeout, MAX_PROBE_MS);
    try {
        const hurried = { ...options, timeout };
        return await isResponsive(await dialProxy(proxy, hurried), proxy, hurried);
    }
    catch {
        return false;
    }
}
const MAX_PROBE_MS = 3000;
async function spokenProtocol(proxy, options) {
    try {
        const socket = await dialProxy(proxy, { ...options, isUnverified: () => true });
        if (proxy.scheme !== "https")
            await tunnel(socket, proxy, NO_ORIGIN, options);
        socket.destroy();
        return proxy.scheme === "https" ? "tls" : "http";
    }
    catch (error) {
        return error instanceof PhaseError && error.reply !== undefined ? "http" : undefined;
    }
}
const NO_ORIGIN = { hostname: "proxy.invalid", port: 443, secure: true };
function unbracketed(hostname) {
    return hostname.replace(/^\[|\]$/g, "");
}

;// CONCATENATED MODULE: ./lib/net/connection/chunks.js

const MAX_LINE = 4096;
const SIZE = /^([\da-f]{1,12})[ \t]*(?:;.*)?$/i;
const MAX_TRAILER = 65_536;
function chunkReader() {
    let state = "size";
    let line = "";
    let left = 0;
    let trailer = 0;
    function onLine() {
        const text = line.replace(/\r$/, "");
        line = "";
        if (state === "trailer") {
            if (text === "")
                state = "complete";
            return;
        }
        if (state === "end of content") {
            if (text !== "")
                throw response_head_malformed("Transfer-Encoding: chunked, and a chunk that is longer than its size");
            state = "size";
            return;
        }
        const size = SIZE.exec(text)?.[1];
        if (size === undefined)
            throw response_head_malformed(`Transfer-Encoding: chunked, and the size ${JSON.stringify(text.slice(0, 32))}`);
        left = Number.parseInt(size, 16);
        state = left === 0 ? "trailer" : "content";
    }
    function readLine(bytes) {
        const end = bytes.indexOf(0x0a);
        const length = end === -1 ? bytes.length : end + 1;
        line += bytes.toString("latin1", 0, end === -1 ? length : end);
        if (state === "trailer")
            trailer += length;
        if (line.length > MAX_LINE || trailer > MAX_TRAILER)
            throw response_head_malformed("Transfer-Encoding: chunked, and a line too long");
        if (end !== -1)
            onLine();
        return length;
    }
    return (bytes) => {
        const content = [];
        let at = 0;
        while (at < bytes.length && state !== "complete") {
            if (state !== "content") {
                at += readLine(bytes.subarray(at));
                continue;
            }
            const piece = bytes.subarray(at, at + left);
            content.push(piece);
            at += piece.length;
            left -= piece.length;
            if (left === 0)
                state = "end of content";
        }
        return { content, isComplete: state === "complete" };
    };
}

;// CONCATENATED MODULE: ./lib/net/connection/framing.js

function framingOf({ isHttp11, status, fields, fault }, method) {
    if (fault !== undefined)
        throw response_head_malformed(fault);
    const lengths = [...new Set((fields.get("content-length") ?? []).flatMap((value) => value.split(",")).map(trimmed))];
    if (lengths.length > 1)
        throw response_head_malformed(`Content-Length: ${lengths.join(" and ")}, which differ`);
    const [length] = lengths;
    if (length !== undefined && !LENGTH.test(length))
        throw response_head_malformed(`Content-Length: ${JSON.stringify(length)}`);
    const codings = isHttp11 ? (fields.get("transfer-encoding") ?? []) : [];
    const other = codings.find((coding) => coding.toLowerCase() !== "chunked");
    if (other !== undefined)
        throw response_head_malformed(`Transfer-Encoding: ${JSON.stringify(other)}, which is not supported`);
    if (codings.length > 1)
        throw response_head_malformed("Transfer-Encoding: chunked, twice");
    if (method === "HEAD" || status === 204 || status === 304)
        return 0;
    if (codings.length === 1)
        return "chunked";
    return length === undefined ? "until-close" : Number(length);
}
const LENGTH = /^\d{1,15}$/;
function trimmed(text) {
    return text.trim();
}
const OF_CONNECTION = new Set(["connection", "keep-alive", "transfer-encoding", "content-length", "trailer"]);
function rewrittenHead(head, framing, method) {
    const lines = [`HTTP/1.1 ${head.status} ${head.statusText.replace(/[^\t -~\u0080-\u00ff]/g, "")}`];
    for (const [name, values] of head.fields) {
        if (!OF_CONNECTION.has(name))
            lines.push(...values.map((value) => `${name}: ${value}`));
    }
    const [announced] = head.fields.get("content-length") ?? [];
    if (framing === "chunked")
        lines.push("transfer-encoding: chunked");
    else if (method === "HEAD" && announced !== undefined)
        lines.push(`content-length: ${announced.split(",")[0]}`);
    else if (framing !== "until-close" && head.status !== 204 && head.status !== 304) {
        lines.push(`content-length: ${framing}`);
    }
    return Buffer.from(`${lines.join("\r\n")}\r\nconnection: close\r\n\r\n`, "latin1");
}

;// CONCATENATED MODULE: ./lib/net/connection/lenient-socket.js




const lenient_socket_MAX_INFORMATIONAL = 20;
function lenientSocket(socket) {
    let method = "";
    let rewrite;
    let end = "missing";
    const lenient = new external_node_stream_.Duplex({
        read: () => void socket.resume(),
        write(chunk, _encoding, done) {
            if (method === "")
                method = chunk.toString("latin1", 0, 8).split(" ")[0] ?? "";
            socket.write(chunk, done);
        },
        final: (done) => void socket.end(done),
        destroy(error, done) {
            socket.destroy();
            done(error);
        },
    });
    socket.on("data", (bytes) => {
        rewrite ??= responseRewriter(method);
        if (lenient.readableEnded || end === "complete")
            return;
        try {
            const rewritten = rewrite(bytes);
            end = rewritten.end;
            for (const piece of rewritten.pieces)
                if (!lenient.push(piece))
                    socket.pause();
            if (end === "complete")
                lenient.push(null);
        }
        catch (error) {
            lenient.destroy(error);
        }
    });
    socket.on("end", () => {
        if (end === "open")
            lenient.push(null);
        else if (end === "missing")
            lenient.destroy(truncated());
    });
    socket.on("error", (error) => lenient.destroy(error));
    socket.on("close", () => {
        if (end === "missing")
            lenient.destroy(truncated());
    });
    return lenient;
}
function truncated() {
    return Object.assign(new Error("the connection was closed before the response was complete"), { code: "ECONNRESET" });
}
function responseRewriter(method) {
    let received = Buffer.alloc(0);
    let informational = 0;
    let body;
    return (bytes) => {
        if (body !== undefined)
            return body(bytes);
        received = withoutLineEnds(Buffer.concat([received, bytes]));
        for (let read = readHead(received); read !== undefined; read = readHead(received)) {
            const { head, rest } = read;
            if (!isInformational(head)) {
                const framing = framingOf(head, method);
                body = bodyRewriter(framing);
                const { pieces, end } = body(rest);
                return { pieces: [rewrittenHead(head, framing, method), ...pieces], end };
            }
            if (++informational > lenient_socket_MAX_INFORMATIONAL)
                throw response_head_malformed("informational responses, and no other");
            received = withoutLineEnds(rest);
        }
        return { pieces: [], end: "missing" };
    };
}
function bodyRewriter(framing) {
    if (framing === "until-close")
        return (bytes) => ({ pieces: [bytes], end: "open" });
    if (framing === "chunked") {
        const readChunks = chunkReader();
        return (bytes) => {
            const { content, isComplete } = readChunks(bytes);
            const pieces = content.flatMap((piece) => [Buffer.from(`${piece.length.toString(16)}\r\n`), piece, CRLF]);
            return isComplete ? { pieces: [...pieces, LAST_CHUNK], end: "complete" } : { pieces, end: "missing" };
        };
    }
    let left = framing;
    return (bytes) => {
        const piece = bytes.subarray(0, left);
        left -= piece.length;
        return { pieces: [piece], end: left === 0 ? "complete" : "missing" };
    };
}
const CRLF = Buffer.from("\r\n");
const LAST_CHUNK = Buffer.from("0\r\n\r\n");

;// CONCATENATED MODULE: ./lib/net/connection/leniency.js




const MIN_REFUSALS = 2;
function withLeniency(strict, lenient, refusals, origin) {
    const sendLeniently = (options) => lenient({ ...options, reset: true });
    const refused = () => (refusals.get(origin) ?? 0) + 1;
    return async (options) => {
        if (refused() > MIN_REFUSALS)
            return sendLeniently(options);
        try {
            const response = await strict(options);
            response.body.once("error", (error) => void (isInvalidBody(error) && refusals.set(origin, refused())));
            return response;
        }
        catch (error) {
            if (isNoHttp(error))
                throw Object.assign(new Error(errorMessage(error)), { code: NOT_HTTP, cause: error });
            if (!isInvalidHead(error))
                throw error;
            const isStream = options.body instanceof external_node_stream_.Readable;
            refusals.set(origin, isStream ? MIN_REFUSALS : refused());
            if (isStream)
                throw unread(error);
            return sendLeniently(options);
        }
    };
}
const INVALID_HEADS = /^(?:UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|UND_ERR_SOCKET bad response)/;
function isInvalidHead(error) {
    return leniency_nameOf(error) === PARSER_ERROR || INVALID_HEADS.test(`${errorCode(error)} ${errorMessage(error)}`);
}
function isNoHttp(error) {
    return leniency_nameOf(error) === PARSER_ERROR && errorMessage(error).includes("Expected HTTP/");
}
function isInvalidBody(error) {
    return leniency_nameOf(error) === PARSER_ERROR && !errorMessage(error).includes("EOF");
}
const PARSER_ERROR = "HTTPParserError";
function leniency_nameOf(error) {
    return error.name;
}
function unread(cause) {
    return Object.assign(new Error(errorMessage(cause)), { code: "UND_ERR_SOCKET", cause });
}
function leniently(connect) {
    return (options, callback) => connect(options, (error, socket) => {
        if (error !== null)
            callback(error, null);
        else
            callback(null, lenientSocket(socket));
    });
}

;// CONCATENATED MODULE: ./lib/net/connection/dispatchers.js








function createDispatchers({ tls, connectTimeout, userAgent }) {
    let secureContext;
    const connect = {
        get secureContext() {
            secureContext ??= (0,external_node_tls_.createSecureContext)({ ca: [...tls.ca] });
            return secureContext;
        },
        isUnverified: tls.isUnverified ?? (() => false),
        timeout: connectTimeout,
        userAgent,
    };
    const pools = new Map();
    const pool = (key, open) => {
        const known = pools.get(key) ?? open();
        pools.set(key, known);
        return known;
    };
    const refusals = new Map();
    const requests = (key, origin, connector, open) => {
        const strict = (options) => pool(key, () => open(connector)).request(options);
        const lenient = (options) => pool(`lenient ${key}`, () => open(leniently(connector))).request(options);
        return withLeniency(strict, lenient, refusals, `${key} ${origin}`);
    };
    const shared = { allowH2: false, pipelining: 1, maxHeaderSize: MAX_HEAD_BYTES };
    const openAgent = (connector) => new undici/* Agent */.g6({ ...shared, connect: connector });
    return {
        pick(route, url, addressPolicy) {
            const path = `${url.pathname}${url.search}`;
            if (route.via === "direct") {
                const lookup = addressPolicy === "any" ? undefined : lookupWithin(addressPolicy);
                const connector = directConnector(connect, lookup);
                return { request: requests(`direct ${addressPolicy}`, url.origin, connector, openAgent), path, headers: {} };
            }
            const { proxy } = route;
            refuseSocks(proxy, url);
            if (url.protocol === "https:") {
                const connector = tunnelConnector(proxy, connect);
                return { request: requests(`tunnel ${proxy.href}`, url.origin, connector, openAgent), path, headers: {} };
            }
            const openPool = (connector) => new undici/* Pool */.bC(proxyOrigin(proxy), { ...shared, connect: connector });
            return {
                request: requests(`forward ${proxy.href}`, url.origin, proxyConnector(proxy, connect), openPool),
                path: `${url.origin}${path}`,
                headers: { host: url.host, ...proxyAuthorization(proxy) },
            };
        },
        explain: (failure, proxy) => withProbe(failure, proxy, connect),
        async close() {
            await Promise.all([...pools.values()].map((open) => open.destroy()));
        },
    };
}
function proxyOrigin(proxy) {
    const host = proxy.hostname.includes(":") ? `[${proxy.hostname}]` : proxy.hostname;
    return `${proxy.scheme}://${host}:${proxy.port}`;
}
function refuseSocks(proxy, url) {
    if (proxy.scheme === "http" || proxy.scheme === "https")
        return;
    throw new TransferError("PROXY_SCHEME_UNSUPPORTED", `${url.host} would have to be reached through the ${proxy.scheme} proxy ${proxy.display}`, {
        where: proxy.from,
        remedy: "Give an http:// or https:// proxy in https-proxy and http-proxy, or list the host in no-proxy.",
    });
}

;// CONCATENATED MODULE: ./lib/net/connection/stall.js


function stallGuard(timeout) {
    const stalled = () => {
        if (guard.readableLength === 0)
            timer.refresh();
        else
            guard.destroy(new PhaseError("body", `nothing was sent for ${timeout / 1000} s`, { timedOut: true }));
    };
    const timer = setTimeout(stalled, timeout).unref();
    const guard = new external_node_stream_.Transform({
        transform(chunk, _encoding, done) {
            timer.refresh();
            done(null, chunk);
        },
        flush(done) {
            clearTimeout(timer);
            done();
        },
        destroy(error, done) {
            clearTimeout(timer);
            done(error);
        },
    });
    return guard;
}

;// CONCATENATED MODULE: ./lib/net/layers/slots.js

function withSlots(next, { gate, concurrency }) {
    const limiter = createLimiter(concurrency);
    return async (request, signal) => {
        const { host } = request.hop;
        await gate.until(host, signal);
        const release = await limiter.acquire(`${laneOf(request)} ${host}`, signal);
        try {
            const response = await next(request, signal);
            if (response.body.closed)
                release();
            else
                response.body.once("close", release);
            return response;
        }
        catch (error) {
            release();
            throw error;
        }
    };
}
function laneOf(request) {
    return request.lane ?? (isWrite(request) ? "write" : "read");
}
function isWrite({ method, lane }) {
    return lane !== "token" && (method === "PUT" || method === "POST" || method === "PATCH");
}

;// CONCATENATED MODULE: ./lib/net/layers/exchange.js









const FIRST_BYTE_FACTOR = 5;
const MIN_COMMIT_MS = 60_000;
const COMMITTED_BYTES_PER_MS = 4096;
const MAX_COMMIT_MS = 300_000;
const exchange_MAX_PAGE_BYTES = 2048;
function createExchange(dispatchers, options) {
    const { userAgent, stallTimeout, observe, observeAnswer, onWait } = options;
    async function exchange(request, signal) {
        const { hop, addressPolicy, method, body, headers = {}, policy } = request;
        const url = new URL(hop.url);
        const picked = dispatchers.pick(hop.route, url, addressPolicy);
        observe?.(hop);
        const bodyTimeout = Math.min(policy.timeout, stallTimeout);
        const headersTimeout = answerTimeout(request);
        const deadline = informationalDeadline(headersTimeout, signal);
        const late = headersTimeout > policy.timeout && !isWrite(request) ? setTimeout(reportWait, policy.timeout, hop) : undefined;
        try {
            const response = await picked.request({
                origin: url.origin,
                path: picked.path,
                method,
                headers: { "user-agent": userAgent, "accept-encoding": "identity", ...headers, ...picked.headers },
                reset: request.isLastOnConnection === true,
                body: body instanceof external_node_stream_.Readable ? guarded(body, stallTimeout) : (body ?? null),
                headersTimeout,
                bodyTimeout,
                onInfo: deadline.onInfo,
                signal: deadline.signal,
            });
            const { statusCode: status, body: answer } = response;
            const received = { hop, status, headers: singleValues(response.headers), body: answer, timeout: bodyTimeout };
            await refuseProxyReply(received);
            observeAnswer?.(received, headers);
            if (method === "HEAD")
                answer.resume();
            return received;
        }
        finally {
            deadline.stop();
            clearTimeout(late);
        }
    }
    function answerTimeout(request) {
        const { policy, isContent } = request;
        if (isWrite(request))
            return Math.max(policy.timeout, commitTimeout(request));
        return isContent === true ? Math.max(policy.timeout, FIRST_BYTE_FACTOR * stallTimeout) : policy.timeout;
    }
    function reportWait({ host, route }) {
        const scan = route.via === "proxy" ? "the proxy may be scanning it" : "a device on the route may be scanning it";
        onWait?.(`waiting for the first byte of a blob from ${host}: ${scan}`);
    }
    async function explained(hop, error) {
        if (error instanceof TransferError)
            return error;
        if (error instanceof PhaseError && error.cause instanceof TransferError)
            return error.cause;
        if (error instanceof PhaseError)
            return new HopError(hop, error);
        const failed = incomplete(hop, "response", error);
        const { route, url } = hop;
        if (route.via === "direct" || !url.startsWith("http:"))
            return failed;
        const code = errorCode(error);
        if (code === MALFORMED_RESPONSE)
            return failed;
        const isForeign = code === NOT_HTTP;
        const { timedOut } = failed;
        const failure = new PhaseError("tunnel", failed.failure.message, { cause: error, timedOut });
        const probed = await dispatchers.explain(failure, route.proxy);
        if (timedOut)
            return probed.isResponsive ? failed : new HopError(hop, probed);
        return probed.speaks !== undefined || isForeign ? new HopError(hop, probed) : failed;
    }
    return async (request, signal) => {
        try {
            return await exchange(request, signal);
        }
        catch (error) {
            throw signal?.aborted ? error : await explained(request.hop, error);
        }
    };
}
function commitTimeout({ method, headers }) {
    if (method === "POST")
        return 0;
    const bytes = Number(headers?.["content-length"] ?? 0);
    return Math.min(MAX_COMMIT_MS, MIN_COMMIT_MS + bytes / COMMITTED_BYTES_PER_MS);
}
function guarded(body, stallTimeout) {
    const guard = stallGuard(stallTimeout).on("error", () => { });
    if (body.errored)
        return guard.destroy(body.errored);
    body.on("error", (error) => guard.destroy(error));
    return body.pipe(guard);
}
const PROXY_REFUSALS = new Set([403, 502, 503, 504]);
async function refuseProxyReply(response) {
    const { hop, status, headers } = response;
    if (hop.route.via === "direct")
        return;
    const isPlain = hop.url.startsWith("http:");
    const isPage = headers["content-type"]?.startsWith("text/html") ?? false;
    const isRegistry = headers["docker-distribution-api-version"] !== undefined;
    const isOfProxy = status === 407 || (isPage && !isRegistry && PROXY_REFUSALS.has(status));
    if (headers["x-squid-error"] === undefined && !(isPlain && isOfProxy))
        return;
    const text = (await readAll(response, exchange_MAX_PAGE_BYTES, true)).toString("utf8");
    throw new PhaseError("tunnel", `the proxy answered with ${status}`, {
        reply: { status, statusText: "", headers, text },
    });
}

;// CONCATENATED MODULE: ./lib/net/layers/first-contact.js



function withFirstContact(next, contact) {
    return (request, signal) => {
        const isProbe = request.policy.failFast === true;
        const isWaitedFor = !isProbe || contact.hasAnswered(request.hop);
        const send = () => next(isWaitedFor ? request : { ...request, isContent: false }, signal);
        if (!isProbe)
            return contact.noted(request.hop, send);
        return contact.through(request.hop, send, async (error) => {
            const wait = error instanceof HopError ? (waitOfProxy(error, Date.now()) ?? 0) : 0;
            if (signal?.aborted || wait > MAX_WAIT_MS || !(isRetryable(error) || isDamaged(error)))
                throw error;
            await pause(Math.max(backoff(1, Math.random()), wait), signal);
            return send();
        });
    };
}
function createFirstContact() {
    const contacts = new Map();
    const answered = new Set();
    async function noted(hop, send) {
        const answer = await send();
        answered.add(first_contact_keyOf(hop));
        return answer;
    }
    return {
        hasAnswered: (hop) => answered.has(first_contact_keyOf(hop)),
        noted,
        async through(hop, send, again = failing) {
            const key = first_contact_keyOf(hop);
            const before = contacts.get(key);
            if (before === undefined) {
                const sending = noted(hop, () => send().catch(again));
                contacts.set(key, sending.then(() => undefined, unreachable));
                return sending;
            }
            const error = await before;
            if (error !== undefined)
                throw new HopError(hop, error.failure);
            return noted(hop, send);
        },
    };
}
function first_contact_keyOf({ route, url, host }) {
    return `${route.via} ${new URL(url).protocol} ${host}`;
}
function unreachable(error) {
    if (!(error instanceof HopError) || error.phase === "body")
        return undefined;
    return error.phase === "response" && !error.timedOut ? undefined : error;
}
async function failing(error) {
    throw error;
}

;// CONCATENATED MODULE: ./lib/net/layers/outages.js

function createOutages(now = () => performance.now()) {
    const since = new Map();
    return {
        end: (host) => void since.delete(host),
        isOver(host, wait = 0) {
            const begun = since.get(host) ?? now();
            since.set(host, begun);
            return now() + wait - begun > MAX_OUTAGE_MS;
        },
    };
}

;// CONCATENATED MODULE: ./lib/net/layers/redirect.js




function withRedirects(next) {
    return async (request, signal) => {
        let current = request;
        for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
            const response = await next(current, signal);
            if (!isFollowed(request, response))
                return response;
            await drain(response);
            current = redirected(request, current, response);
        }
        throw redirectLoop(request, current);
    };
}
function isFollowed({ method, redirects, body, purpose }, { status }) {
    if (redirects === false || !isRedirect(status))
        return false;
    if (method === "GET" || method === "HEAD")
        return true;
    if (method === "DELETE" || purpose.kind === "token")
        return false;
    return keepsMethod(status) && (body === undefined || Buffer.isBuffer(body));
}
function redirected(first, current, { hop, headers }) {
    const from = new URL(current.url);
    const target = redirectTarget(from, headers.location);
    const kept = current.headers ?? {};
    return {
        ...current,
        url: target.href,
        headers: target.origin === from.origin ? kept : withoutCredentials(kept),
        purpose: purposeAt(target, first),
        redirectedFrom: { host: hop.host, route: hop.route },
    };
}
function purposeAt(target, { url, purpose, method }) {
    const registry = hostOf(new URL(url));
    if (hostOf(target) === registry || purpose.kind === "token")
        return purpose;
    const role = purpose.kind === "content" || purpose.kind === "chart-repository" ? "artifacts" : purpose.role;
    return { kind: method === "GET" || method === "HEAD" ? "blobs" : "uploads", registry, role };
}
function redirectLoop(first, last) {
    const host = hostOf(new URL(first.url));
    return new TransferError("REDIRECT_LOOP", `${host} redirects more than ${MAX_REDIRECTS} times`, {
        where: hostOf(new URL(last.url)),
        remedy: "Ask the operators of the registry; this is a fault of its configuration.",
    });
}

;// CONCATENATED MODULE: ./lib/net/foreign-page.js
function isForeignPage(headers) {
    const isPage = headers["content-type"]?.includes("text/html") ?? false;
    return isPage && headers["docker-distribution-api-version"] === undefined;
}

;// CONCATENATED MODULE: ./lib/net/layers/retry.js






const MIN_REPORTED_WAIT_MS = 5_000;
const retry_MAX_REFUSAL_BYTES = 8192;
function withRetries(next, options) {
    const { retryPolicy, gate, contact, outages, onWait } = options;
    function attemptsAfter(error, attempts, { connectAttempts = attempts }) {
        if (contact.hasAnswered(error.hop))
            return attempts;
        return Math.min(attempts, connectAttempts, isDamaged(error) ? 2 : attempts);
    }
    async function send(request, signal) {
        const { policy } = request;
        const attempts = isStream(request) ? 1 : (request.attempts ?? policy.attempts);
        const begun = performance.now();
        let pages = 0;
        for (let tries = 1;; tries++) {
            const spent = () => ({ tries, seconds: Math.round((performance.now() - begun) / 1000) });
            try {
                const [response, refusal] = await withRefusal(await buffered(request, await next(request, signal)));
                const { host } = response.hop;
                if (isPage(response, request) && pages++ === 0 && (await mayRepeat(attempts, { signal }))) {
                    await drain(response);
                    continue;
                }
                if (refusal === undefined)
                    outages.end(host);
                const isOfRange = request.headers?.range !== undefined && response.status === 500;
                if (refusal === undefined || isOfRange)
                    return response;
                const { wait } = refusal;
                if (wait !== undefined && wait >= MIN_REPORTED_WAIT_MS && attempts > 1) {
                    onWait?.(`${host} answered ${response.status} and asks to wait ${Math.round(wait / 1000)} s`);
                }
                const isOver = outages.isOver(host, wait);
                if (wait !== undefined && wait <= MAX_WAIT_MS && !isOver)
                    gate.extend(host, wait);
                if (isOver || !(await mayRepeat(attempts, { wait, signal })))
                    return { ...response, spent: spent() };
            }
            catch (error) {
                const canHelp = error instanceof HopError && (isRetryable(error) || isDamaged(error));
                if (signal?.aborted || !canHelp)
                    throw error;
                const most = outages.isOver(error.hop.host) ? 1 : attemptsAfter(error, attempts, policy);
                const wait = waitOfProxy(error, Date.now());
                if (!(await mayRepeat(most, { wait, signal })))
                    throw tries === 1 ? error : afterAll(error, spent());
            }
        }
    }
    return (request, signal) => {
        const policy = currentRetryPolicy() ?? retryPolicy;
        return asOneWork(() => send({ ...request, policy }, signal));
    };
}
function isStream({ body }) {
    return body !== undefined && !Buffer.isBuffer(body);
}
function isPage({ status, headers }, { purpose, isContent, method }) {
    const isOfRegistry = purpose.kind === "registry" || purpose.kind === "token" || purpose.kind === "uploads";
    return isOfRegistry && isContent !== true && method !== "DELETE" && status === 200 && isForeignPage(headers);
}
async function buffered({ bufferUpTo, truncate }, response) {
    return response.status === 200 && bufferUpTo !== undefined ? inMemory(response, bufferUpTo, truncate) : response;
}
async function withRefusal(response) {
    if (!mayBeTemporary(response.status))
        return [response, undefined];
    const text = await body_textOf(response, retry_MAX_REFUSAL_BYTES);
    return [{ ...response, body: external_node_stream_.Readable.from([Buffer.from(text)]) }, temporaryRefusal(response, text, Date.now())];
}
function afterAll({ hop, failure }, { tries, seconds }) {
    const { phase, message, cause, timedOut, reply, issuer, speaks } = failure;
    const details = {
        cause,
        timedOut,
        ...(reply === undefined ? {} : { reply }),
        ...(issuer === undefined ? {} : { issuer }),
        ...(speaks === undefined ? {} : { speaks }),
    };
    return new HopError(hop, new PhaseError(phase, `${message} (${tries} attempts in ${seconds} s)`, details));
}

;// CONCATENATED MODULE: ./lib/net/layers/retry-after-gate.js

function createRetryAfterGate() {
    const ends = new Map();
    return {
        extend(host, milliseconds) {
            ends.set(host, Math.max(ends.get(host) ?? 0, Date.now() + milliseconds));
        },
        async until(host, signal) {
            for (let left = remaining(host); left > 0; left = remaining(host)) {
                await (0,external_node_timers_promises_.setTimeout)(left, undefined, signal === undefined ? {} : { signal });
            }
        },
    };
    function remaining(host) {
        return (ends.get(host) ?? 0) - Date.now();
    }
}

;// CONCATENATED MODULE: ./lib/net/layers/route.js


function withRoute(next, { named, routeFor }) {
    return async (request, signal) => {
        const route = routeFor(request.url);
        const url = new URL(request.url);
        const addressPolicy = judge(url, request.party, named);
        const { method, purpose, redirectedFrom } = request;
        const hop = { method, url: url.href, host: hostOf(url), route, purpose };
        return next({ ...request, addressPolicy, hop: redirectedFrom === undefined ? hop : { ...hop, redirectedFrom } }, signal);
    };
}

;// CONCATENATED MODULE: ./lib/net/client.js









function createClient(options) {
    const { retryPolicy, concurrency, onWait } = options;
    const dispatchers = createDispatchers(options);
    const [gate, contact] = [createRetryAfterGate(), createFirstContact()];
    const exchange = createExchange(dispatchers, options);
    const limited = withSlots(exchange, { gate, concurrency });
    const routed = withRoute(withFirstContact(limited, contact), options);
    const request = withRetries(withRedirects(routed), {
        gate,
        contact,
        retryPolicy,
        outages: createOutages(),
        ...(onWait === undefined ? {} : { onWait }),
    });
    return { request, attempts: retryPolicy.attempts, close: () => dispatchers.close() };
}

;// CONCATENATED MODULE: ./lib/net/connection/tls.js

function trustedAuthorities(further) {
    return [...new Set([...(0,external_node_tls_.getCACertificates)("default"), ...(0,external_node_tls_.getCACertificates)("system"), ...further])];
}

;// CONCATENATED MODULE: ./lib/net/hop-list.js

const MAX_HOPS = 100_000;
function createHopList(maxHops = MAX_HOPS) {
    const hops = [];
    const seen = new Set();
    return {
        hops,
        add(hop) {
            const { route, url, host, purpose, redirectedFrom } = hop;
            const { protocol } = new URL(url);
            const key = `${route.via} ${protocol} ${host} ${describePurpose(purpose)} ${redirectedFrom?.host}`;
            if (hops.length < maxHops || !seen.has(key))
                hops.push(hop);
            seen.add(key);
        },
    };
}

;// CONCATENATED MODULE: ./lib/archive/spool.js










async function spoolTar(content, where, { spool, expects, limits = UNPACK_LIMITS }, signal) {
    const file = (0,external_node_path_.join)(spool, `.partial-${(0,external_node_crypto_.randomUUID)()}.tar`);
    try {
        await (0,promises_.mkdir)(spool, { recursive: true, mode: 0o700 });
        const { isPacked, complete } = await peek(content);
        const sink = (0,external_node_fs_.createWriteStream)(file, { flags: "wx", mode: 0o600 });
        await (isPacked ? gunzipInto(complete, sink, where, limits, signal) : (0,external_node_stream_promises_.pipeline)(complete, sink, { signal }));
        return await indexSpooled(file, expects, where);
    }
    catch (error) {
        content.destroy();
        await (0,promises_.rm)(file, { force: true }).catch(() => { });
        throw isFileSystemError(error) ? unwritable(spool, error) : error;
    }
}
async function peek(content) {
    const chunks = content[Symbol.asyncIterator]();
    let start = Buffer.alloc(0);
    while (start.length < 2) {
        const { value, done } = await chunks.next();
        if (done === true)
            break;
        start = Buffer.concat([start, value]);
    }
    const replay = async function* () {
        if (start.length > 0)
            yield start;
        yield* { [Symbol.asyncIterator]: () => chunks };
    };
    return { isPacked: isGzip(start), complete: external_node_stream_.Readable.from(replay()) };
}

;// CONCATENATED MODULE: ./lib/stores/artifact-set/repository.js





function createArtifactSetRepository(descriptors, archive, where) {
    return {
        name: where,
        async resolve(reference) {
            const found = descriptors.find((each) => each.digest === reference || tagsOf(each).includes(reference));
            if (found !== undefined)
                return found;
            throw new TransferError("MANIFEST_UNKNOWN", `${where} has no artifact ${reference}`, { where });
        },
        exists: async ({ digest }) => (await repository_sizeOf(archive, digest)) !== undefined,
        listTags: async () => descriptors.flatMap(tagsOf).filter((tag) => tag !== ""),
        async fetch(target) {
            if (target.data !== undefined)
                return streamOf(target.data);
            if ((await repository_sizeOf(archive, target.digest)) === undefined) {
                throw new TransferError("BLOB_UNKNOWN", `${where} lacks the blob ${target.digest}`, {
                    where,
                    remedy: "The archive layer is incomplete; add the resource again at its origin.",
                });
            }
            return verifying(archive.read(await repository_nameOf(archive, target.digest)), target, where);
        },
    };
}
function tagsOf({ annotations }) {
    const tags = annotations?.[TAGS_ANNOTATION];
    return [annotations?.[REF_NAME_ANNOTATION] ?? "", ...(typeof tags === "string" ? tags.split(",") : [])];
}
async function repository_nameOf(archive, digest) {
    const flat = blobName(digest);
    return (await archive.size(flat)) === undefined ? layoutBlobName(digest) : flat;
}
async function repository_sizeOf(archive, digest) {
    return archive.size(await repository_nameOf(archive, digest));
}

;// CONCATENATED MODULE: ./lib/stores/artifact-set/store.js










const INDEXES = ["index.json", "artifact-descriptor.json"];
const FILES = new Set([...INDEXES, "oci-layout", BLOBS, `${BLOBS}/sha256`, `${BLOBS}/sha512`]);
async function openArtifactSet(from, blob, { spool }, signal) {
    const where = `${from.name}@${blob.digest}`;
    const expects = (name) => FILES.has(name) || digestOfName(name) !== undefined;
    const archive = await spoolTar(await from.fetch(blob, signal), where, { spool, expects }, signal);
    try {
        const manifests = await readIndex(archive, where);
        const root = await mainArtifact(manifests, archive, where);
        return {
            root,
            repository: createArtifactSetRepository(manifests.descriptors, archive, where),
            close: () => archive.close(),
        };
    }
    catch (error) {
        await archive.close();
        throw error;
    }
}
async function readIndex(archive, where) {
    for (const name of INDEXES) {
        const size = await archive.size(name);
        if (size === undefined)
            continue;
        if (size > MAX_MANIFEST_BYTES)
            throw store_malformed(where, `its ${name} has ${size} bytes`);
        let document;
        try {
            document = parseStrictJson((await bytesOf(archive.read(name))).toString("utf8"));
        }
        catch (error) {
            throw store_malformed(where, `its ${name} is not unambiguous JSON`, error);
        }
        if (!isRecord(document) || !Array.isArray(document.manifests))
            throw store_malformed(where, `its ${name} is not an index`);
        if (misspelledMember(document, MANIFEST_MEMBERS) !== undefined)
            throw store_malformed(where, `its ${name} is not an index`);
        const descriptors = document.manifests.map((each) => parseDescriptor(each, `${where} ${name}`));
        const main = isRecord(document.annotations) ? document.annotations[MAIN_ARTIFACT_ANNOTATION] : undefined;
        return { descriptors, main };
    }
    throw store_malformed(where, "it has no index.json");
}
async function mainArtifact({ descriptors, main }, archive, where) {
    const named = descriptors.find(({ digest }) => digest === main);
    if (main !== undefined && named === undefined)
        throw store_malformed(where, "its index does not list its main artifact");
    const found = named ?? (await onlyRoot(descriptors, archive, where));
    if (found === undefined)
        throw store_malformed(where, "its index does not say which artifact is the main one");
    if (!isManifest(found.mediaType))
        throw store_malformed(where, "its main artifact is not a manifest");
    const size = await repository_sizeOf(archive, found.digest);
    if (size !== found.size)
        throw store_malformed(where, `it lacks its main artifact ${found.digest}`);
    return found;
}
async function onlyRoot(descriptors, archive, where) {
    const distinct = new Map(descriptors.map((each) => [each.digest, each]));
    const inner = new Set();
    for (const each of distinct.size > 1 ? distinct.values() : []) {
        const size = await repository_sizeOf(archive, each.digest);
        if (!isManifest(each.mediaType) || size === undefined || size > MAX_MANIFEST_BYTES)
            continue;
        const content = await bytesOf(verifying(archive.read(await repository_nameOf(archive, each.digest)), each, where));
        for (const child of parseManifest(content, each.mediaType, where).manifests)
            inner.add(child.digest);
    }
    const roots = [...distinct.values()].filter(({ digest }) => !inner.has(digest));
    return roots.length === 1 ? roots[0] : undefined;
}
function store_malformed(where, why, cause) {
    return new TransferError("ARTIFACT_SET_MALFORMED", `${where} is not a readable artifact set: ${why}`, {
        where,
        remedy: "The archive layer is damaged in its source; add the resource again with the OCM CLI.",
        cause,
    });
}

;// CONCATENATED MODULE: ./lib/archive/folder.js






function openFolder(root) {
    return {
        async list() {
            const found = await (0,promises_.readdir)(root, { recursive: true, withFileTypes: true });
            return found
                .filter((entry) => entry.isFile())
                .map(({ parentPath, name }) => entryName(root, (0,external_node_path_.join)(parentPath, name)));
        },
        async size(name) {
            try {
                const found = await (0,promises_.stat)(placeBelow(root, name));
                return found.isFile() ? found.size : undefined;
            }
            catch (error) {
                if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR")
                    return undefined;
                throw error;
            }
        },
        read(name) {
            const fd = (0,external_node_fs_.openSync)(placeBelow(root, name), READ);
            return (0,external_node_fs_.createReadStream)("", { fd, highWaterMark: chunkBytes((0,external_node_fs_.fstatSync)(fd).size) });
        },
        close: async () => { },
    };
}
function entryName(root, path, { relative, sep } = external_node_path_) {
    return relative(root, path).replaceAll(sep, "/");
}
const READ = external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_NOFOLLOW;

;// CONCATENATED MODULE: ./lib/archive/archive.js







async function archiveFormat(path) {
    const found = await (0,promises_.stat)(path);
    if (found.isDirectory())
        return "folder";
    if (!found.isFile())
        return undefined;
    const file = await (0,promises_.open)(path);
    try {
        const start = Buffer.alloc(512);
        const { bytesRead } = await file.read(start, 0, start.length, 0);
        if (isGzip(start))
            return "tgz";
        const isTar = bytesRead === start.length && start.toString("latin1", 257, 262) === "ustar";
        return isTar || (bytesRead === start.length && start.every((byte) => byte === 0)) ? "tar" : undefined;
    }
    finally {
        await file.close();
    }
}
async function openArchive(path, { spool, expects, limits = UNPACK_LIMITS }, signal) {
    const format = await archiveFormat(path);
    if (format === "folder")
        return openFolder(await (0,promises_.realpath)(path));
    if (format !== "tgz")
        return indexTar(path, expects, path);
    return spoolTar((0,external_node_fs_.createReadStream)(path, { highWaterMark: chunk_CHUNK_BYTES }), path, { spool, expects, limits }, signal);
}

;// CONCATENATED MODULE: ./lib/stores/ctf/blobs.js



async function blobsReferredTo(manifests, pool) {
    const blobs = new Map();
    for (const [digest, mediaType = OCI_MANIFEST] of manifests) {
        const size = await pool.size(digest);
        if (size === undefined || size > MAX_MANIFEST_BYTES)
            continue;
        try {
            const { config, layers } = parseManifest(await bytesOf(pool.read(digest)), mediaType, digest);
            for (const blob of config === undefined ? layers : [config, ...layers])
                blobs.set(blob.digest, blob.size);
        }
        catch {
        }
    }
    return blobs;
}

;// CONCATENATED MODULE: ./lib/stores/ctf/referrers.js



async function referrers_referrersOf(manifests, pool) {
    const referrers = new Map();
    for (const [digest, mediaType = OCI_MANIFEST] of manifests) {
        const size = await pool.size(digest);
        if (size === undefined || size > MAX_MANIFEST_BYTES)
            continue;
        const subject = await subjectOf(digest, mediaType, pool);
        if (subject === undefined)
            continue;
        referrers.set(subject, [...(referrers.get(subject) ?? []), { mediaType, digest, size }]);
    }
    return referrers;
}
async function subjectOf(digest, mediaType, pool) {
    try {
        return parseManifest(await bytesOf(pool.read(digest)), mediaType, digest).subject?.digest;
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./lib/stores/ctf/repository.js








function poolOf(archive) {
    return { size: (digest) => archive.size(blobName(digest)), read: (digest) => archive.read(blobName(digest)) };
}
function createCtfRepository(name, { path, pool, index, omitted }) {
    let blobs;
    let referrers;
    return {
        name,
        async resolve(reference) {
            const own = index.get(name);
            const digest = isDigest(reference) ? reference : own?.tags.get(reference);
            const size = digest === undefined || !own?.manifests.has(digest) ? undefined : await pool.size(digest);
            if (digest === undefined || size === undefined)
                throw manifestUnknown(path, name, reference);
            return { mediaType: own?.manifests.get(digest) ?? (await sniffedType(pool, digest)), digest, size };
        },
        async exists({ digest }) {
            return (await pool.size(digest)) !== undefined;
        },
        async fetch(target) {
            if (target.data !== undefined)
                return streamOf(target.data);
            if ((await pool.size(target.digest)) === undefined) {
                throw omitted.has(target.digest) ? blobOmitted(path, target) : blobLacking(path, target);
            }
            return verifying(pool.read(target.digest), target, path);
        },
        async absenceOf({ digest, data }) {
            if (data !== undefined || (await pool.size(digest)) !== undefined)
                return undefined;
            return omitted.has(digest) ? "omitted" : "missing";
        },
        async refersTo({ digest }) {
            blobs ??= blobsReferredTo(index.get(name)?.manifests ?? new Map(), pool);
            return (await blobs).has(digest);
        },
        listTags: async () => [...(index.get(name)?.tags.keys() ?? [])],
        async listReferrers(subject) {
            referrers ??= referrers_referrersOf(index.get(name)?.manifests ?? new Map(), pool);
            return (await referrers).get(subject) ?? [];
        },
    };
}
function blobLacking(path, { digest }) {
    return new TransferError("BLOB_UNKNOWN", `${path} lacks the blob ${digest}`, {
        where: path,
        remedy: "The archive is incomplete; write it again.",
    });
}
function blobOmitted(path, { digest }) {
    return new TransferError("BASE_MISSING", `${path} is a delta, and omits the blob ${digest}`, {
        where: path,
        remedy: "Transfer it to a target that has the base of the delta, and read the component version from there.",
    });
}
function manifestUnknown(path, repository, reference) {
    return new TransferError("MANIFEST_UNKNOWN", `${path} has no artifact ${repository}:${reference}`, { where: path });
}
async function sniffedType(pool, digest) {
    const size = await pool.size(digest);
    if (size === undefined || size > MAX_MANIFEST_BYTES)
        return OCI_MANIFEST;
    try {
        const document = JSON.parse((await bytesOf(pool.read(digest))).toString("utf8"));
        if (!isRecord(document))
            return OCI_MANIFEST;
        if (typeof document.mediaType === "string" && isManifest(document.mediaType))
            return document.mediaType;
        return Array.isArray(document.manifests) ? OCI_INDEX : OCI_MANIFEST;
    }
    catch {
        return OCI_MANIFEST;
    }
}

;// CONCATENATED MODULE: ./lib/stores/ctf/store.js









const MAX_DOCUMENT_BYTES = 32 * 1024 * 1024;
async function openCtf(path, options = {}, signal) {
    const { archive, index, omitted } = await readCtf(path, options, signal);
    const parts = { path, pool: poolOf(archive), index, omitted };
    const repositories = new Map();
    return {
        kind: "ctf",
        name: path,
        repository(name) {
            const repository = repositories.get(name) ?? createCtfRepository(name, parts);
            repositories.set(name, repository);
            return repository;
        },
        listRepositories: async () => [...index.keys()],
        close: () => archive.close(),
    };
}
const DOCUMENTS = new Set([ARTIFACT_INDEX, DELTA_FILE]);
async function readCtf(path, { spool = (0,external_node_os_.tmpdir)() }, signal) {
    const archive = await openFiles(path, spool, signal);
    try {
        const document = await readDocument(archive, ARTIFACT_INDEX, path);
        if (document === undefined)
            throw malformedCtf(`${(0,external_node_path_.join)(path, ARTIFACT_INDEX)} does not exist`, path);
        const index = parseArtifactIndex(document, (0,external_node_path_.join)(path, ARTIFACT_INDEX), path);
        const delta = await readDocument(archive, DELTA_FILE, path);
        const omitted = delta === undefined ? new Map() : parseDelta(delta, (0,external_node_path_.join)(path, DELTA_FILE), path);
        return { archive, index, omitted };
    }
    catch (error) {
        await archive.close();
        throw error;
    }
}
async function readDocument(archive, name, path) {
    const size = await archive.size(name);
    if (size === undefined)
        return undefined;
    if (size > MAX_DOCUMENT_BYTES)
        throw malformedCtf(`${(0,external_node_path_.join)(path, name)} has ${size} bytes`, path);
    return (await bytesOf(archive.read(name))).toString("utf8");
}
async function openFiles(path, spool, signal) {
    try {
        if ((await archiveFormat(path)) === undefined) {
            throw new TransferError("CTF_FORMAT_UNSUPPORTED", `${path} is neither a folder, nor a tar or gzip file`, {
                where: path,
                remedy: "Name a CTF folder, or a .tar or .tgz file of one.",
            });
        }
        const expects = (name) => DOCUMENTS.has(name) || name === BLOBS || isBlob(name);
        return await openArchive(path, { spool, expects }, signal);
    }
    catch (error) {
        if (error instanceof TransferError || signal?.aborted === true)
            throw error;
        const why = errorCode(error) === "ENOENT" ? "does not exist" : `cannot be read: ${errorMessage(error)}`;
        throw malformedCtf(`${path} ${why}`, path, error);
    }
}
function isBlob(name) {
    const digest = digestOfName(name);
    return digest !== undefined && blobName(digest) === name;
}

;// CONCATENATED MODULE: ./lib/stores/ctf/commit.js









async function commitFolder({ path, index, check }, staging) {
    await staging.create();
    await makeFolders(path, (0,external_node_path_.join)(path, BLOBS), path);
    for (const digest of staging.sizes.keys())
        await (0,promises_.rename)(staging.path(digest), (0,external_node_path_.join)(path, blobName(digest)));
    await flush((0,external_node_path_.join)(path, BLOBS));
    const unfinished = (0,external_node_path_.join)(staging.folder, ARTIFACT_INDEX);
    await (0,promises_.writeFile)(unfinished, index, { flush: true });
    await check();
    await (0,promises_.rename)(unfinished, (0,external_node_path_.join)(path, ARTIFACT_INDEX));
    await flush(path);
}
async function commitArchive({ path, index, omitted, check }, staging, before, signal) {
    const unfinished = (0,external_node_path_.join)(staging.folder, "archive");
    await staging.create();
    await (0,promises_.rm)(unfinished, { force: true });
    const delta = omitted.size === 0 ? [] : [file(DELTA_FILE, Buffer.from(formatDelta(omitted)))];
    const inputs = [file(ARTIFACT_INDEX, Buffer.from(index)), ...delta, ...(await blobs(staging, before))];
    await pack(unfinished, inputs, { isCompressed: !path.endsWith(".tar") }, signal);
    await (0,promises_.chmod)(unfinished, await modeOf(path));
    await check();
    await (0,promises_.rename)(unfinished, path);
    await flush((0,external_node_path_.dirname)(path));
}
async function blobs(staging, before) {
    const found = new Map();
    for (const name of (await before?.list()) ?? []) {
        const size = await before?.size(name);
        if (before === undefined || size === undefined || digestOfName(name) === undefined)
            continue;
        found.set(name, { name, size, content: () => before.read(name) });
    }
    for (const [digest, size] of staging.sizes) {
        const name = blobName(digest);
        found.set(name, { name, size, content: () => staging.read(digest) });
    }
    return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
async function flush(folder) {
    if (process.platform === "win32")
        return;
    const handle = await (0,promises_.open)(folder);
    try {
        await handle.sync();
    }
    finally {
        await handle.close();
    }
}

;// CONCATENATED MODULE: ./lib/stores/ctf/prune.js



async function prune({ manifests, tags }, lost, pool) {
    const tagged = new Set(tags.values());
    const suspects = await reachable([...lost].filter((digest) => !tagged.has(digest)), manifests, pool);
    if (suspects.size === 0)
        return;
    const roots = [...manifests.keys()].filter((digest) => tagged.has(digest) || !suspects.has(digest));
    const needed = await reachable(roots, manifests, pool);
    for (const digest of suspects)
        if (!needed.has(digest))
            manifests.delete(digest);
}
async function reachable(roots, manifests, pool) {
    const found = new Set();
    const open = [...roots];
    for (let digest = open.pop(); digest !== undefined; digest = open.pop()) {
        if (found.has(digest) || !manifests.has(digest))
            continue;
        found.add(digest);
        open.push(...(await referredTo(digest, manifests.get(digest) ?? "", pool)));
    }
    return found;
}
async function referredTo(digest, mediaType, pool) {
    const size = await pool.size(digest);
    if (size === undefined || size > MAX_MANIFEST_BYTES)
        return [];
    try {
        const { manifests, subject } = parseManifest(await bytesOf(pool.read(digest)), mediaType, digest);
        return [...manifests, ...(subject === undefined ? [] : [subject])].map((each) => each.digest);
    }
    catch {
        return [];
    }
}

;// CONCATENATED MODULE: ./lib/stores/ctf/staging.js













function createStaging(folder, { path: target, isDurable, isOwned }) {
    const sizes = new Map();
    const checks = new Map();
    let creating;
    let isFolder;
    const path = (digest) => (0,external_node_path_.join)(folder, (0,external_node_path_.basename)(blobName(digest)));
    async function create() {
        creating ??= makePrivateFolder(folder);
        await creating;
    }
    async function adopt(digest) {
        isFolder ??= (0,promises_.lstat)(folder).then((found) => found.isDirectory(), () => false);
        if (!(await isFolder))
            return;
        const size = await fileSize(path(digest));
        if (size !== undefined && (await hasContent({ path: path(digest), size }, digest)))
            sizes.set(digest, size);
    }
    return {
        folder,
        sizes,
        path,
        create,
        read: (digest) => (0,external_node_fs_.createReadStream)(path(digest), { highWaterMark: chunkBytes(sizes.get(digest) ?? chunk_CHUNK_BYTES) }),
        async size(digest) {
            if (isOwned && !sizes.has(digest)) {
                const checking = checks.get(digest) ?? adopt(digest);
                checks.set(digest, checking);
                await checking;
            }
            return sizes.get(digest);
        },
        async put(expected, content, signal) {
            const partial = (0,external_node_path_.join)(folder, (0,external_node_crypto_.randomUUID)());
            try {
                await create();
                const verifiedContent = verifying(Buffer.isBuffer(content) ? streamOf(content) : content, expected, `the source of ${target}`);
                await (0,external_node_stream_promises_.pipeline)(verifiedContent, (0,external_node_fs_.createWriteStream)(partial, { flags: "wx", flush: isDurable }), { signal });
                await (0,promises_.rename)(partial, path(expected.digest));
            }
            catch (error) {
                await (0,promises_.rm)(partial, { force: true }).catch(() => { });
                throw isFileSystemError(error) ? unwritable(folder, error) : error;
            }
            sizes.set(expected.digest, expected.size);
        },
        remove: () => (0,promises_.rm)(folder, { recursive: true, force: true, maxRetries: 3 }),
        async suspend() {
            const names = await (0,promises_.readdir)(folder).catch(() => []);
            const unfinished = names.filter((name) => digestOfName(`${BLOBS}/${name}`) === undefined);
            if (unfinished.length === names.length)
                return (0,promises_.rm)(folder, { recursive: true, force: true });
            await Promise.all(unfinished.map((name) => (0,promises_.rm)((0,external_node_path_.join)(folder, name), { recursive: true, force: true })));
        },
    };
}

;// CONCATENATED MODULE: ./lib/stores/ctf/writable-repository.js






function createWritableRepository({ name, staging, omit, lost, ...parts }) {
    const { path, index, pool } = parts;
    if (!isRepository(name))
        throw unnamable(path, name);
    const isInPool = async (digest, size) => (await pool.size(digest)) === size;
    function loseTag(tag) {
        const digest = index.get(name)?.tags.get(tag);
        if (digest === undefined)
            return;
        const digests = lost.get(name) ?? new Set();
        lost.set(name, digests.add(digest));
    }
    return {
        ...createCtfRepository(name, parts),
        async exists(target) {
            const { mediaType, digest, size } = target;
            const isListed = !isManifest(mediaType) || index.get(name)?.manifests.has(digest) === true;
            return isListed && ((await isInPool(digest, size)) || omit(target, name));
        },
        async push(expected, content, signal) {
            await staging.put(expected, content, signal);
            if (isManifest(expected.mediaType))
                artifactsOf(index, name).manifests.set(expected.digest, expected.mediaType);
        },
        async tag({ digest }, tag) {
            const own = index.get(name);
            if (!isTag(tag))
                throw unnamable(path, tag);
            if (!own?.manifests.has(digest))
                throw manifestUnknown(path, name, digest);
            if (own.tags.get(tag) !== digest)
                loseTag(tag);
            own.tags.set(tag, digest);
        },
        async untag(tag) {
            loseTag(tag);
            index.get(name)?.tags.delete(tag);
            return true;
        },
        mount: async (target) => (await isInPool(target.digest, target.size)) || omit(target, name),
    };
}
function unnamable(path, name) {
    return new TransferError("REFERENCE_MALFORMED", `${path} cannot hold ${printable(JSON.stringify(name), 120)}`, {
        where: path,
        remedy: "Repositories and tags of a CTF are named as those of a registry.",
    });
}

;// CONCATENATED MODULE: ./lib/stores/ctf/writable-store.js
















const ARCHIVE = /\.(?:tar|tgz|tar\.gz)$/;
async function openCtfTarget(path, { isDryRun = false, base = new Map(), lock: waiting, ...options } = {}, signal) {
    const isArchive = ARCHIVE.test(path);
    await ctfExists(path, isArchive);
    const names = workNames(path, isArchive);
    const held = isDryRun ? undefined : await lockTarget(names.lock, path, { ...waiting, signal });
    try {
        const isThere = await ctfExists(path, isArchive);
        const before = isThere ? await readCtf(path, options, signal) : undefined;
        const staging = createStaging(names.staging, { path, isDurable: !isArchive, isOwned: held !== undefined });
        return await createTarget({ path, isArchive, before, base, staging, held });
    }
    catch (error) {
        await held?.release();
        throw error;
    }
}
async function createTarget({ path, isArchive, before, base, staging, held }) {
    const index = before?.index ?? new Map();
    await addMediaTypes(index, before);
    const indexBefore = before === undefined ? undefined : formatArtifactIndex(index);
    const pool = createPool(before, staging);
    const lost = new Map();
    const omitted = new Map(before?.omitted);
    const parts = { path, index, pool, staging, lost, omitted };
    function omit(blob, repository) {
        const isInBase = isOmittable(blob) && base.get(repository)?.get(blob.digest) === blob.size;
        if (isInBase)
            omitted.set(blob.digest, blob.size);
        return isInBase;
    }
    async function end(finish) {
        try {
            if (await held?.isHeld())
                await finish();
        }
        finally {
            await before?.archive.close();
            await held?.release();
        }
    }
    const target = {
        kind: "ctf",
        name: path,
        repository: (repository) => createWritableRepository({ ...parts, name: repository, omit }),
        listRepositories: async () => [...index].filter(([, { manifests }]) => manifests.size > 0).map(([name]) => name),
        async publish(tags, signal) {
            for (const change of tags.flat())
                await target.repository(change.repository).tag(change.target, change.tag, signal);
            await target.commit(signal);
        },
        omitted: () => omitted,
        rollback: async () => ({ kind: "committed" }),
        async commit(signal) {
            for (const [repository, digests] of lost)
                await prune(artifactsOf(index, repository), digests, pool);
            for (const digest of omitted.keys())
                if ((await pool.size(digest)) !== undefined)
                    omitted.delete(digest);
            const document = formatArtifactIndex(index);
            try {
                if (document !== indexBefore || staging.sizes.size > 0) {
                    const options = { path, index: document, omitted, check: async () => held?.check() };
                    await (isArchive ? commitArchive(options, staging, before?.archive, signal) : commitFolder(options, staging));
                }
            }
            catch (error) {
                throw isFileSystemError(error) ? unwritable(path, error) : error;
            }
            await target.close();
        },
        close: () => end(staging.remove),
        suspend: () => end(staging.suspend),
    };
    return target;
}
function workNames(path, isArchive) {
    const start = isArchive ? (0,external_node_path_.join)((0,external_node_path_.dirname)(path), `.${(0,external_node_path_.basename)(path)}`) : (0,external_node_path_.join)(path, OWN_FILES);
    return { lock: `${start}.lock`, staging: `${start}.partial` };
}
async function lockTarget(file, path, options) {
    try {
        return await lock(file, options);
    }
    catch (error) {
        throw isFileSystemError(error) ? unwritable(path, error) : error;
    }
}
async function ctfExists(path, isArchive) {
    try {
        if ((await (0,promises_.stat)(path)).isDirectory() === isArchive) {
            throw new TransferError("CTF_FORMAT_UNSUPPORTED", `${path} exists, and is not a ${isArchive ? "file" : "folder"}`, {
                where: path,
                remedy: "Paths that end in .tar, .tgz or .tar.gz are archives, all others folders; name another target.",
            });
        }
    }
    catch (error) {
        if (errorCode(error) === "ENOENT")
            return false;
        throw isFileSystemError(error) ? unwritable(path, error) : error;
    }
    if (isArchive)
        return true;
    const names = await (0,promises_.readdir)(path);
    if (names.includes(BLOBS) && !(await (0,promises_.lstat)((0,external_node_path_.join)(path, BLOBS))).isDirectory()) {
        throw refused(path, BLOBS, "is not a directory");
    }
    if (names.includes(ARTIFACT_INDEX))
        return true;
    const foreign = names.find((name) => name !== BLOBS && !name.startsWith(OWN_FILES) && !isMacOsMetadata(name));
    if (foreign === undefined)
        return false;
    throw malformedCtf(`${path} holds ${printable(JSON.stringify(foreign), 100)}, and no ${ARTIFACT_INDEX}`, path);
}
async function addMediaTypes(index, before) {
    if (before === undefined)
        return;
    const pool = poolOf(before.archive);
    for (const { manifests } of index.values()) {
        for (const [digest, mediaType] of manifests) {
            if (mediaType === undefined)
                manifests.set(digest, await sniffedType(pool, digest));
        }
    }
}
function createPool(before, staging) {
    const old = before === undefined ? undefined : poolOf(before.archive);
    return {
        size: async (digest) => (await staging.size(digest)) ?? (await old?.size(digest)),
        read: (digest) => (old === undefined || staging.sizes.has(digest) ? staging.read(digest) : old.read(digest)),
    };
}

;// CONCATENATED MODULE: ./lib/bounds/cache.js
function createCache(maxSize) {
    const entries = new Map();
    let total = 0;
    function remove(key) {
        total -= entries.get(key)?.size ?? 0;
        entries.delete(key);
    }
    return {
        get(key) {
            const entry = entries.get(key);
            if (entry === undefined)
                return undefined;
            entries.delete(key);
            entries.set(key, entry);
            return entry.value;
        },
        set(key, value, size) {
            remove(key);
            entries.set(key, { value, size });
            total += size;
            for (const oldest of entries.keys()) {
                if (total <= maxSize)
                    break;
                remove(oldest);
            }
        },
        delete: remove,
    };
}
function cacheBelow(cache, prefix) {
    return {
        get: (key) => cache.get(prefix + key),
        set: (key, value, size) => cache.set(prefix + key, value, size),
        delete: (key) => cache.delete(prefix + key),
    };
}

;// CONCATENATED MODULE: ./lib/stores/elsewhere/oci-blob.js



function locateOciBlob(access, { where }, registryAt) {
    if (access.size === undefined)
        return { kind: "left", reason: "it has no size" };
    const reference = parseImageReference(access.reference, where);
    const digest = parseDigest(access.digest, where);
    const descriptor = { mediaType: blobMediaType(access.mediaType), digest, size: access.size };
    return { kind: "blob", from: registryAt(reference, where).repository(reference.repository), descriptor };
}

;// CONCATENATED MODULE: ./lib/stores/elsewhere/server-login.js
function createAuthorization(credentialFor) {
    return async (url, consumer) => {
        const credential = await credentialFor?.(new URL(url), consumer);
        if (credential === undefined)
            return {};
        const { username, password, identityToken, accessToken } = credential;
        const token = accessToken ?? identityToken;
        if (token !== undefined)
            return { authorization: `Bearer ${token}` };
        return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
    };
}

;// CONCATENATED MODULE: ./lib/stores/elsewhere/wget.js



const SENT = new Set(["accept", "accept-language"]);
async function locateWget(access, wanted, context, signal) {
    const reason = whyLeft(access, wanted);
    if (reason !== undefined)
        return { kind: "left", reason };
    const { element, where } = wanted;
    const headers = Object.entries(access.header).map(([name, values]) => [name.toLowerCase(), values.join(", ")]);
    const blob = await readRemote({
        url: access.url,
        headers: Object.fromEntries(headers),
        consumer: "file",
        purpose: remote_content_contentOf(element, "wget"),
        where,
        pinned: found_pinnedDigest(wanted),
        mediaType: access.mediaType,
        decodes: true,
        followsRedirects: !access.noRedirect,
    }, context, signal);
    if (blob !== undefined)
        return { kind: "blob", ...blob };
    return { kind: "left", reason: "the server redirects, and the access forbids to follow" };
}
function whyLeft({ url, verb, hasBody, header }, wanted) {
    const parsed = URL.parse(url);
    if (parsed === null || !/^https?:$/.test(parsed.protocol))
        return "the scheme of its URL is not http or https";
    if (parsed.username !== "" || parsed.password !== "")
        return "its URL holds credentials";
    if (!/^(?:GET)?$/i.test(verb))
        return `it is asked for with ${printable(verb, 20)}`;
    if (hasBody)
        return "it is asked for with a body";
    const foreign = Object.keys(header).find((name) => !SENT.has(name.toLowerCase()));
    if (foreign !== undefined)
        return `it is asked for with the header ${printable(foreign, 40)}`;
    if (Object.values(header).some((values) => values.some((value) => /[^\t\x20-\x7e]/.test(value))))
        return "a header of it holds characters that none may have";
    return isPinnedToManifest(wanted) ? "its digest is that of an OCI manifest" : undefined;
}

;// CONCATENATED MODULE: ./lib/stores/elsewhere/access-methods.js









const MAX_CONTENT_BYTES = 16 * 1024 ** 3;
const MAX_INDEX = 64 * 1024 * 1024;
const MAX_INDEXES = 2 * MAX_INDEX;
function createAccessMethods(options) {
    const { client, registryAt, attempts, folder, largest = MAX_CONTENT_BYTES } = options;
    const spool = createSpool(folder, largest);
    const authorize = createAuthorization(options.credentialFor);
    const indexes = createCache(MAX_INDEXES);
    async function readIndex(url, signal) {
        const { host } = new URL(url);
        const party = webServer(url);
        const request = {
            method: "GET",
            url,
            headers: await authorize(url, "chart"),
            purpose: { kind: "chart-repository" },
            party,
            bufferUpTo: MAX_INDEX,
        };
        const response = await client.request(request, signal);
        if (response.status === 200)
            return (await readAll(response, MAX_INDEX)).toString("utf8");
        await readAll(response, 65_536, true);
        throw new TransferError("ARTIFACT_UNAVAILABLE", `the chart repository ${host} answers with ${response.status}`, {
            where: host,
            remedy: "See that it has an index.yaml; a login for it is taken from ocm-config, consumer HelmChartRepository.",
        });
    }
    const context = {
        client,
        authorize,
        registryAt,
        spool,
        largest,
        ...(options.unpackLimits === undefined ? {} : { unpackLimits: options.unpackLimits }),
        attempts,
        chartIndex(url, signal) {
            const known = indexes.get(url);
            if (known !== undefined)
                return known;
            const reading = readIndex(url, signal);
            indexes.set(url, reading, 0);
            reading.then((index) => indexes.set(url, reading, index.length), () => indexes.delete(url));
            return reading;
        },
    };
    return {
        async locate(access, wanted, signal) {
            if (access.kind === "ociBlob")
                return locateOciBlob(access, wanted, registryAt);
            return access.kind === "helm"
                ? locateChart(access, wanted, context, signal)
                : locateWget(access, wanted, context, signal);
        },
        close: () => spool.close(),
    };
}

;// CONCATENATED MODULE: ./lib/stores/inventory/read-base.js







const MAX_INVENTORY_BYTES = 64 * 1024 * 1024;
async function readBase(paths, options, signal) {
    const several = [];
    for (const path of paths)
        several.push(await readOne(path, options, signal));
    return mergeBlobs(several);
}
async function readOne(path, options, signal) {
    try {
        if ((await archiveFormat(path)) !== undefined)
            return await blobsOfArchive(path, options, signal);
        const { size } = await (0,promises_.stat)(path);
        if (size > MAX_INVENTORY_BYTES)
            throw invalidBase(path, `it has ${size} bytes`);
        return parseInventory(await (0,promises_.readFile)(path, "utf8"), path).blobs;
    }
    catch (error) {
        throw isFileSystemError(error) ? invalidBase(path, errorMessage(error), error) : error;
    }
}
async function blobsOfArchive(path, options, signal) {
    const { archive, index } = await readCtf(path, options, signal);
    try {
        const pool = poolOf(archive);
        const blobs = new Map();
        for (const [name, { manifests }] of index)
            blobs.set(name, await blobsReferredTo(manifests, pool));
        return blobs;
    }
    finally {
        await archive.close();
    }
}

;// CONCATENATED MODULE: ./lib/stores/registry/auth/identity-tokens.js

function createIdentityTokens(onToken = () => { }) {
    const renewed = new Map();
    const turns = createLimiter(1);
    const kept = new Set();
    return {
        async exchange(credential, request, signal) {
            const { identityToken: given } = credential;
            if (given === undefined || kept.has(given))
                return request(credential);
            const release = await turns.acquire(given, signal);
            try {
                if (kept.has(given)) {
                    release();
                    return await request(credential);
                }
                const token = await request({ ...credential, identityToken: renewed.get(given) ?? given });
                if (token.identityToken === undefined) {
                    if (!renewed.has(given))
                        kept.add(given);
                }
                else {
                    onToken(token.identityToken);
                    renewed.set(given, token.identityToken);
                }
                return token;
            }
            finally {
                release();
            }
        },
    };
}

;// CONCATENATED MODULE: ./lib/stores/registry/cache.js

const TAG_SIZE = 64;
const MAX_CACHE = 64 * 1024 * 1024;
function createRegistryCache(maxSize = MAX_CACHE) {
    return { manifests: createCache(maxSize), tagLists: createCache(maxSize) };
}
function cachePart({ manifests, tagLists }, key) {
    return { manifests: cacheBelow(manifests, `${key} `), tagLists: cacheBelow(tagLists, `${key} `) };
}

;// CONCATENATED MODULE: ./lib/stores/registry/auth/scope.js
function scopeOf(repository, actions) {
    return `repository:${repository}:${actions}`;
}
function scope_repositoryOf(scope) {
    return scope?.split(":").slice(1, -1).join(":") ?? "";
}
function areForReading(scopes) {
    return scopes.every((scope) => scope.endsWith(":pull"));
}

;// CONCATENATED MODULE: ./lib/stores/registry/auth/ambient-use.js

function createAmbientUse(isForeign) {
    const refused = new Set();
    const released = new Set();
    const isHeldBack = (scopes) => isForeign && areForReading(scopes) && !released.has(scopes.join(" "));
    return {
        isSent: (scopes) => !isHeldBack(scopes) && !refused.has(scopes.join(" ")),
        refuse: (scopes) => void refused.add(scopes.join(" ")),
        release(scopes) {
            if (!isHeldBack(scopes))
                return false;
            released.add(scopes.join(" "));
            return true;
        },
    };
}

;// CONCATENATED MODULE: ./lib/stores/registry/auth/challenge.js
const challenge_TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const BARE_VALUE = /[^\s,]*/y;
const TOKEN68 = /[A-Za-z0-9._~+/-]+=*\s*(?=,|$)/y;
function parseChallenges(header) {
    const challenges = [];
    let at = 0;
    const skip = (pattern) => {
        pattern.lastIndex = at;
        const match = pattern.exec(header);
        if (match !== null)
            at += match[0].length;
    };
    const take = (pattern) => {
        pattern.lastIndex = at;
        const match = pattern.exec(header);
        if (match === null)
            return undefined;
        at += match[0].length;
        return match[0];
    };
    while (at < header.length) {
        skip(/[\s,]*/y);
        const name = take(challenge_TOKEN);
        if (name === undefined)
            break;
        skip(/\s*/y);
        if (header[at] !== "=") {
            challenges.push({ scheme: name.toLowerCase(), parameters: {} });
            skip(TOKEN68);
            continue;
        }
        at++;
        skip(/\s*/y);
        const value = header[at] === '"' ? quoted() : take(BARE_VALUE);
        const current = challenges.at(-1);
        if (current === undefined || value === undefined)
            break;
        current.parameters[name.toLowerCase()] = value;
    }
    return challenges;
    function quoted() {
        let text = "";
        for (at++; at < header.length; at++) {
            if (header[at] === '"') {
                at++;
                return text;
            }
            if (header[at] === "\\")
                at++;
            text += header[at] ?? "";
        }
        return undefined;
    }
}
function wantedChallenge(header) {
    const challenges = parseChallenges(header ?? "");
    const bearer = challenges.filter(({ scheme }) => scheme === "bearer");
    const basics = challenges.filter(({ scheme }) => scheme === "basic");
    return bearer.find(({ parameters }) => parameters.realm) ?? basics[0] ?? bearer[0];
}

;// CONCATENATED MODULE: ./lib/stores/registry/auth/kept-tokens.js
const EXPIRY_MARGIN = 5_000;
function createKeptTokens(onToken) {
    const tokens = new Map();
    const keyOf = (scopes) => scopes.join(" ");
    return {
        async get(scopes, ask) {
            const key = keyOf(scopes);
            for (let held = tokens.get(key); held !== undefined; held = tokens.get(key)) {
                const token = await held;
                if (token.expires - EXPIRY_MARGIN > Date.now())
                    return token;
                if (tokens.get(key) === held)
                    tokens.delete(key);
            }
            const promised = ask().then((token) => {
                onToken?.(token.value);
                return token;
            });
            tokens.set(key, promised);
            promised.catch(() => tokens.delete(key));
            return promised;
        },
        async forget(scopes, refused) {
            const key = keyOf(scopes);
            const held = tokens.get(key);
            if (held === undefined || `Bearer ${(await held).value}` !== refused)
                return;
            if (tokens.get(key) === held)
                tokens.delete(key);
        },
        delete: (scopes) => void tokens.delete(keyOf(scopes)),
    };
}

;// CONCATENATED MODULE: ./lib/stores/registry/auth/realm.js





function parseRealm(realm, registry, allowsPlainHttp) {
    const refused = (remedy) => new TransferError("TOKEN_REALM_REFUSED", `${registry.host} names the token realm ${printable(realm ?? "", 120)}, which is not safe to ask`, { where: registry.host, remedy });
    const url = realm === undefined ? null : URL.parse(realm);
    const isPlainUrl = url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
    if (!isPlainUrl || !isHost(url.host.replace(/\.(?=:|$)/, ""))) {
        throw refused("A realm has to be an https URL of a host name, without user and password; ask the operators of the registry.");
    }
    if (url.protocol === "http:" && url.origin !== registry.origin && !allowsPlainHttp(url)) {
        throw refused(`Ask the operators of the registry for an https realm; if ${url.host} speaks plain HTTP and the network is safe, list it in plain-http.`);
    }
    url.hash = "";
    url.search = withoutClientParameters(url.searchParams).toString();
    return url;
}
const CLIENT_PARAMETERS = new Set([
    "accesstype",
    "account",
    "clientid",
    "granttype",
    "offlinetoken",
    "password",
    "refreshtoken",
    "scope",
    "service",
    "username",
]);
function withoutClientParameters(query) {
    const isClients = (name) => CLIENT_PARAMETERS.has(name.toLowerCase().replace(/(?<=.)\[.*|[^a-z]/gs, ""));
    return new URLSearchParams([...query].filter(([name]) => !isClients(name)));
}
function credentialForRealm(realm, registry, { own, bound }) {
    return bound ?? (isRealmOf(realm, registry) ? own : undefined);
}
function isRealmOf(realm, registry) {
    if (realm.origin === registry.origin)
        return true;
    const isDefault = realm.protocol === "https:" && realm.port === "" && isHttpsDefault(registry.origin);
    return isDefault && tokenHostsOf(canonicalHost(registry.host)).includes(realm.hostname);
}
function isHttpsDefault(origin) {
    const { protocol, port } = new URL(origin);
    return protocol === "https:" && port === "";
}
function bindingRemedy(registry, tokenHost) {
    return `If ${registry} gets its tokens from ${tokenHost}, add the line ${tokenHost}@${registry}=user:password to credentials.`;
}

;// CONCATENATED MODULE: ./lib/stores/registry/auth/refused-token.js



const refused_token_MAX_SKEW_MS = 120_000;
function refusedToken({ hop, headers }, refused) {
    const { request, scopes, token } = refused;
    const { granted, isAnonymous } = token;
    const asked = wantedChallenge(headers["www-authenticate"]);
    const error = asked?.parameters.error;
    const reads = request.method === "GET" || request.method === "HEAD";
    const allows = granted === undefined ? undefined : scopes.every((scope) => isAllowed(granted, scope, reads));
    if (error === "insufficient_scope" || allows === false) {
        return isAnonymous ? undefined : reads ? "DENIED" : "PUSH_DENIED";
    }
    const skew = clockSkew(headers, Date.now());
    if (skew !== undefined && Math.abs(skew) > refused_token_MAX_SKEW_MS)
        return "CLOCK_SKEWED";
    if (asked === undefined || error !== undefined)
        return isAnonymous && error === undefined ? undefined : "TOKEN_REFUSED";
    if (isAnonymous && allows === undefined)
        return undefined;
    return hop.route.via === "proxy" ? "AUTHORIZATION_STRIPPED" : "TOKEN_REFUSED";
}
function isAllowed(granted, scope, reads) {
    const action = reads ? "pull" : (scope.split(/[:,]/).at(-1) ?? "");
    const actions = granted.get(scope_repositoryOf(scope));
    return actions !== undefined && (actions.has(action) || actions.has("*"));
}

;// CONCATENATED MODULE: ./lib/stores/registry/auth/granted-actions.js

function grantedActions(token, scope) {
    const claims = accessClaims(token);
    if (claims !== undefined)
        return claims;
    return typeof scope === "string" ? unlessEmpty(fromScope(scope)) : undefined;
}
function unlessEmpty(granted) {
    return granted.size === 0 ? undefined : granted;
}
function fromScope(scope) {
    const granted = new Map();
    for (const one of scope.split(" ")) {
        const [, repository, actions] = /^repository(?:\([^)]*\))?:(.+):([^:]*)$/.exec(one) ?? [];
        if (repository !== undefined)
            granted.set(repository, new Set(actions?.split(",")));
    }
    return granted;
}
function accessClaims(token) {
    const [, payload] = token.split(".");
    if (payload === undefined)
        return undefined;
    let claims;
    try {
        claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    }
    catch {
        return undefined;
    }
    if (!isRecord(claims) || !Array.isArray(claims.access))
        return undefined;
    const granted = new Map(claims.access.filter(isRecord).flatMap(({ type, name, actions }) => {
        if (type !== "repository" || typeof name !== "string" || !Array.isArray(actions))
            return [];
        return [[name, new Set(actions.filter((action) => typeof action === "string"))]];
    }));
    return claims.access.length === 0 ? granted : unlessEmpty(granted);
}

;// CONCATENATED MODULE: ./lib/stores/registry/auth/token.js






const MAX_ANSWER_BYTES = 1024 * 1024;
const token_MAX_REFUSAL_BYTES = 8192;
const MIN_LIFE_SECONDS = 60;
async function requestToken(client, request, now, signal) {
    const { challenge, scopes, registry } = request;
    const realm = parseRealm(challenge.parameters.realm, registry, request.allowsPlainHttp ?? (() => false));
    const bound = request.boundCredential?.(realm);
    const credential = credentialForRealm(realm, registry, { own: request.credential, bound });
    const foreignHost = bound !== undefined || isRealmOf(realm, registry) ? undefined : realm.host;
    const service = challenge.parameters.service;
    const doing = `getting a token for ${registry.host} from ${realm.host}`;
    const asking = requestsFor(credential, { realm, service, scopes });
    const send = async (request) => {
        const purpose = { kind: "token", registry: registry.host, role: registry.role };
        const answer = await client.request({ ...request, lane: "token", bufferUpTo: MAX_ANSWER_BYTES, purpose }, signal);
        return answer.status === 200 ? answer : inMemory(answer, token_MAX_REFUSAL_BYTES, true);
    };
    let response = await send(asking[0]);
    const [first, next] = asking;
    if (next !== undefined && isUnsupported(response.status, first)) {
        await drain(response);
        response = await send(next);
    }
    if (response.status !== 200) {
        const isRefusal = response.status === 401 || response.status === 403;
        const isExchange = credential?.identityToken !== undefined && asking.length === 1;
        const refused = { ...response, login: request.explainLogin?.() };
        if (isExchange && isUnsupported(response.status, first)) {
            throw await registryError(refused, doing, { as: "IDENTITY_TOKEN_UNSUPPORTED" });
        }
        if (isRefusal && foreignHost !== undefined) {
            throw await registryError(refused, `${doing}, which got no credentials`, {
                as: "TOKEN_HOST_FOREIGN",
                remedy: bindingRemedy(registry.host, foreignHost),
            });
        }
        const as = isRefusal && credential !== undefined ? "CREDENTIALS_REFUSED" : undefined;
        throw await registryError(refused, doing, { as, of: "token" });
    }
    if (response.headers["content-type"]?.includes("text/html")) {
        throw await registryError(response, doing, { as: "CAPTIVE_PORTAL" });
    }
    const { renewed, ...token } = parseToken(await readAll(response, MAX_ANSWER_BYTES), realm.host, now);
    const given = credential?.identityToken;
    return {
        ...token,
        identityToken: given === undefined || renewed === given ? undefined : renewed,
        isAnonymous: credential === undefined,
        isAmbient: credential?.isAmbient === true,
        foreignHost,
    };
}
function requestsFor(credential, question) {
    if (credential === undefined)
        return [token_ask(question, undefined)];
    const { username, password, identityToken } = credential;
    if (identityToken !== undefined) {
        const exchange = post(question, { grant_type: "refresh_token", refresh_token: identityToken });
        return password === "" ? [exchange] : [exchange, token_ask(question, credential)];
    }
    return [token_ask(question, credential), post(question, { grant_type: "password", username, password })];
}
function isUnsupported(status, { method }) {
    return status === 405 || status === 501 || (method === "POST" && (status === 400 || status === 404));
}
function token_ask({ realm, service, scopes }, credential) {
    const url = new URL(realm);
    if (service)
        url.searchParams.set("service", service);
    for (const scope of scopes)
        url.searchParams.append("scope", scope);
    return { method: "GET", url: url.href, headers: credential === undefined ? {} : basic(credential) };
}
function post({ realm, service, scopes }, grant) {
    const form = new URLSearchParams({ ...grant, client_id: "ocm-proxied-transfer" });
    if (service)
        form.set("service", service);
    form.set("scope", scopes.join(" "));
    return {
        method: "POST",
        url: realm.href,
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: Buffer.from(form.toString()),
    };
}
function basic({ username, password }) {
    return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
}
function parseToken(body, host, now) {
    let answer;
    try {
        answer = JSON.parse(body.toString("utf8"));
    }
    catch {
        answer = undefined;
    }
    const value = isRecord(answer) ? answer.token || answer.access_token : undefined;
    if (typeof value !== "string" || !isTokenText(value)) {
        throw new TransferError("TOKEN_MALFORMED", `${host} sends an answer without a token`, {
            where: host,
            remedy: "See what answers at this host: a login page of a proxy is a usual cause.",
        });
    }
    const life = isRecord(answer) && typeof answer.expires_in === "number" ? answer.expires_in : MIN_LIFE_SECONDS;
    const scope = isRecord(answer) ? answer.scope : undefined;
    const other = isRecord(answer) ? answer.refresh_token : undefined;
    const renewed = typeof other === "string" && isTokenText(other) ? other : undefined;
    const expires = now + Math.max(life, MIN_LIFE_SECONDS) * 1000;
    return { value, expires, granted: grantedActions(value, scope), renewed };
}
function isTokenText(text) {
    return /^[\x21-\x7e]+$/.test(text);
}

;// CONCATENATED MODULE: ./lib/stores/registry/auth/authorization.js













const authorization_MAX_REFUSAL_BYTES = 8192;
function isTokenRefused({ code }) {
    return code === "TOKEN_REFUSED" || code === "AUTHORIZATION_STRIPPED";
}
function createAuthorizedClient(options) {
    const party = {
        kind: options.isForeign === true ? "foreign-registry" : "named-registry",
        host: options.hopHost,
    };
    const client = { request: (request, signal) => options.client.request({ ...request, party }, signal) };
    const purpose = { kind: "registry", role: options.role };
    const uploads = { kind: "uploads", registry: options.hopHost, role: options.role };
    let challenge;
    let challengedAt;
    const tokens = createKeptTokens(options.onToken);
    const ambient = createAmbientUse(options.isForeign === true);
    const { identityTokens = createIdentityTokens(options.onToken) } = options;
    function tokenFor(scopes, asking) {
        return asOneWork(() => tokens.get(scopes, () => askToken(scopes, asking)));
    }
    async function askToken(scopes, { bearer, credential, signal }) {
        const repository = scope_repositoryOf(scopes[0]);
        const request = {
            challenge: bearer,
            scopes,
            registry: options,
            credential,
            boundCredential: (realm) => options.boundCredential?.(realm, repository),
            explainLogin: () => options.explainLogin?.(repository),
            allowsPlainHttp: options.allowsPlainHttp,
        };
        const asking = noticing(repository);
        const ask = (own) => untilSameTwice(options.client.attempts, () => requestToken(asking, { ...request, credential: own }, Date.now(), signal), signal);
        try {
            return await (credential === undefined ? ask(undefined) : identityTokens.exchange(credential, ask, signal));
        }
        catch (error) {
            if (!(error instanceof TransferError) || error.code !== "CREDENTIALS_REFUSED")
                throw error;
            if (credential?.isAmbient !== true || !areForReading(scopes))
                throw error;
            ambient.refuse(scopes);
            return ask(undefined);
        }
    }
    async function credentialFor(scopes) {
        const credential = await options.credentialFor(scope_repositoryOf(scopes[0]));
        return credential?.isAmbient === true && !ambient.isSent(scopes) ? undefined : credential;
    }
    async function canLogIn({ status }, scopes) {
        if (status !== 401 && status !== 403)
            return false;
        const credential = await options.credentialFor(scope_repositoryOf(scopes[0]));
        if (credential?.isAmbient !== true || !ambient.release(scopes))
            return false;
        tokens.delete(scopes);
        return true;
    }
    async function sendOrLogIn(request, scopes, signal) {
        if (scopes === undefined || options.isForeign !== true)
            return send(request, scopes, signal);
        try {
            const answer = await send(request, scopes, signal);
            if (!(await canLogIn(answer, scopes)))
                return answer;
            await drain(answer);
        }
        catch (error) {
            if (!(error instanceof RegistryError) || !(await canLogIn(error, scopes)))
                throw error;
        }
        return send(request, scopes, signal);
    }
    async function authorization(scopes, signal) {
        if (challenge === undefined)
            return { headers: {} };
        const credential = await credentialFor(scopes);
        if (challenge.scheme === "bearer") {
            if (credential?.accessToken !== undefined) {
                options.onLogin?.(scope_repositoryOf(scopes[0]));
                return { headers: { authorization: `Bearer ${credential.accessToken}` } };
            }
            const token = await tokenFor(scopes, { bearer: challenge, credential, signal });
            return { headers: { authorization: `Bearer ${token.value}` }, token };
        }
        const isLogin = credential !== undefined && (credential.username !== "" || credential.password !== "");
        if (isLogin)
            options.onLogin?.(scope_repositoryOf(scopes[0]));
        return { headers: isLogin ? basic(credential) : {} };
    }
    function explained(response, scopes) {
        const isOwn = new URL(response.hop.url).origin === options.origin;
        if (!isOwn || (response.status !== 401 && response.status !== 403))
            return response;
        return { ...response, login: options.explainLogin?.(scope_repositoryOf(scopes[0])) };
    }
    function noticing(repository) {
        return {
            request(request, signal) {
                if (request.headers?.authorization !== undefined || request.method === "POST")
                    options.onLogin?.(repository);
                return client.request(request, signal);
            },
        };
    }
    function learnFrom({ headers, hop }) {
        if (new URL(hop.url).origin !== options.origin)
            return false;
        const asked = wantedChallenge(headers["www-authenticate"]);
        if (asked === undefined)
            return false;
        challenge = asked;
        challengedAt = hop;
        return true;
    }
    async function send(registryRequest, scopes, signal) {
        const request = { ...registryRequest, purpose };
        if (scopes === undefined)
            return client.request({ ...request, purpose: uploads }, signal);
        const { headers: before, token: held } = await authorization(scopes, signal);
        const response = await client.request({ ...request, headers: { ...request.headers, ...before } }, signal);
        if (response.status === 403 && held?.isAmbient === true && areForReading(scopes)) {
            return askAnonymously(request, scopes, { refusal: response, signal });
        }
        if (response.status !== 401 || !learnFrom(response))
            return explained(response, scopes);
        const refusal = await inMemory(response, authorization_MAX_REFUSAL_BYTES, true);
        await tokens.forget(scopes, before.authorization);
        const isStream = request.body !== undefined && !Buffer.isBuffer(request.body);
        if (isStream)
            return explained(refusal, scopes);
        const { headers: after, token } = await authorization(scopes, signal);
        if (after.authorization === undefined)
            return explained(refusal, scopes);
        if (after.authorization === before.authorization) {
            if (token?.isAmbient === true && areForReading(scopes)) {
                return askAnonymously(request, scopes, { refusal, signal });
            }
            const as = token === undefined ? "CREDENTIALS_REFUSED" : refusedToken(refusal, { request, scopes, token });
            throw await registryError(explained(refusal, scopes), `logging in at ${options.host}`, { as });
        }
        const answer = await client.request({ ...request, headers: { ...request.headers, ...after } }, signal);
        if ((answer.status === 401 || answer.status === 403) && token?.isAmbient === true && areForReading(scopes)) {
            return askAnonymously(request, scopes, { refusal: answer, signal });
        }
        if (answer.status !== 401)
            return explained(answer, scopes);
        const refused = explained(answer, scopes);
        const code = token === undefined ? "CREDENTIALS_REFUSED" : refusedToken(answer, { request, scopes, token });
        if (code !== undefined)
            throw await registryError(refused, `logging in at ${options.host}`, { as: code });
        if (token?.foreignHost === undefined)
            return refused;
        throw await registryError(refused, `logging in at ${options.host} with a token of ${token.foreignHost}, which got no credentials`, { as: "TOKEN_HOST_FOREIGN", remedy: bindingRemedy(options.host, token.foreignHost) });
    }
    return {
        async learn(request, signal) {
            const response = await client.request({ ...request, purpose }, signal);
            if (response.status === 401)
                learnFrom(response);
            return response;
        },
        async granted(scopes, signal) {
            if (challenge?.scheme !== "bearer" || challengedAt === undefined)
                return undefined;
            const credential = await credentialFor(scopes);
            if (credential?.accessToken !== undefined)
                return undefined;
            const { granted: actions, foreignHost } = await tokenFor(scopes, { bearer: challenge, credential, signal });
            const { service } = challenge.parameters;
            return actions === undefined ? undefined : { actions, hop: challengedAt, foreignHost, service };
        },
        wantsLogin: () => challenge !== undefined,
        attempts: options.client.attempts,
        request: (request, scopes, signal) => asOneWork(() => untilSameTwice(options.client.attempts, () => sendOrLogIn(request, scopes, signal), signal, isTokenRefused)),
    };
    async function askAnonymously(request, scopes, { refusal, signal }) {
        const held = await inMemory(refusal, authorization_MAX_REFUSAL_BYTES, true);
        ambient.refuse(scopes);
        tokens.delete(scopes);
        const { headers } = await authorization(scopes, signal);
        const answer = await client.request({ ...request, headers: { ...request.headers, ...headers } }, signal);
        if (answer.status !== 401)
            return explained(answer, scopes);
        await inMemory(answer, authorization_MAX_REFUSAL_BYTES, true);
        return explained(held, scopes);
    }
}

;// CONCATENATED MODULE: ./lib/stores/registry/foreign-page.js

function isInserted({ status, headers }, { size }) {
    return status === 200 && isForeignPage(headers) && headers["content-length"] !== String(size);
}

;// CONCATENATED MODULE: ./lib/stores/registry/blobs.js















const MAX_DOCUMENT = 262_144;
const CODING_OVERHEAD = 1024;
function fetchBlob(blob, context, signal) {
    return asOneWork(() => blob.size <= MAX_DOCUMENT ? readSmall(blob, context, signal) : openLarge(blob, context, signal));
}
async function readSmall(blob, context, signal) {
    const { client, scopes } = context;
    const bufferUpTo = blob.size + CODING_OVERHEAD;
    const request = { method: "GET", url: urlOf(blob, context), bufferUpTo, truncate: true, isContent: true };
    const read = async () => {
        const response = await client.request(request, scopes, signal);
        await blobs_accept(response, blob, context);
        return blobs_contentOf(await bytesOf(response.body), blob, response);
    };
    return streamOf(await untilSameTwice(client.attempts, read, signal));
}
async function openLarge(blob, context, signal) {
    const { client, scopes } = context;
    const url = urlOf(blob, context);
    const request = (headers) => client.request({ method: "GET", url, headers, isContent: true }, scopes, signal);
    const first = await request({});
    await blobs_accept(first, blob, context);
    const { host } = first.hop;
    const coding = compressionOf(first, blob);
    if (coding !== undefined) {
        return verifying(first.body.pipe(decoderOf(coding)), blob, host, (error) => bodyError(first, error));
    }
    const download = { size: blob.size, attempts: client.attempts, request, signal };
    return verifying(resuming(first, { ...download, accept: (response) => blobs_accept(response, blob, context) }), blob, host);
}
function compressionOf(response, { size, mediaType }) {
    const length = response.headers["content-length"];
    const coding = codingOf(response);
    const isLabel = length === undefined ? coding !== undefined && mediaType.endsWith(coding) : length === String(size);
    return isLabel ? undefined : coding;
}
async function blobs_contentOf(received, blob, response) {
    const { host } = response.hop;
    const coding = codingOf(response);
    if (coding === undefined || isContentOf(blob, received))
        return verified(received, blob, host);
    try {
        return verified((await decoded(received, coding, blob.size)) ?? received, blob, host);
    }
    catch (error) {
        if (!(error instanceof TransferError))
            throw error;
        const why = `it is sent compressed (Content-Encoding: ${coding}), which was not requested`;
        throw new TransferError(error.code, `${error.message}; ${why}`, {
            where: host,
            remedy: "Ask the operators of the registry, or of a proxy before it, not to compress content of /v2/.",
        });
    }
}
function probeBlob(blob, context, signal) {
    return asOneWork(async () => {
        const response = await firstByte(blob, context, signal);
        if (response.status >= 400 || isInserted(response, blob))
            throw await refusal(response, blob, context);
        response.body.on("error", () => { }).destroy();
        return response.hop;
    });
}
async function firstByte(blob, context, signal) {
    const { client, scopes } = context;
    const request = { method: "GET", url: urlOf(blob, context) };
    if (blob.size === 0)
        return client.request(request, scopes, signal);
    try {
        const response = await client.request({ ...request, headers: { range: "bytes=0-0" } }, scopes, signal);
        if (!refusesRange(response.status))
            return response;
        await drain(response);
        if (isRetryableStatus(response.status))
            countRepetition();
        return await client.request(request, scopes, signal);
    }
    catch (error) {
        if (!(error instanceof HopError) || error.phase !== "response" || !error.timedOut)
            throw error;
        return probeWithoutContent(error, blob, context, signal);
    }
}
async function probeWithoutContent(late, blob, context, signal) {
    const policy = currentRetryPolicy() ?? { timeout: 10_000, attempts: 1 };
    const request = { method: "HEAD", url: urlOf(blob, context) };
    try {
        const response = await withRetryPolicy({ ...policy, attempts: 1, failFast: false }, () => context.client.request(request, context.scopes, signal));
        return response.status < 500 ? { ...response, status: 200 } : response;
    }
    catch {
        throw late;
    }
}
async function mountBlob({ digest }, from, { base, client, scopes }, signal) {
    const both = [...scopes, scopeOf(from, "pull")];
    const url = `${base}blobs/uploads/?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(from)}`;
    try {
        const response = await keepOneAttempt(() => client.request(uploadRequest(url), both, signal));
        await drain(response);
        if (response.status === 201)
            return true;
        if (isRetryableStatus(response.status))
            countRepetition();
        const location = response.status === 202 ? URL.parse(response.headers.location ?? "", response.hop.url) : null;
        if (location !== null && location.origin === new URL(base).origin)
            await cancelUpload(client, location, both);
        return false;
    }
    catch (error) {
        signal?.throwIfAborted();
        const isTemporary = isRetryable(error) || isTemporaryRefusal(error);
        if (isTemporary)
            countRepetition();
        if (isTemporary || isConclusive(error))
            return false;
        throw error;
    }
}
function urlOf({ digest }, { base }) {
    return `${base}blobs/${digest}`;
}
async function blobs_accept(response, blob, context) {
    if (response.status !== 200 || isInserted(response, blob))
        throw await refusal(response, blob, context);
}
function refusal(response, blob, { where }) {
    const as = isInserted(response, blob) ? "CAPTIVE_PORTAL" : undefined;
    return registryError(response, `reading blob ${blob.digest} of ${where}`, { as, of: "blob" });
}

;// CONCATENATED MODULE: ./lib/stores/registry/manifests.js











const DIGEST_HEADER = "docker-content-digest";
async function getManifest(reference, context, signal) {
    const read = () => asOneWork(() => untilSameTwice(context.client.attempts, () => manifests_readManifest(reference, context, signal), signal));
    if (!isDigest(reference))
        return read();
    const { manifests, reading } = context;
    const key = `${context.name}@${reference}`;
    const known = manifests.get(key) ?? reading.get(key);
    if (known !== undefined)
        return known;
    const asked = read().finally(() => reading.delete(key));
    reading.set(key, asked);
    return asked;
}
async function manifests_readManifest(reference, context, signal, expected) {
    const { name, base, client, scopes, where, manifests } = context;
    if (!isDigest(reference) && !isTag(reference)) {
        throw new TransferError("REFERENCE_MALFORMED", `"${printable(reference, 120)}" is neither tag nor digest`, {
            where,
            remedy: "See where the reference was written.",
        });
    }
    const url = `${base}manifests/${reference}`;
    const headers = { accept: MANIFEST_TYPES.join(", ") };
    const response = await client.request({ method: "GET", url, headers, bufferUpTo: MAX_MANIFEST_BYTES }, scopes, signal);
    const isPage = response.status === 200 && isForeignPage(response.headers);
    if (response.status !== 200 || isPage) {
        const as = isPage ? "CAPTIVE_PORTAL" : undefined;
        throw await registryError(response, `reading manifest ${reference} of ${where}`, { as, of: "manifest" });
    }
    const content = await readAll(response, MAX_MANIFEST_BYTES);
    const mediaType = mediaTypeOf(content, response.headers["content-type"]);
    const digest = isDigest(reference) ? reference : sha256(content);
    const named = response.headers[DIGEST_HEADER];
    const manifest = { descriptor: { mediaType, digest, size: content.length }, content };
    verified(content, manifest.descriptor, where);
    if (!isDigest(reference) && digest !== expected && isDigest(named)) {
        verified(content, { ...manifest.descriptor, digest: named }, where);
    }
    manifests.set(`${name}@${digest}`, manifest, content.length);
    return manifest;
}
function mediaTypeOf(content, contentType) {
    const header = contentType?.split(";")[0]?.trim() ?? "";
    if (isManifest(header))
        return header;
    const document = parsed(content);
    return isRecord(document) && typeof document.mediaType === "string" ? document.mediaType : header;
}
function parsed(content) {
    try {
        return JSON.parse(content.toString("utf8"));
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./lib/stores/registry/push/manifest.js










async function putManifest(reference, manifest, context, signal) {
    const isNewDamage = contentFaults(isDigest(reference) ? isDamagedManifest : isDamagedAtTag);
    return asOneWork(async () => {
        for (;;) {
            const failure = await unsettled(reference, manifest, context, signal);
            if (failure === undefined)
                return;
            if (!isNewDamage(failure) || !(await mayRepeat(context.client.attempts, { signal })))
                throw failure;
        }
    });
}
async function unsettled(reference, manifest, context, signal) {
    const failure = await failureOf(() => put(reference, manifest, context, signal));
    if (failure === undefined)
        return undefined;
    signal?.throwIfAborted();
    if (isDigest(reference) && !isOpen(failure))
        return failure;
    const { digest } = manifest.descriptor;
    const stored = await readOrNone(reference, digest, context, signal).catch(() => undefined);
    if (stored === digest)
        return undefined;
    if (isDigest(stored) && isRefusedForTag(failure))
        return tagImmutable(failure, reference, stored);
    return failure;
}
function tagManifest(tag, manifest, context, signal) {
    return asOneWork(async () => {
        const { digest } = manifest.descriptor;
        await putManifest(tag, manifest, context, signal);
        for (;;) {
            const stored = await readOrNone(tag, digest, context, signal);
            if (stored === "denied" || stored === digest)
                return;
            if (stored !== undefined)
                throw storesAnother(stored, digest, context);
            if (!(await mayRepeat(context.client.attempts, { signal })))
                throw doesNotStore(context);
        }
    });
}
async function put(reference, { descriptor, content }, context, signal) {
    const { base, client, scopes, doing } = context;
    const headers = { "content-type": descriptor.mediaType };
    const url = `${base}manifests/${reference}`;
    const response = await client.request({ method: "PUT", url, headers, body: content }, scopes, signal);
    if (response.status >= 300) {
        throw await registryError(response, `${doing} (${measureOf(content)})`, { of: "manifest push" });
    }
    await drain(response);
    const stored = response.headers[DIGEST_HEADER];
    if (isDigest(stored) && hasherOf(stored).update(content).digest("hex") !== encoded(stored)) {
        throw storesAnother(stored, descriptor.digest, context);
    }
}
function measureOf(content) {
    const document = parsed(content);
    const layers = isRecord(document) && Array.isArray(document.layers) ? `${document.layers.length} layers, ` : "";
    return `${layers}${content.length} bytes`;
}
async function failureOf(work) {
    try {
        await work();
        return undefined;
    }
    catch (error) {
        return error;
    }
}
async function readOrNone(reference, expected, context, signal) {
    try {
        const read = () => manifests_readManifest(reference, context, signal, expected);
        return (await untilSameTwice(context.client.attempts, read, signal)).descriptor.digest;
    }
    catch (error) {
        if (isRefused(error, [401, 403]))
            return "denied";
        if (isRefused(error, [404]))
            return undefined;
        throw error;
    }
}
function isRefused(error, statuses) {
    return error instanceof RegistryError && statuses.includes(error.status);
}
const manifest_SENT = new Set(["tunnel", "response", "body"]);
function isOpen(failure) {
    if (failure instanceof HopError)
        return manifest_SENT.has(failure.phase);
    if (failure instanceof RegistryError)
        return isTemporaryRefusal(failure) || isRefused(failure, [409, 412]);
    return isAnother(failure);
}
function isRefusedForTag(failure) {
    if (!(failure instanceof RegistryError))
        return false;
    const { status, message } = failure;
    return /immutab/i.test(message) || (status < 500 && !isRefused(failure, [401, 403, 404, 408, 429]));
}
function isAnother(failure) {
    return failure instanceof TransferError && failure.code === "READ_BACK_DIFFERS";
}
function tagImmutable(failure, tag, has) {
    const { hop, status, registryCodes } = failure;
    return new RegistryError("TAG_IMMUTABLE", `${failure.message}; the tag ${tag} is immutable, has ${has}`, {
        hop,
        status,
        registryCodes,
    });
}
function storesAnother(stored, sent, { doing, where }) {
    return new TransferError("READ_BACK_DIFFERS", `${doing}: the registry stored ${stored}, and not ${sent}`, {
        where,
        remedy: "Ask the operators of the target what rewrites manifests there: a copy has to have the digests of its source.",
    });
}
function doesNotStore({ doing, where }) {
    return new TransferError("READ_BACK_DIFFERS", `${doing}: the registry accepted the tag, and does not have it`, {
        where,
        remedy: "Run again; if it stays, ask the operators of the target why tags that it accepts are lost.",
    });
}

;// CONCATENATED MODULE: ./lib/stores/registry/push/right.js








async function checkPushRight(registry, context, proof, signal) {
    const { client, scopes, proofs } = context;
    if (areForReading(scopes))
        return [];
    const granted = await client.granted(scopes, signal);
    if (granted !== undefined) {
        const refused = refusedGrant(registry, context, granted);
        if (refused !== undefined)
            throw (await missingRepository(registry, context, granted, signal)) ?? refused;
        return [];
    }
    if (!client.wantsLogin())
        return [];
    if (proof === "upload" && !createsByUpload(registry) && !requiresRepositories(registry)) {
        proofs.upload ??= proveByUpload(registry, context, signal);
        return proofs.upload;
    }
    await proveLogin(context, signal);
    const unknown = requiresRepositories(registry) ? await unknownRepository(context, undefined, signal) : undefined;
    if (unknown !== undefined)
        throw unknown;
    return [];
}
function refusedGrant(registry, { name, where }, { actions: all, hop, foreignHost, service }) {
    const actions = all.get(name);
    if (actions === undefined && all.size > 0)
        return undefined;
    if (actions?.has("push") || actions?.has("*"))
        return undefined;
    const isForeign = foreignHost !== undefined;
    return new RegistryError(isForeign ? "TOKEN_HOST_FOREIGN" : "PUSH_DENIED", `the token that was granted for ${where} allows ${printable([...(actions ?? [])].join(", ") || "nothing", 80)}, and not push`, {
        hop,
        status: 403,
        registryCodes: [],
        remedy: isForeign ? bindingRemedy(registry, foreignHost) : deniedRemedy(creationOf(registry, name, service)),
    });
}
async function missingRepository(registry, context, { actions, foreignHost, service }, signal) {
    if (foreignHost !== undefined || (actions.get(context.name)?.size ?? 0) > 0)
        return undefined;
    const remedy = creationOf(registry, context.name, service);
    return unknownRepository(context, remedy, signal).catch(() => undefined);
}
async function proveByUpload(registry, context, signal) {
    const { base, client, scopes, where } = context;
    const what = `beginning an upload to ${where}, to prove the right to push`;
    if (await tryUpload({ base, client, scopes, what }, signal))
        return [];
    return [
        {
            code: "UPLOAD_LEFT",
            message: `${printable(registry, 200)} did not cancel the empty upload that proved the right to push to ${printable(where, 200)}.`,
            remedy: "The registry removes it later by itself; with probe-push: token none is begun.",
        },
    ];
}
async function proveLogin({ client, scopes, base, where }, signal) {
    const response = await client.request({ method: "GET", url: `${new URL(base).origin}/v2/` }, scopes, signal);
    if (response.status === 401 || response.status === 403) {
        throw await registryError(response, `logging in to push to ${where}`, { of: "push" });
    }
    await drain(response);
}
async function unknownRepository({ client, scopes, base, where }, remedy, signal) {
    const response = await client.request({ method: "GET", url: `${base}tags/list?n=1` }, scopes, signal);
    if (response.status < 400) {
        await drain(response);
        return undefined;
    }
    const given = remedy === undefined ? {} : { remedy };
    const error = await registryError(response, `looking for the repository ${where}`, { of: "push", ...given });
    return error.code === "REPOSITORY_UNKNOWN" ? error : undefined;
}

;// CONCATENATED MODULE: ./lib/stores/registry/tags.js






const MAX_TAGS = 500_000;
async function listTags(context, signal) {
    const { where } = context;
    const tags = new Set();
    for await (const { response, content } of pagesOf("tags/list?n=1000", context, `the tags of ${where}`, signal)) {
        if (response.status === 404)
            await drain(response);
        else if (response.status !== 200)
            throw await registryError(response, `listing the tags of ${where}`, { of: "manifest" });
        else
            for (const tag of parseTags(content, where))
                tags.add(tag);
        if (tags.size > MAX_TAGS)
            throw tooLong(`the tags of ${where}`, response.hop.host, `are more than ${MAX_TAGS}`);
    }
    return [...tags];
}
function parseTags(body, where) {
    try {
        const document = JSON.parse(body.toString("utf8"));
        const tags = isRecord(document) ? (document.tags ?? []) : undefined;
        if (Array.isArray(tags))
            return tags.filter((tag) => typeof tag === "string" && isTag(tag));
    }
    catch {
    }
    throw new TransferError("MANIFEST_MALFORMED", `${where} sends an answer that is not a list of tags`, {
        where,
        remedy: "See what answers at this host: a login page of a proxy is a usual cause.",
    });
}

;// CONCATENATED MODULE: ./lib/stores/registry/uploads/push.js










function noUploads() {
    return { broken: new Map(), redirected: new Map(), refusesChunks: false };
}
async function pushBlob(context, blob, content, signal) {
    const stream = Buffer.isBuffer(content) ? undefined : content.on("error", () => { });
    const push = { ...context, blob, content, signal };
    const { uploads } = context;
    let session;
    try {
        const broken = uploads.refusesChunks ? undefined : uploads.broken.get(blob.digest);
        session = (broken && (await uploadStatus(broken, context, signal).catch(() => undefined))) ?? (await begin(push));
        if (stream?.errored)
            throw stream.errored;
        if (broken !== undefined && canChunk(session))
            await putChunks(session, push);
        else
            await putWhole(session, push);
        forget(push);
    }
    catch (error) {
        if (error instanceof ChunksRefused)
            uploads.refusesChunks = true;
        const cause = stream?.errored ?? error;
        stream?.destroy();
        if (session !== undefined && !(cause === error && keep(session, error, push)))
            await cancel(session, push);
        throw cause;
    }
}
async function begin(push) {
    const redirected = push.uploads.redirected.get(push.blob.digest);
    return redirected === undefined
        ? beginUpload(push, push.signal)
        : { location: redirected, offset: 0, minChunk: Number.POSITIVE_INFINITY };
}
async function putWhole(session, push) {
    const { client, content, blob, uploads, signal } = push;
    const url = uploads.redirected.get(blob.digest) ?? completing(session, blob);
    const headers = { "content-type": "application/octet-stream", "content-length": String(blob.size) };
    const request = { method: "PUT", url: url.href, headers, body: content, attempts: 1 };
    try {
        const put = await client.request(request, scopesAt(url, push), signal);
        if (keepsMethod(put.status))
            uploads.redirected.set(blob.digest, redirectTarget(url, put.headers.location));
        if (put.status >= 300 || isForeignPage(put.headers))
            throw await pushRefusal(put, push);
        await drain(put);
    }
    catch (error) {
        const isSent = Buffer.isBuffer(content) || content.readableEnded;
        if (!isSent || !(await isThere(error, push)))
            throw error;
    }
}
async function putChunks(begun, push) {
    const { client, content, blob, signal } = push;
    let session = await pushChunks(begun, content, push, signal);
    const headers = { "content-type": "application/octet-stream", "content-length": "0" };
    for (;;) {
        const url = completing(session, blob);
        try {
            const put = await client.request({ method: "PUT", url: url.href, headers, attempts: 1 }, scopesAt(url, push), signal);
            if (put.status >= 300 || isForeignPage(put.headers))
                throw await pushRefusal(put, push);
            return await drain(put);
        }
        catch (error) {
            if (await isThere(error, push))
                return;
            if (!push_isAmbiguous(error) || !(await mayRepeat(client.attempts, { signal })))
                throw error;
            const present = await uploadStatus(session, push, signal);
            if (present?.offset !== blob.size)
                throw error;
            session = present;
        }
    }
}
function completing({ location }, { digest }) {
    const url = new URL(location);
    url.search += `${url.search === "" ? "?" : "&"}digest=${encodeURIComponent(digest)}`;
    return url;
}
function push_isAmbiguous(error) {
    return isRetryable(error) || isTemporaryRefusal(error);
}
async function isThere(error, { base, blob, client, scopes, signal }) {
    if (signal?.aborted || !push_isAmbiguous(error))
        return false;
    const url = `${base}blobs/${blob.digest}`;
    const headers = blob.size === 0 ? {} : { range: "bytes=0-0" };
    const request = { method: "GET", url, headers, attempts: 1, redirects: false };
    const response = await client.request(request, scopes, signal).catch(() => undefined);
    response?.body.on("error", () => { }).destroy();
    return response !== undefined && response.status < 400 && !isInserted(response, blob);
}
function keep(session, error, push) {
    const { uploads, blob } = push;
    const isBroken = error instanceof HopError ? isRetryable(error) : isCutByGateway(error);
    if (!isBroken || blob.size <= CHUNK_BYTES || uploads.refusesChunks || !canChunk(session))
        return false;
    uploads.broken.set(blob.digest, session);
    const isKept = atEndOfWork(push_keyOf(push), async () => {
        if (uploads.broken.delete(blob.digest))
            await cancel(session, push);
    });
    if (!isKept)
        uploads.broken.delete(blob.digest);
    return isKept;
}
const GATEWAY_TIMEOUTS = new Set([408, 499, 502, 504, 520, 522, 524]);
function isCutByGateway(error) {
    return error instanceof RegistryError && GATEWAY_TIMEOUTS.has(error.status);
}
function forget(push) {
    const { uploads, blob } = push;
    uploads.broken.delete(blob.digest);
    uploads.redirected.delete(blob.digest);
    atEndOfWork(push_keyOf(push), undefined);
}
function push_keyOf({ base, blob }) {
    return `${base} ${blob.digest}`;
}
async function cancel({ location }, push) {
    if (push.uploads.redirected.has(push.blob.digest))
        return;
    await cancelUpload(push.client, location, scopesAt(location, push));
}
function pushRefusal(put, { what, blob }) {
    if (put.status < 300)
        return registryError(put, what, { as: "CAPTIVE_PORTAL", of: "push" });
    if (put.status !== 413)
        return registryError(put, what, { of: "push" });
    return registryError(put, `${what}, which has ${blob.size} bytes`, {
        of: "push",
        remedy: `Ask the operators of the registry, or of a gateway or proxy before it, to allow requests of ${blob.size} bytes (client_max_body_size of nginx).`,
    });
}

;// CONCATENATED MODULE: ./lib/stores/registry/repository.js















function createRepository(store, context) {
    const { name, base, client, scopes, where, manifests } = context;
    const uploads = noUploads();
    return {
        name,
        store,
        async resolve(reference, signal) {
            return (await getManifest(reference, context, signal)).descriptor;
        },
        async exists(target, signal) {
            const { mediaType, digest } = target;
            const of = isManifest(mediaType) ? "manifest" : "blob";
            const headers = of === "manifest" ? { accept: mediaType } : {};
            const request = { url: `${base}${of}s/${digest}`, headers, redirects: false };
            let response = await client.request({ ...request, method: "HEAD" }, scopes, signal);
            if (response.status === 405 || response.status === 501) {
                await drain(response);
                response = await client.request({ ...request, method: "GET" }, scopes, signal);
            }
            if (isOfMovedApi(response, `/${of}s/${digest}`)) {
                await drain(response);
                response = await client.request({ ...request, method: "HEAD", redirects: true }, scopes, signal);
            }
            const { status, headers: answered } = response;
            if (status >= 400 && status !== 404) {
                throw await registryError(response, `looking for ${repository_describe(target)} in ${where}`, { of });
            }
            await drain(response);
            return status < 400 && !repository_isAnother(answered[DIGEST_HEADER], digest);
        },
        listTags(signal) {
            const { tagLists } = context;
            const known = tagLists.get(name);
            if (known !== undefined)
                return known;
            const asked = listTags(context, signal);
            tagLists.set(name, asked, 0);
            asked.then((tags) => tagLists.set(name, asked, tags.length * TAG_SIZE), () => tagLists.delete(name));
            return asked;
        },
        listReferrers: (subject, signal) => context.listReferrers(context, subject, signal),
        async fetch(target, signal) {
            if (target.data !== undefined)
                return streamOf(target.data);
            if (!isManifest(target.mediaType))
                return fetchBlob(target, context, signal);
            const { content } = await getManifest(target.digest, context, signal);
            return streamOf(verified(content, target, where));
        },
        probe: (blob, signal) => probeBlob(blob, context, signal),
        checkPushRight: (proof, signal) => checkPushRight(store.name, context, proof, signal),
        async push(descriptor, content, signal) {
            const doing = `pushing ${repository_describe(descriptor)} to ${where}`;
            if (!isManifest(descriptor.mediaType)) {
                return pushBlob({ base, client, scopes, what: doing, uploads }, descriptor, content, signal);
            }
            const manifest = { descriptor, content: Buffer.isBuffer(content) ? content : await bytesOf(content) };
            await putManifest(descriptor.digest, manifest, { ...context, doing }, signal);
            manifests.set(`${name}@${descriptor.digest}`, manifest, manifest.content.length);
        },
        async tag(descriptor, tag, signal) {
            const { content } = await getManifest(descriptor.digest, context, signal);
            await tagManifest(tag, { descriptor, content }, { ...context, doing: `tagging ${where}:${tag}` }, signal);
        },
        async untag(tag, signal) {
            const request = { method: "DELETE", url: `${base}manifests/${tag}` };
            const response = await client.request(request, [scopeOf(name, "delete")], signal);
            await drain(response);
            return response.status < 300;
        },
        mount: (target, from, signal) => mountBlob(target, from, context, signal),
    };
}
function isOfMovedApi({ status, headers }, resource) {
    const path = URL.parse(headers.location ?? "", "http://registry")?.pathname ?? "";
    return isRedirect(status) && path.includes("/v2/") && path.endsWith(resource);
}
function repository_isAnother(named, digest) {
    return isDigest(named) && named !== digest && named.length === digest.length;
}
function repository_describe({ mediaType, digest }) {
    return `${isManifest(mediaType) ? "manifest" : "blob"} ${digest}`;
}

;// CONCATENATED MODULE: ./lib/stores/registry/store.js














function createRemoteRegistry(options) {
    const host = apiHost(options.host);
    const base = `${options.plainHttp ? "http" : "https"}://${host}/v2/`;
    const { origin } = new URL(base);
    const hopHost = hostOf(new URL(base));
    const client = createAuthorizedClient({ ...options, hopHost, origin });
    const shared = {
        ...(options.cache ?? createRegistryCache()),
        reading: new Map(),
        proofs: {},
        listReferrers: createListReferrers(),
    };
    const repositories = new Map();
    const registry = {
        kind: "registry",
        name: options.host,
        hopHost,
        plainHttp: options.plainHttp,
        origin: options.plainHttp ? `http://${options.host}` : options.host,
        repository(name) {
            const known = repositories.get(name);
            if (known !== undefined)
                return known;
            if (!isRepository(name)) {
                throw new TransferError("REFERENCE_MALFORMED", `"${printable(name, 120)}" is an invalid repository name`, {
                    where: options.host,
                    remedy: "Repository names have at most 255 small letters, digits, and single . _ - / between them.",
                });
            }
            const scopes = [scopeOf(name, options.isWritten(name) ? "pull,push" : "pull")];
            const where = `${options.host}/${name}`;
            const repository = createRepository(registry, {
                name,
                where,
                base: `${base}${name}/`,
                client,
                scopes,
                ...shared,
            });
            repositories.set(name, repository);
            return repository;
        },
        async ping(signal) {
            const response = await client.learn({ method: "GET", url: base }, signal);
            const { status, headers, hop } = response;
            const isPage = isForeignPage(headers);
            if (!isPage && (status === 200 || status === 401 || status === 403))
                return drain(response);
            const isPortal = isPage && (status === 200 || status === 511 || hop.host !== hopHost);
            const isBusy = status === 429 || status >= 500;
            const as = isPortal ? "CAPTIVE_PORTAL" : (isPage && !isBusy) || status === 404 ? "NOT_A_REGISTRY" : undefined;
            throw await registryError(response, `asking for the API of ${options.host}`, { as });
        },
        publish: (tags, signal) => publishTags(tags, registry, signal),
        rollback: async (tags) => ({ kind: "tags", ...(await restoreTags(tags, registry)) }),
    };
    return registry;
}

;// CONCATENATED MODULE: ./lib/stores/registry/registries.js










const UNPROTECTED = "no login is sent in plain HTTP to a host that only a component descriptor names so";
function createRegistries({ client, logins, plainHttp, sources, target, isDryRun = false, onSecret, namedHosts, allowed, onFinding, }) {
    const named = [...sources, ...(target === undefined ? [] : [target])].filter((spec) => spec.kind === "registry");
    const written = target?.kind === "registry" ? target : undefined;
    const schemes = new Map(named.flatMap(({ host, scheme }) => (scheme === undefined ? [] : [[canonicalHost(host), scheme]])));
    const known = new Map();
    const resources = new Map();
    const loggedIn = new Set();
    const identityTokens = new Map();
    const cache = createRegistryCache();
    function isPlain(host, withPort = host) {
        const scheme = schemes.get(host);
        return scheme === undefined ? plainHttp.some((pattern) => matchesHost(withPort, pattern)) : scheme === "http";
    }
    function roleOf(host) {
        const isSource = sources.some((spec) => spec.kind === "registry" && canonicalHost(spec.host) === host);
        const isTarget = written !== undefined && canonicalHost(written.host) === host;
        if (isSource && isTarget)
            return "source and target";
        return isTarget ? "target" : isSource ? "source" : "artifacts";
    }
    function isBelowTarget(host, repository) {
        if (written === undefined || canonicalHost(written.host) !== host)
            return false;
        return written.path === "" || repository.startsWith(`${written.path}/`);
    }
    function registry(host, plain, isTrusted) {
        const key = `${plain ? "http" : "https"}://${isTrusted ? "user@" : ""}${host}`;
        const existing = known.get(key) ?? create(host, plain, isTrusted, cachePart(cache, key));
        known.set(key, existing);
        return existing;
    }
    function noticeLogin(host, repository) {
        const where = resources.get(`${host}/${repository}`);
        if (where === undefined || loggedIn.has(host))
            return;
        loggedIn.add(host);
        onFinding?.(loginByDescriptor(host, where));
    }
    function identityTokensOf(origin) {
        const known = identityTokens.get(origin) ?? createIdentityTokens(onSecret);
        identityTokens.set(origin, known);
        return known;
    }
    function isForeignHost(url) {
        const location = { host: hostOf(url), isPlain: url.protocol === "http:" };
        return !namedHosts.covers(location.host) && !isListedHost(allowed, location);
    }
    function refusal(url, { host, repository }, where) {
        const location = { host: hostOf(url), repository, isPlain: url.protocol === "http:" };
        if (named.some((spec) => registries.named(spec).hopHost === location.host))
            return undefined;
        if (!isAllowedRegistry(allowed, location))
            return registryNotAllowed(host, repository, where);
        try {
            judge(url, { kind: "foreign-registry", host: location.host }, namedHosts);
            return undefined;
        }
        catch (error) {
            return error;
        }
    }
    function create(host, plain, isTrusted, own = createRegistryCache()) {
        const isForeign = isForeignHost(registries_urlOf(host, plain));
        const asked = (path) => ({
            consumer: "registry",
            host,
            scheme: plain ? "http" : "https",
            path,
        });
        return createRemoteRegistry({
            client,
            cache: own,
            host,
            plainHttp: plain,
            role: roleOf(host),
            ...(onSecret === undefined ? {} : { onToken: onSecret }),
            identityTokens: identityTokensOf(registries_urlOf(host, plain).origin),
            isForeign,
            ...(isForeign ? { onLogin: (repository) => noticeLogin(host, repository) } : {}),
            isWritten: (repository) => isBelowTarget(host, repository) && !(isDryRun && createsByToken(host)),
            credentialFor: (repository) => (isTrusted ? logins.find(asked(repository)) : undefined),
            boundCredential: (realm, repository) => (isTrusted ? logins.bound(realm, asked(repository)) : undefined),
            explainLogin: (repository) => (isTrusted ? logins.explain(asked(repository)) : UNPROTECTED),
            allowsPlainHttp: (realm) => isPlain(realm.host, hostOf(realm)),
        });
    }
    const registries = {
        all: () => [...known.values()],
        async credentialFor(url, consumer) {
            const scheme = url.protocol === "https:" ? "https" : "http";
            if (scheme === "http" && !isPlain(url.host, hostOf(url)))
                return undefined;
            const path = url.pathname.replace(/^\//, "");
            const credential = await logins.find({ consumer, host: url.host, scheme, path });
            if (credential !== undefined && isForeignHost(url) && !loggedIn.has(url.host)) {
                loggedIn.add(url.host);
                onFinding?.(serverLoginByDescriptor(url.host, credential.from));
            }
            return credential;
        },
        named({ host, scheme }) {
            const name = canonicalHost(host);
            return registry(name, scheme === undefined ? isPlain(name) : scheme === "http", true);
        },
        uncached(spec) {
            const { name, plainHttp: isPlainHttp } = registries.named(spec);
            return create(name, isPlainHttp, true);
        },
        described({ host, scheme, repository }, where) {
            const name = canonicalHost(host);
            const isOwnWord = scheme === "http" && !isPlain(name) && !schemes.has(name);
            const plain = isOwnWord || (scheme !== "https" && isPlain(name));
            const refused = refusal(registries_urlOf(name, plain), { host: name, scheme, repository }, where);
            if (refused !== undefined)
                return refusing(name, refused);
            const key = `${name}/${repository}`;
            resources.set(key, resources.get(key) ?? where);
            return registry(name, plain, !isOwnWord);
        },
    };
    named.forEach(registries.named);
    return registries;
}
function refusing(name, error) {
    return {
        kind: "registry",
        name,
        repository() {
            throw error;
        },
    };
}
function registries_urlOf(host, plain) {
    return new URL(`${plain ? "http" : "https"}://${apiHost(host)}/`);
}
function loginByDescriptor(host, where) {
    return {
        code: "LOGIN_BY_DESCRIPTOR",
        message: `${host} received a login, and only the component descriptor names it, in ${printable(where, 200)}.`,
        remedy: `If that is meant, list ${host} in allowed-registries; otherwise list there the registries that descriptors may lead to.`,
    };
}
function serverLoginByDescriptor(host, from) {
    return {
        code: "LOGIN_BY_DESCRIPTOR",
        message: `${host} received a login for charts or files, and only a component descriptor names it.`,
        remedy: `If that is not meant, take the login out of ${printable(from, 200)}, or limit it to a path there.`,
    };
}
function matchesHost(host, pattern) {
    const [name, port] = registries_splitPort(host);
    const [wanted, wantedPort] = registries_splitPort(pattern);
    const isName = wanted.startsWith(".") ? name.endsWith(wanted) : name === wanted;
    return isName && (wantedPort === "" || wantedPort === port);
}
function registries_splitPort(host) {
    const port = /:(\d+)$/.exec(host)?.[1] ?? "";
    return [port === "" ? host : host.slice(0, -port.length - 1), port];
}

;// CONCATENATED MODULE: ./lib/session.js






















function openSession(options) {
    const { inputs, settings, sources, target, onSecret, certificates = [], unverified = [] } = options;
    const { observeAnswer, onWait, onFinding, onCredential, signal } = options;
    const { workspace = workspaceOf({}), askHelper = async () => undefined } = options;
    const logins = createLogins({ sources: options.logins, askHelper, onCredential });
    const parent = options.temp ?? (0,external_node_os_.tmpdir)();
    const temp = runFolder(parent);
    const tidying = removeFoldersOfEndedRuns(parent);
    const { hops, add: observe } = createHopList();
    const probePolicy = {
        timeout: inputs.probeTimeout,
        attempts: inputs.retries,
        connectAttempts: 1,
        failFast: true,
    };
    const named = hostsNamedBy(options);
    const client = createClient({
        named,
        routeFor: (url) => routeFor(url, settings),
        observe,
        ...(observeAnswer === undefined ? {} : { observeAnswer }),
        ...(onWait === undefined ? {} : { onWait }),
        tls: {
            ca: trustedAuthorities(certificates),
            isUnverified: (host) => unverified.some((pattern) => matchesHost(host, pattern)),
        },
        userAgent: "ocm-proxied-transfer",
        concurrency: inputs.concurrency,
        connectTimeout: inputs.probeTimeout,
        retryPolicy: { timeout: inputs.stallTimeout, attempts: inputs.retries },
        stallTimeout: inputs.stallTimeout,
    });
    const registries = createRegistries({
        client,
        logins,
        plainHttp: inputs.plainHttp,
        sources,
        target,
        isDryRun: inputs.dryRun,
        onSecret,
        namedHosts: named,
        allowed: inputs.allowedRegistries,
        onFinding,
    });
    const accessMethods = createAccessMethods({
        client,
        registryAt: registries.described,
        credentialFor: registries.credentialFor,
        folder: temp,
        attempts: inputs.retries,
    });
    const archives = new Map();
    const artifactSets = new Map();
    const slots = createLimiter(inputs.concurrency);
    const reopened = [];
    let archiveTarget;
    async function unpacking(work) {
        const release = await slots.acquire("archives", signal);
        try {
            return await work();
        }
        finally {
            release();
        }
    }
    function openArchive(path) {
        const opened = archives.get(path) ?? openCtf(path, { spool: temp }, signal);
        archives.set(path, opened);
        return opened;
    }
    const waiting = { patience: inputs.stallTimeout, onWait: (finding) => onFinding?.(finding) };
    async function openTargetArchive(path) {
        const place = await placeOf(path, { workspace, where: "input target" });
        const isDryRun = inputs.dryRun || inputs.command !== "transfer";
        const base = await readBase(inputs.base, { spool: temp }, signal);
        return openCtfTarget(place, { spool: temp, isDryRun, base, lock: waiting }, signal);
    }
    return {
        hops,
        logins: logins.uses,
        registries: registries.all,
        accessMethods,
        temp,
        async openSource(spec) {
            const display = formatRepository(spec);
            if (spec.kind === "ctf")
                return { registry: await openArchive(spec.path), path: "", display };
            return { registry: registries.named(spec), path: spec.path, display };
        },
        async openTarget(spec) {
            const display = formatRepository(spec);
            if (spec.kind === "registry")
                return { registry: registries.named(spec), path: spec.path, display };
            archiveTarget ??= openTargetArchive(spec.path);
            return { registry: await archiveTarget, path: "", display };
        },
        async reopenTarget(spec) {
            const display = formatRepository(spec);
            if (spec.kind === "registry")
                return { registry: registries.uncached(spec), path: spec.path, display };
            const opening = openCtf(spec.path, { spool: temp }, signal);
            reopened.push(opening);
            return { registry: await opening, path: "", display };
        },
        registryAt: registries.described,
        unpack(from, blob) {
            const open = () => openArtifactSet(from, blob, { spool: temp }, signal);
            const opening = artifactSets.get(blob.digest) ?? unpacking(() => retryStream(inputs.retries, open, signal));
            artifactSets.set(blob.digest, opening);
            opening.catch(() => artifactSets.delete(blob.digest));
            return opening;
        },
        probe: (work) => withRetryPolicy(probePolicy, work),
        async close() {
            await client.close();
            if (signal?.reason instanceof TransferError)
                await (await archiveTarget?.catch(() => undefined))?.suspend();
            const opened = await Promise.allSettled([
                ...archives.values(),
                ...artifactSets.values(),
                ...reopened,
                archiveTarget,
            ]);
            const closing = opened.map(async (result) => {
                if (result.status === "rejected" || result.value === undefined)
                    return;
                await result.value.close();
            });
            await Promise.allSettled([...closing, accessMethods.close()]);
            await (0,promises_.rm)(temp, { recursive: true, force: true, maxRetries: 3 }).catch(() => { });
            await tidying;
        },
    };
}
function hostsNamedBy({ inputs, sources, target }) {
    const isPlain = (host) => inputs.plainHttp.some((pattern) => matchesHost(`${host}:80`, pattern));
    const ofRepositories = [...sources, ...(target === undefined ? [] : [target])].flatMap((spec) => {
        if (spec.kind !== "registry")
            return [];
        const isHttp = spec.scheme === undefined ? isPlain(spec.host.toLowerCase()) : spec.scheme === "http";
        return [{ pattern: apiHost(spec.host), isPlain: isHttp }];
    });
    const others = [
        ...inputs.noProxyRegistries.flatMap((registry) => noProxyEntriesFor(registry).entries),
        ...inputs.allowedRegistries.map(({ pattern }) => apiHost(pattern)).filter((pattern) => !pattern.startsWith(".")),
    ].map((pattern) => ({ pattern, isPlain: isPlain(pattern) }));
    return namedHosts([...ofRepositories, ...others, ...inputs.plainHttp.map((pattern) => ({ pattern, isPlain: true }))]);
}

;// CONCATENATED MODULE: ./lib/proxy/proxy-url.js



const proxy_url_DEFAULT_PORTS = { http: 80, https: 443, socks5: 1080, socks5h: 1080 };
function parseProxyUrl(value, from) {
    const text = unquote(value.trim());
    if (text === "")
        return undefined;
    const fail = (problem, remedy) => {
        throw new TransferError("PROXY_URL_MALFORMED", `The proxy ${outline(text)} is invalid: ${problem}.`, {
            where: from,
            remedy,
        });
    };
    if (/[\u0000-\u001f\u007f]/.test(text) || !text.isWellFormed()) {
        fail("it contains a line break or another control character", "Write only the proxy URL, on one line.");
    }
    const { scheme, rest } = splitScheme(text, fail);
    const { userinfo, host } = splitAuthority(rest, fail);
    const { hostname, port } = readHost(host, scheme, fail);
    const { username, password } = readUserinfo(userinfo, fail);
    const address = `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
    return {
        scheme,
        hostname,
        port,
        username,
        password,
        href: `${scheme}://${encodeUserinfo(username, password)}${address}`,
        display: `${scheme}://${concealUserinfo(username, password)}${address}`,
        from,
    };
}
function unquote(text) {
    const [, , inner] = /^(["'])(.*)\1$/s.exec(text) ?? [];
    return inner === undefined ? text : inner.trim();
}
function splitScheme(text, fail) {
    const [, schemeText, rest = ""] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/s.exec(text) ?? [];
    if (schemeText === undefined) {
        if (/^(https?|socks5h?)(:|\/)/i.test(text)) {
            fail("the scheme is not followed by ://", "Write it as http://host:port.");
        }
        return { scheme: "http", rest: text };
    }
    const scheme = schemeText.toLowerCase();
    if (!isProxyScheme(scheme)) {
        return fail("its scheme is not http, https, socks5 or socks5h", "Write it as http://host:port.");
    }
    return { scheme, rest };
}
function splitAuthority(rest, fail) {
    const at = rest.lastIndexOf("@");
    const delimiter = /[/?#]/.exec(rest.slice(0, at + 1))?.[0];
    if (delimiter !== undefined) {
        fail(`it has a raw ${delimiter} before the @, most likely in the password, which ends the host`, `Percent-encode user and password: write ${delimiter} as ${encodeURIComponent(delimiter)}.`);
    }
    return { userinfo: at < 0 ? undefined : rest.slice(0, at), host: rest.slice(at + 1).split(/[/?#]/, 1)[0] ?? "" };
}
function readHost(text, scheme, fail) {
    const [, literal, name = "", port = ""] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::([^:]*))?$/s.exec(text) ?? [];
    if (literal === undefined && name === "") {
        if ((0,external_node_net_.isIPv6)(text))
            fail("an IPv6 address has to be in brackets", "Write it as http://[address]:port.");
        fail("it has no host", "Write it as http://host:port.");
    }
    const number = port === "" ? proxy_url_DEFAULT_PORTS[scheme] : Number(port);
    if (!/^\d*$/.test(port) || number < 1 || number > 65535) {
        fail("its port is not a number from 1 to 65535", "Write it as http://host:port, with user:password@ before the host, and # / ? in the password as %23, %2F, %3F.");
    }
    if (literal !== undefined) {
        if (literal.includes("%") || !(0,external_node_net_.isIPv6)(literal)) {
            fail("the brackets do not contain an IPv6 address without zone", "Write it as http://[address]:port.");
        }
        return { hostname: literal.toLowerCase(), port: number };
    }
    const ascii = /^[\w.-]+$/.test(name) ? name.toLowerCase() : (0,external_node_url_.domainToASCII)(name);
    if (!/^[a-z0-9._-]+$/.test(ascii) || (ascii !== name.toLowerCase() && /[!-,/:-@[-^`{-~]/.test(name))) {
        fail("its host name has an invalid character", "Write it as http://host:port, with user:password@ before the host.");
    }
    return { hostname: ascii, port: number };
}
function readUserinfo(userinfo, fail) {
    const [, username = "", password = ""] = /^([^:]*):?(.*)$/s.exec(userinfo ?? "") ?? [];
    if (/%(?![0-9A-Fa-f]{2})/.test(userinfo ?? "")) {
        fail("the user or password contains a % without two hexadecimal digits", "Write a % as %25.");
    }
    try {
        return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
    }
    catch {
        return fail("the user or password is not UTF-8 after percent-decoding", "Percent-encode it as UTF-8; write a % as %25.");
    }
}
function encodeStrictly(text) {
    return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
function encodeUserinfo(username, password) {
    if (username === "" && password === "")
        return "";
    return `${encodeStrictly(username)}${password === "" ? "" : `:${encodeStrictly(password)}`}@`;
}
function concealUserinfo(username, password) {
    if (username === "" && password === "")
        return "";
    return password === "" ? "***@" : `${encodeStrictly(username)}:***@`;
}
function outline(text) {
    const [, scheme = "", user, host] = /^(?:(https?|socks5h?):\/\/)(?:([\w.-]+):[^/?#]*@([\w.-]+(?::\d+)?)\/?$)?/i.exec(text) ?? [];
    const known = scheme === "" ? "" : `${scheme.toLowerCase()}://`;
    return host === undefined ? `${known}***` : `${known}${user}:***@${host}`;
}
function isProxyScheme(scheme) {
    return Object.hasOwn(proxy_url_DEFAULT_PORTS, scheme);
}

;// CONCATENATED MODULE: ./lib/proxy/settings-findings.js




function settingsFindings(effective, settings, environment) {
    return [
        ...spellingFindings(settings, environment),
        ...oneSidedFinding(effective, settings),
        ...allProxyFinding(effective, environment),
        ...deadEntryFindings(effective),
    ];
}
function spellingFindings(settings, environment) {
    return settings.flatMap(({ from }) => {
        const upper = from.replace("environment ", "");
        const lower = upper.toLowerCase();
        const [first = "", second = ""] = [environment[upper], environment[lower]];
        if (upper === from || upper === lower || second === "" || comparable(first, upper) === comparable(second, lower)) {
            return [];
        }
        return [
            {
                code: "PROXY_SPELLINGS_DIFFER",
                message: `${upper} is ${printableSetting(first, upper)} and ${lower} is ${printableSetting(second, lower)}. This run uses ${upper}, as Go does up to 1.27; curl, Python and Node read ${lower} first.`,
                remedy: `Set ${upper} and ${lower} to the same value, or only one of them.`,
            },
        ];
    });
}
function unsetFinding({ httpProxy, httpsProxy }, inputs) {
    const isIntended = [inputs.proxy, inputs.httpProxy, inputs.httpsProxy].some((text) => text?.trim().toLowerCase() === "direct");
    if (httpProxy !== undefined || httpsProxy !== undefined || isIntended)
        return [];
    return [
        {
            code: "PROXY_UNSET",
            message: "No proxy is set in the inputs, in files or in the environment. An unset secret is an empty input, and looks the same.",
            remedy: "Check that the secret exists and that this event may read it: pull requests from forks may not. If no proxy is intended, set proxy: direct.",
        },
    ];
}
function oneSidedFinding({ httpProxy, httpsProxy }, settings) {
    const isIntended = settings.some(({ from }) => from === "input https-proxy");
    if (httpProxy === undefined || httpsProxy !== undefined || isIntended)
        return [];
    return [
        {
            code: "HTTPS_PROXY_UNSET",
            message: `HTTP_PROXY (${httpProxy.from}) is set and HTTPS_PROXY is not: https URLs go direct, and most registries are https.`,
            remedy: "Set https-proxy too, or to `direct` if that is intended.",
        },
    ];
}
function allProxyFinding({ httpProxy, httpsProxy }, environment) {
    const name = ["ALL_PROXY", "all_proxy"].find((spelling) => (environment[spelling] ?? "") !== "");
    if (name === undefined || (httpProxy !== undefined && httpsProxy !== undefined))
        return [];
    return [
        {
            code: "ALL_PROXY_IGNORED",
            message: `${name} is set, which Go and this action ignore; curl, Python requests and reqwest use it.`,
            remedy: "Set https-proxy and http-proxy.",
        },
    ];
}
function deadEntryFindings({ noProxy }) {
    return noProxy
        .filter(({ entry }) => hasNoEffect(entry))
        .map(({ entry, from }) => ({
        code: "NO_PROXY_ENTRY_DEAD",
        message: `The entry "${withoutUserinfo(entry)}" (${from}) matches no host.`,
        remedy: "Write host, .domain, host:port, an IP address without brackets, or a network like 10.0.0.0/8.",
    }));
}
function unprintableFindings(entries) {
    return entries.map(({ entry, from }) => ({
        code: "NO_PROXY_ENTRY_UNPRINTABLE",
        message: `The entry "${withoutUserinfo(printable(entry, 200))}" (${from}) contains invisible characters, and is removed.`,
        remedy: "Type the entry instead of pasting it.",
    }));
}
function comparable(value, name) {
    if (/no_proxy/i.test(name))
        return withCommas(value).toLowerCase();
    try {
        return parseProxyUrl(value, name)?.href ?? "";
    }
    catch {
        return value;
    }
}
function printableSetting(value, name) {
    if (/no_proxy/i.test(name))
        return `"${withoutUserinfo(withCommas(value))}"`;
    try {
        return parseProxyUrl(value, name)?.display ?? "empty";
    }
    catch (error) {
        return `invalid (${errorMessage(error)})`;
    }
}
const withoutUserinfo = (list) => list.replace(/(?<![^,])[^,]*@/g, "***@");

;// CONCATENATED MODULE: ./lib/setup/effective-settings.js


function effectiveSettings(inputs, settings, environment) {
    const { plainHttp, insecureSkipTlsVerify } = inputs;
    const named = (setting, hosts) => hosts.map((value) => ({ setting, value, from: `input ${setting}` }));
    return [
        ...proxies(settings),
        ...noProxy(settings),
        ...authorities(settings, environment),
        ...named("plain-http", plainHttp),
        ...named("insecure-skip-tls-verify", insecureSkipTlsVerify),
        ...settings.configUnverified.map(({ value, from }) => ({ setting: "insecure-skip-tls-verify", value, from })),
        ...settings.logins.flatMap(loginRows),
    ];
}
function proxies({ proxy: { effective, origins } }) {
    const row = (setting, proxy, origin) => {
        const isUnset = origin === "unset";
        return {
            setting,
            value: proxy?.display ?? (isUnset ? "none" : "direct"),
            from: isUnset ? "no input, file or variable" : origin,
        };
    };
    return [
        row("http-proxy", effective.httpProxy, origins.httpProxy),
        row("https-proxy", effective.httpsProxy, origins.httpsProxy),
    ];
}
function noProxy({ proxy: { effective } }) {
    const byOrigin = Map.groupBy(effective.noProxy, ({ from }) => from);
    return [...byOrigin].map(([from, entries]) => ({
        setting: "no-proxy",
        value: withoutUserinfo(entries.map(({ entry }) => entry).join(",")),
        from: from === "always" ? "default of this action" : from,
    }));
}
const CERTIFICATE_VARIABLES = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"];
function authorities({ authorities: added }, environment) {
    const setting = "ca-certificates";
    return [
        { setting, value: "CAs of Node.js and of the system", from: "default of this action" },
        ...CERTIFICATE_VARIABLES.flatMap((name) => {
            const value = environment[name] ?? "";
            return value === "" ? [] : [{ setting, value, from: `environment ${name}` }];
        }),
        ...added.map(({ value, from, certificates: { length } }) => ({
            setting,
            value: `${value} (${length === 1 ? "1 certificate" : `${length} certificates`})`,
            from,
        })),
    ];
}
function loginRows({ name, state, logins }) {
    if (state === "ignored")
        return [{ setting: "login", value: "none", from: `${name}, in the checkout and not read` }];
    return logins.map((login) => ({
        setting: "login",
        value: describeConsumer(login),
        from: describeOrigin(login, name),
    }));
}
const CONSUMERS = { registry: "", chart: "charts of ", file: "files of " };
function describeConsumer(login) {
    const place = login.host === "*" ? "every registry" : describePattern(login);
    return `${CONSUMERS[login.consumer]}${place}`;
}
function describeOrigin(login, source) {
    return "credential" in login ? login.credential.from : `docker-credential-${login.helper}, named in ${source}`;
}

;// CONCATENATED MODULE: ./lib/setup/certificates.js







const certificates_PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const FROM = "input ca-certificates";
async function readCertificates(input) {
    if (input.trim() === "")
        return [];
    if (input.includes("-----BEGIN")) {
        return [{ value: "PEM text", from: FROM, certificates: certificatesIn(input, FROM) }];
    }
    const read = async (path) => ({ value: path, from: FROM, certificates: await readPemFile(path) });
    return Promise.all(certificatePaths(input).map(read));
}
function certificatePaths(input) {
    if (input.includes("-----BEGIN"))
        return [];
    return input
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter((line) => line !== "");
}
function certificatesIn(text, where) {
    const certificates = text.match(certificates_PEM) ?? [];
    if (certificates.length === 0)
        throw certificates_malformed(where, "contains no PEM certificate");
    for (const certificate of certificates) {
        try {
            new external_node_crypto_.X509Certificate(certificate);
        }
        catch (error) {
            throw certificates_malformed(where, `contains a certificate that cannot be parsed: ${errorMessage(error)}`);
        }
    }
    return certificates;
}
async function exportCertificates(further, folder) {
    if (further.length === 0)
        return {};
    const bundle = (0,external_node_path_.join)(folder, `ocm-proxied-transfer-ca-${(0,external_node_crypto_.randomUUID)()}.pem`);
    await writeAtomically(bundle, `${trustedAuthorities(further).join("\n")}\n`, PRIVATE);
    const variables = [
        "SSL_CERT_FILE",
        "NODE_EXTRA_CA_CERTS",
        "CURL_CA_BUNDLE",
        "REQUESTS_CA_BUNDLE",
        "GIT_SSL_CAINFO",
        "npm_config_cafile",
    ];
    return Object.fromEntries(variables.map((name) => [name, bundle]));
}
async function readPemFile(path) {
    try {
        return certificatesIn(await readSettingsFile(path), path);
    }
    catch (error) {
        if (error instanceof TransferError)
            throw error;
        throw certificates_malformed(path, `cannot be read: ${errorMessage(error)}`);
    }
}
function certificates_malformed(where, why) {
    return new TransferError("CERTIFICATES_MALFORMED", `${printable(where, 200)} ${why}`, {
        where: FROM,
        remedy: "Set it to paths of PEM files, one per line, or to PEM text that begins with -----BEGIN CERTIFICATE-----.",
    });
}

;// CONCATENATED MODULE: ./lib/proxy/files/config.js

function proxyConfig(from, parts) {
    const { httpProxy, httpsProxy, noProxy, insecureRegistries = [], extraRootCertificates = [], findings = [] } = parts;
    const isSilent = [httpProxy, httpsProxy, noProxy].every((setting) => (setting?.value ?? "") === "");
    return {
        from,
        httpProxy: httpProxy?.value,
        httpsProxy: httpsProxy?.value,
        noProxy: noProxy?.value,
        origins: { httpProxy: httpProxy?.from, httpsProxy: httpsProxy?.from, noProxy: noProxy?.from },
        insecureRegistries,
        extraRootCertificates,
        findings: isSilent ? [...findings, silent(from)] : findings,
    };
}
function silent(from) {
    return {
        code: "PROXY_CONFIG_SILENT",
        message: `No proxy is set in ${from}.`,
        remedy: "Name another file or folder, or remove the input.",
    };
}
function config_malformed(where, problem, remedy) {
    return new TransferError("PROXY_CONFIG_MALFORMED", problem, { where, remedy });
}
function uneditable(where, problem, remedy) {
    return new TransferError("PROXY_CONFIG_UNEDITABLE", problem, { where, remedy });
}
function refuseEmpty({ origin, text }) {
    if (text.trim() !== "")
        return;
    throw new TransferError("PROXY_CONFIG_EMPTY", "The file is empty.", {
        where: origin,
        remedy: "Write settings into it, or remove it from the input.",
    });
}
function lineAt(text, offset) {
    return text.slice(0, offset).split("\n").length;
}
function config_isRecord(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

;// CONCATENATED MODULE: ./lib/proxy/files/reqwest-no-proxy.js



const LOOPBACK = ["localhost", "127.0.0.0/8", "::1"];
const EVERYTHING = "*,0.0.0.0/0,::/0";
function reqwestNoProxy(entries) {
    if (entries.some(({ entry }) => entry === "*"))
        return { list: EVERYTHING, findings: [] };
    const list = [];
    const findings = [];
    for (const source of entries.filter(({ entry }) => !hasNoEffect(entry))) {
        const translated = translate(toLower(source.entry));
        if (translated === undefined) {
            findings.push(inexact(source, "is omitted: reqwest does not support ports", "Write it without the port, if all its ports may go direct."));
            continue;
        }
        list.push(translated.entry);
        const { apex } = translated;
        if (apex !== undefined && !entries.some(({ matches }) => matches({ host: apex, port: "", ip: undefined }))) {
            findings.push(inexact(source, `becomes ${translated.entry}, which matches ${apex} too in reqwest`, `Add ${apex}, if it may go direct as well.`));
        }
    }
    const all = [...list.filter((entry) => entry !== "127.0.0.1" && !LOOPBACK.includes(entry)), ...LOOPBACK];
    return { list: [...new Set(all)].join(","), findings };
}
function translate(entry) {
    const network = parseNetwork(entry);
    if (network !== undefined) {
        const dotted = dottedOf(network.value, entry);
        return { entry: dotted === undefined ? entry : `${dotted}/${32n - network.shift}` };
    }
    const [name, port] = no_proxy_splitEntry(entry);
    if (port !== "")
        return undefined;
    const ip = parseIp(name);
    if (ip !== undefined)
        return { entry: dottedOf(ip.value, name) ?? name };
    const below = name.startsWith("*.") ? name.slice(1) : name;
    if (!below.startsWith("."))
        return { entry: idnaToAscii(`.${below}`).slice(1) };
    const ascii = idnaToAscii(below);
    return { entry: ascii, apex: ascii.slice(1) };
}
function dottedOf(value, written) {
    if (!written.includes(":") || value >> 32n !== 0xffffn)
        return undefined;
    return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join(".");
}
function inexact({ entry, from }, problem, remedy) {
    return {
        code: "NO_PROXY_ENTRY_INEXACT",
        message: `For Confidential Containers, the entry "${entry}" (${from}) ${problem}.`,
        remedy,
    };
}

;// CONCATENATED MODULE: ./lib/proxy/files/toml/statements.js

function tomlStatements(text) {
    const statements = [];
    const elements = new Map();
    let table = [];
    let position = skip(/\ufeff?/y, text, 0);
    for (;;) {
        position = skip(/(?:[ \t\r\n]+|#[^\n]*)*/y, text, position);
        if (position >= text.length)
            return statements;
        const kind = text.startsWith("[[", position) ? "array" : text.startsWith("[", position) ? "table" : "value";
        const lineStart = text.lastIndexOf("\n", position) + 1;
        const { keys, start, lastStart, end } = readKeys(text, position + { array: 2, table: 1, value: 0 }[kind]);
        if (kind !== "value")
            table = tablePath(keys, kind, elements);
        const valueStart = skip(kind === "value" ? /[ \t]*=[ \t]*/y : /[ \t]*\]+/y, text, end);
        const valueEnd = kind === "value" ? valueEndOf(text, valueStart) : valueStart;
        const lineEnd = skip(/[^\n]*\n?/y, text, valueEnd);
        statements.push({
            kind,
            path: kind === "value" ? [...table, ...keys] : table,
            lineStart,
            keyStart: start,
            lastKeyStart: lastStart,
            valueStart,
            valueEnd,
            lineEnd,
        });
        position = lineEnd;
    }
}
function skip(pattern, text, position) {
    pattern.lastIndex = position;
    return pattern.test(text) ? pattern.lastIndex : position;
}
function readKeys(text, position) {
    const keys = [];
    const start = skip(/[ \t]*/y, text, position);
    let lastStart = start;
    for (;;) {
        const end = isQuote(text[lastStart]) ? statements_stringEnd(text, lastStart) : skip(/[\w-]+/y, text, lastStart);
        keys.push(statements_keyOf(text.slice(lastStart, end)));
        const next = skip(/[ \t]*\.[ \t]*/y, text, end);
        if (next === end)
            return { keys, start, lastStart, end };
        lastStart = next;
    }
}
function statements_keyOf(raw) {
    return isQuote(raw[0]) ? String((0,smol_toml_dist/* parse */.qg)(`key = ${raw}`).key) : raw;
}
function tablePath(keys, kind, elements) {
    const path = [];
    keys.forEach((key, index) => {
        path.push(key);
        const name = JSON.stringify(path);
        const count = elements.get(name);
        if (kind === "array" && index === keys.length - 1) {
            elements.set(name, (count ?? 0) + 1);
            path.push(String(count ?? 0));
        }
        else if (count !== undefined) {
            path.push(String(count - 1));
        }
    });
    return path;
}
const isQuote = (char) => char === '"' || char === "'";
function valueEndOf(text, start) {
    if (isQuote(text[start]))
        return statements_stringEnd(text, start);
    if (text[start] === "[" || text[start] === "{")
        return bracketEnd(text, start);
    const end = skip(/[^#\r\n]*/y, text, start);
    return start + text.slice(start, end).trimEnd().length;
}
function bracketEnd(text, start) {
    const token = /["'[\]{}#]/g;
    token.lastIndex = start;
    let depth = 0;
    for (let match = token.exec(text); match !== null; match = token.exec(text)) {
        const [char] = match;
        if (isQuote(char))
            token.lastIndex = statements_stringEnd(text, match.index);
        else if (char === "#")
            token.lastIndex = skip(/[^\n]*/y, text, match.index);
        else
            depth += char === "[" || char === "{" ? 1 : -1;
        if (depth === 0)
            return token.lastIndex;
    }
    return text.length;
}
function statements_stringEnd(text, start) {
    const quote = text[start] === "'" ? "'" : '"';
    const isMultiLine = text.startsWith(quote.repeat(3), start);
    const closing = isMultiLine ? `${quote}{3,5}` : quote;
    const token = new RegExp(quote === '"' ? `\\\\[\\s\\S]|${closing}` : closing, "g");
    token.lastIndex = start + (isMultiLine ? 3 : 1);
    for (let match = token.exec(text); match !== null; match = token.exec(text)) {
        if (!match[0].startsWith("\\"))
            return token.lastIndex;
    }
    return text.length;
}

;// CONCATENATED MODULE: ./lib/proxy/files/toml/origins.js


function origins_originsIn({ origin, text }) {
    const starts = new Map(tomlStatements(text).map(({ path, keyStart }) => [JSON.stringify(path), keyStart]));
    return (path) => {
        const prefixes = path.map((_key, index) => JSON.stringify(path.slice(0, path.length - index)));
        const start = prefixes.map((prefix) => starts.get(prefix)).find((known) => known !== undefined);
        return `${origin}${start === undefined ? "" : `, line ${lineAt(text, start)}`}, ${path.join(".")}`;
    };
}

;// CONCATENATED MODULE: ./lib/proxy/files/edits.js
function applyEdits(text, edits) {
    let edited = "";
    let position = 0;
    for (const { start, end, text: replacement } of edits.toSorted((one, other) => one.start - other.start)) {
        edited += text.slice(position, start) + replacement;
        position = end;
    }
    return edited + text.slice(position);
}
function lineBreakOf(text) {
    return /\r?\n/.exec(text)?.[0] ?? "\n";
}

;// CONCATENATED MODULE: ./lib/proxy/files/toml/strings.js






function parseToml({ origin, text }) {
    try {
        return (0,smol_toml_dist/* parse */.qg)(text, { integersAsBigInt: true });
    }
    catch (error) {
        const line = error.line;
        const problem = /^Invalid TOML document: ([^\n]*)/.exec(errorMessage(error))?.[1] ?? "it is nested too deeply";
        throw config_malformed(typeof line === "number" ? `${origin}, line ${line}` : origin, `This is no TOML: ${problem}.`, "Correct the line; strings stand in quotes.");
    }
}
function setTomlStrings(file, table, strings, parsed = parseToml(file)) {
    const { origin, text } = file;
    const statements = tomlStatements(text);
    const solid = statements.find(({ kind, path }) => kind !== "table" && strings_isPrefix(path, table));
    if (solid !== undefined) {
        throw uneditable(`${origin}, line ${lineAt(text, solid.keyStart)}, ${solid.path.join(".")}`, `Its value is written in one piece, and [${table.join(".")}] cannot be changed inside of it.`, `Write it as a section, [${table.join(".")}].`);
    }
    const edited = applyEdits(text, editsOf(text, statements, table, strings, parsed));
    const expected = withStrings(parsed, table, strings);
    if ((0,external_node_util_.isDeepStrictEqual)(strings_readBack(edited, table), expected))
        return edited;
    throw uneditable(origin, `What [${table.join(".")}] has to say cannot be written into this document without changing something else.`, `Write it as a section, [${table.join(".")}], with one line per key.`);
}
function editsOf(text, statements, table, strings, parsed) {
    const own = statements.filter(({ kind, path }) => kind === "value" && path.length === table.length + 1 && strings_isPrefix(table, path));
    const current = tableAt(parsed, table) ?? {};
    const edits = [];
    const added = [];
    for (const { key, value, spelling = JSON.stringify(value ?? "") } of strings) {
        const statement = own.find(({ path }) => path.at(-1) === key);
        if (statement === undefined) {
            if (value !== undefined)
                added.push(`${quoteKey(key)} = ${spelling}`);
        }
        else if (value === undefined) {
            edits.push(removal(text, statement));
        }
        else if (current[key] !== value) {
            edits.push({ start: statement.valueStart, end: statement.valueEnd, text: spelling });
        }
    }
    if (added.length === 0)
        return edits;
    const header = statements.find(({ kind, path }) => kind === "table" && (0,external_node_util_.isDeepStrictEqual)(path, table));
    const alike = own.findLast(({ path }) => strings.some(({ key }) => key === path.at(-1)));
    const anchor = alike ?? header ?? own.at(-1);
    return [...edits, anchor === undefined ? newSection(text, table, added) : insertion(text, anchor, added)];
}
function insertion(text, { kind, lineStart, keyStart, lastKeyStart, lineEnd }, lines) {
    const before = text.slice(lineStart, kind === "value" ? lastKeyStart : keyStart).replace(/^\ufeff|\[[ \t]*$/g, "");
    const above = text.slice(0, lineEnd);
    const lineBreak = above.endsWith("\r\n") ? "\r\n" : above.endsWith("\n") ? "\n" : lineBreakOf(text);
    const block = lines.map((line) => before + line).join(lineBreak);
    return { start: lineEnd, end: lineEnd, text: above.endsWith("\n") ? block + lineBreak : lineBreak + block };
}
function newSection(text, table, lines) {
    const lineBreak = lineBreakOf(text);
    const gap = text === "" ? "" : text.endsWith("\n") ? lineBreak : lineBreak + lineBreak;
    const section = [`[${table.map(quoteKey).join(".")}]`, ...lines, ""].join(lineBreak);
    return { start: text.length, end: text.length, text: gap + section };
}
function removal(text, { lineStart, keyStart, valueEnd, lineEnd }) {
    const behind = /^[ \t]*(?=#)/.exec(text.slice(valueEnd, lineEnd));
    return behind === null
        ? { start: lineStart, end: lineEnd, text: "" }
        : { start: keyStart, end: valueEnd + behind[0].length, text: "" };
}
function withStrings(parsed, table, strings) {
    const [name, ...rest] = table;
    if (name !== undefined) {
        const below = parsed[name];
        return { ...parsed, [name]: withStrings(config_isRecord(below) ? below : {}, rest, strings) };
    }
    const entries = strings.map(({ key, value }) => [key, value]);
    const changed = Object.entries({ ...parsed, ...Object.fromEntries(entries) });
    return Object.fromEntries(changed.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}
function strings_readBack(text, table) {
    try {
        return withStrings((0,smol_toml_dist/* parse */.qg)(text, { integersAsBigInt: true }), table, []);
    }
    catch {
        return undefined;
    }
}
function tableAt(parsed, table) {
    const [name, ...rest] = table;
    if (name === undefined)
        return parsed;
    const below = parsed[name];
    return config_isRecord(below) ? tableAt(below, rest) : undefined;
}
const strings_isPrefix = (prefix, path) => prefix.length <= path.length && prefix.every((key, index) => key === path[index]);
const quoteKey = (key) => (/^[\w-]+$/.test(key) ? key : JSON.stringify(key));

;// CONCATENATED MODULE: ./lib/proxy/files/cdh.js




const TABLE = ["image", "image_pull_proxy"];
const cdh_NAME = TABLE.join(".");
function readCdh(file, parsed = parseToml(file)) {
    const where = origins_originsIn(file);
    const image = tableIn(parsed, ["image"], where);
    const proxy = tableIn(image, TABLE, where);
    const read = (key) => {
        const value = proxy[key];
        const from = where([...TABLE, key]);
        if (value === undefined)
            return undefined;
        if (typeof value !== "string")
            throw config_malformed(from, "The value is not a string.", `Write ${key} = "…".`);
        return { value, from };
    };
    const [httpProxy, httpsProxy, noProxy] = [read("http_proxy"), read("https_proxy"), read("no_proxy")];
    const isAlone = [httpProxy, httpsProxy].every((proxy) => (proxy?.value ?? "") === "") && (noProxy?.value ?? "") !== "";
    return {
        httpProxy,
        httpsProxy,
        noProxy,
        extraRootCertificates: cdh_readCertificates(image.extra_root_certificates, where),
        findings: isAlone ? [noProxyAlone(where([...TABLE, "no_proxy"]))] : [],
    };
}
function writeCdh(file, settings) {
    const parsed = parseToml(file);
    readCdh(file, parsed);
    const { httpProxy, httpsProxy } = settings;
    const proxies = [httpProxy, httpsProxy].filter((proxy) => proxy !== undefined);
    const socks = proxies.find(({ scheme }) => scheme.startsWith("socks"));
    if (socks !== undefined) {
        throw uneditable(`${file.origin}, ${cdh_NAME}`, `The proxy ${socks.display} (${socks.from}) uses SOCKS, which the image pull of Confidential Containers does not support.`, "Set http-proxy and https-proxy to an HTTP proxy.");
    }
    const { list, findings } = reqwestNoProxy(settings.noProxy);
    const text = setTomlStrings(file, TABLE, [
        { key: "https_proxy", value: httpsProxy?.href },
        { key: "http_proxy", value: httpProxy?.href },
        { key: "no_proxy", value: proxies.length === 0 ? undefined : list },
    ], parsed);
    return { text, findings: proxies.length === 0 ? [silent(file.origin)] : findings };
}
function tableIn(parent, path, where) {
    const table = parent[path.at(-1) ?? ""] ?? {};
    if (config_isRecord(table) && !(table instanceof Date))
        return table;
    throw config_malformed(where(path), "This is not a table.", `Write it as a section, [${path.join(".")}].`);
}
function cdh_readCertificates(list, where) {
    const path = ["image", "extra_root_certificates"];
    const from = where(path);
    if (list === undefined)
        return [];
    if (!Array.isArray(list))
        throw config_malformed(from, "This is not a list.", 'Write it as a list, ["-----BEGIN CERTIFICATE…"].');
    return list.map((value, index) => {
        if (typeof value === "string" && /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.test(value)) {
            return { value, from: `${from}[${index}]` };
        }
        throw config_malformed(`${from}[${index}]`, "This is not a certificate in PEM.", "Write complete certificates, each from BEGIN to END.");
    });
}
function noProxyAlone(from) {
    return {
        code: "NO_PROXY_ALONE",
        message: `${from} is set without a proxy. It has no effect on the image pull of Confidential Containers.`,
        remedy: "Set https_proxy or http_proxy too.",
    };
}

;// CONCATENATED MODULE: ./lib/proxy/files/env-file.js



const NOTHING = /[ \t]*(?:#[^\r\n]*)?(?:\r?\n|$)/y;
const COMMENT = "[ \\t]*(?:(?<=[ \\t])#[^\\r\\n]*)?";
const ASSIGNMENT = new RegExp(`[ \\t]*(?:export[ \\t]+)?([A-Za-z_][\\w.-]*)[ \\t]*=[ \\t]*("(?:[^"\\\\]|\\\\[\\s\\S])*"|'[^']*'|(?!["'])[^\\r\\n]*)(?:(?<=["'])${COMMENT})?(?:\\r?\\n|$)`, "dy");
function readEnv(file) {
    const assignments = assignmentsOf(file);
    const findings = [];
    const find = (name) => {
        const own = assignments.filter(({ key }) => key.toLowerCase() === name && isSpelling(key));
        const inOrder = own.toReversed().toSorted((one, other) => Number(isLower(one.key)) - Number(isLower(other.key)));
        const first = inOrder.find(({ value }) => value !== "");
        if (first === undefined)
            return undefined;
        const other = own.find(({ value }) => value !== "" && value !== first.value);
        if (other !== undefined)
            findings.push(env_file_differs(file, first, other));
        return { value: first.value, from: `${file.origin}, line ${lineAt(file.text, first.start)}, ${first.key}` };
    };
    return { httpProxy: find("http_proxy"), httpsProxy: find("https_proxy"), noProxy: find("no_proxy"), findings };
}
function writeEnv(file, settings) {
    const { origin, text } = file;
    const values = [
        ["http_proxy", settings.httpProxy?.href],
        ["https_proxy", settings.httpsProxy?.href],
        ["no_proxy", exportedNoProxy(settings)],
    ];
    const assignments = assignmentsOf(file);
    const edits = [];
    const added = [];
    for (const [name, value] of values) {
        const own = assignments.filter(({ key }) => key.toLowerCase() === name && isSpelling(key));
        edits.push(...own.map((assignment) => editOf(assignment, value, file)));
        if (own.length === 0 && value !== undefined)
            added.push(`${name}=${quote(value, `${origin}, ${name}`)}`);
    }
    const lineBreak = lineBreakOf(text);
    const edited = applyEdits(text, edits);
    if (added.length === 0)
        return edited;
    const gap = edited === "" || edited.endsWith("\n") ? "" : lineBreak;
    return `${edited}${gap}${added.join(lineBreak)}${lineBreak}`;
}
function looksLikeEnv(text) {
    return /^[ \t]*(?:export[ \t]+)?[A-Za-z_][\w.-]*[ \t]*=/m.test(text) && !/^[ \t]*\[/m.test(text);
}
function assignmentsOf({ origin, text }) {
    const assignments = [];
    let start = text.startsWith("\ufeff") ? 1 : 0;
    while (start < text.length) {
        const lineEnd = endOf(NOTHING, text, start);
        if (lineEnd !== undefined) {
            start = lineEnd;
            continue;
        }
        ASSIGNMENT.lastIndex = start;
        const match = ASSIGNMENT.exec(text);
        if (match === null)
            throw noAssignment(origin, text, start);
        const [, key = "", matched = ""] = match;
        const [valueStart] = match.indices?.[2] ?? [start];
        const raw = /^["']/.test(matched) ? matched : withoutComment(matched, text.charAt(valueStart - 1));
        const [end, valueEnd] = [ASSIGNMENT.lastIndex, valueStart + raw.length];
        assignments.push({ key, value: env_file_unquote(raw), start, end, valueStart, valueEnd });
        start = ASSIGNMENT.lastIndex;
    }
    return assignments;
}
function withoutComment(rest, before) {
    const comment = (before + rest).search(/[ \t]#/);
    return (comment < 0 ? rest : rest.slice(0, comment)).trimEnd();
}
function endOf(pattern, text, start) {
    pattern.lastIndex = start;
    return pattern.test(text) ? pattern.lastIndex : undefined;
}
function noAssignment(origin, text, start) {
    const [, key, quoteMark] = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*(["'])?/.exec(text.slice(start)) ?? [];
    const where = `${origin}, line ${lineAt(text, start)}${key === undefined ? "" : `, ${key}`}`;
    return quoteMark === undefined
        ? config_malformed(where, "The line is not of the form key=value.", "Write key=value, or # before a comment.")
        : config_malformed(where, `The value starts with ${quoteMark} and does not end with it.`, "Write the complete value between one pair of quotes, or without quotes.");
}
function env_file_unquote(raw) {
    if (raw.startsWith("'"))
        return raw.slice(1, -1);
    if (!raw.startsWith('"'))
        return raw;
    return raw.slice(1, -1).replace(/\\(?:([\\"$`])|\r?\n)/g, (_whole, char = "") => char);
}
function quote(value, where) {
    if (/^[\w.:/@%,[\]*-]*$/.test(value))
        return value;
    if (!/['\u0000-\u001f]/.test(value))
        return `'${value}'`;
    throw uneditable(where, "The value contains a quote or a control character.", "Remove invalid hosts from no-proxy.");
}
function editOf(assignment, value, { origin, text }) {
    const { key, start, end, valueStart, valueEnd } = assignment;
    if (value === undefined)
        return { start, end, text: "" };
    if (assignment.value === value)
        return { start: valueStart, end: valueStart, text: "" };
    return { start: valueStart, end: valueEnd, text: quote(value, `${origin}, line ${lineAt(text, start)}, ${key}`) };
}
function env_file_differs({ origin, text }, followed, other) {
    const [line, otherLine] = [lineAt(text, followed.start), lineAt(text, other.start)];
    return {
        code: "PROXY_CONFIG_DIFFERS",
        message: `In ${origin}, ${other.key} of line ${otherLine} and ${followed.key} of line ${line} differ. This run uses line ${line}.`,
        remedy: "Remove one of the two lines.",
    };
}
const isLower = (key) => key === key.toLowerCase();
const isSpelling = (key) => isLower(key) || key === key.toUpperCase();

;// CONCATENATED MODULE: ./lib/proxy/files/registries-conf.js



function readInsecureRegistries(file) {
    const parsed = parseToml(file);
    const where = origins_originsIn(file);
    const registries = registries_conf_listIn(parsed.registry, ["registry"], where);
    const second = registries.flatMap((registry, index) => {
        const path = ["registry", String(index)];
        const mirrors = config_isRecord(registry) ? registries_conf_listIn(registry.mirror, [...path, "mirror"], where) : [];
        return [
            ...readRegistry(registry, path, where),
            ...mirrors.flatMap((mirror, number) => readRegistry(mirror, [...path, "mirror", String(number)], where)),
        ];
    });
    const seen = new Set();
    return [...second, ...readFirstVersion(parsed.registries, where)].filter(({ value }) => seen.has(value) ? false : seen.add(value));
}
function readRegistry(registry, path, where) {
    if (!config_isRecord(registry))
        throw config_malformed(where(path), "This is not a table.", "Write it as a section, [[registry]].");
    const { insecure = false } = registry;
    if (typeof insecure !== "boolean") {
        throw config_malformed(where([...path, "insecure"]), "The value is not a boolean.", "Write insecure = true, without quotes.");
    }
    if (!insecure)
        return [];
    const key = (registry.location ?? "") === "" ? "prefix" : "location";
    return [registries_conf_readHost(registry[key], [...path, key], where)];
}
function readFirstVersion(registries, where) {
    const insecure = config_isRecord(registries) ? registries.insecure : undefined;
    const list = config_isRecord(insecure) ? insecure.registries : undefined;
    const path = ["registries", "insecure", "registries"];
    return registries_conf_listIn(list, path, where).map((value, index) => registries_conf_readHost(value, [...path, String(index)], where));
}
function registries_conf_listIn(value, path, where) {
    if (value === undefined)
        return [];
    if (Array.isArray(value))
        return value;
    throw config_malformed(where(path), "This is not a list.", "Write it as described in containers-registries.conf(5).");
}
function registries_conf_readHost(value, path, where) {
    const from = where(path);
    const host = typeof value === "string" ? value.replace(/\/.*$/s, "").replace(/^\*\./, ".") : "";
    if (/^\.[^.]+$/.test(host)) {
        throw config_malformed(from, "The value is a complete top-level domain.", "Write more of the name, or single hosts.");
    }
    if (/^\.?[\w-](?:[\w.-]*[\w-])?(?::\d{1,5})?$|^\[[0-9a-f:]+\](?::\d{1,5})?$/i.test(host)) {
        return { value: host.toLowerCase(), from };
    }
    throw config_malformed(from, "The value is not a registry.", 'Write location = "host:port", without scheme.');
}

;// CONCATENATED MODULE: ./lib/proxy/files/connector-folder.js




const FOLDER_FILES = [".env", "http.proxy", "https.proxy", "registries.conf"];
function readFolder(from, files) {
    for (const file of Object.values(files))
        if (file !== undefined)
            refuseEmpty(file);
    const env = files[".env"] === undefined ? {} : readEnv(files[".env"]);
    const httpProxy = readProxyFile(files["http.proxy"]);
    const httpsProxy = readProxyFile(files["https.proxy"]);
    return proxyConfig(from, {
        httpProxy: httpProxy ?? env.httpProxy,
        httpsProxy: httpsProxy ?? env.httpsProxy,
        noProxy: env.noProxy,
        insecureRegistries: files["registries.conf"] === undefined ? [] : readInsecureRegistries(files["registries.conf"]),
        findings: [
            ...(env.findings ?? []),
            ...differences(httpProxy, env.httpProxy),
            ...differences(httpsProxy, env.httpsProxy),
        ],
    });
}
function writeFolder(env, settings) {
    const line = (proxy) => (proxy === undefined ? undefined : `${proxy.href}\n`);
    return {
        ".env": writeEnv(env, settings),
        "http.proxy": line(settings.httpProxy),
        "https.proxy": line(settings.httpsProxy),
    };
}
function readProxyFile(file) {
    if (file === undefined)
        return undefined;
    const value = file.text.trim();
    if (!/[\r\n]/.test(value))
        return { value, from: `${file.origin}, line 1` };
    throw config_malformed(file.origin, "The file has more than one line.", "Write only the URL of the proxy into it.");
}
function differences(followed, other) {
    if (followed === undefined || other === undefined || hrefOf(followed) === hrefOf(other))
        return [];
    return [
        {
            code: "PROXY_CONFIG_DIFFERS",
            message: `${followed.from} and ${other.from} differ. This run uses ${followed.from}.`,
            remedy: "Write the same URL into both, or remove one of them.",
        },
    ];
}
function hrefOf({ value, from }) {
    try {
        return parseProxyUrl(value, from)?.href;
    }
    catch {
        return value;
    }
}

// EXTERNAL MODULE: ./node_modules/jsonc-parser/lib/umd/main.js
var main = __webpack_require__(9547);
;// CONCATENATED MODULE: ./lib/proxy/files/docker-config.js






const DEFAULT_DAEMON = "unix:///var/run/docker.sock";
const KEYS = ["httpProxy", "httpsProxy", "noProxy"];
function readDockerConfig(file, daemon = DEFAULT_DAEMON) {
    const { proxies } = parseObject(file);
    const all = objectIn(proxies, `${file.origin}, proxies`);
    const name = Object.hasOwn(all, daemon) ? daemon : "default";
    const from = `${file.origin}, proxies.${name}`;
    const own = objectIn(all[name], from);
    const read = (key) => {
        const value = own[key];
        if (value === undefined)
            return undefined;
        if (typeof value !== "string")
            throw config_malformed(`${from}.${key}`, "The value is no string.", `Write "${key}": "…".`);
        return { value, from: `${from}.${key}` };
    };
    return { httpProxy: read("httpProxy"), httpsProxy: read("httpsProxy"), noProxy: read("noProxy") };
}
function writeDockerConfig(file, settings) {
    const values = {
        httpProxy: settings.httpProxy?.href,
        httpsProxy: settings.httpsProxy?.href,
        noProxy: exportedNoProxy(settings),
    };
    if (file.text.trim() === "") {
        return { text: `${JSON.stringify({ proxies: { default: values } }, null, "\t")}\n`, findings: [] };
    }
    const before = parseObject(file);
    const proxies = objectIn(before.proxies, `${file.origin}, proxies`);
    const own = objectIn(proxies.default, `${file.origin}, proxies.default`);
    const text = KEYS.filter((key) => own[key] !== values[key]).reduce((edited, key) => {
        const isReplaced = own[key] !== undefined && values[key] !== undefined;
        const options = isReplaced ? {} : formattingOf(edited);
        return (0,main.applyEdits)(edited, (0,main.modify)(edited, ["proxies", "default", key], values[key], options));
    }, file.text);
    const expected = { ...before, proxies: { ...proxies, default: { ...own, ...values } } };
    if ((0,external_node_util_.isDeepStrictEqual)(JSON.parse(text), JSON.parse(JSON.stringify(expected))))
        return { text, findings: [] };
    throw uneditable(`${file.origin}, proxies.default`, "A key stands there twice.", "Leave one of the two out.");
}
function formattingOf(text) {
    if (!text.trim().includes("\n"))
        return {};
    const unit = /\n([ \t]+)"/.exec(text)?.[1] ?? "\t";
    const isSpaces = unit.startsWith(" ");
    return { formattingOptions: { insertSpaces: isSpaces, tabSize: isSpaces ? unit.length : 1, eol: lineBreakOf(text) } };
}
function looksLikeDockerConfig(text) {
    try {
        const parsed = JSON.parse(text);
        return (config_isRecord(parsed) && ["proxies", "auths", "credsStore", "credHelpers"].some((key) => Object.hasOwn(parsed, key)));
    }
    catch {
        return /"(?:proxies|auths)"\s*:/.test(text);
    }
}
function parseObject({ origin, text }) {
    let parsed;
    try {
        parsed = JSON.parse(text);
    }
    catch (error) {
        const line = /\(line (\d+) column \d+\)$/.exec(errorMessage(error))?.[1];
        throw config_malformed(line === undefined ? origin : `${origin}, line ${line}`, "This is no JSON.", "Correct the file.");
    }
    if (!config_isRecord(parsed))
        throw config_malformed(origin, "This is no JSON object.", 'Write it as {"proxies": {"default": {…}}}.');
    return parsed;
}
function objectIn(value, where) {
    if (value === undefined)
        return {};
    if (config_isRecord(value))
        return value;
    throw config_malformed(where, "This is no JSON object.", 'Write it as {"proxies": {"default": {…}}}.');
}

;// CONCATENATED MODULE: ./lib/proxy/files/initdata.js









const ALGORITHMS = ["sha256", "sha384", "sha512"];
const CDH = ["data", "cdh.toml"];
const KEY = 'data."cdh.toml"';
const QUOTES = "'''";
const initdata_MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;
function looksEncoded(text) {
    return /^\s*H4sI[A-Za-z0-9+/=\s]*$/.test(text);
}
function decodeInitdata({ origin, text }) {
    if (!looksEncoded(text))
        return { origin, text };
    const invalid = (problem) => config_malformed(origin, problem, "Copy the complete value of the annotation.");
    const base64 = text.replace(/\s/g, "");
    if (base64.length % 4 !== 0 || /=[^=]|={3}/.test(base64))
        throw invalid("This is not base64: characters are missing.");
    try {
        const bytes = (0,external_node_zlib_.gunzipSync)(Buffer.from(base64, "base64"), { maxOutputLength: initdata_MAX_DOCUMENT_BYTES });
        return { origin, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
    }
    catch (error) {
        if (errorCode(error) === "ERR_BUFFER_TOO_LARGE")
            throw invalid(`It unpacks to more than ${initdata_MAX_DOCUMENT_BYTES} bytes.`);
        throw invalid("The base64 does not contain text in gzip, or is truncated.");
    }
}
function encodeInitdata(text) {
    const bytes = (0,external_node_zlib_.gzipSync)(text, { level: 9 });
    bytes.fill(0, 4, 8);
    bytes[9] = 255;
    return bytes.toString("base64");
}
function readInitdata(encoded) {
    const { cdh } = initdata_readDocument(decodeInitdata(encoded));
    return cdh === undefined ? {} : readCdh(cdh);
}
function writeInitdata(encoded, settings) {
    const file = decodeInitdata(encoded);
    const { parsed, algorithm, literal, cdh } = initdata_readDocument(file);
    const origin = `${file.origin}, ${KEY}`;
    if (literal !== undefined && !literal.isLiteral) {
        throw uneditable(origin, `It is not written between ${QUOTES}.`, `Write it between ${QUOTES} and ${QUOTES}.`);
    }
    const lineBreak = lineBreakOf(file.text);
    const padding = literal?.padding ?? lineBreak;
    const { text, findings } = writeCdh(cdh ?? { origin, text: padding }, settings);
    const inner = text.slice(padding.length);
    if (inner.includes(QUOTES)) {
        throw uneditable(origin, `A value contains ${QUOTES}, which would end the document.`, "Remove invalid hosts from no-proxy.");
    }
    const opening = literal === undefined || literal.text === "" ? QUOTES + lineBreak : literal.opening;
    const string = { key: CDH[1], value: inner, spelling: `${opening}${inner}${QUOTES}` };
    const document = setTomlStrings(file, CDH.slice(0, 1), [string], parsed);
    const annotation = encodeInitdata(document);
    return {
        text: looksEncoded(encoded.text) ? `${annotation}\n` : document,
        findings,
        digest: `${algorithm}:${(0,external_node_crypto_.createHash)(algorithm).update(document).digest("hex")}`,
        annotation,
    };
}
function initdata_readDocument(file) {
    const parsed = parseToml(file);
    const { version, algorithm, data } = parsed;
    const where = origins_originsIn(file);
    const require = (isRight, path, problem, remedy) => {
        if (!isRight)
            throw config_malformed(where(path), problem, remedy);
    };
    require(typeof version === "string", [
        "version",
    ], "The version is missing or not in quotes.", 'Write version = "0.1.0".');
    require(ALGORITHMS.includes(String(algorithm)), [
        "algorithm",
    ], `The algorithm is not one of ${ALGORITHMS.join(", ")}.`, 'Write algorithm = "sha256".');
    require(config_isRecord(data), ["data"], "The section [data] is missing.", "Write it, with one string per file.");
    for (const [key, value] of Object.entries(data)) {
        require(typeof value === "string", ["data", key], "The value is not a string.", `Write it between ${QUOTES}.`);
    }
    const literal = literalOf(file, parsed);
    const cdh = literal && { origin: `${file.origin}, ${KEY}`, text: literal.padding + literal.text };
    return { parsed, algorithm: String(algorithm), literal, cdh };
}
function literalOf({ text }, { data }) {
    const inner = data[CDH[1]];
    if (typeof inner !== "string")
        return undefined;
    const statement = tomlStatements(text).find(({ path }) => path.join() === CDH.join());
    const raw = text.slice(statement?.valueStart, statement?.valueEnd);
    const opening = /^'''(?:\r?\n)?/.exec(raw)?.[0] ?? "";
    const lines = statement === undefined ? 0 : lineAt(text, statement.valueStart + opening.length) - 1;
    return {
        text: inner,
        opening,
        isLiteral: raw === `${opening}${inner}${QUOTES}`,
        padding: lineBreakOf(text).repeat(lines),
    };
}

;// CONCATENATED MODULE: ./lib/proxy/files/formats.js







function readConfigFile(file, { name, daemon }) {
    refuseEmpty(file);
    const readers = {
        env: () => readEnv(file),
        docker: () => readDockerConfig(file, daemon),
        cdh: () => readCdh(file),
        initdata: () => readInitdata(file),
    };
    return proxyConfig(file.origin, readers[formatOf(file, name)]());
}
function formatOf(file, name) {
    const { origin, text } = file;
    if (looksEncoded(text))
        return "initdata";
    if (name === "config.json")
        return "docker";
    const format = /^\s*\{/.test(text) ? (looksLikeDockerConfig(text) ? "docker" : undefined) : tomlFormat(file, name);
    if (format !== undefined)
        return format;
    if (name.endsWith(".env") || (!/^\s*\{/.test(text) && looksLikeEnv(text)))
        return "env";
    throw new TransferError("PROXY_CONFIG_UNKNOWN", "The file has an unknown format.", {
        where: origin,
        remedy: "Name a .env, a folder with http.proxy or https.proxy, a cdh.toml, an initdata document or a docker config.json.",
    });
}
function tomlFormat(file, name) {
    const { text } = file;
    const [, section] = /^[ \t]*\[+[ \t]*["']?(image|kbc|data)\b/m.exec(text) ?? [];
    const isNamed = name.endsWith(".toml");
    let parsed = {};
    try {
        parsed = parseToml(file);
    }
    catch {
        if (section === undefined && !isNamed)
            return undefined;
        return section === "data" ? "initdata" : "cdh";
    }
    if (config_isRecord(parsed.data) && (Object.hasOwn(parsed.data, "cdh.toml") || Object.hasOwn(parsed, "algorithm")))
        return "initdata";
    return config_isRecord(parsed.image) || config_isRecord(parsed.kbc) || name === "cdh.toml" ? "cdh" : undefined;
}

;// CONCATENATED MODULE: ./lib/proxy/files/written.js
function containSecrets({ httpProxy, httpsProxy }) {
    return [httpProxy, httpsProxy].some((proxy) => `${proxy?.username ?? ""}${proxy?.password ?? ""}` !== "");
}

;// CONCATENATED MODULE: ./lib/setup/proxy-files.js















const MAX_FILE_BYTES = 4 * 1024 * 1024;
async function readProxyConfig(path, environment = {}) {
    const origin = `proxy-config ${printable(path)}`;
    const kind = await proxy_files_kindOf(path);
    if (kind === undefined)
        throw missing(origin, "The file or folder does not exist.");
    const root = await (0,promises_.realpath)(path);
    if (kind === "file") {
        const file = { origin, text: await readText(root, origin) };
        return readConfigFile(file, { name: (0,external_node_path_.basename)(path), daemon: environment.DOCKER_HOST || undefined });
    }
    const readBelow = async (name) => {
        const found = await proxy_files_kindOf((0,external_node_path_.join)(root, name));
        return found === undefined ? undefined : readOptional(placeBelow(root, name), `${origin}/${name}`);
    };
    const texts = await Promise.all(FOLDER_FILES.map(readBelow));
    if (texts.slice(0, 3).every((file) => file === undefined)) {
        throw missing(origin, `The folder has none of the files ${FOLDER_FILES.slice(0, 3).join(", ")}.`);
    }
    return readFolder(origin, Object.fromEntries(FOLDER_FILES.map((name, index) => [name, texts[index]])));
}
async function writeProxyFiles(requests, sources) {
    const prepared = [];
    for (const request of requests)
        prepared.push(await proxy_files_prepare(request, sources));
    const isSecret = containSecrets(sources.settings);
    for (const { written, targets } of prepared) {
        for (const target of targets)
            await replaceFile(target, written, isSecret && written.format !== "squid");
    }
    return prepared.map(({ written }) => written);
}
async function proxy_files_prepare(request, { settings, squidRules, workspace }) {
    const { format } = request;
    const origin = originOf(request);
    const path = await placeOf(request.path, { workspace, where: origin }).catch((error) => {
        throw proxy_files_unwritable(request, error);
    });
    const existing = async () => {
        const file = await readOptional(path, origin);
        if (file === undefined)
            throw missing(origin, `The file does not exist, and the format ${format} needs an existing one.`);
        refuseEmpty(file);
        return file;
    };
    const optional = async (name = path) => (await readOptional(name, origin)) ?? { origin, text: "" };
    const one = (text, more = {}) => ({
        written: { ...request, findings: [], ...more },
        targets: [{ path, text }],
    });
    switch (format) {
        case "env":
            return one(writeEnv(await optional(), settings));
        case "folder": {
            for (const name of FOLDER_FILES)
                await refuseLink(path, (0,external_node_path_.join)(path, name), origin);
            const texts = Object.entries(writeFolder(await optional((0,external_node_path_.join)(path, ".env")), settings));
            const targets = texts.map(([name, text]) => ({ path: (0,external_node_path_.join)(path, name), text }));
            return { written: { ...request, findings: [] }, targets };
        }
        case "docker":
            return one(writeDockerConfig(await optional(), settings).text);
        case "cdh": {
            const { text, findings } = writeCdh(await existing(), settings);
            return one(text, { findings });
        }
        case "initdata": {
            const { text, ...more } = writeInitdata(await existing(), settings);
            return one(text, more);
        }
        case "squid":
            return one(squidRules);
    }
}
async function proxy_files_kindOf(path) {
    try {
        return (await (0,promises_.stat)(path)).isDirectory() ? "folder" : "file";
    }
    catch {
        return undefined;
    }
}
async function readOptional(path, origin) {
    return (await proxy_files_kindOf(path)) === undefined ? undefined : { origin, text: await readText(path, origin) };
}
async function readText(path, origin) {
    let bytes;
    try {
        const status = await (0,promises_.stat)(path);
        if (!status.isFile() || status.size > MAX_FILE_BYTES)
            throw new Error(`it is not a regular file of at most ${MAX_FILE_BYTES} bytes`);
        bytes = await (0,promises_.readFile)(path, { flag: external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_NOFOLLOW });
    }
    catch (error) {
        throw missing(origin, `It cannot be read: ${errorCode(error) ?? errorMessage(error)}.`);
    }
    try {
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    }
    catch {
        throw new TransferError("PROXY_CONFIG_MALFORMED", "The file is not text in UTF-8.", {
            where: origin,
            remedy: "Save it as UTF-8.",
        });
    }
}
async function replaceFile({ path, text }, request, isSecret) {
    try {
        if (text === undefined)
            return await (0,promises_.rm)(path, { force: true });
        await (0,promises_.mkdir)((0,external_node_path_.dirname)(path), { recursive: true });
        await writeAtomically(path, text, isSecret ? PRIVATE : undefined);
    }
    catch (error) {
        throw proxy_files_unwritable(request, error);
    }
}
function originOf({ path }) {
    return `write-proxy-config ${printable(path)}`;
}
function proxy_files_unwritable(request, cause) {
    if (cause instanceof TransferError)
        return cause;
    return new TransferError("PROXY_CONFIG_UNWRITABLE", `The file cannot be written: ${errorCode(cause) ?? "unknown"}.`, {
        where: originOf(request),
        remedy: "Name a path in a folder that this job may write to.",
        cause,
    });
}
function missing(where, problem) {
    return new TransferError("PROXY_CONFIG_MISSING", problem, {
        where,
        remedy: "Use the path of the file or folder inside the job, and mount or write it before this step.",
    });
}

;// CONCATENATED MODULE: ./lib/setup/export-settings.js



async function exportSettings(inputs, { proxy, certificates }, options) {
    const { runner } = options;
    await exportFiles(inputs.writeProxyConfig, proxy.effective, options);
    if (!inputs.exportEnvironment)
        return;
    const trust = await exportCertificates(certificates, runner.temp);
    const node = inputs.nodeProxy ? { NODE_USE_ENV_PROXY: "1" } : {};
    const variables = { ...proxy.variables, ...node, ...trust };
    for (const [name, value] of Object.entries(variables))
        runner.exportVariable(name, value);
    runner.info(`exported for later steps: ${Object.keys(variables).sort().join(", ")}`);
}
async function exportRules({ writeProxyConfig }, { proxy }, options) {
    const rules = writeProxyConfig.filter(({ format }) => format === "squid");
    await exportFiles(rules, proxy.effective, options);
}
async function exportFiles(requests, settings, { reporter, runner, allowList }) {
    const written = await writeProxyFiles(requests, {
        settings,
        squidRules: squidRules(allowList),
        workspace: runner.workspace,
    });
    const isSecret = holdsPassword(settings);
    const files = written.map(({ format, path, digest, annotation }) => ({
        format,
        path,
        ...(digest === undefined ? {} : { digest }),
        ...(annotation === undefined || isSecret ? {} : { annotation }),
    }));
    reporter.findings(written.flatMap(({ findings }) => findings));
    for (const file of files)
        reporter.file(file);
}
function holdsPassword({ httpProxy, httpsProxy }) {
    return [httpProxy, httpsProxy].some((proxy) => (proxy?.password ?? "") !== "");
}

// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __webpack_require__(1421);
;// CONCATENATED MODULE: ./lib/logins/credential-helper.js







const DEADLINE = 30_000;
const credential_helper_MAX_OUTPUT_BYTES = 64 * 1024;
const credential_helper_NAME = /^[A-Za-z0-9._-]+$/;
const NOT_FOUND = "credentials not found in native keychain";
const PASSED = [
    ...["PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR", "DOCKER_CONFIG"],
    ...["SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"],
    ...["GNUPGHOME", "DBUS_SESSION_BUS_ADDRESS"],
];
const PASSED_PREFIXES = [
    ...["LC_", "XDG_", "GPG_", "PASSWORD_STORE_"],
    ...["AWS_", "AZURE_", "ARM_", "ACR_", "IDENTITY_", "MSI_", "IMDS_"],
    ...["GOOGLE_", "CLOUDSDK_", "GCLOUD_", "GCE_", "GCR_", "OCI_", "ALIBABA_CLOUD_", "DIGITALOCEAN_"],
];
function isPassed(name) {
    return PASSED.includes(name) || PASSED_PREFIXES.some((prefix) => name.startsWith(prefix));
}
function createHelpers(options) {
    const { environment, proxyVariables, isInCheckout, signal, deadline = DEADLINE } = options;
    const passed = Object.entries(environment).filter(([name]) => isPassed(name));
    const variables = { ...Object.fromEntries(passed), ...proxyVariables };
    return async (helper, server) => {
        const program = `docker-credential-${helper}`;
        if (!credential_helper_NAME.test(helper))
            throw failed(`docker-credential-${printable(helper, 80)}`, server, "its name is not one");
        const path = await credential_helper_find(program, environment.PATH ?? "", isInCheckout);
        if (path === undefined)
            throw failed(program, server, "it is not on the PATH");
        const { code, output, stopped } = await run(path, { server, variables, deadline, signal });
        signal?.throwIfAborted();
        if (stopped === "deadline")
            throw failed(program, server, `it did not answer in ${deadline / 1000} s`);
        if (stopped === "output")
            throw failed(program, server, `it wrote more than ${credential_helper_MAX_OUTPUT_BYTES} bytes`);
        const text = output.toString("utf8").trim();
        if (code !== 0) {
            if (text === NOT_FOUND)
                return undefined;
            const words = text === "" || text.includes("{") ? "" : `: ${printable(text, 200)}`;
            throw failed(program, server, `it ended with exit code ${code ?? "of a signal"}${words}`);
        }
        return credentialOf(text, program, server);
    };
}
function credentialOf(text, program, server) {
    let answer;
    try {
        answer = JSON.parse(text);
    }
    catch {
        answer = undefined;
    }
    if (!isRecord(answer) || typeof answer.Username !== "string" || typeof answer.Secret !== "string") {
        throw failed(program, server, "its answer is not a JSON object with Username and Secret");
    }
    const { Username: username, Secret: secret } = answer;
    if (secret === "")
        return undefined;
    if (username === "<token>")
        return { username: "", password: "", identityToken: secret, from: program };
    return { username, password: secret, from: program };
}
function failed(program, server, why) {
    return new TransferError("CREDENTIAL_HELPER_FAILED", `${program} was asked for the login of ${server}: ${why}`, {
        where: program,
        remedy: `See what it says: echo ${server} | ${program} get. Or give the login in credentials, which goes before it.`,
    });
}
async function credential_helper_find(program, path, isInCheckout) {
    for (const folder of path.split(external_node_path_.delimiter).filter(external_node_path_.isAbsolute)) {
        const file = (0,external_node_path_.join)(folder, program);
        const isProgram = await (0,promises_.access)(file, promises_.constants.X_OK).then(() => true, () => false);
        if (isProgram && !(await isInCheckout(file)))
            return file;
    }
    return undefined;
}
function run(path, { server, variables, deadline, signal }) {
    const { promise, resolve } = Promise.withResolvers();
    const child = (0,external_node_child_process_.spawn)(path, ["get"], {
        env: variables,
        cwd: (0,external_node_os_.tmpdir)(),
        stdio: ["pipe", "pipe", "ignore"],
        detached: true,
    });
    const chunks = [];
    let size = 0;
    let stopped;
    const stop = (reason) => {
        stopped ??= reason;
        try {
            process.kill(-(child.pid ?? Number.NaN), "SIGKILL");
        }
        catch {
            child.kill("SIGKILL");
        }
        child.stdout.destroy();
        finish(null);
    };
    const interrupt = () => stop("signal");
    signal?.addEventListener("abort", interrupt);
    const timer = setTimeout(() => stop("deadline"), deadline);
    const finish = (code, output = Buffer.concat(chunks)) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", interrupt);
        resolve({ code, output, stopped });
    };
    child.stdout.on("data", (chunk) => {
        size += chunk.length;
        if (size > credential_helper_MAX_OUTPUT_BYTES)
            stop("output");
        else
            chunks.push(chunk);
    });
    child.on("error", (error) => finish(null, Buffer.from(errorMessage(error))));
    child.on("close", (code) => finish(code));
    child.stdin.on("error", () => { }).end(server);
    return promise;
}

;// CONCATENATED MODULE: ./lib/logins/credential-lines.js


const LINE = /^(?:https?:\/\/)?(?:([^=/\s@]+)@(?:https?:\/\/)?)?([^=/\s@]+)(\/[^=\s@]*)?=([^:]+):(.*)$/s;
function parseCredentialLines(lines) {
    return lines.map((line, index) => {
        const from = `input credentials, line ${index + 1}`;
        const match = LINE.exec(line);
        if (match === null) {
            throw new TransferError("INPUT_INVALID", `${from} is neither host[/path]=user:password nor token-host@registry[/path]=user:password`, {
                where: from,
                remedy: "Write one line per registry, for example ghcr.io/acme=robot:PASSWORD, with the password from a secret.",
            });
        }
        const [, tokenHost, host = "", path = "", username = "", password = ""] = match;
        const bound = tokenHost === undefined ? {} : { tokenHost: tokenHost.toLowerCase() };
        return { ...registryPattern(host, path), ...bound, credential: { username, password, from } };
    });
}

;// CONCATENATED MODULE: ./lib/logins/github-token.js

const github_token_NAME = "input github-token";
function githubTokenLogins(token, environment) {
    const host = containerRegistry(environment.GITHUB_SERVER_URL ?? "");
    if (token === "" || host === undefined)
        return [];
    const username = environment.GITHUB_ACTOR || "x-access-token";
    return [
        {
            ...registryPattern(host),
            scheme: "https",
            credential: { username, password: token, from: github_token_NAME, isAmbient: true },
        },
    ];
}
function containerRegistry(server) {
    const url = URL.parse(server);
    if (url === null || url.protocol !== "https:")
        return undefined;
    return url.host === "github.com" ? "ghcr.io" : `containers.${url.host}`;
}

;// CONCATENATED MODULE: ./lib/logins/docker-config.js




function parseDockerConfig(text, from) {
    const malformed = (why) => new TransferError("CREDENTIALS_MALFORMED", `${from}: ${why}`, {
        where: from,
        remedy: "Write the file again with docker login or podman login, or name another one in registry-config.",
    });
    if (text.trim() === "")
        return [];
    let config;
    try {
        config = JSON.parse(text);
    }
    catch {
        throw malformed("it is not JSON");
    }
    if (config === null)
        return [];
    if (!isRecord(config))
        throw malformed("it is not a JSON object");
    const member = (name) => {
        const value = config[name] ?? {};
        if (!isRecord(value))
            throw malformed(`"${name}" is not an object`);
        return value;
    };
    const helpers = Object.entries(member("credHelpers")).flatMap(([key, helper]) => {
        if (typeof helper !== "string")
            throw malformed(`"credHelpers" of ${printable(key, 200)} is not a name`);
        return helper === "" ? [] : [{ ...keyPattern(key), path: "", helper }];
    });
    const entries = Object.entries(member("auths")).toSorted(([one], [other]) => detour(one) - detour(other));
    const written = entries.flatMap(([key, value]) => {
        const credential = isRecord(value) ? docker_config_credentialOf(value, from) : undefined;
        if (isRecord(value) && (value.auth ?? "") !== "" && credential === undefined) {
            throw malformed(`"auth" of ${printable(key, 200)} is not base64 of user:password`);
        }
        if (credential !== undefined && !isHeaderToken(credential.accessToken ?? "")) {
            throw malformed(`a token of ${printable(key, 200)} has signs that no header may have`);
        }
        return credential === undefined ? [] : [{ ...keyPattern(key), credential }];
    });
    const store = config.credsStore ?? "";
    if (typeof store !== "string")
        throw malformed('"credsStore" is not a name');
    const everywhere = { consumer: "registry", host: "*", port: "*", path: "" };
    return [...helpers, ...written, ...(store === "" ? [] : [{ ...everywhere, helper: store }])];
}
function docker_config_credentialOf(entry, from) {
    const identityToken = docker_config_textOf(entry.identitytoken);
    const accessToken = docker_config_textOf(entry.registrytoken);
    const tokens = {
        ...(identityToken === "" ? {} : { identityToken }),
        ...(accessToken === "" ? {} : { accessToken }),
        from,
    };
    if (typeof entry.auth === "string" && entry.auth !== "") {
        const decoded = Buffer.from(entry.auth, "base64").toString("utf8");
        const colon = decoded.indexOf(":");
        if (colon < 0)
            return undefined;
        return { username: decoded.slice(0, colon), password: withoutEnd(decoded.slice(colon + 1)), ...tokens };
    }
    if (typeof entry.username === "string" && typeof entry.password === "string") {
        return { username: entry.username, password: entry.password, ...tokens };
    }
    return identityToken === "" && accessToken === "" ? undefined : { username: "", password: "", ...tokens };
}
function docker_config_textOf(value) {
    return typeof value === "string" ? value : "";
}
function withoutEnd(password) {
    return password.replace(/(?<![\0\r\n])[\0\r\n]+$/, "");
}
function detour(key) {
    return /^https?:\/\/[^/]*\/(?!v[12]\/*$)./i.test(key) ? 1 : 0;
}
function keyPattern(key) {
    const bare = key.replace(/^https?:\/\//i, "").replace(/^[^/]*@/, "");
    const slash = bare.indexOf("/");
    const host = slash < 0 ? bare : bare.slice(0, slash);
    const path = slash < 0 ? "" : bare.slice(slash);
    return registryPattern(host, /^https?:\/\//i.test(key) || /^\/v[12]\/*$/.test(path) ? "" : path);
}

;// CONCATENATED MODULE: ./lib/logins/ocm-resolvers.js




function parseResolvers(document, type) {
    if (type !== ocm_resolvers_V1 && type !== V2)
        return [];
    const entries = Array.isArray(document.resolvers) ? document.resolvers.filter(isRecord) : [];
    const byPriority = entries.toSorted((one, other) => priority(other) - priority(one));
    return byPriority.flatMap(({ repository: record, prefix, componentNamePattern, versionConstraint }) => {
        const repository = isRecord(record) ? ocm_resolvers_repositoryOf(record) : undefined;
        if (repository === undefined)
            return [];
        if (type === ocm_resolvers_V1)
            return [{ prefix: ocm_resolvers_textOf(prefix).replace(/(?<!\/)\/+$/, ""), repository }];
        const constraint = ocm_resolvers_textOf(versionConstraint);
        const pattern = ocm_resolvers_textOf(componentNamePattern);
        const versions = constraint === "" ? {} : { versions: parseConstraint(constraint, ocm_resolvers_WHERE) };
        return [{ prefix: "", pattern, repository, ...versions }];
    });
}
const ocm_resolvers_V1 = "ocm.config.ocm.software";
const V2 = "resolvers.config.ocm.software";
const ocm_resolvers_WHERE = "ocm-config, resolvers";
function ocm_resolvers_textOf(value) {
    return typeof value === "string" ? value : "";
}
function priority({ priority: value }) {
    return typeof value === "number" ? value : 10;
}
function ocm_resolvers_repositoryOf({ type, baseUrl, subPath, filePath }) {
    try {
        if (typeof filePath === "string" && filePath !== "")
            return parseRepository(`${type}::${filePath}`, ocm_resolvers_WHERE);
        if (typeof baseUrl !== "string" || baseUrl === "")
            return undefined;
        const path = typeof subPath === "string" && subPath !== "" ? `/${subPath.replace(/^\/+/, "")}` : "";
        return parseRepository(`${type}::${baseUrl.replace(/(?<!\/)\/+$/, "")}${path}`, ocm_resolvers_WHERE);
    }
    catch (error) {
        if (error instanceof TransferError)
            return undefined;
        throw error;
    }
}

;// CONCATENATED MODULE: ./lib/logins/ocm-config.js







const ocm_config_CONSUMERS = {
    OCIRegistry: "registry",
    HelmChartRepository: "chart",
    Wget: "file",
    wget: "file",
};
const CREDENTIAL_TYPES = new Set([
    "Credentials",
    "DirectCredentials",
    "OCICredentials",
    "HelmHTTPCredentials",
    "WgetCredentials",
]);
function parseOcmConfig(text, from) {
    let document;
    try {
        document = parseYaml(text);
    }
    catch (error) {
        if (/^---\s/m.test(text.replace(/^\s*---/, "")))
            throw ocm_config_malformed(from, "it has more than one YAML document");
        const line = /at line (\d+)/.exec(errorMessage(error))?.[1];
        throw ocm_config_malformed(from, line === undefined ? "it is not YAML" : `it is not YAML, see line ${line}`);
    }
    if (document === null)
        return { logins: [], dockerConfigs: [], resolvers: [] };
    if (!isRecord(document))
        throw ocm_config_malformed(from, "it is not a mapping");
    const documents = flatten(document);
    const credentials = documents.filter((each) => typeOf(each) === "credentials.config.ocm.software");
    const consumers = credentials.flatMap((each) => records(each.consumers));
    return {
        logins: consumers.flatMap((consumer) => loginsOf(consumer, from)).reverse(),
        dockerConfigs: credentials
            .flatMap((each) => records(each.repositories))
            .flatMap(({ repository }) => (isRecord(repository) ? dockerConfigOf(repository) : [])),
        resolvers: documents.flatMap((each) => parseResolvers(each, typeOf(each))),
    };
}
function ocm_config_malformed(from, why) {
    return new TransferError("OCM_CONFIG_MALFORMED", `${from}: ${why}`, {
        where: from,
        remedy: "Correct the file so that the OCM CLI can read it, or name another one in ocm-config.",
    });
}
function flatten(document) {
    if (typeOf(document) !== "generic.config.ocm.software")
        return [document];
    return records(document.configurations).flatMap(flatten);
}
function typeOf({ type }) {
    return typeof type === "string" ? type.replace(/\/v\w+$/, "") : "";
}
function records(value) {
    return Array.isArray(value) ? value.filter(isRecord) : [];
}
function loginsOf(consumer, from) {
    const identities = [...records(consumer.identities), ...records([consumer.identity])];
    const credential = records(consumer.credentials)
        .map((each) => ocm_config_credentialOf(each, from))
        .find((each) => each !== undefined);
    if (credential === undefined)
        return [];
    return identities.flatMap(patternOf).map((pattern) => ({ ...pattern, credential }));
}
function ocm_config_hostOf(text) {
    const address = text.replace(/^\[(.*)\]$/, "$1");
    if ((0,external_node_net_.isIPv6)(address))
        return `[${address.toLowerCase()}]`;
    return /^[^\s/@:]+$/.test(text) ? canonicalHost(text) : undefined;
}
function patternOf(identity) {
    const { hostname, port, scheme, pathprefix, path } = identity;
    const consumer = ocm_config_CONSUMERS[typeOf(identity)];
    const host = typeof hostname === "string" ? ocm_config_hostOf(hostname) : undefined;
    if (consumer === undefined || host === undefined)
        return [];
    const secured = scheme === "oci" ? "https" : scheme;
    if (secured !== undefined && secured !== "" && secured !== "https" && secured !== "http")
        return [];
    const glob = typeof path === "string" && trimSlashes(path) !== "";
    const prefix = typeof pathprefix === "string" ? pathprefix : "";
    return [
        {
            consumer,
            host,
            port: port === undefined || port === "" ? "*" : String(port),
            ...(secured === "http" || secured === "https" ? { scheme: secured } : {}),
            path: trimSlashes(glob ? path : prefix),
            ...(glob ? { isGlob: true } : {}),
        },
    ];
}
function ocm_config_credentialOf(entry, from) {
    if (!CREDENTIAL_TYPES.has(typeOf(entry)))
        return undefined;
    const properties = { ...entry, ...(isRecord(entry.properties) ? entry.properties : {}) };
    const text = (name) => {
        const value = properties[name];
        return typeof value === "string" || typeof value === "number" ? String(value) : "";
    };
    const username = text("username");
    const token = text("identityToken") || text("refreshToken");
    const accessToken = text("accessToken");
    const password = text("password") || (username === "" ? "" : token);
    if (username === "" && token === "" && accessToken === "")
        return undefined;
    const credential = {
        username,
        password,
        ...(username === "" && token !== "" ? { identityToken: token } : {}),
        ...(accessToken === "" ? {} : { accessToken }),
        from,
    };
    if (!isHeaderToken(token + accessToken))
        throw ocm_config_malformed(from, "a token in it has signs that no header may have");
    return credential;
}
function dockerConfigOf(repository) {
    if (typeOf(repository) !== "DockerConfig")
        return [];
    const { dockerConfigFile: path, dockerConfig: content } = repository;
    if (typeof content === "string" && content !== "")
        return [{ kind: "content", text: content }];
    if (isRecord(content))
        return [{ kind: "content", text: JSON.stringify(content) }];
    return typeof path === "string" && path !== "" ? [{ kind: "file", path }] : [{ kind: "default" }];
}

;// CONCATENATED MODULE: ./lib/logins/text-file.js

function decodeText(bytes, from) {
    const [first, second] = bytes;
    const hasMark = ["fffe", "feff"].includes(bytes.subarray(0, 2).toString("hex"));
    if (hasMark || first === 0 || second === 0) {
        throw new TransferError("CREDENTIALS_MALFORMED", `${from} is UTF-16, which is how PowerShell writes with >`, {
            where: from,
            remedy: "Write it as UTF-8, in PowerShell with Set-Content -Encoding utf8.",
        });
    }
    return bytes.toString("utf8").replace(/^\uFEFF/, "");
}

;// CONCATENATED MODULE: ./lib/logins/login-files.js








function podmanFolder() {
    return process.platform === "linux" ? `/run/containers/${process.getuid?.()}` : undefined;
}
async function readRegistryConfigs(named, options) {
    if (named !== "") {
        refuseContent("registry-config", named);
        const text = await readNamed("registry-config", "CREDENTIALS_MALFORMED", named);
        return [{ name: named, state: "found", logins: parseDockerConfig(text, named) }];
    }
    const { DOCKER_AUTH_CONFIG: content = "", REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR, XDG_CONFIG_HOME, } = options.environment;
    const variable = "DOCKER_AUTH_CONFIG";
    const configHome = XDG_CONFIG_HOME || (0,external_node_path_.join)(homeOf(options.environment), ".config");
    const perUser = XDG_RUNTIME_DIR || !options.podmanFolder ? undefined : (0,external_node_path_.join)(options.podmanFolder, "auth.json");
    const files = [
        dockerConfigPath(options.environment),
        ...(REGISTRY_AUTH_FILE ? [REGISTRY_AUTH_FILE] : []),
        ...(XDG_RUNTIME_DIR ? [(0,external_node_path_.join)(XDG_RUNTIME_DIR, "containers", "auth.json")] : []),
        ...(perUser === undefined ? [] : [perUser]),
        (0,external_node_path_.join)(configHome, "containers", "auth.json"),
    ];
    const read = (file) => readUnnamed(file, options, file === perUser ? UNREACHABLE : login_files_ABSENT);
    const found = await Promise.all([...new Set(files)].map(read));
    return [
        ...(content.trim() === ""
            ? []
            : [{ name: variable, state: "found", logins: parseDockerConfig(content, variable) }]),
        ...found.map(({ text, ...place }) => ({
            ...place,
            logins: text === undefined ? [] : parseDockerConfig(text, place.name),
        })),
    ];
}
async function readOcmConfig(named, options) {
    const file = named === "" ? (0,external_node_path_.join)(homeOf(options.environment), ".ocmconfig") : expand(named, options.environment);
    const place = named === ""
        ? await readUnnamed(file, options)
        : { name: named, state: "found", text: await readNamed("ocm-config", "OCM_CONFIG_MALFORMED", file) };
    if (place.text === undefined)
        return { sources: [{ name: place.name, state: place.state, logins: [] }], resolvers: [] };
    const { logins, dockerConfigs, resolvers } = parseOcmConfig(place.text, place.name);
    const referred = await Promise.all(dockerConfigs.map((ref) => readReferred(ref, place.name, options)));
    return { sources: [{ name: place.name, state: "found", logins }, ...referred], resolvers };
}
async function readReferred(ref, from, options) {
    if (ref.kind === "content") {
        const name = `DockerConfig in ${from}`;
        return { name, state: "found", logins: parseDockerConfig(ref.text, name) };
    }
    const isDefault = ref.kind === "default";
    const file = isDefault ? dockerConfigPath(options.environment) : expand(ref.path, options.environment);
    const { text, ...place } = await readUnnamed(file, isDefault ? options : { ...options, isInCheckout: async () => false });
    return { ...place, logins: text === undefined ? [] : parseDockerConfig(text, file) };
}
function dockerConfigPath(environment) {
    return (0,external_node_path_.join)(environment.DOCKER_CONFIG || (0,external_node_path_.join)(homeOf(environment), ".docker"), "config.json");
}
function homeOf({ HOME }) {
    return HOME || (0,external_node_os_.homedir)();
}
function expand(path, environment) {
    return path.startsWith("~/") ? (0,external_node_path_.join)(homeOf(environment), path.slice(2)) : path;
}
function refuseContent(input, value) {
    if (!value.trimStart().startsWith("{"))
        return;
    throw new TransferError("CREDENTIALS_MALFORMED", `${input} holds the content of a file, not its name`, {
        where: `input ${input}`,
        remedy: `Write the content to a file, and name that file in ${input}.`,
    });
}
async function readNamed(input, code, file) {
    const refused = (why, cause) => new TransferError(code, `${file} ${why}`, {
        where: `input ${input}`,
        remedy: `Name an existing file in ${input}.`,
        ...(cause === undefined ? {} : { cause }),
    });
    const bytes = await readSettingsBytes(file).catch((error) => {
        throw refused(`cannot be read: ${errorMessage(error)}`, error);
    });
    const text = decodeText(bytes, file);
    if (text.trim() === "")
        throw refused("is empty");
    return text;
}
const login_files_ABSENT = ["ENOENT", "ENOTDIR"];
const UNREACHABLE = [...login_files_ABSENT, "EACCES"];
async function readUnnamed(file, { isInCheckout }, absent = login_files_ABSENT) {
    try {
        if (await isInCheckout(file)) {
            await (0,promises_.access)(file);
            return { name: file, state: "ignored", text: undefined };
        }
        return { name: file, state: "found", text: decodeText(await readSettingsBytes(file), file) };
    }
    catch (error) {
        if (error instanceof TransferError)
            throw error;
        if (absent.includes(errorCode(error) ?? ""))
            return { name: file, state: "absent", text: undefined };
        throw new TransferError("CREDENTIALS_MALFORMED", `${file} cannot be read: ${errorMessage(error)}`, {
            where: file,
            remedy: "Make it readable, or name another file in registry-config.",
            cause: error,
        });
    }
}

;// CONCATENATED MODULE: ./lib/logins/read-logins.js






async function readLogins(inputs, environment, folder = podmanFolder()) {
    const options = { environment, isInCheckout: checkoutTest(environment), podmanFolder: folder };
    const registryConfigs = await readRegistryConfigs(inputs.registryConfig, options);
    const ocmConfig = await readOcmConfig(inputs.ocmConfig, options);
    const given = (name, logins) => logins.length === 0 ? [] : [{ name, state: "found", logins }];
    const sources = [
        ...given("input credentials", parseCredentialLines(inputs.credentials)),
        ...registryConfigs,
        ...ocmConfig.sources,
        ...given("input github-token", githubTokenLogins(inputs.githubToken, environment)),
    ];
    const ignored = sources.filter(({ state }) => state === "ignored");
    return {
        sources,
        resolvers: ocmConfig.resolvers,
        findings: [...new Set(ignored.map(({ name }) => name))].map(configIgnored),
    };
}
function configIgnored(file) {
    return {
        code: "DOCKER_CONFIG_IGNORED",
        message: `The configuration ${printable(file, 200)} lies in the checkout, and no input names it: its credentials are not used.`,
        remedy: "Name it in registry-config or ocm-config if it is meant; otherwise set DOCKER_CONFIG to a folder outside of the checkout.",
    };
}
function checkoutTest(environment) {
    const workspace = workspaceOf(environment);
    const isHome = !environment.GITHUB_WORKSPACE && isInside(workspace, environment.HOME || (0,external_node_os_.homedir)());
    return async (path) => !isHome && isInWorkspace(path, workspace);
}

;// CONCATENATED MODULE: ./lib/setup/checkout.js





async function checkoutFindings(inputs, config, environment) {
    return [
        ...(config === undefined ? [] : rootsAdded(config)),
        ...(await pullRequestFindings(inputs, config, environment)),
    ];
}
async function pullRequestFindings(inputs, config, environment) {
    const event = await eventOf(environment);
    if (event === undefined)
        return [];
    const settings = settingsFrom(inputs, config);
    const workspace = workspaceOf(environment);
    const isIn = await Promise.all(settings.map(({ path }) => isInWorkspace(path, workspace)));
    const proposed = settings.filter((_, index) => isIn[index]).map((setting) => settingProposed(setting, event));
    return event.isPrivileged ? [eventPrivileged(event), ...proposed] : proposed;
}
async function eventOf(environment) {
    const name = environment.GITHUB_EVENT_NAME ?? "";
    if (name === "pull_request")
        return { name, isPrivileged: false };
    if (name === "pull_request_target")
        return { name, isPrivileged: true };
    if (name !== "workflow_run" || !(await isAfterPullRequest(environment)))
        return undefined;
    return { name, isPrivileged: true };
}
async function isAfterPullRequest({ GITHUB_EVENT_PATH: path = "" }) {
    try {
        const { workflow_run: run, repository } = JSON.parse(await (0,promises_.readFile)(path, "utf8"));
        const isForeign = isRecord(run.head_repository) && run.head_repository.full_name !== repository?.full_name;
        return isForeign || String(run.event).startsWith("pull_request");
    }
    catch {
        return true;
    }
}
function settingsFrom(inputs, config) {
    const { proxyConfig, registryConfig, ocmConfig, caCertificates, signatures } = inputs;
    const unverified = (config?.insecureRegistries ?? []).map(({ value }) => value).join(", ");
    return [
        ...(proxyConfig === "" ? [] : [{ input: "proxy-config", path: proxyConfig, stake: STAKES.proxy }]),
        ...(unverified === "" ? [] : [{ input: "proxy-config", path: proxyConfig, stake: STAKES.unverified(unverified) }]),
        ...(registryConfig === "" ? [] : [{ input: "registry-config", path: registryConfig, stake: STAKES.account }]),
        ...(ocmConfig === "" ? [] : [{ input: "ocm-config", path: ocmConfig, stake: STAKES.account }]),
        ...certificatePaths(caCertificates).map((path) => ({ input: "ca-certificates", path, stake: STAKES.ca })),
        ...signatures.map(({ path }) => ({ input: "signatures", path, stake: STAKES.key })),
    ];
}
const STAKES = {
    proxy: "it chooses the proxy for the requests of this run, or a direct route",
    unverified: (hosts) => `it disables certificate verification for ${printable(hosts, 200)}`,
    account: "it chooses the accounts for reading and writing registries",
    ca: "it can make this run trust an impostor of any registry, and send it credentials",
    key: "it can replace the public key, so that a forged signature verifies",
};
function settingProposed({ input, path, stake }, { name }) {
    return {
        code: "SETTING_PROPOSED",
        message: `${input} reads ${printable(path, 200)} from the checkout, and the event is ${name}: if a pull request changes that file, ${stake}.`,
        remedy: "Take the setting from a secret or variable, or from a checkout of the base branch.",
    };
}
function eventPrivileged({ name }) {
    return {
        code: "EVENT_PRIVILEGED",
        message: `The event ${name} gives this run the secrets of the repository, and the author of a pull request from a fork can start it.`,
        remedy: "Check out nothing of the pull request in this job and take no input from it, or start the job by push or workflow_dispatch.",
    };
}
function rootsAdded({ from, extraRootCertificates: { length } }) {
    if (length === 0)
        return [];
    return [
        {
            code: "AUTHORITIES_ADDED",
            message: `${from} adds ${length === 1 ? "a CA certificate that is" : `${length} CA certificates that are`} trusted for every host.`,
            remedy: "Check that they belong to your own proxy; their owner can read all traffic through it.",
        },
    ];
}

;// CONCATENATED MODULE: ./lib/setup/container.js



const MARKS = ["/.dockerenv", "/run/.containerenv"];
async function containerMark(environment, root = "/") {
    if (environment.GITHUB_ACTIONS === "true" && environment.HOME === "/github/home")
        return "HOME is /github/home";
    for (const mark of MARKS) {
        const exists = await (0,promises_.access)((0,external_node_path_.join)(root, mark)).then(() => true, () => false);
        if (exists)
            return `${mark} exists`;
    }
    const cgroup = await (0,promises_.readFile)((0,external_node_path_.join)(root, "/proc/1/cgroup"), "utf8").catch(() => "");
    return /docker|containerd|kubepods|libpod/.test(cgroup) ? "/proc/1/cgroup names one" : undefined;
}
function loopbackFinding({ httpProxy, httpsProxy }, mark) {
    if (mark === undefined)
        return [];
    const isLocal = (proxy) => proxy !== undefined && isLoopbackName(proxy.hostname);
    const [proxy] = [httpsProxy, httpProxy].filter(isLocal);
    if (proxy === undefined)
        return [];
    return [
        {
            code: "PROXY_LOOPBACK",
            message: `The proxy ${proxy.display} (${proxy.from}) is on loopback, and this job runs in a container (${mark}): the address is the container itself, not the host that runs it.`,
            remedy: "If the proxy runs on the host, name the host in https-proxy and http-proxy of this job. If it runs in this container or pod, nothing is wrong.",
        },
    ];
}

;// CONCATENATED MODULE: ./lib/proxy/settings.js





const UNSET = { value: "", from: "unset" };
const settings_LOOPBACK = "localhost,127.0.0.1,::1";
function readSettings(sources) {
    const httpProxy = findSetting("http-proxy", sources);
    const httpsProxy = findSetting("https-proxy", sources);
    const noProxy = findSetting("no-proxy", sources);
    const cgi = (sources.environment.REQUEST_METHOD ?? "") !== "";
    const entries = settings_entriesOf(noProxy, sources.noProxyExtra ?? []);
    const unprintable = entries.filter(({ entry }) => !isPrintable(entry));
    const effective = {
        httpProxy: parseProxyUrl(httpProxy.value, httpProxy.from),
        httpsProxy: parseProxyUrl(httpsProxy.value, httpsProxy.from),
        noProxy: canonicalNoProxy(entries.filter((entry) => !unprintable.includes(entry))),
        cgi,
    };
    return {
        effective,
        found: {
            httpProxy: goProxyUrl(httpProxy.value),
            httpsProxy: goProxyUrl(httpsProxy.value),
            noProxy: parseNoProxy(noProxy.value, noProxy.from),
            cgi,
        },
        origins: { httpProxy: httpProxy.from, httpsProxy: httpsProxy.from },
        findings: [
            ...settingsFindings(effective, [httpProxy, httpsProxy, noProxy], sources.environment),
            ...unprintableFindings(unprintable),
        ],
    };
}
function findSetting(name, { inputs, config, environment }) {
    const key = name === "no-proxy" ? "noProxy" : name === "http-proxy" ? "httpProxy" : "httpsProxy";
    const upper = name.toUpperCase().replace("-", "_");
    const lower = upper.toLowerCase();
    const isProxy = name !== "no-proxy";
    const given = [
        { value: inputs?.[key] ?? "", from: `input ${name}` },
        { value: (isProxy ? inputs?.proxy : undefined) ?? "", from: "input proxy" },
    ];
    const candidates = [
        ...given,
        { value: config?.[key] ?? "", from: config?.origins?.[key] ?? config?.from ?? "" },
        { value: environment[upper] ?? "", from: `environment ${upper}` },
        { value: environment[lower] ?? "", from: `environment ${lower}` },
    ];
    const setting = candidates.find(({ value }) => value !== "") ?? UNSET;
    const isDirect = isProxy && given.includes(setting) && setting.value.trim().toLowerCase() === "direct";
    return isDirect ? { value: "", from: setting.from } : setting;
}
function settings_entriesOf(setting, extra) {
    return [
        ...parseNoProxy(withCommas(setting.value), setting.from),
        ...parseNoProxy(withCommas(extra.join(",")), "input no-proxy-registries"),
        ...parseNoProxy(settings_LOOPBACK, "always"),
    ];
}
function canonicalNoProxy(entries) {
    const everything = entries.find(({ entry }) => entry === "*");
    if (everything !== undefined)
        return [everything];
    const seen = new Set();
    return entries.filter(({ entry }) => {
        const key = entry.toLowerCase();
        return seen.has(key) ? false : seen.add(key);
    });
}

;// CONCATENATED MODULE: ./lib/setup/proxy-settings.js



function readProxySettings({ noProxyRegistries = [], ...sources }) {
    const expanded = noProxyRegistries.map(noProxyEntriesFor);
    const settings = readSettings({ ...sources, noProxyExtra: expanded.flatMap(({ entries }) => entries) });
    const findings = [...settings.findings, ...expanded.flatMap((registry) => registry.findings)];
    return { ...settings, findings, variables: exportedVariables(settings.effective, sources.environment) };
}

;// CONCATENATED MODULE: ./lib/setup/run-settings.js










async function readRunSettings(inputs, environment, signal) {
    refuseUncheckedTls(environment);
    const { proxy: both, httpProxy, httpsProxy, noProxy, noProxyRegistries, proxyConfig } = inputs;
    const given = { proxy: both, httpProxy, httpsProxy, noProxy };
    const config = proxyConfig === "" ? undefined : await readProxyConfig(proxyConfig, environment);
    const proxy = readProxySettings({
        inputs: given,
        config,
        environment,
        noProxyRegistries,
    });
    const extra = (config?.extraRootCertificates ?? []).map(({ value, from }) => {
        return { value: "PEM text", from, certificates: certificatesIn(value, from) };
    });
    const authorities = [...(await readCertificates(inputs.caCertificates)), ...extra];
    const configUnverified = config?.insecureRegistries ?? [];
    const unverified = [...inputs.insecureSkipTlsVerify, ...configUnverified.map(({ value }) => value)];
    const logins = await readLogins(inputs, environment);
    const { variables: proxyVariables } = proxy;
    return {
        proxy,
        logins: logins.sources,
        askHelper: createHelpers({ environment, proxyVariables, isInCheckout: checkoutTest(environment), signal }),
        resolvers: logins.resolvers,
        authorities,
        certificates: authorities.flatMap(({ certificates }) => certificates),
        unverified,
        configUnverified,
        findings: [
            ...proxy.findings,
            ...(inputs.command === "setup" ? await setupFindings(proxy.effective, given, environment) : []),
            ...(config?.findings ?? []),
            ...unverifiedHosts(unverified),
            ...logins.findings,
            ...(await checkoutFindings(inputs, config, environment)),
        ],
    };
}
async function setupFindings(settings, given, environment) {
    return [...unsetFinding(settings, given), ...loopbackFinding(settings, await containerMark(environment))];
}
function refuseUncheckedTls(environment) {
    if (environment.NODE_TLS_REJECT_UNAUTHORIZED !== "0")
        return;
    throw new TransferError("TLS_CHECKS_OFF", "NODE_TLS_REJECT_UNAUTHORIZED=0 disables certificate verification for every host", {
        where: "environment NODE_TLS_REJECT_UNAUTHORIZED",
        remedy: "Unset it, and add the CA of your proxy or registry to ca-certificates.",
    });
}

;// CONCATENATED MODULE: ./lib/main.js



























async function main_main(environment) {
    const runner = createRunner(environment);
    const chapterOf = chaptersOf(environment);
    const reporter = createReporter(runner, chapterOf);
    const interruption = interruptible();
    const { signal } = interruption;
    let command = "transfer";
    let open;
    const started = performance.now();
    let places = NOWHERE;
    let problems = [];
    const toAllow = (isComplete) => open === undefined ? NOTHING_TO_ALLOW : allowed(open, reporter, isComplete);
    try {
        reporter.findings(misspeltInputs(environment));
        const given = readInputs(environment);
        command = given.command;
        places = placesOf(given);
        const settings = await readRunSettings(given, environment, signal);
        for (const secret of secretsOf(settings.proxy.effective, settings.logins))
            runner.mask(secret);
        const inputs = { ...given, resolvers: [...given.resolvers, ...settings.resolvers] };
        reporter.findings(settings.findings);
        if (command === "setup" || command === "explain") {
            reporter.settings(effectiveSettings(inputs, settings, environment));
        }
        const session = openRunSession(inputs, settings, { runner, reporter, signal });
        open = { inputs, settings, session };
        const { workspace } = runner;
        await perform({ inputs, settings: settings.proxy, reporter, session, workspace, signal });
        await exportSettings(inputs, settings, { reporter, runner, allowList: toAllow(true) });
        reporter.findings(lint(inputs, settings.proxy.effective, session));
    }
    catch (caught) {
        problems = reporter.failed(signal.aborted ? signal.reason : caught);
        if (open !== undefined && !signal.aborted) {
            const { inputs, settings } = open;
            await exportRules(inputs, settings, { reporter, runner, allowList: toAllow(false) }).catch(reporter.failed);
        }
    }
    finally {
        interruption.stop();
        await open?.session.close();
    }
    const logins = open?.session.logins() ?? [];
    for (const { host, from } of logins)
        runner.info(`login for ${host} from ${from}`);
    const { results } = reporter;
    const report = {
        command,
        results,
        places,
        hosts: hostsOf(open?.session.hops ?? []),
        logins,
        allowList: toAllow(problems.length === 0),
        runnerName: environment.RUNNER_NAME || (0,external_node_os_.hostname)(),
        problems,
        duration: performance.now() - started,
    };
    reporter.hosts(report.hosts);
    const request = networkRequest(results.diagnosis, report.allowList, report.runnerName);
    if (request !== "")
        reporter.group("Request to send to the network team", request.split("\n"));
    await writeReport(runner, report);
    await runner.summary(summarise({ ...report, chapterOf }, await runner.summaryBytes()));
    runner.info(closingLine(report));
    return problems.length === 0 ? 0 : 1;
}
function allowed({ inputs, settings, session }, { results }, isComplete) {
    return allowListOf({
        registries: session.registries(),
        settings: settings.proxy.effective,
        contacted: hostsOf(session.hops),
        isComplete: isComplete && results.diagnosis.length === 0 && inputs.command !== "setup",
        wantsLogin: results.diagnosis.some(({ code }) => code.startsWith("PROXY_AUTH_")),
    });
}
async function perform(run) {
    const { inputs, settings, reporter } = run;
    if (inputs.command === "explain")
        reporter.routes(explain(inputs.urls, settings));
    else if (inputs.command === "preflight")
        await preflight(run);
    else if (inputs.command === "transfer")
        await transfer(run);
    else if (inputs.command === "download")
        await download(run);
    else if (inputs.command === "verify")
        await verify(run);
}
function openRunSession(inputs, settings, { runner, reporter, signal }) {
    const { proxy, ...others } = settings;
    const reported = new Set();
    const observeAnswer = (answer, asked) => {
        for (const finding of answerFindings(answer, asked, Date.now())) {
            const key = `${finding.code} ${answer.hop.host}`;
            if (!reported.has(key))
                reporter.finding(finding);
            reported.add(key);
        }
    };
    const sources = [...inputs.componentVersions, ...inputs.resolvers].map(({ repository }) => repository);
    const onSecret = (token) => tokenSpellings(token).forEach(runner.mask);
    const onCredential = (credential) => secretsOfCredential(credential).forEach(runner.mask);
    return openSession({
        ...others,
        inputs,
        settings: proxy.effective,
        sources,
        target: inputs.target,
        onSecret,
        onCredential,
        observeAnswer,
        onWait: reporter.info,
        onFinding: reporter.finding,
        temp: runner.temp,
        workspace: runner.workspace,
        signal,
    });
}
function lint(inputs, settings, session) {
    const registries = inputs.noProxyRegistries.flatMap((registry) => noProxyEntriesFor(registry).entries);
    const named = registries.filter((host) => !host.startsWith(".")).map((host) => `https://${host}`);
    const urls = [...session.hops.map(({ url }) => url), ...named, ...inputs.urls];
    const advice = inputs.command === "setup" ? outOfReach(settings) : [];
    return [...disagreements(urls, settings), ...splitRoutes(session.hops), ...advice];
}
function interruptible() {
    const controller = new AbortController();
    let isInterrupted = false;
    const interrupt = (signal) => {
        if (isInterrupted)
            process.exit(128 + external_node_os_.constants.signals[signal]);
        isInterrupted = true;
        controller.abort(new TransferError("INTERRUPTED", "the run was cancelled before it was complete", {
            remedy: "Run again: existing content of the target is not copied again.",
        }));
    };
    const fail = (error) => {
        controller.abort(error);
        setTimeout(() => process.exit(1), SHUTDOWN_GRACE_MS).unref();
    };
    process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
    process.on("uncaughtException", fail).on("unhandledRejection", fail);
    return {
        signal: controller.signal,
        stop() {
            process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
            controller.abort();
        },
    };
}
const SHUTDOWN_GRACE_MS = 20_000;


/***/ })

};
