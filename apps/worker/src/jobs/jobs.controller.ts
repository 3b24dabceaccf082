import { Controller, Get, HttpCode, Param, Post, Req, UnsupportedMediaTypeException } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { JobProgress, JobResult } from './job-messages.js';
import { JobsService } from './jobs.service.js';

@Controller('jobs')
export class JobsController {
  constructor(private readonly jobs: JobsService) {}

  /** The body is the text, of any size; it is read no faster than the cluster works. */
  @Post()
  @HttpCode(202)
  create(@Req() request: IncomingMessage): Promise<{ id: string; bytes: number }> {
    const type = request.headers['content-type'] ?? 'none';
    if (!/^text\//i.test(type)) {
      throw new UnsupportedMediaTypeException(
        `the content type is ${type}: send text/plain (curl -H 'content-type: text/plain' --data-binary @FILE)`,
      );
    }
    return this.jobs.create(request);
  }

  @Get(':id')
  async progress(@Param('id') id: string): Promise<JobProgress & { id: string }> {
    return { id, ...(await this.jobs.progress(id)) };
  }

  @Get(':id/result')
  result(@Param('id') id: string): Promise<JobResult> {
    return this.jobs.result(id);
  }
}
