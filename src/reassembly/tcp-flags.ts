/** Control bits of a TCP header (RFC 9293 3.1), as DecodedPacket.tcpFlags holds them. */
export const TcpFlag = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16 } as const;
