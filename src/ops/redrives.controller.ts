import { Body, Controller, Get, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '../platform/api-docs/index.js';
import { Problem } from '../platform/http/index.js';
import { DeadLetterReader, RedriveStore, type DeadLetterFilter } from '../store/index.js';
import { isUUID } from './field-rules.js';
import { JsonBody } from './json-body.js';
import { OPS_ACTOR, OpsTokenGuard } from './ops-token.guard.js';
import { PreviewView, RedriveList, RedriveOrderBody, RedriveView } from './redrive.dto.js';

/** The newest redrives; older ones are found by their id. */
const LISTED = 100;

/** The operations API: sending many dead letters again, at a pace. */
@ApiTags('redrives')
@ApiBearerAuth()
@ApiResponse({ status: 401, description: 'No OPS_TOKEN, or a wrong one' })
@UseGuards(OpsTokenGuard)
@Controller('api/v1/redrives')
export class RedrivesController {
  constructor(
    private readonly redrives: RedriveStore,
    private readonly deadLetters: DeadLetterReader,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Redrive what meets a filter' })
  @ApiResponse({ status: 202, type: RedriveView })
  @ApiResponse({ status: 400, description: 'Not a valid order' })
  async start(@Body(new JsonBody()) body: RedriveOrderBody): Promise<RedriveView> {
    const filter = filterOf(body);
    const { perSecond, unknownOutcome, reason } = body;
    return this.redrives.start({
      filter,
      perSecond,
      actor: OPS_ACTOR,
      ...(unknownOutcome !== undefined && { unknownOutcome }),
      ...(reason !== undefined && { reason }),
    });
  }

  @Post('preview')
  @HttpCode(200)
  @ApiOperation({ summary: 'What such a redrive would do' })
  @ApiOkResponse({ type: PreviewView })
  async preview(@Body(new JsonBody()) body: RedriveOrderBody): Promise<PreviewView> {
    return this.deadLetters.preview(filterOf(body), body.unknownOutcome);
  }

  @Get()
  @ApiOperation({ summary: `The newest ${LISTED} redrives` })
  @ApiOkResponse({ type: RedriveList })
  async list(): Promise<RedriveList> {
    return { items: await this.redrives.list(LISTED) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'How far a redrive is' })
  @ApiOkResponse({ type: RedriveView })
  @ApiResponse({ status: 404, description: 'No such redrive' })
  async get(@Param('id') id: string): Promise<RedriveView> {
    const redrive = isUUID(id) ? await this.redrives.find(id) : undefined;
    if (redrive === undefined) throw new Problem(404, 'No such redrive');
    return redrive;
  }

  @Post(':id/stop')
  @HttpCode(200)
  @ApiOperation({ summary: 'End a redrive; what it has redriven stays so' })
  @ApiOkResponse({ type: RedriveView })
  @ApiResponse({ status: 404, description: 'No such redrive' })
  async stop(@Param('id') id: string): Promise<RedriveView> {
    if (isUUID(id)) await this.redrives.stop(id);
    return this.get(id);
  }
}

/** @throws {Problem} 400 unless it says what is meant, if only that all are */
function filterOf({ filter, all }: RedriveOrderBody): DeadLetterFilter {
  const given = Object.entries(filter ?? {}).filter(([, value]) => value !== undefined);
  if (given.length === 0 && all !== true) {
    throw new Problem(400, 'Bad Request', {
      extensions: { errors: [{ path: 'filter', message: 'Give a filter, or "all": true' }] },
    });
  }
  return Object.fromEntries(given);
}
