/** Puts a line below the last import of a source, at its top where there is none. */
export function addImport(source, line) {
  const lines = source.split('\n');
  const last = lines.findLastIndex((text) => /^(import\b.*|\}\s*from\s*)['"][^'"]+['"];?\s*$/.test(text));
  lines.splice(last + 1, 0, source.includes('\r\n') ? `${line}\r` : line);
  return lines.join('\n');
}
