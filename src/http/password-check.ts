/**
 * Basic authentication (RFC 7617) against bcrypt hashes. A right password is remembered under a keyed hash of user,
 * password and bcrypt hash; what is not known goes to a worker, one question after the other, with a bounded
 * queue, so that a flood of wrong ones slows down neither packets nor those who are known. An unknown user costs
 * as much as a wrong password.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { PasswordAnswer, PasswordQuestion } from './password-worker.ts';
import type { Verdict } from './web-config.ts';

/** Right passwords remembered; the oldest goes. */
const REMEMBERED_MAX = 128;
/** Questions that wait for the worker; further ones are refused as busy. */
const QUESTIONS_MAX = 8;
/** bcrypt looks at 72 bytes; longer passwords are refused without asking it. */
const PASSWORD_BYTES_MAX = 72;

interface Credentials {
  readonly user: string;
  readonly password: string;
}

export class PasswordCheck {
  private readonly secret: Uint8Array = randomBytes(32);
  private readonly remembered: Set<string> = new Set();
  private readonly asked: Map<string, Promise<boolean>> = new Map();
  private readonly answers: Map<number, (right: boolean) => void> = new Map();
  private worker: Worker | undefined;
  private nextId = 0;

  async check(
    authorization: string | undefined,
    users: ReadonlyMap<string, string>,
  ): Promise<Verdict> {
    const credentials = credentialsOf(authorization);
    if (credentials === undefined) return 'denied';
    const own = users.get(credentials.user);
    // An unknown user is held against somebody's hash, and denied in any case.
    const [anybodys] = users.values();
    const hash = own ?? anybodys;
    if (hash === undefined) return 'denied';
    const right = await this.isRight(credentials, hash);
    if (right === undefined) return 'busy';
    return right && own !== undefined ? 'granted' : 'denied';
  }

  close(): void {
    void this.worker?.terminate();
    this.worker = undefined;
  }

  /** Undefined: the queue is full. */
  private async isRight(credentials: Credentials, hash: string): Promise<boolean | undefined> {
    // The map is searched by a keyed hash, so that how long it takes says nothing about a password.
    const key = createHmac('sha256', this.secret)
      .update(JSON.stringify([credentials.user, credentials.password, hash]))
      .digest('base64');
    if (this.remembered.has(key)) return true;
    const asked = this.asked.get(key);
    if (asked !== undefined) return asked;
    if (this.asked.size >= QUESTIONS_MAX) return undefined;
    const answer = this.ask(credentials.password, hash);
    this.asked.set(key, answer);
    const right = await answer;
    this.asked.delete(key);
    if (right) this.remember(key);
    return right;
  }

  private remember(key: string): void {
    const [oldest] = this.remembered;
    if (oldest !== undefined && this.remembered.size >= REMEMBERED_MAX) {
      this.remembered.delete(oldest);
    }
    this.remembered.add(key);
  }

  private ask(password: string, hash: string): Promise<boolean> {
    const question: PasswordQuestion = { id: this.nextId++, password, hash };
    return new Promise((resolve) => {
      this.answers.set(question.id, resolve);
      this.startedWorker().postMessage(question);
    });
  }

  private startedWorker(): Worker {
    if (this.worker !== undefined) return this.worker;
    const worker = new Worker(new URL('./password-worker.js', import.meta.url));
    worker.unref();
    worker.on('message', ({ id, right }: PasswordAnswer) => this.answer(id, right));
    // Without its worker nobody gets in; the next question starts another.
    const end = () => {
      if (this.worker === worker) this.worker = undefined;
      for (const id of [...this.answers.keys()]) this.answer(id, false);
    };
    worker.on('error', end);
    worker.on('exit', end);
    this.worker = worker;
    return worker;
  }

  private answer(id: number, right: boolean): void {
    this.answers.get(id)?.(right);
    this.answers.delete(id);
  }
}

function credentialsOf(authorization: string | undefined): Credentials | undefined {
  const encoded = /^basic +([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  const password = text.slice(colon + 1);
  if (Buffer.byteLength(password) > PASSWORD_BYTES_MAX) return undefined;
  return { user: text.slice(0, colon), password };
}
