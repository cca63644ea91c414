/** Bindings as METRICS.md "Registrations" has them; contacts by RFC 3261 19.1.4 and RFC 5626 6. */
import type { ReadContact } from './read-sip.ts';
import { type Binding, SECOND, type Seen, type Transaction } from './rows.ts';
import type { World } from './world.ts';

const COMPARED: readonly string[] = ['transport', 'user', 'ttl', 'method', 'maddr'];
const EXPIRES_DEFAULT = 3600;

/** "AOR = To URI without parameters, scheme and host without case." */
export function aorOf(uri: string): string {
  const { user, host } = partsOf(uri);
  return `${user}@${host}`;
}

/** A 2xx to REGISTER replaces the AOR's set. */
export function replaceBindings(world: World, row: Transaction, seen: Seen): void {
  const { sip, now } = seen;
  const { way, aor } = row;
  const fresh: Binding[] = [];
  const add = (contact: ReadContact, seconds: number): void => {
    if (seconds <= 0 || fresh.some((each) => isSame(each.contact, contact))) return;
    fresh.push({ way, aor, contact, expiresAt: now + seconds * SECOND });
  };
  const header = row.askedExpires ?? EXPIRES_DEFAULT;
  if (sip.contacts.length > 0) {
    for (const contact of sip.contacts) {
      const asked = row.asked.find((each) => isSame(each, contact));
      add(contact, contact.expires ?? sip.expires ?? asked?.expires ?? header);
    }
  } else {
    for (const asked of row.asked) {
      const wanted = asked.expires ?? header;
      add(asked, wanted > 0 ? (sip.expires ?? wanted) : 0);
    }
  }
  const others = world.bindings.filter((each) => each.way !== way || each.aor !== aor);
  world.bindings = [...others, ...fresh];
}

export function bindingDue(world: World, binding: Binding): void {
  world.bindings = world.bindings.filter((each) => each !== binding);
}

function isSame(a: ReadContact, b: ReadContact): boolean {
  const outbound = [a, b].map((each) => each.instance !== undefined && each.regId !== undefined);
  if (outbound[0] === true && outbound[1] === true) {
    return a.instance?.toLowerCase() === b.instance?.toLowerCase() && a.regId === b.regId;
  }
  if (outbound[0] !== outbound[1]) return false;
  const one = partsOf(a.uri);
  const two = partsOf(b.uri);
  if (one.scheme !== two.scheme || one.user !== two.user || one.host !== two.host) return false;
  for (const name of new Set([...one.parameters.keys(), ...two.parameters.keys()])) {
    const [first, second] = [one.parameters.get(name), two.parameters.get(name)];
    const missing = first === undefined || second === undefined;
    if (missing ? COMPARED.includes(name) : first !== second) return false;
  }
  return true;
}

interface UriParts {
  readonly scheme: string;
  readonly user: string;
  readonly host: string;
  readonly parameters: ReadonlyMap<string, string>;
}

function partsOf(uri: string): UriParts {
  const [address = '', ...parameters] = uri.split(';');
  const [scheme = '', user = ''] = (address.split('@')[0] ?? '').split(':');
  return {
    scheme: scheme.toLowerCase(),
    user: decodeURIComponent(user),
    host: (address.split('@')[1] ?? '').toLowerCase(),
    parameters: new Map(
      parameters.map((each) => {
        const [name = '', value = ''] = each.toLowerCase().split('=');
        return [name, value];
      }),
    ),
  };
}
