import type { Socket } from "node:net";
import { Readable } from "node:stream";
import type { buildConnector, Dispatcher } from "undici";
import { errorCode, errorMessage } from "../../errors/transfer-error.ts";
import { lenientSocket } from "./lenient-socket.ts";
import { NOT_HTTP } from "./response-head.ts";

type Request = (options: Dispatcher.RequestOptions) => Promise<Dispatcher.ResponseData>;

/** Refused responses of an origin after which it is known to need a lenient parser; a single one may be damaged on its way. */
const MIN_REFUSALS = 2;

/**
 * Requests once more, on a connection of its own that a lenient parser reads, where undici's parser refuses a response. Later requests to
 * an origin that is known for such responses are made that way from the beginning. `refusals` counts them by origin.
 */
export function withLeniency(
  strict: Request,
  lenient: Request,
  refusals: Map<string, number>,
  origin: string,
): Request {
  const sendLeniently: Request = (options) => lenient({ ...options, reset: true });
  const refused = () => (refusals.get(origin) ?? 0) + 1;
  return async (options) => {
    if (refused() > MIN_REFUSALS) return sendLeniently(options);
    try {
      const response = await strict(options);
      response.body.once("error", (error) => void (isInvalidBody(error) && refusals.set(origin, refused())));
      return response;
    } catch (error) {
      if (isNoHttp(error)) throw Object.assign(new Error(errorMessage(error)), { code: NOT_HTTP, cause: error });
      if (!isInvalidHead(error)) throw error;
      const isStream = options.body instanceof Readable;
      // A stream is sent once: the next attempt must not meet such a response.
      refusals.set(origin, isStream ? MIN_REFUSALS : refused());
      if (isStream) throw unread(error);
      return sendLeniently(options);
    }
  };
}

/** undici's errors before it has read a head. It compares lengths first, and has its own words for a 100 that was not requested. */
const INVALID_HEADS = /^(?:UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|UND_ERR_SOCKET bad response)/;

function isInvalidHead(error: unknown): boolean {
  return nameOf(error) === PARSER_ERROR || INVALID_HEADS.test(`${errorCode(error)} ${errorMessage(error)}`);
}

/** The first bytes are not `HTTP/`: no parser reads more of it. */
function isNoHttp(error: unknown): boolean {
  return nameOf(error) === PARSER_ERROR && errorMessage(error).includes("Expected HTTP/");
}

/** A body that ends early is invalid for the parser too. */
function isInvalidBody(error: unknown): boolean {
  return nameOf(error) === PARSER_ERROR && !errorMessage(error).includes("EOF");
}

const PARSER_ERROR = "HTTPParserError";

function nameOf(error: unknown): unknown {
  return (error as { readonly name?: unknown }).name;
}

/** A lost connection to the caller: the next attempt reads the response. */
function unread(cause: unknown): Error {
  return Object.assign(new Error(errorMessage(cause)), { code: "UND_ERR_SOCKET", cause });
}

/** The same connections for lenient reading, each for one request. */
export function leniently(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) =>
    connect(options, (error, socket) => {
      if (error !== null) callback(error, null);
      // undici uses the methods of a stream alone.
      else callback(null, lenientSocket(socket as Socket) as unknown as Socket);
    });
}
