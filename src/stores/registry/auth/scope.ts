/** The scope of a repository (distribution, spec/auth/scope.md). */
export function scopeOf(repository: string, actions: "pull" | "pull,push" | "delete"): string {
  return `repository:${repository}:${actions}`;
}

export function repositoryOf(scope: string | undefined): string {
  return scope?.split(":").slice(1, -1).join(":") ?? "";
}

/** Whether scopes ask for nothing but reading. */
export function areForReading(scopes: readonly string[]): boolean {
  return scopes.every((scope) => scope.endsWith(":pull"));
}
