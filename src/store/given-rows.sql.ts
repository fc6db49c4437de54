/**
 * Rows that come as parameters: an array for each column, from $1 on.
 *
 * PostgreSQL keeps the plan of a statement as long as its connection, also one that was made while the tables were young.
 * If it expected as many rows as there may be, it would read whole tables for them, and go on to do so while they grow.
 * Of a limit that it does not know when it plans, it expects a tenth of some ten rows: one, which it looks up.
 *
 * @param columns names and types
 */
export function givenRows(columns: Readonly<Record<string, string>>): string {
  const names = Object.keys(columns).map((name) => `"${name}"`);
  const arrays = Object.values(columns).map((type, index) => `$${index + 1}::${type}[]`);
  return `SELECT * FROM unnest(${arrays.join(', ')}) AS given (${names.join(', ')}) LIMIT cardinality($1)`;
}
