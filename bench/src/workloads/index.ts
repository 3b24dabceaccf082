import type { Workload } from '../harness/workload.js';
import { idle, join, loss, mesh } from './clusters.js';
import { costs, localCosts, metricsCost } from './costs.js';
import { burst, localCall, localCast, memory, population, restart, spawnStop } from './local.js';
import { cast, fanOut, nodesGrowth, remoteCall, remoteSpawn } from './remote.js';

/** In the order in which they are measured and shown. */
export const workloads = (quick: boolean): Workload[] =>
  [
    remoteCall,
    cast,
    fanOut,
    remoteSpawn,
    costs,
    metricsCost,
    localCall,
    localCast,
    localCosts,
    spawnStop,
    restart,
    burst,
    memory,
    population,
    nodesGrowth,
    join,
    loss,
    mesh,
    idle,
  ].map((workload) => workload(quick));
