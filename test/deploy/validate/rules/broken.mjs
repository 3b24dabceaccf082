// Sound manifests to break: ours, as they are rendered.
import assert from 'node:assert/strict';
import { render } from '../../support/render.mjs';
import { createModel } from '../model.mjs';

const sound = await render('overlays/prod-monitored');
const blueGreen = await render('overlays/blue-green');

/**
 * The rule has nothing against the manifests as they are, and says `expected` once they are changed.
 * @param {(model: object) => Iterable<string>} rule
 * @param {(find: (kind: string, name?: string) => any, documents: object[]) => void} change
 * @param {RegExp} expected one of the problems
 */
export function finds(rule, change, expected, documents = sound) {
  assert.deepEqual([...rule(createModel(documents))], []);
  const broken = structuredClone(documents);
  const find = (kind, name) =>
    broken.find((document) => document.kind === kind && (!name || document.metadata.name === name));
  change(find, broken);
  const problems = [...rule(createModel(broken))];
  assert.ok(
    problems.some((problem) => expected.test(problem)),
    `expected ${expected}, got ${JSON.stringify(problems, null, 2)}`,
  );
}

export function findsBesideAnother(rule, change, expected) {
  finds(rule, change, expected, blueGreen);
}

export const podOf = (find) => find('StatefulSet').spec.template.spec;
export const containerOf = (find) => podOf(find).containers[0];
export const variableOf = (find, name) => containerOf(find).env.find((variable) => variable.name === name);
