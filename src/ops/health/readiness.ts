import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';

/** Whether this process wants traffic: not before it has started, nor once it drains. */
@Injectable()
export class Readiness implements OnApplicationBootstrap, OnModuleDestroy {
  state: 'starting' | 'ready' | 'draining' = 'starting';

  onApplicationBootstrap(): void {
    this.state = 'ready';
  }

  /** Before any part begins to drain. */
  onModuleDestroy(): void {
    this.state = 'draining';
  }
}
