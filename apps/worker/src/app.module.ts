import { Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { NOEX_OPTIONS, NoexModule, noexPinoParams, type ResolvedNoexOptions } from '@noex/nestjs';
import { JobsModule } from './jobs/jobs.module.js';

@Module({
  imports: [
    NoexModule.forRoot(),
    LoggerModule.forRootAsync({
      inject: [NOEX_OPTIONS],
      useFactory: (options: ResolvedNoexOptions) =>
        noexPinoParams(options, {
          // Probes and scrapes come every few seconds and say nothing.
          pinoHttp: {
            autoLogging: {
              ignore: ({ url }) => /^\/(livez|readyz|startupz|health|ready|metrics)\b/.test(url ?? ''),
            },
          },
        }),
    }),
    JobsModule,
  ],
})
export class AppModule {}
