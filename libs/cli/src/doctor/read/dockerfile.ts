import type { SourceText } from './source-text.js';

export interface Instruction {
  /** In capitals. */
  readonly keyword: string;
  /** What follows it, continued lines joined by a space. */
  readonly text: string;
  readonly line: number;
}

export interface Stage {
  /** The image, or the name of an earlier stage. */
  readonly base: string;
  readonly name?: string;
  readonly line: number;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  readonly file: string;
  readonly stages: readonly Stage[];
  readonly hasIgnoreFile?: boolean;
}

export function readDockerfile({ file, text, firstLine, hasIgnoreFile }: SourceText): Dockerfile {
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const instruction of instructionsOf(text, firstLine)) {
    if (instruction.keyword === 'FROM') {
      const [base = '', as, name] = instruction.text.split(/\s+/).filter((word) => !word.startsWith('--'));
      const isNamed = as?.toUpperCase() === 'AS' && name !== undefined;
      stages.push({ base, line: instruction.line, instructions: [], ...(isNamed ? { name } : {}) });
    } else {
      // What comes before the first FROM belongs to no image.
      stages.at(-1)?.instructions.push(instruction);
    }
  }
  return { file, stages, ...(hasIgnoreFile === undefined ? {} : { hasIgnoreFile }) };
}

function instructionsOf(text: string, firstLine: number): Instruction[] {
  const lines = text.split(/\r?\n/);
  const instructions: Instruction[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [, keyword, rest] = /^\s*([A-Za-z]+)(?:\s+(.*))?$/.exec(lines[at]!) ?? [];
    if (keyword === undefined) continue;
    const line = firstLine + at;
    const parts = [rest ?? ''];
    while (parts.at(-1)!.trimEnd().endsWith('\\') && at + 1 < lines.length) {
      parts.push(parts.pop()!.trimEnd().slice(0, -1));
      // Comments and empty lines between continued lines do not end them.
      do at++;
      while (at + 1 < lines.length && /^\s*(#.*)?$/.test(lines[at]!));
      parts.push(lines[at]!);
    }
    const joined = parts.map((part) => part.trim()).join(' ');
    at = endOfHeredocs(lines, at, joined);
    instructions.push({ keyword: keyword.toUpperCase(), text: joined.trim(), line });
  }
  return instructions;
}

/** The line on which the last here-document ends that the instruction opened. */
function endOfHeredocs(lines: readonly string[], from: number, instruction: string): number {
  let at = from;
  for (const [, , word] of instruction.matchAll(/<<-?(["']?)(\w+)\1/g)) {
    const end = lines.findIndex((line, index) => index > at && line.trim() === word);
    if (end > 0) at = end;
  }
  return at;
}

/** The stage that becomes the image, and the earlier ones it is built on, last first. */
export function finalStages({ stages }: Dockerfile): readonly Stage[] {
  const chain: Stage[] = [];
  let stage = stages.at(-1);
  while (stage && !chain.includes(stage)) {
    chain.push(stage);
    const { base } = stage;
    stage = stages.find(({ name }) => name !== undefined && name.toLowerCase() === base.toLowerCase());
  }
  return chain;
}

/** Of one keyword, as the image has them: later ones first. */
export function finalInstructions(dockerfile: Dockerfile, keyword: string): readonly Instruction[] {
  return finalStages(dockerfile).flatMap(({ instructions }) =>
    instructions.filter((instruction) => instruction.keyword === keyword).reverse(),
  );
}
