import { Body, Controller, Get, HttpCode, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { PROVIDERS, type ProviderRegistry } from '../ingest/index.js';
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '../platform/api-docs/index.js';
import { providerCircuit } from '../platform/circuit-breaker/index.js';
import { Problem } from '../platform/http/index.js';
import { PostgresCircuitStore } from '../store/index.js';
import { CircuitList, CircuitReason, CircuitView } from './circuit.dto.js';
import { JsonBody } from './json-body.js';
import { OPS_ACTOR, OpsTokenGuard } from './ops-token.guard.js';

/** What actions name the circuit of a target. */
const TARGET = /^(?:http|smtp):[A-Za-z0-9._:[\]-]{1,253}:\d{1,5}$/;

/** The operations API: what is out of order, and what is to be left alone. */
@ApiTags('circuits')
@ApiBearerAuth()
@ApiResponse({ status: 401, description: 'No OPS_TOKEN, or a wrong one' })
@UseGuards(OpsTokenGuard)
@Controller('api/v1/circuits')
export class CircuitsController {
  constructor(
    private readonly circuits: PostgresCircuitStore,
    @Inject(PROVIDERS) private readonly providers: ProviderRegistry,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List circuits, those that are not closed first',
    description: 'A circuit that never failed is closed, and not in the list.',
  })
  @ApiOkResponse({ type: CircuitList })
  async list(): Promise<CircuitList> {
    return { items: await this.circuits.list() };
  }

  @Post(':name/open')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Leave a target alone, or pause a provider',
    description:
      'Runs that need it wait, and events are accepted as ever. It is not probed: it stays so until it is closed by hand.',
  })
  @ApiOkResponse({ type: CircuitView })
  @ApiResponse({ status: 400, description: 'No reason' })
  @ApiResponse({
    status: 404,
    description: 'Not a name of a circuit: http:host:port, smtp:host:port or provider:name',
  })
  async open(@Param('name') name: string, @Body(new JsonBody()) body: CircuitReason): Promise<CircuitView> {
    if (!this.isCircuit(name)) throw noSuchCircuit();
    return this.circuits.openByHand(name, body.reason, OPS_ACTOR);
  }

  @Post(':name/close')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Let everything through again',
    description: 'What waits goes on at once. The circuit opens by itself again if it must.',
  })
  @ApiOkResponse({ type: CircuitView })
  @ApiResponse({ status: 400, description: 'No reason' })
  @ApiResponse({ status: 404, description: 'No such circuit' })
  async close(@Param('name') name: string, @Body(new JsonBody()) body: CircuitReason): Promise<CircuitView> {
    const circuit = this.isCircuit(name)
      ? await this.circuits.closeByHand(name, body.reason, OPS_ACTOR)
      : undefined;
    if (circuit === undefined) throw noSuchCircuit();
    return circuit;
  }

  private isCircuit(name: string): boolean {
    const ofProviders = [...this.providers.keys()].map(providerCircuit);
    return TARGET.test(name) || ofProviders.includes(name);
  }
}

function noSuchCircuit(): Problem {
  return new Problem(404, 'No such circuit', {
    detail: 'Circuits are named http:host:port, smtp:host:port or provider:name',
  });
}
