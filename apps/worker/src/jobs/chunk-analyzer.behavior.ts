import { HandleInfo, NoexBehavior, type ProcessContext } from '@noex/nestjs';
import { analyzeChunk } from '../text/analyze.js';
import type { AnalyzerArgs, ChunkAnalyzed } from './job-messages.js';

/** Counts one chunk, tells its job, and ends. Whoever started it monitors it: its end without a result means a re-run. */
@NoexBehavior('chunk-analyzer')
export class ChunkAnalyzerBehavior {
  private args!: AnalyzerArgs;

  init(args: AnalyzerArgs, ctx: ProcessContext): void {
    this.args = args;
    // The work begins after `init`, so that the spawn is answered at once.
    ctx.send(ctx.self, 'analyze');
  }

  @HandleInfo('analyze')
  analyze(_: unknown, ctx: ProcessContext): void {
    const { job, chunk } = this.args;
    const report: ChunkAnalyzed = {
      index: chunk.index,
      node: ctx.node,
      result: analyzeChunk(chunk.bytes, chunk.continuesWord),
    };
    ctx.cast(job, 'analyzed', report);
    ctx.stop();
  }
}
