import { titleOf } from '../model.mjs';
import { asTheNodeReads } from '../product.mjs';

/** The node starts with these variables, and looks at each of them: one that nobody reads is a setting that does nothing. */
export function variables({ of, nodes }) {
  const problems = [];
  for (const { title, container, variables: given } of nodes) {
    const { read, problem } = asTheNodeReads(given);
    if (problem) problems.push(`${title}: no node starts with these variables: ${problem}`);
    for (const { configMapRef, secretRef } of container.envFrom ?? []) {
      if (secretRef)
        problems.push(`${title}: the secret ${secretRef.name} is in the environment; mount it as a file`);
      const map = of('ConfigMap').find(({ metadata }) => metadata.name === configMapRef?.name);
      if (configMapRef && !map) problems.push(`${title}: there is no ConfigMap ${configMapRef.name}`);
      for (const name of Object.keys(map?.data ?? {}))
        if (!read.has(name)) problems.push(`${titleOf(map)}: no node reads ${name}`);
    }
    const texts = (container.env ?? []).map(({ value }) => value ?? '');
    for (const { name, valueFrom } of container.env ?? []) {
      if (valueFrom?.secretKeyRef)
        problems.push(`${title}: ${name} is a secret in the environment; mount it as a file`);
      if (!read.has(name) && !texts.some((text) => text.includes(`$(${name})`)))
        problems.push(`${title}: no node reads ${name}`);
    }
    for (const text of texts)
      for (const [, name] of text.matchAll(/\$\((\w+)\)/g))
        if (given.get(name) === undefined) problems.push(`${title}: $(${name}) stands for nothing`);
  }
  return problems;
}
