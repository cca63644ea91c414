/**
 * A veth pair for live tests: its near end here, its far end in a network namespace of its own, with one
 * address each and IPv6 off, so that nothing travels but what a test sends. Needs root.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { PATIENCE_MS } from './patience.ts';

/** 198.18.0.0/15 is set aside for tests like these (RFC 2544). */
const NETWORK = '198.18';
const INNER_NETWORK = '198.19';
/** Names of interfaces have 15 characters at most. */
const NAME_SPACE = 100_000;
const LOOK_MS = 10;

/** Why namespaces can't be used here; false when they can: for the `skip` of a test. */
export function namespacesMissing(): string | false {
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const probe = `sgprobe${process.pid % NAME_SPACE}`;
  const added = spawnSync('ip', ['netns', 'add', probe], { encoding: 'utf8' });
  if (added.error !== undefined) return 'ip (iproute2) is not installed';
  if (added.status !== 0) return `no network namespace: ${added.stderr.trim()}`;
  execFileSync('ip', ['netns', 'delete', probe]);
  return false;
}

/**
 * The kernel says that an interface runs up to a second after it was set up; until then its addresses are not among
 * the host's, and a probe takes them for foreign.
 */
function waitUntilRunning(name: string): void {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  const endMs = performance.now() + PATIENCE_MS;
  while (networkInterfaces()[name] === undefined) {
    if (performance.now() > endMs) throw new Error(`${name} does not run`);
    Atomics.wait(sleeper, 0, 0, LOOK_MS);
  }
}

/** Interfaces on top of a pair, with an address at each end. */
export interface InnerPair {
  readonly near: string;
  readonly nearAddress: string;
  readonly farAddress: string;
}

export class VethPair {
  readonly near: string;
  readonly far: string;
  readonly namespace: string;
  readonly nearAddress: string;
  readonly farAddress: string;
  #made = false;
  #bridge: string | undefined;

  /** `number`: 0 to 31, another one for each pair of a test file. */
  constructor(number: number) {
    const id = `${process.pid % NAME_SPACE}x${number}`;
    this.near = `sgn${id}`;
    this.far = `sgf${id}`;
    this.namespace = `sg${id}`;
    const network = `${NETWORK}.${process.pid % 250}.${number * 8}`.split('.').map(Number);
    const [a = 0, b = 0, c = 0, d = 0] = network;
    this.nearAddress = `${a}.${b}.${c}.${d + 1}`;
    this.farAddress = `${a}.${b}.${c}.${d + 2}`;
  }

  /** What starts a program at the far end. */
  get prefix(): readonly string[] {
    return ['ip', 'netns', 'exec', this.namespace];
  }

  create(): void {
    execFileSync('ip', ['netns', 'add', this.namespace]);
    this.#made = true;
    this.createLink();
  }

  /** The pair itself, also after `deleteLink`: then its ends have other numbers than before. */
  createLink(): void {
    const peer = ['peer', 'name', this.far, 'netns', this.namespace];
    execFileSync('ip', ['link', 'add', this.near, 'type', 'veth', ...peer]);
    writeFileSync(`/proc/sys/net/ipv6/conf/${this.near}/disable_ipv6`, '1');
    this.execFar('sysctl', '-q', '-w', `net.ipv6.conf.${this.far}.disable_ipv6=1`);
    this.execFar('ip', 'address', 'add', `${this.farAddress}/29`, 'dev', this.far);
    this.execFar('ip', 'link', 'set', this.far, 'up');
    this.execFar('ip', 'link', 'set', 'lo', 'up');
    execFileSync('ip', ['address', 'add', `${this.nearAddress}/29`, 'dev', this.near]);
    this.setNear('up');
    waitUntilRunning(this.near);
  }

  /** A VXLAN tunnel over the pair; gone with it. */
  addVxlan(): InnerPair {
    const kind = ['type', 'vxlan', 'id', '42', 'dstport', '4789'];
    const near = `${this.near}v`;
    const far = `${this.far}v`;
    const here = ['local', this.nearAddress, 'remote', this.farAddress, 'dev', this.near];
    const there = ['local', this.farAddress, 'remote', this.nearAddress, 'dev', this.far];
    execFileSync('ip', ['link', 'add', near, ...kind, ...here]);
    this.execFar('ip', 'link', 'add', far, ...kind, ...there);
    return this.#address(near, far, 1);
  }

  /** A bridge at each end, with the pair's ends as ports: for good, their own addresses are cut off. */
  addBridges(): InnerPair {
    const near = `${this.near}b`;
    const far = `${this.far}b`;
    execFileSync('ip', ['link', 'add', near, 'type', 'bridge']);
    this.#bridge = near;
    execFileSync('ip', ['link', 'set', this.near, 'master', near]);
    this.execFar('ip', 'link', 'add', far, 'type', 'bridge');
    this.execFar('ip', 'link', 'set', this.far, 'master', far);
    return this.#address(near, far, 2);
  }

  /** Addresses in a network of its own for each use. */
  #address(near: string, far: string, use: number): InnerPair {
    const base = `${INNER_NETWORK}.${process.pid % 250}`;
    const nearAddress = `${base}.${4 * use + 1}`;
    const farAddress = `${base}.${4 * use + 2}`;
    execFileSync('ip', ['address', 'add', `${nearAddress}/30`, 'dev', near]);
    execFileSync('ip', ['link', 'set', near, 'up']);
    this.execFar('ip', 'address', 'add', `${farAddress}/30`, 'dev', far);
    this.execFar('ip', 'link', 'set', far, 'up');
    waitUntilRunning(near);
    return { near, nearAddress, farAddress };
  }

  /** One address more at each end, in a network of their own. */
  addAddresses(nearAddress: string, farAddress: string): void {
    execFileSync('ip', ['address', 'add', `${nearAddress}/30`, 'dev', this.near]);
    this.execFar('ip', 'address', 'add', `${farAddress}/30`, 'dev', this.far);
  }

  deleteLink(): void {
    execFileSync('ip', ['link', 'delete', this.near]);
  }

  setNear(state: 'up' | 'down'): void {
    execFileSync('ip', ['link', 'set', this.near, state]);
  }

  execFar(command: string, ...args: readonly string[]): string {
    const inside = ['netns', 'exec', this.namespace, command, ...args];
    return execFileSync('ip', inside, { encoding: 'utf8' });
  }

  /** Not waited for; its output is dropped. */
  spawnFar(command: string, ...args: readonly string[]): ChildProcess {
    const inside = ['netns', 'exec', this.namespace, command, ...args];
    return spawn('ip', inside, { stdio: 'ignore' });
  }

  destroy(): void {
    if (!this.#made) return;
    spawnSync('ip', ['link', 'delete', this.near]);
    if (this.#bridge !== undefined) spawnSync('ip', ['link', 'delete', this.#bridge]);
    execFileSync('ip', ['netns', 'delete', this.namespace]);
  }
}
