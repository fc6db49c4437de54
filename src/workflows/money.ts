/** An amount in the currency's smallest unit, as people write it: `12.34 EUR`, `1234 JPY`. */
export function formatMinorUnits(amount: number, currency: string): string {
  const code = currency.toUpperCase();
  const digits = fractionDigits(code);
  return `${(amount / 10 ** digits).toFixed(digits)} ${code}`;
}

function fractionDigits(currency: string): number {
  try {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency });
    return format.resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2; // Not a code that ISO 4217 could have.
  }
}
