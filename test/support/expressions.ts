/** A selector of a PromQL expression: a metric with its matchers. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly { readonly label: string; readonly value: string }[];
}

/** Names of ours, of Node, and of recorded rules, which have colons. */
const SELECTOR = /\b((?:integration|process|nodejs)_\w+|\w+:[\w:]+)(?:\{([^}]*)\})?/g;
const MATCHER = /(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"/g;

/** Every selector of a metric in an expression. */
export function selectorsOf(expression: string): Selector[] {
  return [...expression.matchAll(SELECTOR)].map(([, metric = '', matchers = '']) => ({
    metric,
    matchers: [...matchers.matchAll(MATCHER)].map(([, label = '', value = '']) => ({ label, value })),
  }));
}
