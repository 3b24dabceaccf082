// What the last stage of a Dockerfile says about how its image runs.

/**
 * @param {string} dockerfile its text
 * @returns {{ env: Record<string, string>, workdir: string, entrypoint: string[], command: string[] }}
 */
export function readImage(dockerfile) {
  const image = { env: {}, workdir: '/', entrypoint: [], command: [] };
  for (const [word, rest] of lastStage(dockerfile)) {
    if (word === 'ENV') Object.assign(image.env, pairsOf(rest));
    else if (word === 'WORKDIR') image.workdir = rest;
    else if (word === 'ENTRYPOINT') image.entrypoint = argumentsOf(word, rest);
    else if (word === 'CMD') image.command = argumentsOf(word, rest);
  }
  return image;
}

/** What the container runs: its manifest may take the place of either. */
export function commandOf(image, { command, args }) {
  // A command of one's own leaves the image's arguments behind too.
  if (command) return [...command, ...(args ?? [])];
  return [...image.entrypoint, ...(args ?? image.command)];
}

function lastStage(dockerfile) {
  const lines = dockerfile
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join('\n')
    .replace(/\\\n\s*/g, ' ')
    .split('\n');
  const instructions = lines.map((line) => {
    const [, word, rest] = /^\s*(\w+)\s+(.*)$/.exec(line) ?? [];
    return [word?.toUpperCase(), rest?.trim()];
  });
  return instructions.slice(instructions.findLastIndex(([word]) => word === 'FROM'));
}

function pairsOf(text) {
  const pairs = text.matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g);
  return Object.fromEntries([...pairs].map(([, name, quoted, plain]) => [name, quoted ?? plain]));
}

/** As a list only: in a shell, signals end with the shell. */
function argumentsOf(word, text) {
  if (!text.startsWith('[')) throw new Error(`${word} ${text}: expected a list, ["node", …]`);
  return JSON.parse(text);
}
