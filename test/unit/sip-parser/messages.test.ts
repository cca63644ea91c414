/** The messages of test/messages, whole, behind keep-alives, and cut at every byte. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TRANSPORT_NAMES, Transport } from '../../../src/core/transport.ts';
import {
  MessageKind,
  Refresher,
  SipMessage,
  Span,
  SubscriptionState,
} from '../../../src/sip-parser/message.ts';
import { METHOD_NAMES } from '../../../src/sip-parser/method.ts';
import { messageCases } from '../../helpers/message-files.ts';
import { fieldsOf, type Parsed, parseBytes, spanText, textAt } from '../../helpers/sip-text.ts';

const transports = Object.values(Transport);

function transportOf(name: string): Transport {
  return transports[TRANSPORT_NAMES.indexOf(name)] ?? Transport.UDP;
}

function nameOf(codes: Readonly<Record<string, number>>, code: number): string {
  return (Object.entries(codes).find(([, value]) => value === code)?.[0] ?? '?').toLowerCase();
}

function viaText({ message, buf }: Parsed, index: number): string {
  const [host = 0, hostLength = 0, branch = 0, branchLength = 0] = message.vias.subarray(4 * index);
  const branchText = textAt(buf, branch, branchLength) ?? '-';
  return `${textAt(buf, host, hostLength)} ${message.viaPorts[index]} ${branchText}`;
}

function contactText({ message, buf }: Parsed, index: number): string {
  const [uri = 0, length = 0, instance = 0, instanceLength = 0] = message.contacts.subarray(
    4 * index,
  );
  const expires = message.contactExpires[index] ?? -1;
  const regId = message.contactRegId[index] ?? -1;
  const numbers = `${expires < 0 ? '-' : expires} ${regId < 0 ? '-' : regId}`;
  return `${textAt(buf, uri, length)} ${numbers} ${textAt(buf, instance, instanceLength) ?? '-'}`;
}

/** The field as the lists of the Markdown files write it. */
function found(parsed: Parsed, field: string): string {
  const { message } = parsed;
  const [list, index] = field.split(' ');
  if (list === 'via') return viaText(parsed, Number(index));
  if (list === 'contact') return contactText(parsed, Number(index));
  if (field === 'error') return parsed.error;
  if (field === 'oddities') return parsed.oddities.join(' ') || 'none';
  if (field === 'refresher') return nameOf(Refresher, message.refresher);
  if (field === 'subscriptionState') return nameOf(SubscriptionState, message.subscriptionState);
  const value = Object.entries(message).find(([name]) => name === field)?.[1];
  if (/method$/i.test(field) && field in message) return METHOD_NAMES[Number(value)] ?? '?';
  if (value !== undefined) return String(value);
  const span = Object.entries(Span).find(([name]) => name.toLowerCase() === field)?.[1];
  assert.ok(span !== undefined, `no field ${field}`);
  const text = spanText(parsed, span) ?? 'none';
  return text.replaceAll('\r', '\\r').replaceAll('\n', '\\n');
}

/** Where the header block ends: behind the first empty line. */
function headerEnd(bytes: Uint8Array): number {
  return String.fromCharCode(...bytes).indexOf('\r\n\r\n') + 4;
}

for (const { title, bytes, expected } of messageCases()) {
  const transport = transportOf(expected.get('transport') ?? 'udp');
  describe(title, () => {
    it('is found what the list says', () => {
      const parsed = parseBytes(bytes, transport);
      assert.ok(expected.size > 0);
      for (const [field, value] of expected) {
        if (field !== 'transport') assert.equal(found(parsed, field), value, field);
      }
      assert.equal(parsed.message.headersTruncated, false);
    });

    it('is the same behind line breaks', () => {
      const behind = new Uint8Array([13, 10, 13, 10, ...bytes]);
      const parsed = parseBytes(behind, transport);
      for (const [field, value] of expected) {
        if (field !== 'transport') assert.equal(found(parsed, field), value, field);
      }
    });

    it('is no message when the capture ends within the headers, at whatever byte', () => {
      const end = headerEnd(bytes);
      for (let cut = 0; cut < end; cut++) {
        const { error, message } = parseBytes(bytes.subarray(0, cut), transport, bytes.length);
        assert.equal(error, 'none', `cut at ${cut}`);
        assert.equal(message.headersTruncated, true, `cut at ${cut}`);
        assert.equal(message.kind, MessageKind.NONE);
        assert.equal(message.oddities, 0);
      }
    });

    it('is the same message when the capture ends within the body, at whatever byte', () => {
      const whole = fieldsOf(parseBytes(bytes, transport).message);
      for (let cut = headerEnd(bytes); cut < bytes.length; cut++) {
        const { message } = parseBytes(bytes.subarray(0, cut), transport, bytes.length);
        const { spans, end, ...fields } = fieldsOf(message);
        const { spans: wholeSpans, end: wholeEnd, ...wholeFields } = whole;
        assert.deepEqual(fields, wholeFields, `cut at ${cut}`);
        assert.ok(Number(end) <= Number(wholeEnd) && wholeSpans !== spans);
      }
    });

    it('never throws as a message that ends at whatever byte', () => {
      for (let cut = 0; cut <= bytes.length; cut++) {
        const { message } = parseBytes(bytes.subarray(0, cut), transport);
        assert.equal(message.headersTruncated, false, `cut at ${cut}`);
      }
    });

    it('leaves nothing of itself in the record', () => {
      const record = new SipMessage();
      parseBytes(bytes, transport, bytes.length, record);
      record.reset();
      assert.deepEqual(fieldsOf(record), fieldsOf(new SipMessage()));
    });
  });
}
