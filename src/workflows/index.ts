import { matches, type Workflow } from '../model/index.js';
import { githubPullRequest } from './github-pull-request.js';
import { githubPush } from './github-push.js';
import { logEvent } from './log-event.js';
import { paypalCaptureCompleted } from './paypal-capture-completed.js';
import { stripeOrderPaid } from './stripe-order-paid.js';
import { stripePaymentSucceeded } from './stripe-payment-succeeded.js';

/** What happens for which event. A new workflow is one file and one line here. */
export const workflows: readonly Workflow[] = [
  stripePaymentSucceeded,
  stripeOrderPaid,
  githubPush,
  githubPullRequest,
  paypalCaptureCompleted,
];

/**
 * The workflows for an event: all that match, or the fallback. Never none.
 *
 * @param targets names of the HTTP targets that are configured
 */
export function workflowsFor(
  event: { provider: string; type: string },
  targets: { has(name: string): boolean },
): readonly Workflow[] {
  const matching = workflows.filter(
    (workflow) => matches(workflow.on, event) && (workflow.targets ?? []).every((name) => targets.has(name)),
  );
  return matching.length > 0 ? matching : [logEvent];
}

/** Those that a run of the provider's events can be of. */
export function workflowsOfProvider(provider: string): readonly Workflow[] {
  return [...workflows.filter(({ on }) => on.provider === provider), logEvent];
}

export function findWorkflow(name: string): Workflow | undefined {
  return name === logEvent.name ? logEvent : workflows.find((workflow) => workflow.name === name);
}
