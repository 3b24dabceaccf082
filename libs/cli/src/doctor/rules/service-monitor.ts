import { error } from '../finding.js';
import { locate, sameNamespace, titleOf } from '../model/resource.js';
import { selects } from '../model/selector.js';
import { servesPods, servicesOf } from '../model/services.js';
import type { Rule } from './rule.js';

/** A ServiceMonitor selects Services by their own labels and scrapes a port by the Service's name for it. */
export const serviceMonitor: Rule = {
  id: 'service-monitor',
  *check(model) {
    const { nodes } = model;
    for (const monitor of model.resources.filter(({ kind }) => kind === 'ServiceMonitor')) {
      const selector = monitor.tree.at('spec', 'selector');
      const services = servicesOf(model).filter(
        (service) => sameNamespace(service, monitor) && selects(selector, {}, service.labels),
      );
      if (services.length === 0) {
        if (!nodes.some(({ podLabels }) => selects(selector, {}, podLabels))) continue;
        yield error(
          locate(monitor, 'spec', 'selector'),
          `no Service has the labels that ${titleOf(monitor)} selects, only pods have: nothing is scraped`,
          'put the labels on the Service for HTTP',
        );
        continue;
      }
      if (!services.some((service) => nodes.some((node) => servesPods(service, node)))) continue;
      const ports = services.flatMap(({ tree }) => tree.at('spec', 'ports')?.items ?? []);
      const names = ports.map((port) => port.at('name')?.text).filter((name) => name !== undefined);
      for (const endpoint of monitor.tree.at('spec', 'endpoints')?.items ?? []) {
        const port = endpoint.at('port');
        if (port?.text === undefined || names.includes(port.text)) continue;
        yield error(
          { file: monitor.file, line: port.line },
          `no port of ${services.map(titleOf).join(', ')} is named "${port.text}" (there: ${names.join(', ') || 'none'}): nothing is scraped`,
          'give the ClusterIP Service for HTTP a port named http, and write port: http',
        );
      }
    }
  },
};
