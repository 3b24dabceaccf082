import { MetadataManager } from '@nestjs/schematics';
import { addImport } from './import-line.js';

/** @returns {string | undefined} the source with NoexModule among the module's imports; undefined where it declares no module */
export function addModule(source) {
  if (/\bNoexModule\s*\.\s*forRoot(Async)?\b/.test(source)) return source;
  const declared = new MetadataManager(source).insert('imports', 'NoexModule.forRoot()');
  if (declared === undefined || declared === source) return undefined;
  return addImport(declared, "import { NoexModule } from '@noex/nestjs';");
}
