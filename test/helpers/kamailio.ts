/** Kamailio from Debian as a SIP server over WebSocket, which answers every request with 200. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const LIBRARIES = '/usr/lib';

/** Where a module is, whatever the architecture. */
function moduleFolder(name: string): string | undefined {
  return readdirSync(LIBRARIES)
    .map((folder) => join(LIBRARIES, folder, 'kamailio/modules'))
    .find((folder) => existsSync(join(folder, `${name}.so`)));
}

/** For the `skip` of a test. */
export function webSocketServerMissing(): string | false {
  if (spawnSync('kamailio', ['-v']).error !== undefined) return 'kamailio is not installed';
  const found = moduleFolder('websocket') !== undefined;
  return found ? false : "kamailio's websocket module is not installed";
}

/** A configuration file's text: WebSocket on this address and port. */
export function webSocketServer(address: string, port: number): string {
  return `
debug=0
log_stderror=yes
children=1
tcp_children=2
tcp_rd_buf_size=131072
tcp_accept_no_cl=yes
listen=tcp:${address}:${port}
mpath="${moduleFolder('websocket')}/"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "xhttp.so"
loadmodule "websocket.so"
request_route {
  sl_send_reply("200", "OK");
}
event_route[xhttp:request] {
  ws_handle_handshake();
}
`;
}
