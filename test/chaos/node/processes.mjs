import { setTimeout as delay } from 'node:timers/promises';
import { describeExit } from '@noex/contracts';
import { defineBehavior, plainDriver } from '@noex/runtime';

/**
 * Takes calls, casts and infos and writes down each; ends when it is told to and, if it is `loyal`, when its owner is gone.
 * Its start takes `startMs`, so that faults fall into it.
 */
export function workerDriver(cluster, record) {
  const handled = (by, { sender, sequence }) => record('message_handled', { sender, by, sequence });
  const handledCall = (by, payload) => {
    record('call_handled', { call: payload.call, by });
    handled(by, payload);
  };
  const note = (payload, self) => {
    handled(self, payload);
    return self;
  };
  return plainDriver(
    defineBehavior({
      name: 'worker',
      init: async ({ owner, spawn, loyal, startMs }, context) => {
        const self = started(cluster, record, context, spawn);
        if (loyal) {
          record('monitor_set', { monitor: ownerMonitor(self), target: owner.toString(), by: self });
          context.monitor(owner);
        }
        if (startMs > 0) await delay(startMs);
        return self;
      },
      handleCall: {
        work: (payload, self) => {
          handledCall(self, payload);
          return [payload.call, self];
        },
        slow: async (payload, self) => {
          handledCall(self, payload);
          await delay(payload.tookMs);
          return [payload.call, self];
        },
        fail: (payload, self) => {
          handledCall(self, payload);
          throw new Error('as it was told');
        },
      },
      handleCast: {
        note,
        end: (payload, self, context) => {
          handled(self, payload);
          if (payload.crash) throw new Error('as it was told');
          context.stop();
          return self;
        },
      },
      handleInfo: { note },
      handleDown: ({ reason }, self, context) => {
        record('monitor_fired', { monitor: ownerMonitor(self), reason: describeExit(reason) });
        context.stop('shutdown');
        return self;
      },
    }),
  );
}

/** What a node's workers elsewhere watch: it lives as long as its node. */
export function ownerDriver(cluster, record) {
  const init = (_, context) => started(cluster, record, context);
  return plainDriver(defineBehavior({ name: 'owner', init }));
}

const ownerMonitor = (worker) => `${worker}/owner`;

function started(cluster, record, context, spawn) {
  const self = context.self.toString();
  record('process_started', { ref: self, spawn });
  cluster.node.monitor(context.self, (reason) => {
    record('process_ended', { ref: self, reason: describeExit(reason) });
  });
  return self;
}
