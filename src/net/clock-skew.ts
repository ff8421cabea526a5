/** Milliseconds by which the clock of a server is ahead of this one (RFC 9110, 6.6.1); undefined without a valid Date. */
export function clockSkew({ date }: Readonly<Record<string, string>>, now: number): number | undefined {
  const sent = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(sent) ? undefined : sent - now;
}
