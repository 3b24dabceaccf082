import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const NOEX = join(__dirname, '../../libs/cli/bin/noex.js');

/** What a run of the command came to. */
export interface NoexRun {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in an OS process of its own, with nothing of this one's environment. */
export async function noex(args: readonly string[], env: Record<string, string> = {}): Promise<NoexRun> {
  const options = { env: { PATH: process.env.PATH, ...env }, timeout: 20_000 };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [NOEX, ...args], options);
    return { status: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string };
    if (typeof code !== 'number') throw error;
    return { status: code, stdout, stderr };
  }
}
