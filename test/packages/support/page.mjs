// Reads a page as a script: its code blocks in their order, and where it says to press Ctrl-C.

const STEP = /^```(\w+)(?: title="([^"]+)")?\n([\s\S]*?)^```$|Press Ctrl-C in (terminal \d+)/gm;

/**
 * @typedef {{ kind: 'type', text: string }
 *   | { kind: 'start', terminal: string, text: string }
 *   | { kind: 'write', file: string, text: string }
 *   | { kind: 'answer', text: string }
 *   | { kind: 'log', lines: string[] }
 *   | { kind: 'interrupt', terminal: string }} Step
 */

/** @param {string} page @returns {Step[]} @throws {Error} for a block that nobody could follow */
export function stepsOf(page) {
  return [...page.matchAll(STEP)].map(([, language, title, text, terminal]) => {
    if (terminal) return { kind: 'interrupt', terminal };
    if (language === 'sh') return title ? { kind: 'start', terminal: title, text } : { kind: 'type', text };
    if (language === 'ts' && title) return { kind: 'write', file: title, text };
    if (language === 'text') return { kind: 'answer', text: text.trim() };
    if (language === 'log') return { kind: 'log', lines: text.trim().split('\n') };
    throw new Error(`the page has a block that is no step: \`\`\`${language}${title ? ` "${title}"` : ''}`);
  });
}

/** The ports that the page tells its reader to use, each once. */
export function portsOf(page) {
  return [...new Set([...page.matchAll(/(?:PORT=|localhost:)(\d+)/g)].map(([, port]) => port))];
}

/** The page with other ports: those it names may be taken on this machine. */
export function withPorts(page, ports) {
  const named = portsOf(page);
  return page.replace(
    /(PORT=|localhost:)(\d+)/g,
    (_, before, port) => `${before}${ports[named.indexOf(port)]}`,
  );
}
