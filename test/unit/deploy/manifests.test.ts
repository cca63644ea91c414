/**
 * The configuration example, Dockerfile, compose file and Kubernetes manifests: that their parts fit each other
 * and the program. Not the schemas of compose and Kubernetes, which are not at hand here.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { run } from '../../../src/cli/run.ts';
import { environmentName } from '../../../src/config/option.ts';
import { OPTIONS } from '../../../src/config/options.ts';
import { MemoryIo } from '../../helpers/memory-io.ts';
import { repoRoot } from '../../helpers/paths.ts';

const folder = join(repoRoot, 'deploy');

function text(path: string): string {
  return readFileSync(join(folder, path), 'utf8');
}

describe('deploy/sipgauge.yaml', () => {
  it('is accepted by check-config', async () => {
    const io = new MemoryIo();
    assert.equal(await run(['check-config', join(folder, 'sipgauge.yaml')], io), 0, io.stderr.text);
  });

  it('is accepted with its commented lines, too', () => {
    const options = new Set(OPTIONS.map(({ name }) => name));
    const lines = text('sipgauge.yaml').matchAll(/^(?:# )?([a-z][\w.-]*):(?= |$)/gm);
    const keys = [...lines].map((match) => match[1] ?? '');
    assert.ok(keys.length >= 6);
    for (const key of keys) assert.ok(options.has(key) || key === 'yaml-language-server', key);
  });
});

interface Container {
  readonly name: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext?: {
    readonly runAsNonRoot: boolean;
    readonly runAsUser: number;
    readonly capabilities: { readonly drop: readonly string[]; readonly add: readonly string[] };
  };
  readonly resources?: { readonly limits?: { readonly memory?: string } };
}

interface PodSpec {
  readonly containers: readonly Container[];
  readonly volumes?: readonly { readonly name: string }[];
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template?: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: PodSpec;
    };
    readonly endpoints?: readonly { readonly port: string }[];
    readonly podMetricsEndpoints?: readonly { readonly port: string }[];
  };
}

const manifests: readonly Manifest[] = readdirSync(join(folder, 'kubernetes')).flatMap((file) =>
  parseAllDocuments(text(`kubernetes/${file}`)).map((document) => {
    assert.deepEqual(document.errors, [], file);
    return document.toJS();
  }),
);
const workloads = manifests.filter(({ spec }) => spec?.template !== undefined);
const probes = workloads.flatMap(({ spec }) =>
  (spec.template?.spec.containers ?? []).filter(({ name }) => name === 'sipgauge'),
);

function selects(
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
) {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}

describe('deploy/kubernetes', () => {
  it('has a DaemonSet and a sidecar, whose selectors select their pods', () => {
    assert.deepEqual(workloads.map(({ kind }) => kind).sort(), ['DaemonSet', 'Deployment']);
    for (const { spec } of workloads) {
      assert.ok(selects(spec.selector.matchLabels, spec.template?.metadata.labels ?? {}));
    }
  });

  it('gives the probe one capability, no root, and a limit of memory', () => {
    assert.equal(probes.length, 2);
    for (const { securityContext, resources } of probes) {
      assert.deepEqual(securityContext?.capabilities, { drop: ['ALL'], add: ['NET_RAW'] });
      assert.equal(securityContext?.runAsNonRoot, true);
      assert.ok((securityContext?.runAsUser ?? 0) > 0);
      assert.match(resources?.limits?.memory ?? '', /^\d+Mi$/);
    }
  });

  it('starts the probe with options and variables that exist, and a configuration that is valid', async () => {
    const options = new Set(OPTIONS.map(({ name }) => name));
    const variables = new Set(OPTIONS.map(environmentName));
    for (const { args = [], env = [] } of probes) {
      for (const arg of args.filter((word) => word.startsWith('--'))) {
        assert.ok(options.has(arg.slice(2)), arg);
      }
      for (const { name } of env.filter((one) => one.name.startsWith('SIPGAUGE_'))) {
        assert.ok(variables.has(name), name);
      }
    }
    const config =
      manifests.find(({ kind }) => kind === 'ConfigMap')?.data?.['sipgauge.yaml'] ?? '';
    for (const key of Object.keys(parse(config))) assert.ok(options.has(key), key);
  });

  it('has monitors that select what is there, by a port that is there', () => {
    const ports = probes.flatMap((probe) => probe.ports ?? []).map(({ name }) => name);
    const labels = [
      ...manifests.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.labels),
      ...workloads.map(({ spec }) => spec.template?.metadata.labels ?? {}),
    ];
    const monitors = manifests.filter(({ kind }) => kind.endsWith('Monitor'));
    assert.equal(monitors.length, 2);
    for (const { spec } of monitors) {
      assert.ok(labels.some((each) => selects(spec.selector.matchLabels, each)));
      for (const { port } of [...(spec.endpoints ?? []), ...(spec.podMetricsEndpoints ?? [])]) {
        assert.ok(ports.includes(port), port);
      }
    }
  });
});

describe('deploy/docker', () => {
  const dockerfile = text('docker/Dockerfile');

  it('copies only what is there, and what its ignore file lets in', () => {
    const ignore = text('docker/Dockerfile.dockerignore').split('\n');
    const copies = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)];
    assert.ok(copies.length >= 5);
    for (const path of copies.flatMap((match) => (match[1] ?? '').split(' '))) {
      assert.ok(existsSync(join(repoRoot, path)), path);
      assert.ok(ignore.includes(`!${path}`), `${path} is ignored`);
    }
  });

  it('ends as a user that is not root', () => {
    const users = [...dockerfile.matchAll(/^USER (\d+):(\d+)$/gm)];
    assert.ok(Number(users.at(-1)?.[1]) > 0);
  });

  it('has a compose file whose mounts are there, and one capability', () => {
    const { services } = parse(text('docker/compose.yaml'));
    assert.deepEqual(services.sipgauge.cap_drop, ['ALL']);
    assert.deepEqual(services.sipgauge.cap_add, ['NET_RAW']);
    const mounts: readonly string[] = [
      ...services.sipgauge.volumes,
      ...services.prometheus.volumes,
    ];
    const files = mounts
      .map((mount) => mount.split(':')[0] ?? '')
      .filter((path) => path.startsWith('.'));
    assert.equal(files.length, 4);
    for (const path of files) assert.ok(existsSync(join(folder, 'docker', path)), path);
  });
});
