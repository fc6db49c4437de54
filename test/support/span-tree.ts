import type { ReceivedSpan } from './received-span.js';

/**
 * The spans as lines, each below the one that it belongs to and deeper, in the order of their beginnings, with why it
 * failed if it did. A span whose parent is not among them stands at the margin.
 */
export function treeOf(spans: readonly ReceivedSpan[]): string {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const linesOf = (parents: readonly ReceivedSpan[], indent: string): string[] =>
    [...parents]
      .sort((a, b) => a.start - b.start)
      .flatMap(({ name, failure, spanId }) => [
        `${indent}${name}${failure === '' ? '' : `: ${failure}`}`,
        ...linesOf(
          spans.filter(({ parentId }) => parentId === spanId),
          `${indent}  `,
        ),
      ]);
  return linesOf(
    spans.filter(({ parentId }) => !ids.has(parentId)),
    '',
  ).join('\n');
}
