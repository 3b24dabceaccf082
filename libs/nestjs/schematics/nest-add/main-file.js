/** Without `useProcessExit` Nest would end with the signal itself after a graceful stop. */
export const HOOKS = "enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true })";

const CREATED = /\b(?:const|let)\s+(\w+)(?:\s*:[^=]+)?\s*=\s*await\s+NestFactory\s*\.\s*create\b/;

/**
 * @returns {string | undefined} the source with the hooks in the line above `app.listen(…)`; undefined where it does not create an
 * application and listen as `nest new` has it
 */
export function addShutdownHooks(source) {
  if (/\.\s*enableShutdownHooks\s*\(/.test(source)) return source;
  const app = CREATED.exec(source)?.[1];
  if (!app) return undefined;
  const listens = new RegExp(`^([ \\t]*)(?:await[ \\t]+)?${app}\\.listen\\(`, 'm').exec(source);
  if (!listens) return undefined;
  const newline = source.includes('\r\n') ? '\r\n' : '\n';
  return `${source.slice(0, listens.index)}${listens[1]}${app}.${HOOKS};${newline}${source.slice(listens.index)}`;
}
