/** Bindings and registration attempts (METRICS.md "Registrations" and "Attempt", RFC 3261 10, RFC 5626). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Table } from '../../../src/core/table.ts';
import { Scene, type Sip } from '../../helpers/sip-scene.ts';

let branches = 0;

/** A REGISTER with its headers, in a transaction of its own. */
function register(lines: readonly string[], more: Sip = {}): Sip {
  branches++;
  const aor = 'sip:alice@example.com';
  return {
    method: 'REGISTER',
    uri: 'sip:example.com',
    aor,
    branch: `r${branches}`,
    lines,
    ...more,
  };
}

function ok(request: Sip, lines: readonly string[], status = 200): Sip {
  return { ...request, status, toTag: 't', lines };
}

/** [held by the local registrar, held by others for the local side] */
function bindings(scene: Scene): [number, number] {
  const { registeredEndpoints, registrationsOut } = scene.gauges();
  return [registeredEndpoints, registrationsOut];
}

/** One REGISTER received and its 200. */
function registered(scene: Scene, asked: readonly string[], granted: readonly string[]): Scene {
  const request = register(asked);
  return scene.receive(request).send(ok(request, granted));
}

function livesFor(scene: Scene, seconds: number): void {
  assert.deepEqual(bindings(scene.wait(seconds - 0.001)), [1, 0]);
  assert.deepEqual(bindings(scene.wait(seconds)), [0, 0]);
}

test('the expiry is the contact parameter of the 2xx before everything else', () => {
  const asked = ['Contact: <sip:a@h>;expires=10', 'Expires: 20'];
  livesFor(registered(new Scene(), asked, ['Contact: <sip:a@h>;expires=30', 'Expires: 40']), 30);
});

test('then the Expires header of the 2xx', () => {
  const asked = ['Contact: <sip:a@h>;expires=10', 'Expires: 20'];
  livesFor(registered(new Scene(), asked, ['Contact: <sip:a@h>', 'Expires: 40']), 40);
});

test('then what the request asked for this contact', () => {
  const asked = ['Contact: <sip:b@h>, <sip:a@h>;expires=10', 'Expires: 20'];
  livesFor(registered(new Scene(), asked, ['Contact: <sip:a@h>']), 10);
});

test("then the request's Expires header", () => {
  livesFor(
    registered(new Scene(), ['Contact: <sip:a@h>', 'Expires: 20'], ['Contact: <sip:a@h>']),
    20,
  );
});

test('then 3600 s', () => {
  livesFor(registered(new Scene(), ['Contact: <sip:a@h>'], ['Contact: <sip:a@h>']), 3600);
});

test('a 2xx without Contacts: those of the request that ask for more than 0', () => {
  const asked = ['Contact: <sip:a@h>;expires=10, <sip:b@h>;expires=0'];
  livesFor(registered(new Scene(), asked, []), 10);
});

test('a 2xx replaces the set of the AOR by its Contacts', () => {
  const scene = registered(new Scene(), ['Contact: <sip:a@h>'], ['Contact: <sip:a@h>, <sip:b@h>']);
  assert.deepEqual(bindings(scene), [2, 0]);
  registered(scene, ['Contact: <sip:c@h>'], ['Contact: <sip:c@h>, <sip:b@h>']);
  assert.deepEqual(bindings(scene), [2, 0]);
  assert.equal(scene.count('bindingAdded in'), 3);
  assert.equal(scene.count('bindingRemoved in'), 1);
});

test('Contact: * with Expires 0 empties it', () => {
  const scene = registered(new Scene(), ['Contact: <sip:a@h>'], ['Contact: <sip:a@h>']);
  registered(scene, ['Contact: *', 'Expires: 0'], []);
  assert.deepEqual(bindings(scene), [0, 0]);
});

test('expires=0 takes one binding out', () => {
  const scene = registered(new Scene(), ['Contact: <sip:a@h>'], ['Contact: <sip:a@h>, <sip:b@h>']);
  registered(scene, ['Contact: <sip:a@h>;expires=0'], ['Contact: <sip:b@h>']);
  assert.deepEqual(bindings(scene), [1, 0]);
  registered(scene, ['Contact: <sip:b@h>', 'Expires: 0'], []);
  assert.deepEqual(bindings(scene), [0, 0]);
});

test('a query, whose 200 lists the bindings, changes nothing', () => {
  const scene = registered(new Scene(), ['Contact: <sip:a@h>'], ['Contact: <sip:a@h>;expires=60']);
  registered(scene.at(10), [], ['Contact: <sip:a@h>;expires=50']);
  livesFor(scene, 60);
});

test('a refresh with another Call-ID is the same binding', () => {
  const scene = registered(new Scene(), ['Contact: <sip:a@h>'], ['Contact: <sip:a@h>;expires=60']);
  const again = register(['Contact: <sip:a@h>'], { callId: 'after reboot' });
  scene
    .at(30)
    .receive(again)
    .send(ok(again, ['Contact: <sip:a@h>;expires=60']));
  assert.equal(scene.count('bindingAdded'), 1);
  livesFor(scene, 90);
});

