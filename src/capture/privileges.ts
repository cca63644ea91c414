/**
 * Giving up privileges between opening interfaces and reading the first packet. The addon does it on every
 * thread and reads back from /proc what the kernel made of it; any doubt is an error.
 */
import { OperatorError } from '../core/operator-error.ts';
import type { NativeAddon, NativeFailure } from './native-addon.ts';

const ROOT = 0;

/** Becomes `name`, with the user's groups and no capability. Throws OperatorError. */
function becomeUser(addon: NativeAddon, name: string): void {
  const user = addon.findUser(name);
  if (user === undefined) {
    throw new OperatorError(
      'NO_SUCH_USER',
      `there is no user ${name}`,
      `Make one: useradd --system --no-create-home --shell /usr/sbin/nologin ${name}`,
    );
  }
  if (user.uid === ROOT) {
    throw new OperatorError(
      'USER_IS_ROOT',
      `becoming ${name} would give nothing up`,
      'Name a user without privileges',
    );
  }
  if (process.geteuid?.() !== ROOT) {
    throw new OperatorError(
      'NOT_ROOT',
      `only root can become ${name}`,
      'Start as root, or leave --user out and give the program CAP_NET_RAW only',
    );
  }
  refuseFailure(addon.dropPrivileges(user.uid, user.gid, user.groups));
}

function refuseFailure(failure: NativeFailure | undefined): void {
  if (failure === undefined) return;
  throw new OperatorError(
    'PRIVILEGES_NOT_DROPPED',
    `cannot give up privileges: ${failure.message}`,
    'Nothing was captured. Leave --user out, and let a supervisor set user and capabilities',
  );
}

/**
 * With a user: become it, with no capability left. Without, and not root: keep CAP_NET_RAW where it is
 * held, to open an interface again, and nothing else. Root without a user stays root.
 * To be called after `open` and before the first `next` of a live source. Throws OperatorError.
 */
export function limitPrivileges(addon: NativeAddon, user: string | undefined): void {
  if (user !== undefined) becomeUser(addon, user);
  else if (process.geteuid?.() !== ROOT) refuseFailure(addon.keepOnlyNetRaw());
}
