import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runCommandLine } from '../command-line.js';
import { COMMANDS } from '../commands.js';

export const TOKEN = 'operator-horse-battery';

export interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

/** What it answers; `silence` for nothing at all, `rudeness` for a connection that breaks off. */
export type FakeAnswer =
  | { readonly status?: number; readonly body: unknown; readonly headers?: Record<string, string> }
  | 'silence'
  | 'rudeness';

/** A management port whose answers are the test's, in their order; the last one again and again. */
export class FakeNode {
  readonly asked: Asked[] = [];
  private readonly server: Server;

  private constructor(private readonly answers: FakeAnswer[]) {
    this.server = createServer((request, response) => {
      void readBody(request).then((body) => {
        const { method, url, headers } = request;
        this.asked.push({ method, url, authorization: headers.authorization, body });
        const answer = this.answers.length > 1 ? this.answers.shift()! : this.answers[0]!;
        if (answer === 'silence') return;
        if (answer === 'rudeness') return void request.socket.destroy();
        response.writeHead(answer.status ?? 200, answer.headers);
        response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
      });
    });
  }

  static async start(...answers: FakeAnswer[]): Promise<FakeNode> {
    const node = new FakeNode(answers);
    await new Promise<void>((resolve) => node.server.listen(0, '127.0.0.1', resolve));
    return node;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const part of request) text += String(part);
  return text === '' ? undefined : JSON.parse(text);
}

/** Starts fake nodes; those that a test started are closed after it. */
export function fakeNodes() {
  const nodes: FakeNode[] = [];
  afterEach(() => Promise.all(nodes.splice(0).map((node) => node.close())));
  return async (...answers: FakeAnswer[]): Promise<FakeNode> => {
    const node = await FakeNode.start(...answers);
    nodes.push(node);
    return node;
  };
}

/** Runs a command of ours against a node, with the right token. */
export async function noexAt(
  node: Pick<FakeNode, 'url'>,
  args: readonly string[],
  { isTerminal = false, sleep = async (_ms: number) => {} } = {},
) {
  const said = { out: '', error: '' };
  const code = await runCommandLine(args, COMMANDS, '1.2.3', {
    cwd: '/',
    env: { NOEX_URL: node.url, NOEX_TOKEN: TOKEN },
    writeOut: (text) => (said.out += text),
    writeError: (text) => (said.error += text),
    isTerminal,
    sleep,
  });
  return { code, ...said };
}
