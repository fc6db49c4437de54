/**
 * Finds names that are nearly one of ours: a secret under a misspelt name would be as good as none,
 * and nobody would notice until the first webhook is refused.
 *
 * Short names are compared strictly, for other programs have short names too (HOME is not HOST).
 */
export function findNearMisses(given: readonly string[], known: readonly string[]): string[] {
  return given
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const meant = known.find((candidate) => isNear(name.toUpperCase(), candidate));
      return meant === undefined ? [] : [`${name} is not a setting; did you mean ${meant}?`];
    });
}

function isNear(name: string, known: string): boolean {
  // GITLAB is not a misspelt GITHUB: the first word says whose setting it is.
  const [owner = '', knownOwner = ''] = [name, known].map((text) => text.split(/[_-]/)[0]);
  if (editDistance(owner, knownOwner) > 1) return false;
  const allowed = known.length >= 12 ? 2 : known.length >= 7 ? 1 : 0;
  return Math.abs(name.length - known.length) <= allowed && editDistance(name, known) <= allowed;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one text into the other. */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(rows, i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(replaced, at(rows, i - 1, j) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, at(rows, i - 2, j - 2) + 1);
      }
      row.push(best);
    }
    rows.push(row);
  }
  return at(rows, a.length, b.length);
}

function at(rows: readonly (readonly number[])[], i: number, j: number): number {
  return rows[i]?.[j] ?? Infinity;
}
