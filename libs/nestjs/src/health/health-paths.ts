/** HTTP paths of the probes. */
export interface HealthPaths {
  /** Whether this OS process makes progress. */
  readonly livePath: string;
  readonly readyPath: string;
  /** Whether it has started. Default `startupz`. */
  readonly startupPath?: string;
  /** Also serves `health` and `ready`, as nodes did before there were three probes. Default true. */
  readonly aliases?: boolean;
}

/** What a route answers. */
export type HealthRoute = 'live' | 'ready' | 'startup' | 'health';

/** Which path answers what, without leading slashes. A path of the user's takes the place of an alias of the same name. */
export function healthRoutes(paths: HealthPaths): ReadonlyMap<string, HealthRoute> {
  const { livePath, readyPath, startupPath = 'startupz', aliases = true } = paths;
  const routes: [string, HealthRoute][] = [
    ...(aliases
      ? ([
          ['health', 'health'],
          ['ready', 'ready'],
        ] as [string, HealthRoute][])
      : []),
    [livePath, 'live'],
    [readyPath, 'ready'],
    [startupPath, 'startup'],
  ];
  return new Map(routes.map(([path, route]) => [path.replace(/^\//, ''), route]));
}