test('the AOR is the To URI without parameters, scheme and host without case', () => {
  const scene = registered(new Scene(), ['Contact: <sip:a@h>'], ['Contact: <sip:a@h>']);
  const again = register(['Contact: <sip:b@h>'], { aor: 'SIP:alice@EXAMPLE.com;transport=tcp' });
  scene.receive(again).send(ok(again, ['Contact: <sip:b@h>']));
  assert.deepEqual(bindings(scene), [1, 0], 'replaced');
  const other = register(['Contact: <sip:b@h>'], { aor: 'sip:Alice@example.com' });
  scene.receive(other).send(ok(other, ['Contact: <sip:b@h>']));
  assert.deepEqual(bindings(scene), [2, 0], 'the user part has case');
});

test('contacts are one binding when their URIs are equal', () => {
  const scene = registered(new Scene(), ['Contact: <sip:a@h>'], ['Contact: <sip:a@H.example;lr>']);
  registered(scene, ['Contact: <sip:a@h>'], ['Contact: "Desk" <SIP:a@h.example;lr>;q=0.5']);
  assert.equal(scene.count('bindingAdded'), 1);
});

test('contacts of one 2xx that differ in a parameter both have are two bindings', () => {
  // RFC 3261 19.1.4: "Any uri-parameter appearing in both URIs must match."
  const line = (token: string): string => `<sip:a@192.0.2.9:5060;line=${token}>`;
  const scene = registered(new Scene(), [`Contact: ${line('x')}`], [`Contact: ${line('x')}`]);
  const both = [`Contact: ${line('y')}, ${line('x')};expires=60`];
  registered(scene, [`Contact: ${line('y')}`], both);
  assert.deepEqual(bindings(scene), [2, 0]);
  registered(scene, [`Contact: ${line('y')}`], both);
  assert.equal(scene.count('bindingAdded'), 2, 'refreshed');
  assert.deepEqual(bindings(scene.wait(60)), [1, 0]);
});

test('contacts of one 2xx that are equal are one binding', () => {
  const equal = ['<sip:a@h.example;line=x>', '<sip:a@H.example;LINE=X>', '<sip:a@h.example;ob=1>'];
  const scene = registered(new Scene(), ['Contact: *'], [`Contact: ${equal.join(', ')}`]);
  assert.deepEqual(bindings(scene), [1, 0]);
});

test('with +sip.instance a binding is the instance and its reg-id (RFC 5626 6)', () => {
  const contact = (host: string, flow: number): string =>
    `Contact: <sip:a@${host}>;reg-id=${flow};+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>"`;
  const scene = registered(new Scene(), [contact('h1', 1)], [contact('h1', 1)]);
  registered(scene, [contact('h2', 1)], [contact('h2', 1)]);
  assert.equal(scene.count('bindingAdded'), 1, 'the same flow from another address');
  registered(scene, [contact('h2', 2)], [contact('h2', 1), contact('h2', 2)]);
  assert.deepEqual(bindings(scene), [2, 0]);
});

test('with +sip.instance alone a binding is its contact URI (RFC 5626 6)', () => {
  const contact = (host: string): string =>
    `Contact: <sip:a@${host}>;+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>"`;
  const scene = registered(new Scene(), [contact('h1')], [contact('h1')]);
  registered(scene, [contact('h2')], [contact('h1'), contact('h2')]);
  assert.deepEqual(bindings(scene), [2, 0]);
});

test('a REGISTER sent is held by others for the local side, apart from its own registrar', () => {
  const request = register(['Contact: <sip:a@h>']);
  const scene = new Scene().send(request).receive(ok(request, ['Contact: <sip:a@h>;expires=60']));
  assert.deepEqual(bindings(scene), [0, 1]);
  registered(scene, ['Contact: <sip:a@h>'], ['Contact: <sip:a@h>;expires=60']);
  assert.deepEqual(bindings(scene), [1, 1]);
  assert.deepEqual(bindings(scene.wait(60)), [0, 0]);
});

test('a REGISTER that the local side forwards is held by neither', () => {
  const request = register(['Contact: <sip:a@h>']);
  const below = { vias: [`SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK${request.branch}`] };
  const copy: Sip = { ...request, branch: 'copy', ...below };
  const lines = ['Contact: <sip:a@h>;expires=60'];
  const scene = new Scene().receive(request).send(copy, '192.0.2.50:5060');
  scene.receive(ok(copy, lines), '192.0.2.50:5060').send(ok(request, lines));
  assert.deepEqual(bindings(scene), [0, 0]);
  assert.equal(scene.count('proxyForwarded REGISTER'), 1);
});

