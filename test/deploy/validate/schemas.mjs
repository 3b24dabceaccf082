// Whether Kubernetes would take the documents: its own schemas and those of the Prometheus operator, and no field that they do not know.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { titleOf } from './model.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));

/** @returns {Promise<string[]>} */
export async function schemaProblems(documents) {
  const known = [];
  const problems = [];
  for (const document of documents) {
    const path = modelPath(document);
    if (path === undefined) {
      problems.push(`${titleOf(document)}: nothing is known of ${document.apiVersion} ${document.kind}`);
      continue;
    }
    known.push({ document, path });
    const Model = (await import(path))[document.kind];
    try {
      new Model(withPlainBase64(document)).validate();
    } catch (error) {
      for (const { instancePath, message } of error.errors ?? [error])
        problems.push(`${titleOf(document)}${instancePath ?? ''}: ${message}`);
    }
  }
  return [...problems, ...unknownFields(known)];
}

/** Base64 in lines, as kustomize writes it: Kubernetes reads over line ends, and the schema's check of the format does not. */
function withPlainBase64(document) {
  if (document.kind !== 'Secret' || !document.data) return document;
  const data = Object.entries(document.data).map(([key, value]) => [key, value.replace(/\n/g, '')]);
  return { ...document, data: Object.fromEntries(data) };
}

function modelPath({ apiVersion, kind }) {
  const [version, group] = String(apiVersion).split('/').reverse();
  const library = group?.endsWith('coreos.com')
    ? '@kubernetes-models/prometheus-operator'
    : 'kubernetes-models';
  const path = [library, group, version, kind].filter((part) => part !== undefined).join('/');
  try {
    return existsSync(fileURLToPath(import.meta.resolve(path))) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** The schemas let unknown fields pass; the types of the same package do not, in a literal. */
function unknownFields(known) {
  const file = join(HERE, 'documents.ts');
  const lines = known.map(
    ({ document, path }, i) =>
      `import type { I${document.kind} as T${i} } from '${path}'; export const d${i}: T${i} = ${JSON.stringify(document)};`,
  );
  const options = {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    types: [],
    lib: ['lib.es2022.d.ts'],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  const text = lines.join('\n');
  host.fileExists = (name) => name === file || fileExists.call(host, name);
  host.readFile = (name) => (name === file ? text : readFile.call(host, name));
  host.getSourceFile = (name, language, ...rest) =>
    name === file
      ? ts.createSourceFile(name, text, language, true)
      : getSourceFile.call(host, name, language, ...rest);
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file: source, start, messageText }) => {
    const line = source ? source.getLineAndCharacterOfPosition(start).line : -1;
    const where = source?.fileName === file ? titleOf(known[line].document) : (source?.fileName ?? 'types');
    return `${where}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}
