import { Module } from '@nestjs/common';
import { ChunkAnalyzerBehavior } from './chunk-analyzer.behavior.js';
import { JobBehavior } from './job.behavior.js';
import { JobsController } from './jobs.controller.js';
import { JobsService } from './jobs.service.js';

@Module({
  controllers: [JobsController],
  providers: [JobsService, JobBehavior, ChunkAnalyzerBehavior],
})
export class JobsModule {}
