/** Writes a capture to pcaps/, and says so. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ethernetLink, type Link } from '../../../test/helpers/packet-writer.ts';
import { repoRoot } from '../../../test/helpers/paths.ts';
import { captureOf, type SipTrace } from '../../../test/helpers/sip-trace.ts';

const BYTES_MAX = 65_536;

export function writeCapture(name: string, trace: SipTrace, link: Link = ethernetLink()): void {
  writeFile(name, captureOf(trace, link), trace.packets.length);
}

export function writeFile(name: string, content: Uint8Array, packets: number): void {
  if (content.length > BYTES_MAX) throw new Error(`${name}: ${content.length} bytes`);
  writeFileSync(join(repoRoot, 'pcaps', name), content);
  console.log(`${name}: ${packets} packets, ${content.length} bytes`);
}
