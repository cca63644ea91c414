/** What libpcap says when an interface does not open, in words that tell an operator what to do. */
import { OperatorError } from '../core/operator-error.ts';
import { type NativeFailure, PcapStatus } from './native-addon.ts';

/** Interfaces named in a hint, at most. */
const NAMES_MAX = 8;

export function notPermitted(name: string, cause?: unknown): OperatorError {
  return new OperatorError(
    'CAPTURE_NOT_PERMITTED',
    `no permission to capture on ${name}`,
    'Run as root (sudo), or allow it once: sudo setcap cap_net_raw+ep "$(readlink -f "$(which node)")"',
    undefined,
    cause,
  );
}

function sharedPrefix(left: string, right: string): number {
  let length = 0;
  while (length < left.length && left[length] === right[length]) length++;
  return length;
}

/** `known`: the names that there are; the ones most like `name` come first in the hint. */
export function noSuchInterface(name: string, known: readonly string[]): OperatorError {
  const nearest = known
    .toSorted((left, right) => sharedPrefix(name, right) - sharedPrefix(name, left))
    .slice(0, NAMES_MAX);
  const more = known.length > NAMES_MAX ? ' …; `sipgauge devices` lists all' : '';
  return new OperatorError(
    'NO_SUCH_INTERFACE',
    `there is no interface ${name}`,
    nearest.length === 0
      ? 'None can be seen at all: `ip link` shows what there is'
      : `There are: ${nearest.join(', ')}${more}`,
  );
}

/** `known` is asked only when it is needed. */
export function openFailure(
  name: string,
  failure: NativeFailure,
  known: () => readonly string[],
): OperatorError {
  switch (failure.status) {
    case PcapStatus.PERMISSION_DENIED:
    case PcapStatus.PROMISCUOUS_PERMISSION_DENIED:
      return notPermitted(name);
    case PcapStatus.NO_SUCH_DEVICE:
      return noSuchInterface(name, known());
    case PcapStatus.INTERFACE_NOT_UP:
      return new OperatorError(
        'INTERFACE_DOWN',
        `the interface ${name} is down`,
        `Bring it up: ip link set ${name} up`,
      );
    default:
      return new OperatorError(
        'CAPTURE_FAILED',
        `cannot capture on ${name}: ${failure.message || 'libpcap gives no reason'}`,
        'A ring that is too large for the memory fails like this: try a smaller --buffer-size',
      );
  }
}

export function badFilter(name: string, text: string, reason: string): OperatorError {
  return new OperatorError(
    'BAD_FILTER',
    `the capture filter for ${name} is not valid: ${reason}: ${text}`,
    'See pcap-filter(7) for what --filter takes; leave it out to capture the SIP ports',
  );
}
