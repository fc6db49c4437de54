import { Injectable } from '@nestjs/common';
import type { ServiceState } from '../platform/metrics/index.js';
import { Snapshot } from '../platform/process/index.js';
import { ServiceStateReader } from '../store/index.js';

/** However many ask, sources are read once in this time; and what is older than a minute is not told. */
export const GAUGE_TIMES = { freshMs: 5_000, restMs: 30_000, staleMs: 60_000 };

/** What the database says of the service, for the metrics and for the health checks. */
@Injectable()
export class ServiceStateSnapshot extends Snapshot<ServiceState> {
  constructor(reader: ServiceStateReader) {
    super(() => reader.read(), GAUGE_TIMES);
  }
}
