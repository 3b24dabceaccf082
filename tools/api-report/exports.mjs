// What a package's entry points export, as TypeScript sees them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const OPTIONS = {
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  skipLibCheck: true,
  types: [],
  noLib: true,
};

/** The entry points that a package's exports map declares types for: what a user imports it as, and the declaration file. */
export function entriesOf(folder) {
  const { name, exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return Object.entries(exports)
    .filter(([, conditions]) => conditions.types)
    .map(([path, { types }]) => ({ name: `${name}${path.slice(1)}`, file: join(folder, types), folder }));
}

export function programOf(files) {
  const host = ts.createCompilerHost(OPTIONS);
  const cache = ts.createModuleResolutionCache(host.getCurrentDirectory(), (name) => name, OPTIONS);
  // What other packages declare is in no report; reading it would take most of the time.
  host.resolveModuleNameLiterals = (literals, file, redirected, options, source) =>
    literals.map((literal) => {
      const ours = literal.text.startsWith('.') || literal.text.startsWith('@noex/');
      if (!ours) return { resolvedModule: undefined };
      const mode = ts.getModeForUsageLocation(source, literal, options);
      return ts.resolveModuleName(literal.text, file, options, host, cache, redirected, mode);
    });
  return ts.createProgram(files, OPTIONS, host);
}

/** What the entry points of a package export, by name; of another package's only where it is from. */
export function sectionsOf(program, entries) {
  const checker = program.getTypeChecker();
  const found = entries.map((entry) => ({ ...entry, ...exportsOf(program, checker, entry) }));
  const seen = new Set(found.flatMap(({ declarations }) => declarations.map(({ node }) => node)));
  return found.map((entry) => section(entry, hiddenOf(checker, entry, seen)));
}

function exportsOf(program, checker, { name, file, folder }) {
  const source = program.getSourceFile(file);
  if (!source) throw new Error(`${file} is missing: build the libraries (npm run build)`);
  const module = checker.getSymbolAtLocation(source);
  const declarations = [];
  const passedOn = new Map();
  for (const symbol of module ? checker.getExportsOfModule(module) : []) {
    const { declarations: nodes = [] } = original(checker, symbol);
    if (nodes.length === 0)
      throw new Error(`${name} exports ${symbol.name}, which is declared nowhere: build the libraries`);
    const own = nodes.filter((node) => isOf(folder, node));
    declarations.push(...own.map((node) => declarationOf(node, symbol.name)));
    if (own.length > 0) continue;
    const from = packageOf(nodes[0].getSourceFile().fileName);
    passedOn.set(from, [...(passedOn.get(from) ?? []), symbol.name]);
  }
  return { declarations, passedOn };
}

function section({ name, declarations, passedOn }, hidden) {
  const from = [...passedOn]
    .sort(byFirst)
    .map(([other, names]) => `export {\n    ${names.sort().join(',\n    ')},\n} from '${other}';`);
  const code = [...sorted(declarations), ...from].join('\n\n');
  const more =
    hidden.length > 0
      ? `\n\nNot exported, but part of the above:\n\n\`\`\`ts\n${sorted(hidden).join('\n\n')}\n\`\`\``
      : '';
  return `## ${name}\n\n\`\`\`ts\n${code}\n\`\`\`${more}`;
}

/** What the declarations mention of their own package without exporting it: a change there is one of theirs. */
function hiddenOf(checker, { declarations, folder }, exported) {
  const seen = new Set(exported);
  const hidden = [];
  const visit = (node) => {
    // What a service takes in its constructor is between it and the injector.
    if (isPrivate(node) || ts.isConstructorDeclaration(node)) return;
    const symbol = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined;
    for (const found of (symbol && original(checker, symbol).declarations) ?? []) {
      if (seen.has(found) || !isTopLevel(found) || !isOf(folder, found)) continue;
      seen.add(found);
      hidden.push(declarationOf(found, found.name?.text ?? ''));
    }
    ts.forEachChild(node, visit);
  };
  for (const { node } of declarations) visit(node);
  // Grows while it is read.
  for (const { node } of hidden) visit(node);
  return hidden;
}

function declarationOf(node, name) {
  return { node, name, text: textOf(node) };
}

function isOf(folder, node) {
  return node.getSourceFile().fileName.startsWith(`${folder.replaceAll('\\', '/')}/`);
}

function original(checker, symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

function isTopLevel(node) {
  const statement = ts.isVariableDeclaration(node) ? node.parent.parent : node;
  return (
    ts.isSourceFile(statement.parent) && (ts.isStatement(statement) || ts.isVariableStatement(statement))
  );
}

function isPrivate(node) {
  return (
    (ts.canHaveModifiers(node) &&
      ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword)) ||
    (node.name !== undefined && ts.isPrivateIdentifier(node.name))
  );
}

/** The declaration without comments and private members. */
function textOf(node) {
  const statement = ts.isVariableDeclaration(node) ? node.parent.parent : node;
  const withoutPrivate = (context) => {
    const visit = (child) => {
      // A constructor that nobody else may call is part of the API: no `new`.
      if (isPrivate(child) && !ts.isConstructorDeclaration(child)) return undefined;
      return ts.visitEachChild(child, visit, context);
    };
    return visit;
  };
  const { transformed } = ts.transform(statement, [
    (context) => (root) => ts.visitNode(root, withoutPrivate(context)),
  ]);
  const printer = ts.createPrinter({ removeComments: true });
  return printer.printNode(ts.EmitHint.Unspecified, transformed[0], statement.getSourceFile());
}

function sorted(declarations) {
  const texts = declarations
    .map(({ name, text }) => [name, text])
    .sort(byFirst)
    .map(([, text]) => text);
  return [...new Set(texts)];
}

function byFirst([a], [b]) {
  return a < b ? -1 : a > b ? 1 : 0;
}

function packageOf(file) {
  const [, library] = /\/libs\/([^/]+)\/dist\//.exec(file) ?? [];
  if (library) return `@noex/${library}`;
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? file;
}
