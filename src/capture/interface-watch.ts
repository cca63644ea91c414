/**
 * What becomes of one captured interface: down and up again, removed, made anew under its name. A socket
 * survives the first and not the others, which need another one, if the program still may.
 */
import { ExitCode, OperatorError } from '../core/operator-error.ts';
import type { CaptureNotices } from './capture-notices.ts';
import { InterfaceState } from './native-addon.ts';

/** Between two looks at an interface that is well. */
const LOOK_MS = 1000;
/** Before the first look at one that is not; doubles from look to look. */
const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 8000;

/** What the watch asks and tells. */
export interface WatchedInterface {
  readonly name: string;
  numberOf(name: string): number;
  stateOf(interfaceNumber: number): InterfaceState;
  /** Opens it anew and gives its number. Throws OperatorError. */
  reopen(): number;
}

export class InterfaceWatch {
  #up = true;
  /** The socket is of no use any more. */
  #lost = false;
  #number: number;
  #nextLookMs = 0;
  #retryMs = RETRY_FIRST_MS;
  readonly #watched: WatchedInterface;
  readonly #notices: CaptureNotices;

  /** `interfaceNumber`: 0 for `any`, which never goes. */
  constructor(watched: WatchedInterface, interfaceNumber: number, notices: CaptureNotices) {
    this.#watched = watched;
    this.#number = interfaceNumber;
    this.#notices = notices;
  }

  get up(): boolean {
    return this.#up;
  }

  /** The kernel or libpcap said something about it: look at once. */
  report(reason: string, lost: boolean): void {
    this.#lost ||= lost;
    this.#nextLookMs = 0;
    if (lost) this.#goDown(`was lost: ${reason}`);
  }

  /**
   * Looks when it is time. `nowMs` is any clock that does not step.
   * Throws OperatorError with ExitCode.RESTART when only a restart can help.
   */
  check(nowMs: number): void {
    if (nowMs < this.#nextLookMs) return;
    this.#look();
    if (this.#up) {
      this.#retryMs = RETRY_FIRST_MS;
      this.#nextLookMs = nowMs + LOOK_MS;
      return;
    }
    this.#nextLookMs = nowMs + this.#retryMs;
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MAX_MS);
  }

  #look(): void {
    const state = this.#state();
    if (state === InterfaceState.DOWN) {
      this.#goDown('is down');
    } else if (state === InterfaceState.UP && !this.#lost) {
      this.#comeUp('is up again');
    } else if (state === InterfaceState.UP || this.#isBack()) {
      this.#reopen();
    }
  }

  /** Of an interface that is gone: whether its name is there again. */
  #isBack(): boolean {
    this.#lost = true;
    this.#goDown('is gone');
    return this.#watched.numberOf(this.#watched.name) !== 0;
  }

  #state(): InterfaceState {
    if (this.#number === 0) return InterfaceState.UP;
    return this.#watched.stateOf(this.#number);
  }

  #reopen(): void {
    try {
      this.#number = this.#watched.reopen();
      this.#lost = false;
      this.#comeUp('is opened again');
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      if (error.code === 'CAPTURE_NOT_PERMITTED') throw this.#needsRestart(error);
      this.#notices.warn(`${error.message}; trying again`);
    }
  }

  #needsRestart(cause: OperatorError): OperatorError {
    return new OperatorError(
      'INTERFACE_RECREATED',
      `interface ${this.#watched.name} was made anew, and the privilege to open it is given up`,
      'Let a supervisor start the probe again: exit code 75 asks for it',
      ExitCode.RESTART,
      cause,
    );
  }

  #goDown(what: string): void {
    if (!this.#up) return;
    this.#up = false;
    this.#notices.warn(`interface ${this.#watched.name} ${what}; trying again`);
  }

  #comeUp(what: string): void {
    if (this.#up) return;
    this.#up = true;
    this.#notices.info(`interface ${this.#watched.name} ${what}`);
  }
}
