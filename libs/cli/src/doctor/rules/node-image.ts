import { finalStages, type Dockerfile } from '../read/dockerfile.js';

/** Whether the image runs Node: others are no concern of ours. */
export function runsNode(dockerfile: Dockerfile): boolean {
  return finalStages(dockerfile).some(
    ({ base, instructions }) =>
      /(^|[/:-])node(js)?([-:@\d]|$)/.test(base) ||
      instructions.some(
        ({ keyword, text }) => /^(CMD|ENTRYPOINT)$/.test(keyword) && /\b(node|npm|yarn|pnpm)\b/.test(text),
      ),
  );
}
