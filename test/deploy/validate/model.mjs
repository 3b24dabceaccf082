// The documents of one kustomization as the rules see them.

export function titleOf({ kind, metadata }) {
  return `${kind}/${metadata?.name}`;
}

export function createModel(documents) {
  const of = (kind) => documents.filter((document) => document.kind === kind);
  return {
    documents,
    of,
    /** Each StatefulSet with its first container, its variables and what selects its pods. */
    nodes: of('StatefulSet').map((set) => {
      const { metadata, spec } = set.spec.template;
      const [container] = spec.containers;
      return {
        set,
        title: titleOf(set),
        labels: metadata.labels ?? {},
        pod: spec,
        container,
        variables: variablesOf(set, container, of('ConfigMap')),
        services: of('Service').filter((service) => fits(service.spec.selector, metadata.labels)),
        autoscaler: of('HorizontalPodAutoscaler').find((hpa) => {
          const { kind, name } = hpa.spec.scaleTargetRef;
          return kind === set.kind && name === set.metadata.name;
        }),
      };
    }),
  };
}

/** Whether plain labels, as of a Service, fit these; none fit nothing there. */
export function fits(wanted, labels) {
  const entries = Object.entries(wanted ?? {});
  return entries.length > 0 && entries.every(([key, value]) => labels?.[key] === value);
}

/** Whether a selector of labels and expressions fits; an empty one fits all. */
export function selects(selector, labels) {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values }) => {
      if (operator === 'Exists') return key in labels;
      if (operator === 'DoesNotExist') return !(key in labels);
      return values.includes(labels[key]) === (operator === 'In');
    })
  );
}

/** Whether a selector says anything. */
export function isEmptySelector(selector) {
  return Object.keys(selector?.matchLabels ?? {}).length + (selector?.matchExpressions ?? []).length === 0;
}

/** What the first pod sees, with $(NAME) put in as the kubelet does. @returns {Map<string, string | undefined>} */
function variablesOf(set, container, configMaps) {
  const variables = new Map();
  for (const { configMapRef } of container.envFrom ?? []) {
    const map = configMaps.find(({ metadata }) => metadata.name === configMapRef?.name);
    for (const [name, value] of Object.entries(map?.data ?? {})) variables.set(name, value);
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    const text = value?.replace(/\$\((\w+)\)/g, (whole, other) => variables.get(other) ?? whole);
    variables.set(name, text ?? fieldOf(set, valueFrom?.fieldRef?.fieldPath));
  }
  return variables;
}

function fieldOf({ metadata, spec }, path) {
  const [, label] = /^metadata\.labels\['(.+)'\]$/.exec(path ?? '') ?? [];
  if (label !== undefined) return spec.template.metadata.labels?.[label];
  return {
    'metadata.name': `${metadata.name}-0`,
    'metadata.namespace': metadata.namespace,
    'status.podIP': '10.0.0.1',
  }[path];
}
