/** npm's cap ships no types. Only what is used here. */
declare module 'cap' {
  import type { EventEmitter } from 'node:events';

  export class Cap extends EventEmitter {
    /** Gives the link type's name. Throws Error with libpcap's words. */
    open(device: string, filter: string, bufferBytes: number, packet: Buffer): string;
    send(packet: Buffer, bytes: number): void;
    close(): boolean;
  }

  /** A CommonJS module: its exports arrive as the default one. */
  const exports: { readonly Cap: typeof Cap };
  // biome-ignore lint/style/noDefaultExport: it is how this module arrives.
  export default exports;
}
