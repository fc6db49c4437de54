import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';

/** Whether this process wants traffic: not before it has started, nor once it drains. */
@Injectable()
export class Readiness implements OnApplicationBootstrap, BeforeApplicationShutdown {
  state: 'starting' | 'ready' | 'draining' = 'starting';

  onApplicationBootstrap(): void {
    this.state = 'ready';
  }

  beforeApplicationShutdown(): void {
    this.state = 'draining';
  }
}
