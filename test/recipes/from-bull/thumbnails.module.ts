import { Controller, Get, Module, NotFoundException, Param, Post } from '@nestjs/common';
import type { ThumbnailJob } from './thumbnail.job.js';
import { ThumbnailQueue } from './thumbnail.queue.js';
import { Images, ThumbnailWorker } from './thumbnail.worker.js';
import { Thumbnails } from './thumbnails.service.js';

@Controller('thumbnails')
export class ThumbnailsController {
  constructor(private readonly thumbnails: Thumbnails) {}

  @Post(':image') add(@Param('image') image: string): Promise<string> {
    return this.thumbnails.add(image, { attempts: 3 });
  }

  @Get(':id') async find(@Param('id') id: string): Promise<ThumbnailJob> {
    const job = await this.thumbnails.find(id);
    if (!job)
      throw new NotFoundException('no such job: never added, over for an hour, or lost with its node');
    return job;
  }
}

@Module({
  controllers: [ThumbnailsController],
  providers: [ThumbnailQueue, ThumbnailWorker, Images, Thumbnails],
  exports: [Thumbnails],
})
export class ThumbnailsModule {}
