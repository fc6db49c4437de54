import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-node';

/** Milliseconds that a collector may take to answer. */
export const ANSWER_MS = 5_000;

/** Who is told how a collector does. */
export interface CollectorWatch {
  feel(error: unknown): void;
  end(): void;
}

/**
 * An exporter whose failures are heard of. One that gets no answer is replaced, for what it waits for would never be
 * let go: Jaeger's has no limit of its own.
 */
export class WatchedExporter implements SpanExporter {
  private exporter: SpanExporter;

  constructor(
    private readonly make: () => SpanExporter,
    private readonly watch: CollectorWatch,
  ) {
    this.exporter = make();
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    const { exporter } = this;
    let answered = false;
    const answer = (result: ExportResult): void => {
      if (answered) return;
      answered = true;
      clearTimeout(late);
      if (result.code === ExportResultCode.SUCCESS) this.watch.end();
      else this.watch.feel(result.error);
      done(result);
    };
    const late = setTimeout(() => {
      this.replace(exporter);
      answer({ code: ExportResultCode.FAILED, error: new Error(`No answer within ${ANSWER_MS} ms`) });
    }, ANSWER_MS).unref();
    exporter.export(spans, answer);
  }

  private replace(exporter: SpanExporter): void {
    if (this.exporter === exporter) this.exporter = this.make();
    exporter.shutdown().catch(() => undefined);
  }

  async forceFlush(): Promise<void> {
    await this.exporter.forceFlush?.();
  }

  async shutdown(): Promise<void> {
    await this.exporter.shutdown();
  }
}
