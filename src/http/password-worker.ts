/**
 * Checks passwords against bcrypt hashes in a thread of its own: a check takes 50 ms of a processor and more, which
 * the thread that handles packets does not have.
 */
import { parentPort } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';

/** One question to the worker; it answers with `id` and whether the password is right. */
export interface PasswordQuestion {
  readonly id: number;
  readonly password: string;
  readonly hash: string;
}

export interface PasswordAnswer {
  readonly id: number;
  readonly right: boolean;
}

const port = parentPort;
port?.on('message', ({ id, password, hash }: PasswordQuestion) => {
  const answer: PasswordAnswer = { id, right: compareSync(password, hash) };
  port.postMessage(answer);
});
