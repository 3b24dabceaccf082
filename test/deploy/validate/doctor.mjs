// What `noex doctor` says of the manifests: as they stand in the repository, and as they are rendered.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ROOT } from '../../../tools/ensure/root.mjs';

/** @returns {Promise<string[]>} its findings, warnings included */
export async function doctorProblems(documents) {
  const folder = mkdtempSync(join(tmpdir(), 'noex-doctor-'));
  try {
    // The value of the secret is in what is rendered, and only there.
    const shown = documents.filter(({ kind }) => kind !== 'Secret');
    writeFileSync(join(folder, 'rendered.yaml'), shown.map((document) => stringify(document)).join('---\n'));
    return await doctorOn(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function doctorOn(path) {
  const command = join(ROOT, 'libs/cli/bin/noex.js');
  const output = await new Promise((resolve, reject) => {
    execFile(process.execPath, [command, 'doctor', path, '--json'], (error, stdout, stderr) =>
      stdout ? resolve(stdout) : reject(new Error(stderr || error?.message)),
    );
  });
  const { findings, nodes } = JSON.parse(output);
  const found = findings.map(
    ({ rule, file, line, problem }) => `noex doctor, ${rule}: ${problem} (${file}:${line})`,
  );
  return nodes === 0 ? [...found, 'noex doctor: found nothing that runs a node'] : found;
}
