/** Milliseconds that the clock of an answer's sender is ahead of ours (RFC 9110, 6.6.1), or undefined where it does not tell. */
export function clockSkew({ date }: Readonly<Record<string, string>>, now: number): number | undefined {
  const sent = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(sent) ? undefined : sent - now;
}
