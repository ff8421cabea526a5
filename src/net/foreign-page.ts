/** Whether a web page answers which is not the registry's. */
export function isForeignPage(headers: Readonly<Record<string, string>>): boolean {
  const isPage = headers["content-type"]?.includes("text/html") ?? false;
  return isPage && headers["docker-distribution-api-version"] === undefined;
}
