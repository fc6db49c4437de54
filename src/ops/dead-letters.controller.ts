import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '../platform/api-docs/index.js';
import { Problem } from '../platform/http/index.js';
import { DeadLetterReader, type DeadLetterPosition, type DeadLetterRow } from '../store/index.js';
import { DeadLetterPage, DeadLetterQuery, type DeadLetterView } from './dead-letter.dto.js';
import { isUUID } from './field-rules.js';
import { queryOf } from './json-body.js';
import { OpsTokenGuard } from './ops-token.guard.js';

/** The operations API: what failed for good. */
@ApiTags('dead letters')
@ApiBearerAuth()
@ApiResponse({ status: 401, description: 'No OPS_TOKEN, or a wrong one' })
@UseGuards(OpsTokenGuard)
@Controller('api/v1/dead-letters')
export class DeadLettersController {
  constructor(private readonly deadLetters: DeadLetterReader) {}

  @Get()
  @ApiOperation({ summary: 'List runs that failed for good, the newest failure first' })
  @ApiOkResponse({ type: DeadLetterPage })
  async list(@Query(queryOf()) query: DeadLetterQuery): Promise<DeadLetterPage> {
    const { limit, cursor, ...filter } = query;
    // One more than asked for tells whether there is a next page.
    const found = await this.deadLetters.list(
      filter,
      limit + 1,
      cursor === undefined ? undefined : readCursor(cursor),
    );
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(toView),
      nextCursor: found.length > limit && last !== undefined ? cursorOf(last) : null,
    };
  }
}

function cursorOf({ finished_at: failedAt, id }: DeadLetterRow): string {
  return `${failedAt.getTime()}.${id}`;
}

/** @throws {Problem} 400 */
function readCursor(cursor: string): DeadLetterPosition {
  const [, time, runId] = /^(\d{1,15})\.(.+)$/.exec(cursor) ?? [];
  const failedAt = new Date(Number(time));
  if (!isUUID(runId) || runId === undefined || Number.isNaN(failedAt.getTime())) {
    throw new Problem(400, 'Bad Request', {
      extensions: { errors: [{ message: 'cursor must be a nextCursor' }] },
    });
  }
  return { failedAt, runId };
}

function toView(row: DeadLetterRow): DeadLetterView {
  return {
    runId: row.id,
    eventId: row.event_id,
    provider: row.provider,
    type: row.type,
    workflow: row.workflow,
    number: row.number,
    status: row.status,
    attempts: row.attempts,
    compensationAttempts: row.compensation_attempts,
    receivedAt: row.received_at,
    finishedAt: row.finished_at,
    lastError: row.last_error,
    failures: row.failures.map(({ attempt, at, failure }) => ({ attempt, at: new Date(at), failure })),
  };
}
