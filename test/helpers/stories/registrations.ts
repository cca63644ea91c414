/** Registrations of every sort, also through a proxy. The registrar lists whatever it likes. */
import { passOn, type Route } from './proxies.ts';
import type { Asked, Tale } from './tale.ts';

const AORS: readonly string[] = [
  'sip:alice@example.com',
  'SIP:alice@Example.com;transport=tcp',
  'sip:bob@example.com',
];
/** Contacts that are all different, and another way to write the first of each. */
const PHONES: readonly (readonly string[])[] = [
  ['sip:a@10.9.9.9:5062', 'sip:a@10.9.9.9:5062;transport=tcp', 'sip:a@10.9.9.9', 'sips:a@10.9.9.9'],
  ['sip:a@10.9.9.9:5062;line=x', 'sip:a@10.9.9.9:5062;line=y', 'sip:a@10.9.9.9:5062;line=z'],
];
const AGAIN: readonly string[] = ['sip:%61@10.9.9.9:5062;ob', 'SIP:a@10.9.9.9:5062;Line=X'];
const SECONDS: readonly number[] = [0, 5, 20, 60, 300];

export function tellRegistration(tale: Tale, phone: string, registrar: string, route: Route): void {
  const { random } = tale;
  const aor = random.pick(AORS);
  const proxied = random.chance(0.2);
  const phoneIndex = random.integer(0, 1);
  let cseq = 1;
  let callId = tale.name;
  for (let round = random.integer(1, 4); round > 0; round--) {
    const lines = asked(tale, phoneIndex);
    // Some phones keep the tag of the answer before.
    const tag = round > 1 && random.chance(0.1) ? { toTag: 'r' } : {};
    const register = { method: 'REGISTER', uri: 'sip:example.com', aor, lines, ...tag };
    const to = proxied ? route.proxy : registrar;
    let request = tale.ask(phone, to, { ...register, cseq, callId });
    let copy = proxied ? passOn(tale, request, route, registrar) : undefined;
    if (random.chance(0.4)) {
      reply(tale, request, copy, random.pick([401, 407, 423]), []);
      tale.pause();
      if (random.chance(0.1)) continue;
      if (random.chance(0.9)) cseq++;
      request = tale.ask(phone, to, { ...register, cseq, callId });
      copy = proxied ? passOn(tale, request, route, registrar) : undefined;
    }
    if (random.chance(0.1)) continue;
    const status = random.pick([200, 200, 200, 200, 403, 503]);
    reply(tale, request, copy, status, status === 200 ? granted(tale, phoneIndex, lines) : []);
    cseq++;
    if (random.chance(0.1)) callId = `${callId}x`;
    tale.wait(random.pick([0.5, 6, 19, 61]));
  }
}

function reply(
  tale: Tale,
  request: Asked,
  copy: Asked | undefined,
  status: number,
  lines: readonly string[],
): void {
  if (copy !== undefined) tale.answer(copy, status, 'r', { lines });
  tale.answer(request, status, 'r', { lines });
}

function asked(tale: Tale, phoneIndex: number): string[] {
  const { random } = tale;
  if (random.chance(0.1)) return ['Contact: *', 'Expires: 0'];
  if (random.chance(0.1)) return [];
  return contacts(tale, phoneIndex, random.integer(1, 2));
}

function granted(tale: Tale, phoneIndex: number, lines: readonly string[]): string[] {
  const { random } = tale;
  // A 2xx lists what is bound; one without Contacts tells a single one only.
  if (random.chance(0.2) && !lines.some((line) => line.includes(', '))) return [];
  const echoed = lines.filter((line) => !line.endsWith('*'));
  return random.chance(0.5) ? [...echoed] : contacts(tale, phoneIndex, random.integer(1, 3));
}

function contacts(tale: Tale, phoneIndex: number, count: number): string[] {
  const { random } = tale;
  const uris = PHONES[phoneIndex] ?? [];
  const first = random.integer(0, uris.length - 1);
  const list = Array.from({ length: count }, (_, i) => {
    const index = (first + i) % uris.length;
    // Of contacts that a parameter alone tells apart each has its own.
    const own = random.chance(0.5) || phoneIndex === 1;
    const expires = own ? `;expires=${random.pick(SECONDS)}` : '';
    const instance = random.chance(0.3) ? ';+sip.instance="<urn:uuid:1>"' : '';
    const flow = random.chance(0.3) ? `;reg-id=${index + 1}` : '';
    const uri = index === 0 && random.chance(0.3) ? AGAIN[phoneIndex] : uris[index];
    return `<${uri}>${instance}${flow}${expires}`;
  });
  const header = random.chance(0.4) ? [`Expires: ${random.pick(SECONDS)}`] : [];
  return [`Contact: ${list.join(', ')}`, ...header];
}
