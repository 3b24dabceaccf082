import { ask, startupUrl } from './ask.js';

/** START HERE. The image's HEALTHCHECK: exits 0 when the node has started and its event loop answers, else 1 with the reason. */
const { isHealthy, text } = await ask(startupUrl(process.env), 2000);
process.stdout.write(`${text}\n`);
process.exitCode = isHealthy ? 0 : 1;
