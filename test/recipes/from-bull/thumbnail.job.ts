import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';

/** What a producer sends: Bull's data and the options of a job. */
export class AddThumbnail {
  @IsString() id!: string;
  @IsString() image!: string;
  /** How long to wait before the first attempt. A week at most: the job is in memory. */
  @IsOptional() @IsInt() @Min(0) @Max(604_800_000) delayMs?: number;
  @IsOptional() @IsInt() @Min(1) attempts?: number;
}

/** What may be known of a job. */
export interface ThumbnailJob {
  readonly id: string;
  readonly image: string;
  readonly attempts: number;
  state: 'delayed' | 'waiting' | 'active' | 'completed' | 'failed';
  attemptsMade: number;
  /** When the next attempt is to be made, or was, in milliseconds since 1970. */
  dueAt: number;
  /** In percent. */
  progress: number;
  result?: string;
  failedReason?: string;
}
