import { RunExecution, TaskExecutor } from '../../src/act/index.js';
import type { Performer } from '../../src/act/action.js';
import type { Workflow } from '../../src/model/index.js';
import { CircuitBreaker } from '../../src/platform/circuit-breaker/index.js';
import type { Config } from '../../src/platform/config/index.js';
import { PostgresCircuitStore, type ClaimedRun } from '../../src/store/index.js';
import { silentLogger, type TestStores } from './stores.js';

/** Begins executions of claimed runs by these performers. */
export function executionsBy(
  stores: TestStores,
  performers: readonly Performer<unknown, unknown>[],
): (run: ClaimedRun, workflow: Workflow) => RunExecution {
  const settings = { cooldownMs: 10_000, threshold: 10, actor: 'worker:test' };
  const breaker = new CircuitBreaker(new PostgresCircuitStore(stores.pool), settings, silentLogger);
  const tasks = new TaskExecutor(stores.steps, performers, breaker, { stepTimeoutMs: 60_000 } as Config);
  return (run, workflow) => new RunExecution(run, workflow, { ...run.event, payload: {} }, tasks);
}
