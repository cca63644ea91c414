/**
 * The web configuration in force (`--web.config.file`): TLS, passwords and headers. The files are looked at again
 * while the server runs; from the moment one of them is bad until it is good again every request is refused.
 */
import { stat } from 'node:fs/promises';
import { OperatorError } from '../core/operator-error.ts';
import { PasswordCheck } from './password-check.ts';
import type { TlsSettings } from './tls-settings.ts';
import { readTlsSettings } from './tls-settings.ts';
import type { WebConfigValues } from './web-config-schema.ts';
import { readWebConfig, webConfigError } from './web-config-schema.ts';

/** How often the files are looked at without a request, so that a renewed certificate is found. */
const WATCH_MS = 5_000;
/** The least time between two looks. */
const LOOK_MS_MIN = 500;

/** May this request be answered? `busy`: too many passwords wait to be checked. `broken`: nobody may ask. */
export type Verdict = 'granted' | 'denied' | 'busy' | 'broken';

interface Loaded {
  readonly values: WebConfigValues;
  readonly tls: TlsSettings | undefined;
  /** Modification times and sizes of all files it was read from. */
  readonly stamp: string;
}

export class WebConfig {
  /** Called with new certificates. */
  onTlsChange: (tls: TlsSettings) => void = () => {};
  private readonly path: string;
  private readonly onNotice: (notice: string) => void;
  private readonly passwords: PasswordCheck = new PasswordCheck();
  private readonly timer: NodeJS.Timeout;
  private loaded: Loaded;
  private broken = false;
  private lastError = '';
  private looking: Promise<void> | undefined;
  private lookedAtMs = 0;

  private constructor(path: string, loaded: Loaded, onNotice: (notice: string) => void) {
    this.path = path;
    this.loaded = loaded;
    this.onNotice = onNotice;
    this.timer = setInterval(() => void this.look(), WATCH_MS).unref();
  }

  /** Throws OperatorError when the configuration is bad at the start. */
  static async load(path: string, onNotice: (notice: string) => void): Promise<WebConfig> {
    return new WebConfig(path, await readWebFiles(path), onNotice);
  }

  get tls(): TlsSettings | undefined {
    return this.loaded.tls;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.loaded.values.headers;
  }

  async verdict(authorization: string | undefined): Promise<Verdict> {
    await this.look();
    if (this.broken) return 'broken';
    const { users } = this.loaded.values;
    return users.size === 0 ? 'granted' : this.passwords.check(authorization, users);
  }

  close(): void {
    clearInterval(this.timer);
    this.passwords.close();
  }

  /** One look at a time, and not more often than LOOK_MS_MIN. */
  private async look(): Promise<void> {
    if (this.looking === undefined && performance.now() - this.lookedAtMs >= LOOK_MS_MIN) {
      this.looking = this.reload().finally(() => {
        this.looking = undefined;
        this.lookedAtMs = performance.now();
      });
    }
    await this.looking;
  }

  private async reload(): Promise<void> {
    try {
      const stamp = await stampOf([this.path, ...(this.loaded.tls?.files ?? [])]);
      if (stamp === this.loaded.stamp && !this.broken) return;
      this.use(await readWebFiles(this.path));
    } catch (error) {
      this.broken = true;
      const { message } = webConfigError(this.path, error);
      if (message !== this.lastError) this.onNotice(`${message}; all requests are refused`);
      this.lastError = message;
    }
  }

  private use(loaded: Loaded): void {
    // How clients are asked for certificates is fixed when the server listens, as is TLS itself.
    if (loaded.tls?.clientAuthType !== this.loaded.tls?.clientAuthType) {
      throw new OperatorError(
        'WEB_CONFIG',
        `web configuration ${this.path}: TLS and client_auth_type cannot change while running`,
        'restart the probe',
      );
    }
    this.loaded = loaded;
    this.broken = false;
    this.lastError = '';
    if (loaded.tls !== undefined) this.onTlsChange(loaded.tls);
    this.onNotice(`web configuration ${this.path} was read again`);
  }
}

/** Throws OperatorError. */
export async function readWebFiles(path: string): Promise<Loaded> {
  try {
    const values = await readWebConfig(path);
    const tls = values.tls === undefined ? undefined : await readTlsSettings(values.tls, path);
    return { values, tls, stamp: await stampOf([path, ...(tls?.files ?? [])]) };
  } catch (error) {
    throw webConfigError(path, error);
  }
}

async function stampOf(files: readonly string[]): Promise<string> {
  const stats = await Promise.all(files.map((file) => stat(file)));
  return stats.map(({ mtimeMs, size, ino }) => `${mtimeMs}/${size}/${ino}`).join(' ');
}
