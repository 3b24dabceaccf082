import { Injectable } from '@nestjs/common';
import { HandleCast, NoexBehavior, type ProcessContext } from '@noex/nestjs';

/** The work itself, an ordinary provider; here it only pretends. */
@Injectable()
export class Images {
  async shrink(image: string, progress: (percent: number) => void): Promise<string> {
    progress(50);
    return Promise.resolve(`${image}.thumbnail`);
  }
}

/** One attempt at one job: what was `process(job)`. What it throws ends the process, and that fails the attempt. */
@NoexBehavior('thumbnail-worker', { remote: false })
export class ThumbnailWorker {
  constructor(private readonly images: Images) {}

  @HandleCast() async run({ id, image }: { id: string; image: string }, ctx: ProcessContext): Promise<void> {
    const queue = ctx.from!;
    const result = await this.images.shrink(image, (percent) => {
      ctx.cast(queue, 'progress', { id, percent });
    });
    ctx.cast(queue, 'completed', { id, result });
    ctx.stop('normal');
  }
}
