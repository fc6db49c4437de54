import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '../platform/api-docs/index.js';
import { registry } from '../platform/metrics/index.js';
import { ServiceGauges } from './service-gauges.js';

/** For Prometheus. As `/health`, it is for everybody who can reach it: it tells of numbers and never of payloads. */
@ApiTags('metrics')
@Controller('metrics')
export class MetricsController {
  private page: Promise<string> | undefined;

  constructor(private readonly gauges: ServiceGauges) {}

  @Get()
  @Header('content-type', registry.contentType)
  @ApiOperation({
    summary: 'What Prometheus scrapes',
    description: 'Each metric is described in docs/metrics.md.',
  })
  @ApiProduces('text/plain')
  @ApiOkResponse({ description: 'The Prometheus text format, version 0.0.4', type: String })
  async scrape(): Promise<string> {
    // Those who come at the same time share one page.
    this.page ??= this.write().finally(() => (this.page = undefined));
    return this.page;
  }

  private async write(): Promise<string> {
    await this.gauges.show();
    return registry.metrics();
  }
}
