/** What full tables give up, and that the gauges are counted from what is there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Table } from '../../../src/core/table.ts';
import { Scene, type Sip } from '../../helpers/sip-scene.ts';

const OK: Sip = { status: 200, toTag: 't' };

function options(i: number): Sip {
  return { method: 'OPTIONS', callId: `o${i}`, branch: `o${i}` };
}

test('strays go first, then the unanswered, the completed, and what rings last', () => {
  const scene = new Scene({ transactionsMax: 4 });
  scene.send(options(1)).receive({ ...options(1), ...OK });
  scene.send({}).receive({ status: 180, toTag: 't' });
  scene.send(options(2));
  scene.receive({ ...options(3), ...OK });
  const rows = (): boolean[] => {
    const known = [options(1), {}, options(2)].map((sip) => {
      const before = scene.count('requestRetransmission');
      scene.send(sip);
      return scene.count('requestRetransmission') > before;
    });
    return known;
  };
  scene.send(options(4));
  assert.deepEqual(rows(), [true, true, true], 'the stray made room');
  assert.deepEqual(scene.use(Table.CLIENT_TRANSACTIONS), { rows: 4, evictions: 1 });
  scene.send(options(5));
  scene.send(options(6));
  const before = scene.count('requestRetransmission');
  scene.send(options(1)).send({});
  assert.equal(scene.count('requestRetransmission'), before + 2, 'answered and ringing are there');
  assert.deepEqual(scene.use(Table.CLIENT_TRANSACTIONS), { rows: 4, evictions: 3 });
});

test('a table full of what is over spares the requests whose answers are on their way', () => {
  const scene = new Scene({ transactionsMax: 16 });
  for (let i = 0; i < 100; i++) scene.send(options(i)).receive({ ...options(i), ...OK });
  const calls: Sip[] = [0, 1, 2, 3].map((i) => ({ callId: `c${i}`, branch: `c${i}` }));
  for (const call of calls) scene.send(call);
  for (const call of calls) scene.receive({ ...call, ...OK });
  assert.equal(scene.count('callAnswer'), calls.length);
  assert.equal(scene.use(Table.CLIENT_TRANSACTIONS).rows, 16);
});

test('the tables of the two roles are apart', () => {
  const scene = new Scene({ transactionsMax: 2 });
  for (let i = 0; i < 5; i++) scene.receive(options(i));
  scene.send(options(9));
  assert.deepEqual(scene.use(Table.SERVER_TRANSACTIONS), { rows: 2, evictions: 3 });
  assert.deepEqual(scene.use(Table.CLIENT_TRANSACTIONS), { rows: 1, evictions: 0 });
});

test('a branch that everybody uses keeps sixteen rows, and counts the rest as evicted', () => {
  const scene = new Scene();
  for (let i = 0; i < 40; i++) scene.receive({ ...options(1), sentBy: 'x' }, `192.0.2.${i}:5060`);
  assert.equal(scene.count('request in'), 40);
  const { rows, evictions } = scene.use(Table.SERVER_TRANSACTIONS);
  assert.equal(rows + evictions, 40);
  assert.ok(rows <= 17, `${rows} rows`);
});

test('a flood of new transactions evicts, and nothing stays behind', () => {
  const scene = new Scene({ transactionsMax: 8, attemptsMax: 8, dialogsMax: 8 });
  for (let i = 0; i < 500; i++) {
    const call: Sip = { callId: `c${i}`, branch: `b${i}` };
    scene
      .at(i / 100)
      .receive(call)
      .send({ ...call, status: 180, toTag: 't' });
  }
  scene.wait(90_000);
  for (const table of [Table.SERVER_TRANSACTIONS, Table.ATTEMPTS, Table.DIALOGS]) {
    assert.equal(scene.use(table).rows, 0);
  }
  assert.equal(scene.count('attemptStarted'), scene.count('attemptEnded'));
});

test('gauges of an empty scene are 0, and the sizes of the tables are there', () => {
  const gauges = new Scene().gauges();
  const { clientTransactionSlots, serverTransactionSlots, dialogSlots } = gauges;
  assert.deepEqual([clientTransactionSlots, serverTransactionSlots, dialogSlots], [64, 64, 64]);
  assert.equal(gauges.dialogs + gauges.proxyCores + gauges.clientTransactions, 0);
});

test('slots are what is allocated now: they grow with the rows and do not shrink', () => {
  const scene = new Scene();
  for (let i = 0; i < 100; i++) scene.receive(options(i));
  assert.equal(scene.gauges().serverTransactionSlots, 256);
  assert.equal(scene.wait(1000).gauges().serverTransactionSlots, 256);
});
