/**
 * npm run deb [-- --output=FOLDER]: a Debian package of the built program, for the machine's architecture. It
 * holds its npm dependencies and the addon; Node itself is a dependency.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { main, root, run, SetupError, say } from './lib/shell.mjs';
import { ensureAddon, ensureDist, ensureNodeModules } from './lib/steps.mjs';

/** --output=FOLDER; the checkout without. */
const outputFolder = process.argv.find((word) => word.startsWith('--output='))?.slice(9) ?? root;

const MAINTAINER = 'The sipgauge authors <sipgauge@localhost>';
const HOME = 'usr/lib/sipgauge';

const LAUNCHER = `#!/bin/sh
exec /usr/bin/env node /${HOME}/dist/main.js "$@"
`;

/** Read by the unit; every option of docs/CONFIGURATION.md may stand here. */
const CONFIGURATION = `# sipgauge's configuration: any option of sipgauge(1) by its name.
# Check it with: sipgauge check-config /etc/sipgauge/sipgauge.yml
interface: any
`;

const POSTINST = `#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then systemctl daemon-reload || true; fi
`;

const PRERM = `#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then systemctl stop sipgauge.service || true; fi
`;

function architecture() {
  const result = spawnSync('dpkg', ['--print-architecture'], { encoding: 'utf8' });
  if (result.status !== 0) throw new SetupError('a .deb is made on Debian: dpkg is missing');
  return result.stdout.trim();
}

function write(path, content, mode = 0o644) {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content, { mode });
}

function copy(from, to) {
  mkdirSync(join(to, '..'), { recursive: true });
  cpSync(join(root, from), to, { recursive: true });
}

function installedKiB(folder) {
  const bytes = (path) =>
    readdirSync(path, { withFileTypes: true }).reduce((sum, entry) => {
      const child = join(path, entry.name);
      return sum + (entry.isDirectory() ? bytes(child) : statSync(child).size);
    }, 0);
  return Math.ceil(bytes(folder) / 1024);
}

function control(version, folder) {
  return `Package: sipgauge
Version: ${version}
Architecture: ${architecture()}
Maintainer: ${MAINTAINER}
Section: net
Priority: optional
Installed-Size: ${installedKiB(folder)}
Depends: nodejs (>= 20.19), libpcap0.8, libstdc++6, libc6
Description: passive SIP metrics probe for Prometheus
 Reads SIP from network interfaces, capture files or HEP senders, and serves
 what it counts and times to Prometheus. It sends nothing and needs no change
 to what it watches.
`;
}

/** The program with its dependencies: of those installed here the ones that production has, by the lock file. */
function stageProgram(target) {
  for (const path of ['package.json', 'dist', 'pcaps/demo.pcap', 'LICENSE']) {
    copy(path, join(target, path));
  }
  copy('native/build/Release/sipgauge.node', join(target, 'native/build/Release/sipgauge.node'));
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  for (const [path, { dev, optional, devOptional }] of Object.entries(packages)) {
    if (path !== '' && !dev && !optional && !devOptional) copyPackage(path, target);
  }
}

/** Without the packages below it, which stand in the lock file themselves. */
function copyPackage(path, target) {
  const nested = join(root, path, 'node_modules');
  const filter = (source) => source !== nested;
  cpSync(join(root, path), join(target, path), { recursive: true, filter });
}

function stageSystem(folder) {
  write(join(folder, 'usr/bin/sipgauge'), LAUNCHER, 0o755);
  write(join(folder, 'etc/sipgauge/sipgauge.yml'), CONFIGURATION);
  const share = join(folder, 'usr/share');
  const gzipped = (path) => gzipSync(readFileSync(join(root, path)), { level: 9 });
  write(join(share, 'man/man1/sipgauge.1.gz'), gzipped('man/sipgauge.1'));
  write(join(share, 'doc/sipgauge/changelog.gz'), gzipped('CHANGELOG.md'));
  copy('LICENSE', join(share, 'doc/sipgauge/copyright'));
  copy('deploy/config.schema.json', join(share, 'sipgauge/config.schema.json'));
  const units = join(root, 'deploy/systemd');
  if (existsSync(units)) {
    for (const unit of readdirSync(units).filter((name) => name.endsWith('.service'))) {
      copy(`deploy/systemd/${unit}`, join(folder, 'lib/systemd/system', unit));
    }
  }
  const completion = spawnSync(process.execPath, [join(root, 'dist/main.js'), 'completion'], {
    encoding: 'utf8',
    env: { ...process.env, SHELL: '/bin/bash' },
  });
  write(join(share, 'bash-completion/completions/sipgauge'), completion.stdout);
}

await main(() => {
  ensureNodeModules();
  ensureDist();
  ensureAddon();
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const folder = mkdtempSync(join(tmpdir(), 'sipgauge-deb-'));
  try {
    chmodSync(folder, 0o755);
    stageProgram(join(folder, HOME));
    stageSystem(folder);
    const kept = control(version, folder);
    write(join(folder, 'DEBIAN/control'), kept);
    write(join(folder, 'DEBIAN/conffiles'), '/etc/sipgauge/sipgauge.yml\n');
    write(join(folder, 'DEBIAN/postinst'), POSTINST, 0o755);
    write(join(folder, 'DEBIAN/prerm'), PRERM, 0o755);
    const output = join(outputFolder, `sipgauge_${version}_${architecture()}.deb`);
    mkdirSync(outputFolder, { recursive: true });
    run('dpkg-deb', ['--root-owner-group', '--build', folder, output]);
    say(`wrote ${output}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