test('a REGISTER with a To tag is one like any other: it has no dialog (RFC 3261 10.2)', () => {
  const scene = registered(new Scene(), ['Contact: <sip:a@h>'], ['Contact: <sip:a@h>;expires=60']);
  const tagged = register(['Contact: <sip:b@h>'], { aor: 'sip:bob@h', toTag: 'x' });
  scene.receive(tagged).send(ok(tagged, ['Contact: <sip:b@h>;expires=60']));
  assert.deepEqual(bindings(scene), [2, 0]);
  assert.equal(scene.count('registrationEnded in other 200'), 2);
  assert.equal(scene.count('unknownDialogRequest'), 0);
});

test('anything but a 2xx leaves the bindings alone', () => {
  const scene = registered(new Scene(), ['Contact: <sip:a@h>'], ['Contact: <sip:a@h>;expires=60']);
  for (const status of [99, 301, 401, 403, 423, 500, 700]) {
    const request = register(['Contact: *', 'Expires: 0'], { callId: `c${status}` });
    scene.receive(request).send(ok(request, [], status));
  }
  assert.deepEqual(bindings(scene), [1, 0]);
});

test('a challenge and its retry are one attempt; its delay includes the challenge', () => {
  const first = register(['Contact: <sip:a@h>']);
  const retry = register(['Contact: <sip:a@h>'], { cseq: 2 });
  const scene = new Scene()
    .receive(first)
    .at(0.1)
    .send(ok(first, [], 401));
  scene
    .at(0.5)
    .receive(retry)
    .at(0.75)
    .send(ok(retry, ['Contact: <sip:a@h>']));
  assert.deepEqual(scene.take('registrationStarted', 'registrationEnded', 'registrationDelay'), [
    'registrationStarted in other',
    'registrationDelay in other 0.75',
    'registrationEnded in other 200',
  ]);
});

test('a challenge that nobody retries, a refusal, silence and 423: the result of each', () => {
  const scene = new Scene();
  const attempt = (status: number, callId: string, cseq = 1): void => {
    const request = register(['Contact: <sip:a@h>'], { callId, cseq });
    scene.send(request);
    if (status !== 0) scene.receive(ok(request, [], status));
  };
  attempt(401, 'unretried');
  attempt(403, 'refused');
  attempt(0, 'unanswered');
  attempt(423, 'brief');
  attempt(200, 'brief', 2);
  scene.wait(40);
  assert.deepEqual(scene.take('registrationEnded').sort(), [
    'registrationEnded out other 200',
    'registrationEnded out other 401',
    'registrationEnded out other 403',
    'registrationEnded out other 423',
    'registrationEnded out other timeout',
  ]);
  assert.equal(scene.count('registrationStarted'), 5, 'attempts = Σ results');
});

test('a retry with the same CSeq number that stays unanswered: timeout, not the challenge', () => {
  const first = register([]);
  const scene = new Scene()
    .send(first)
    .receive(ok(first, [], 401))
    .at(1)
    .send(register([]));
  assert.deepEqual(scene.wait(40).take('registrationStarted', 'registrationEnded'), [
    'registrationStarted out other',
    'registrationEnded out other timeout',
  ]);
});

test('attempts of two AORs in one Call-ID are two', () => {
  const scene = new Scene()
    .receive(register([]))
    .receive(register([], { aor: 'sip:bob@h', cseq: 2 }));
  assert.equal(scene.count('registrationStarted'), 2);
});

test('a REGISTER that a proxy forks to one peer: a 6xx is the result, else the last final', () => {
  for (const [first, second, result] of [
    [603, 404, 603],
    [404, 503, 503],
    [603, 401, 603],
  ] as const) {
    const one = register([]);
    const two = register([]);
    const scene = new Scene()
      .send(one)
      .send(two)
      .receive(ok(one, [], first));
    scene.receive(ok(two, [], second));
    assert.deepEqual(scene.take('registrationEnded'), [`registrationEnded out other ${result}`]);
  }
});

test('a REGISTER while the one before is unanswered: that one is lost', () => {
  const scene = new Scene()
    .receive(register([]))
    .at(10)
    .receive(register([], { cseq: 2 }));
  assert.deepEqual(scene.take('registrationStarted', 'registrationEnded'), [
    'registrationStarted in other',
    'registrationEnded in other lost',
    'registrationStarted in other',
  ]);
});

test('the oldest binding makes room, and is counted', () => {
  const scene = new Scene({ registrationsMax: 2 });
  for (const user of ['a', 'b', 'c']) {
    const request = register(['Contact: <sip:x@h>'], { aor: `sip:${user}@h`, callId: user });
    scene.receive(request).send(ok(request, ['Contact: <sip:x@h>']));
  }
  assert.deepEqual(bindings(scene), [2, 0]);
  assert.deepEqual(scene.use(Table.REGISTRATIONS), { rows: 2, evictions: 1 });
});

test('the oldest registration attempt makes room as lost', () => {
  const scene = new Scene({ registrationAttemptsMax: 2 });
  for (const callId of ['a', 'b', 'c']) scene.receive(register([], { callId }));
  assert.equal(scene.count('registrationEnded in other lost'), 1);
  assert.deepEqual(scene.use(Table.REGISTRATION_ATTEMPTS), { rows: 2, evictions: 1 });
});
