/**
 * A headless Chromium at the end of a pipe (Chrome DevTools Protocol): a page opened, its console, requests and
 * failures noted, code evaluated in it.
 */
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { PATIENCE_MS } from './patience.ts';

export const chromiumMissing: boolean = spawnSync('chromium', ['--version']).error !== undefined;

type Json = { [key: string]: Json } & { length?: number } & string;

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Json;
  readonly result?: Json;
  readonly error?: { readonly message: string };
}

export interface ViewOptions {
  readonly width: number;
  readonly height: number;
  readonly colourScheme: 'light' | 'dark';
}

export class Chromium {
  /** What the page said to its console, and what it could not do. */
  readonly complaints: string[] = [];
  readonly requests: string[] = [];
  private readonly child: ChildProcess;
  private readonly profile: string;
  private readonly input: Writable;
  private readonly waiting: Map<number, (message: Message) => void> = new Map();
  private nextId = 1;
  private session: string | undefined;
  private pending = '';

  private constructor() {
    this.profile = mkdtempSync(join(tmpdir(), 'sipgauge-chromium-'));
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--remote-debugging-pipe'];
    const quiet = ['--no-first-run', '--disable-background-networking', '--hide-scrollbars'];
    // Containers have little of it.
    const memory = '--disable-dev-shm-usage';
    const profile = `--user-data-dir=${this.profile}`;
    this.child = spawn('chromium', [...flags, ...quiet, memory, profile, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    const pipes = this.child.stdio as unknown as [null, null, null, Writable, Readable];
    this.input = pipes[3];
    pipes[4].setEncoding('utf8').on('data', (chunk: string) => this.receive(chunk));
  }

  static async start(): Promise<Chromium> {
    const chromium = new Chromium();
    const { targetId } = await chromium.send('Target.createTarget', { url: 'about:blank' });
    const attach = { targetId, flatten: true };
    const { sessionId } = await chromium.send('Target.attachToTarget', attach);
    chromium.session = String(sessionId);
    for (const domain of ['Page', 'Runtime', 'Network', 'Log']) {
      await chromium.send(`${domain}.enable`, {});
    }
    return chromium;
  }

  async view({ width, height, colourScheme }: ViewOptions): Promise<void> {
    const metrics = { width, height, deviceScaleFactor: 1, mobile: width < 600 };
    await this.send('Emulation.setDeviceMetricsOverride', metrics);
    const features = [{ name: 'prefers-color-scheme', value: colourScheme }];
    await this.send('Emulation.setEmulatedMedia', { features });
  }

  async open(url: string): Promise<void> {
    await this.send('Page.navigate', { url });
    await this.until(`document.readyState === 'complete' && location.href !== 'about:blank'`);
  }

  /** The value of an expression in the page; a promise is awaited. */
  async evaluate(expression: string): Promise<unknown> {
    const evaluate = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', evaluate);
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value?: unknown }).value;
  }

  /** Waits for an expression to be true. */
  async until(expression: string): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while ((await this.evaluate(`Boolean(${expression})`)) !== true) {
      if (Date.now() > deadline) throw new Error(`never came true: ${expression}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async press(key: string): Promise<void> {
    await this.send('Input.dispatchKeyEvent', { type: 'keyDown', key, code: key });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', key, code: key });
  }

  /** The page from its top, `height` pixels of it, as WebP. */
  async screenshot(path: string, width: number, height: number): Promise<void> {
    const { data } = await this.send('Page.captureScreenshot', {
      format: 'webp',
      quality: 80,
      captureBeyondViewport: true,
      clip: { x: 0, y: 0, width, height, scale: 1 },
    });
    writeFileSync(path, Buffer.from(String(data), 'base64'));
  }

  /** Asked to close, it takes its helper processes with it; killed, they would go on writing to the profile. */
  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.session = undefined;
    void this.send('Browser.close', {});
    const kill = setTimeout(() => this.child.kill('SIGKILL'), PATIENCE_MS);
    await ended;
    clearTimeout(kill);
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  private async send(method: string, params: object): Promise<Record<string, unknown>> {
    const id = this.nextId++;
    const session = this.session === undefined ? {} : { sessionId: this.session };
    const answer = new Promise<Message>((resolve) => this.waiting.set(id, resolve));
    this.input.write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    const { result, error } = await answer;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return (result ?? {}) as unknown as Record<string, unknown>;
  }

  private receive(chunk: string): void {
    const texts = (this.pending + chunk).split('\0');
    this.pending = texts.pop() ?? '';
    for (const text of texts) this.take(JSON.parse(text) as Message);
  }

  private take(message: Message): void {
    if (message.id !== undefined) {
      this.waiting.get(message.id)?.(message);
      this.waiting.delete(message.id);
      return;
    }
    const params = (message.params ?? {}) as unknown as Record<string, Record<string, unknown>>;
    switch (message.method) {
      case 'Runtime.consoleAPICalled':
      case 'Runtime.exceptionThrown':
      case 'Log.entryAdded':
        this.complaints.push(JSON.stringify(params));
        break;
      case 'Network.requestWillBeSent':
        this.requests.push(String(params['request']?.['url']));
        break;
    }
  }
}
