/** What each command says of itself in help texts, the man page and the documentation. */
import type { Command } from '../config/option.ts';

export interface CommandText {
  /** What follows the command's name, with a leading space. */
  readonly usage: string;
  readonly text: string;
  /** Command line without the program's name, and what it does. */
  readonly examples: readonly (readonly [string, string])[];
}

export const COMMAND_TEXTS: Readonly<Record<Command, CommandText>> = {
  replay: {
    usage: ' <file..>',
    text: 'Count the SIP in capture files (pcap, pcapng, gzip; - is stdin)',
    examples: [
      ['replay calls.pcap', 'print every metric, and a summary on stderr'],
      ['replay calls.pcap --local 192.0.2.10 | promtool check metrics', 'name the server'],
      ['replay day.pcapng.gz --speed 1 --loop --serve', 'serve it at its own pace for ever'],
      ['replay calls.pcap --until 1700000000.5', 'every gauge as it was at that moment'],
    ],
  },
  live: {
    usage: ' [iface..]',
    text: 'Count the SIP that interfaces see, and serve the metrics',
    examples: [
      ['live -i eth0', 'capture on eth0, serve on port 9099'],
      ['live -i eth0 -i eth1 --local 192.0.2.10 --peer trunk=198.51.100.0/24', 'name both sides'],
      ['live -i any --sip-port 5060-5090 --user nobody', 'further ports, and no privileges kept'],
    ],
  },
  hep: {
    usage: '',
    text: 'Count the SIP that servers mirror by HEP (version 2 and 3), and serve the metrics',
    examples: [
      ['hep --listen udp::9060', 'for Kamailio, OpenSIPS, FreeSWITCH, Asterisk, drachtio, heplify'],
      ['hep --listen tcp:192.0.2.1:9060 --hep-allow 192.0.2.0/24', 'from these senders only'],
    ],
  },
  devices: {
    usage: '',
    text: 'List the interfaces that can be captured on',
    examples: [['devices', 'names, addresses, state']],
  },
  'check-config': {
    usage: ' [file]',
    text: 'Check a configuration file, and the environment, without starting anything',
    examples: [['check-config /etc/sipgauge/sipgauge.yml', 'all problems at once']],
  },
  doctor: {
    usage: ' [iface..]',
    text: 'Say what the probe would see on an interface, and what to do about what it would not',
    examples: [
      ['doctor -i eth0 --seconds 10', 'look for ten seconds; exit code 0 = it would work'],
    ],
  },
  top: {
    usage: '',
    text: "Show a running probe's numbers in the terminal",
    examples: [['top --url http://192.0.2.10:9099', 'of another host']],
  },
  report: {
    usage: ' <file..>',
    text: 'One report of capture files: outcomes, delays, retransmissions, slowest calls',
    examples: [['report calls.pcap --html calls.html', 'with plots']],
  },
  completion: {
    usage: '',
    text: 'Print the script that completes commands and options in the shell in use, bash or zsh',
    examples: [['completion >> ~/.bashrc', 'for the next shell']],
  },
};
