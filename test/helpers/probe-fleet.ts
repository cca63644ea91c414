/**
 * Four probes and the Prometheus that scrapes them as job "sipgauge", with the shipped rules: three replay captures of
 * calls, a proxy and registrations over and over, thirty times as fast; one waits for HEP, as a live probe does.
 */
import { join } from 'node:path';
import { ExpositionRelay } from './exposition-relay.ts';
import { repoRoot } from './paths.ts';
import { ProbeProcess } from './probe-process.ts';
import { PrometheusServer } from './prometheus-server.ts';

export const LOCAL_AND_PEERS: readonly string[] = [
  ['--local', '192.0.2.10'],
  ['--peer', 'carrier-a=203.0.113.1'],
  ['--peer', 'carrier-b=203.0.113.2'],
].flat();

const LOOP = ['--serve', '--loop', '--speed', '30', ...LOCAL_AND_PEERS];
const HEP = ['hep', '--listen', 'udp:127.0.0.1:0', ...LOCAL_AND_PEERS];

function ruleFiles(): readonly string[] {
  return ['rules.yml', 'alerts.yml'].map((name) => join(repoRoot, 'deploy/prometheus', name));
}

function replay(name: string): Promise<ProbeProcess> {
  return ProbeProcess.start(['replay', join(repoRoot, 'pcaps', name), ...LOOP]);
}

export interface ProbeFleet {
  readonly prometheus: PrometheusServer;
  /** In front of the probe that is asked for OpenMetrics. */
  readonly openMetrics: ExpositionRelay;
  /** In front of the probe that is asked for anything, and answers in the classic form. */
  readonly classic: ExpositionRelay;
  stop(): Promise<void>;
}

export async function startFleet(): Promise<ProbeFleet> {
  const probes = await Promise.all([
    replay('demo.pcap'),
    replay('proxy.pcap'),
    replay('register-challenge.pcap'),
    ProbeProcess.start(HEP),
  ]);
  const [first, second, ...others] = probes.map(({ port }) => port);
  const openMetrics = await ExpositionRelay.start(first ?? 0, 'as asked');
  const classic = await ExpositionRelay.start(second ?? 0, 'anything');
  const direct = others.map((port) => `127.0.0.1:${port}`);
  const jobs = { sipgauge: [openMetrics.target, classic.target, ...direct] };
  const prometheus = await PrometheusServer.start({ jobs, ruleFiles: ruleFiles() });
  return {
    prometheus,
    openMetrics,
    classic,
    async stop() {
      await prometheus.stop();
      openMetrics.close();
      classic.close();
      await Promise.all(probes.map((probe) => probe.kill()));
    },
  };
}
