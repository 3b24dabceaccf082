// What an image has to be like, as decisions over what buildah and a listing of its files say.
const MEGABYTE = 1_000_000;
const MOST_BYTES = 300 * MEGABYTE;
const LABELS = ['title', 'description', 'licenses', 'version', 'revision'];

/** @param {{ config: object, bytes: number }} image `config` as the OCI configuration has it */
export function problemsOfImage({ config, bytes }) {
  const problems = [];
  const expect = (holds, problem) => holds || problems.push(problem);
  expect(bytes < MOST_BYTES, `it has ${Math.round(bytes / MEGABYTE)} MB`);
  expect(config.User === '1000:1000', `its user is ${config.User}, not 1000:1000`);
  expect(
    config.Cmd?.[0] === 'node' && !config.Entrypoint,
    `process 1 is ${config.Entrypoint ?? config.Cmd}, not node`,
  );
  for (const label of LABELS) {
    expect(config.Labels?.[`org.opencontainers.image.${label}`], `it has no label ${label}`);
  }
  expect(
    config.Env.some((variable) => /^NODE_OPTIONS=.*--max-old-space-size-percentage=\d\d\b/.test(variable)),
    'its heap is no percentage of the memory limit',
  );
  expect(
    config.Env.some((variable) => /^RES_OPTIONS=.*timeout:[12]\b/.test(variable)),
    'a name server that is away holds up its end',
  );
  return problems;
}

/**
 * @param {readonly string[]} files of the image, absolute
 * @param {object} lock package-lock.json
 */
export function problemsOfFiles(files, lock) {
  const problems = [];
  const sources = files.filter(
    (file) => file.startsWith('/app/') && /\.([cm]?ts|tsx|map|tsbuildinfo)$/.test(file),
  );
  if (sources.length > 0) problems.push(`it has ${sources.length} files of source or build: ${sources[0]}`);
  const packages = files.flatMap((file) => /^\/app\/(.*)\/package\.json$/.exec(file)?.[1] ?? []);
  const wantedByTheRoot = lock.packages['']?.devDependencies ?? {};
  for (const path of packages) {
    const { dev, devOptional } = lock.packages[path] ?? {};
    // `devOptional` is also what an optional dependency is called that a dev dependency needs.
    const isOfTheRoot = path.replace('node_modules/', '') in wantedByTheRoot;
    if (dev || (devOptional && isOfTheRoot)) problems.push(`it has the dev dependency ${path}`);
  }
  if (!packages.includes('node_modules/@nestjs/core')) problems.push('it has no packages at all');
  if (files.some((file) => /^\/app\/(test|docs|k8s|libs\/testing|libs\/cli)\//.test(file))) {
    problems.push('it has files that the app does not need');
  }
  if (files.some((file) => /\/bin\/(npm|npx|yarn|corepack)$/.test(file)))
    problems.push('it has a package manager');
  return problems;
}
