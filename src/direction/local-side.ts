/** Placeholder of the seam until the file is written: what streams may ask of the local side. */
export interface LocalAddresses {
  /** Is the address in words `offset`…`offset + 3` one of the local side's? The port is not asked. */
  isLocalAddress(addresses: Int32Array, offset: number): boolean;
}
