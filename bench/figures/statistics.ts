/** The middle one, or the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/**
 * How much a value rises in an hour, by the line that fits best (least squares); 0 unless there are two times.
 *
 * @param points each with its time in seconds
 */
export function slopePerHour(
  points: readonly { readonly seconds: number; readonly value: number }[],
): number {
  const meanOf = (read: (point: (typeof points)[number]) => number): number =>
    points.reduce((sum, point) => sum + read(point), 0) / points.length;
  const meanSeconds = meanOf(({ seconds }) => seconds);
  const meanValue = meanOf(({ value }) => value);
  const spread = points.reduce((sum, { seconds }) => sum + (seconds - meanSeconds) ** 2, 0);
  const common = points.reduce(
    (sum, { seconds, value }) => sum + (seconds - meanSeconds) * (value - meanValue),
    0,
  );
  return spread === 0 ? 0 : (common / spread) * 3_600;
}
