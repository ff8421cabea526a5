/** A link of the header field `Link` (RFC 8288, 3). */
export interface Link {
  readonly target: string;
  /** In lower case. */
  readonly relations: readonly string[];
}

const SPACE = /[\s,]*/y;
const TARGET = /<([^<>]*)>/y;
/** Single quotes are not in the grammar, but gateways send them. */
const PARAMETER = /\s*;\s*([^\s=;,"<>]*)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s;,"'<>][^\s;,"<>]*)|))?/y;
const SEPARATOR = /\s*(?:,[\s,]*|$)/y;

/** The links of a field with any number of them. Undefined for a field that cannot be parsed, or has a link without a relation. */
export function parseLinks(field: string): readonly Link[] | undefined {
  const links: Link[] = [];
  let at = 0;
  const next = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(field);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  next(SPACE);
  while (at < field.length) {
    const target = next(TARGET)?.[1];
    let relations: string | undefined;
    for (let parameter = next(PARAMETER); parameter !== null; parameter = next(PARAMETER)) {
      const [, name = "", quoted, single, plain = ""] = parameter;
      // Only the first parameter of this name counts (RFC 8288, 3.3).
      if (name.toLowerCase() === "rel") relations ??= quoted ?? single ?? plain;
    }
    if (target === undefined || relations === undefined || next(SEPARATOR) === null) return undefined;
    links.push({ target, relations: relations.toLowerCase().split(/\s+/) });
  }
  return links;
}
