/**
 * Debian packages that building and testing want: installed by apt-get where that is allowed (root,
 * or sudo without a password), else named in one line that says what to run.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { hasCommand, SetupError, say, statusOf } from './shell.mjs';
import { setStamp, stampOf } from './stamps.mjs';

const command = (name) => () => hasCommand(name);
const file =
  (...paths) =>
  () =>
    paths.some((path) => existsSync(path));

/** What a native build needs. */
export const NATIVE_PACKAGES = [
  { name: 'g++', present: command('g++') },
  { name: 'make', present: command('make') },
  { name: 'python3', present: command('python3') },
  {
    name: 'libpcap-dev',
    present: file('/usr/include/pcap/pcap.h', '/usr/local/include/pcap/pcap.h'),
  },
];

/** What single tests need; each of those is skipped by name without it. */
export const TEST_PACKAGES = [
  { name: 'git', present: command('git') },
  { name: 'sip-tester', present: command('sipp') },
  { name: 'tshark', present: command('tshark') },
  { name: 'tcpdump', present: command('tcpdump') },
  { name: 'prometheus', present: command('promtool') },
  { name: 'iproute2', present: command('ip') },
  { name: 'libcap2-bin', present: command('capsh') },
  { name: 'openssl', present: command('openssl') },
  { name: 'kamailio', present: command('kamailio') },
  {
    name: 'kamailio-websocket-modules',
    present: file(
      '/usr/lib/x86_64-linux-gnu/kamailio/modules/websocket.so',
      '/usr/lib/aarch64-linux-gnu/kamailio/modules/websocket.so',
    ),
  },
  { name: 'chromium', present: command('chromium') },
  { name: 'valgrind', present: command('valgrind') },
  { name: 'systemd', present: command('systemd-analyze') },
];

/** What `npm run check` uses for the addon and the scanner. */
export const CHECK_PACKAGES = [
  { name: 'clang', present: command('clang') },
  { name: 'lld', present: command('wasm-ld') },
  { name: 'clang-format', present: command('clang-format') },
  { name: 'clang-tidy', present: command('clang-tidy') },
];

const POLICY = '/usr/sbin/policy-rc.d';

/** How this user may run apt-get: a prefix for the command line, or undefined when not at all. */
function privilege() {
  if (!hasCommand('apt-get')) return undefined;
  if (process.getuid?.() === 0) return [];
  const quiet = { stdio: 'ignore' };
  return hasCommand('sudo') && statusOf('sudo', ['-n', 'true'], quiet) === 0
    ? ['sudo', '-n']
    : undefined;
}

function aptGet(prefix, args) {
  const environment = ['env', 'DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C.UTF-8'];
  // Another apt-get may be at work, and a mirror may be busy for a moment.
  const patience = ['-o', 'DPkg::Lock::Timeout=600', '-o', 'Acquire::Retries=3'];
  const [first, ...rest] = [...prefix, ...environment, 'apt-get', '-q', '-y', ...patience, ...args];
  return statusOf(first, rest, { stdio: ['ignore', 2, 2] }) === 0;
}

/** Runs `body` while no package may start its daemon: a test installs Prometheus, it does not run it. */
function withoutDaemons(body) {
  const ours = process.getuid?.() === 0 && !existsSync(POLICY);
  if (ours) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return body();
  } finally {
    if (ours) rmSync(POLICY, { force: true });
  }
}

function install(prefix, names) {
  const options = ['-o', 'Dpkg::Use-Pty=0', '--no-install-recommends', 'install'];
  return withoutDaemons(() => {
    aptGet(prefix, ['update']);
    if (aptGet(prefix, [...options, ...names])) return;
    // One that cannot be had must not keep the others away.
    for (const name of names) aptGet(prefix, [...options, name]);
  });
}

/**
 * Makes sure of `packages` as far as possible and gives the names of those still missing. What could
 * not be had is remembered in .setup/, so that it is tried once and not at every start; `again` tries all the same.
 */
export function ensurePackages(packages, { again } = { again: false }) {
  const missing = () => packages.filter((entry) => !entry.present()).map((entry) => entry.name);
  const wanted = missing();
  if (wanted.length === 0) return wanted;
  const stamp = `apt-${wanted.join('+')}`.replaceAll('/', '_');
  if (stampOf(stamp) !== '' && !again) return wanted;
  const prefix = privilege();
  if (prefix === undefined) {
    if (hasCommand('apt-get')) say(`to have them, run: sudo apt-get install ${wanted.join(' ')}`);
    else say(`not installed: ${wanted.join(', ')} (names of Debian's packages)`);
    return wanted;
  }
  say(`apt-get install ${wanted.join(' ')}`);
  install(prefix, wanted);
  const left = missing();
  if (left.length > 0) setStamp(`apt-${left.join('+')}`.replaceAll('/', '_'), 'tried\n');
  return left;
}

/** As ensurePackages, for what the next step cannot do without. */
export function requirePackages(packages, purpose) {
  const left = ensurePackages(packages);
  if (left.length === 0) return;
  throw new SetupError(`${purpose} needs: apt-get install ${left.join(' ')}`);
}
