import { Body, Controller, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOperation, ApiResponse, ApiTags } from '../platform/api-docs/index.js';
import { Problem } from '../platform/http/index.js';
import { RedriveStore, type JudgedRun } from '../store/index.js';
import { isUUID } from './field-rules.js';
import { JsonBody } from './json-body.js';
import { OPS_ACTOR, OpsTokenGuard } from './ops-token.guard.js';
import { noDeadLetter, noneRedriven, refusalOf } from './redrive-refusal.js';
import { Decision, EventRedriveView, RedrivenRun } from './redrive.dto.js';

/** The operations API: sending a dead letter again. */
@ApiTags('dead letters')
@ApiBearerAuth()
@ApiResponse({ status: 401, description: 'No OPS_TOKEN, or a wrong one' })
@UseGuards(OpsTokenGuard)
@Controller('api/v1')
export class RedriveController {
  constructor(private readonly redrives: RedriveStore) {}

  @Post('runs/:id/redrive')
  @HttpCode(202)
  @ApiOperation({ summary: 'Redrive a run that failed for good' })
  @ApiBody({ type: Decision, required: false })
  @ApiResponse({ status: 202, type: RedrivenRun })
  @ApiResponse({ status: 404, description: 'No such run' })
  @ApiResponse({ status: 409, description: 'It is no dead letter, or it needs a decision' })
  async redriveRun(
    @Param('id') id: string,
    @Body(new JsonBody()) { unknownOutcome }: Decision,
  ): Promise<RedrivenRun> {
    if (!isUUID(id)) throw new Problem(404, 'No such run');
    const judged = await this.redrives.redriveRun(id, OPS_ACTOR, unknownOutcome);
    if (judged === undefined) {
      const run = await this.redrives.findRun(id);
      throw run === undefined ? new Problem(404, 'No such run') : noDeadLetter(run);
    }
    const refusal = refusalOf(judged);
    if (refusal !== undefined) throw refusal;
    return toRedriven(judged);
  }

  @Post('events/:id/redrive')
  @HttpCode(202)
  @ApiOperation({ summary: 'Redrive all runs of an event that failed for good' })
  @ApiBody({ type: Decision, required: false })
  @ApiResponse({ status: 202, type: EventRedriveView })
  @ApiResponse({ status: 404, description: 'No such event' })
  @ApiResponse({ status: 409, description: 'None of its runs could be redriven' })
  async redriveEvent(
    @Param('id') id: string,
    @Body(new JsonBody()) { unknownOutcome }: Decision,
  ): Promise<EventRedriveView> {
    if (!isUUID(id)) throw new Problem(404, 'No such event');
    const judged = await this.redrives.redriveEvent(id, OPS_ACTOR, unknownOutcome);
    const redriven = judged.filter((run) => refusalOf(run) === undefined);
    if (redriven.length === 0) {
      if (!(await this.redrives.hasEvent(id))) throw new Problem(404, 'No such event');
      throw noneRedriven(judged);
    }
    const count = (verdict: JudgedRun['verdict']): number =>
      judged.filter((run) => run.verdict === verdict).length;
    return {
      redriven: redriven.map(toRedriven),
      needsDecision: count('needs_decision'),
      payloadDropped: count('payload_dropped'),
    };
  }
}

function toRedriven({ runId, newRunId }: JudgedRun): RedrivenRun {
  return { runId, newRunId };
}
