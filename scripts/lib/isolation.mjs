/**
 * A world of its own for a test run: its own network with a loopback, its own mounts and its own processes. Ports, names
 * of interfaces and what is captured are then nobody else's, and all of it ends with the run, however that ends.
 */
import { spawnSync } from 'node:child_process';

/** In the new world, before the program: the interfaces and the names of its networks, its loopback. */
const ENTER = [
  'mount -t sysfs sysfs /sys',
  'mkdir -p /run/netns',
  'mount -t tmpfs -o mode=755 tmpfs /run/netns',
  'ip link set lo up',
  // Not by exec: as the first process the shell takes in those that lose their parent.
  '"$@"; exit $?',
].join(' && ');

const PREFIX = [
  // Also when whoever started it is killed.
  ...['setpriv', '--pdeathsig', 'KILL'],
  ...['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
  ...['sh', '-c', ENTER, 'sh'],
];

/** What starts a program so, as the beginning of its command line; empty where it is not permitted. */
export function isolation() {
  if (process.getuid?.() !== 0) return [];
  const [command, ...args] = [...PREFIX, 'true'];
  const { status } = spawnSync(command, args, { stdio: 'ignore' });
  return status === 0 ? PREFIX : [];
}
