import { cpus, loadavg, totalmem } from 'node:os';

/** Under what conditions something was measured; nothing that tells whose machine it was. */
export interface Conditions {
  /** Of the day, `YYYY-MM-DD`. */
  readonly date: string;
  readonly cores: number;
  readonly processor: string;
  readonly memoryGiB: number;
  readonly node: string;
  readonly platform: string;
  /** Load average of the last minute when it began. What the benchmark itself adds comes on top. */
  readonly loadBefore: number;
  readonly command: string;
}

export function conditions(command: string, now = new Date()): Conditions {
  const processors = cpus();
  return {
    date: now.toISOString().slice(0, 10),
    cores: processors.length,
    processor: processors[0]?.model.trim() ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    loadBefore: Math.round(loadavg()[0]! * 100) / 100,
    command,
  };
}

/** One line for the page. */
export function describeConditions(at: Conditions): string {
  const machine = `${at.cores} cores of ${at.processor}, ${at.memoryGiB} GiB, ${at.platform}, Node ${at.node}`;
  return `${at.date}, ${machine}, load average ${at.loadBefore} before; \`${at.command}\``;
}
