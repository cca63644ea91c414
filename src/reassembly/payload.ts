import { Transport } from '../core/transport.ts';

/**
 * One piece of transport payload for the SIP parser: a datagram, or a message framed out of a stream.
 * Reused; `buf` is valid until the stage that filled it is called again.
 */
export class Payload {
  buf: Uint8Array = new Uint8Array(0);
  start = 0;
  /** End of the captured bytes, exclusive. */
  end = 0;
  /** Where the payload ends on the wire; beyond `end` when the capture cut it. */
  wireEnd = 0;
  transport: Transport = Transport.UDP;
  /** A Keepalive code when this is no message; -1 otherwise. */
  keepalive = -1;
}
