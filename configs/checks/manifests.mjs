// Kubernetes manifests against Kubernetes' own types, as TypeScript: a field that is unknown, missing
// or of another type is an error. Then what types cannot tell: whether names fit each other.
//   node manifests.mjs FOLDER_OF_NODE_MODULES MANIFESTS WORK
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [modules, file, work] = process.argv.slice(2);
const require = createRequire(join(modules, 'x.js'));
const documents = require('yaml').parseAllDocuments(readFileSync(file, 'utf8'), { version: '1.1' });
const problems = documents.flatMap((document) => [...document.errors, ...document.warnings].map(String));
const manifests = documents.map((document) => document.toJS());

const source = manifests.map((manifest, index) => {
  const group = manifest.apiVersion.includes('/') ? manifest.apiVersion : `core/${manifest.apiVersion}`;
  const type = `import('kubernetes-types/${group}').${manifest.kind}`;
  return `export const manifest${index}: ${type} = ${JSON.stringify(manifest, null, 2)};\n`;
});
const typed = join(modules, 'manifests.ts');
writeFileSync(typed, source.join('\n'));
try {
  execFileSync(
    process.execPath,
    [join(modules, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', typed],
    { cwd: modules, encoding: 'utf8' },
  );
} catch (e) {
  problems.push(e.stdout || String(e));
}

const of = (kind) => manifests.filter((manifest) => manifest.kind === kind);
const expect = (good, problem) => good || problems.push(problem);
const [set] = of('StatefulSet');
const pod = set.spec.template;
const [container] = pod.spec.containers;
const labels = pod.metadata.labels;
const ports = container.ports.map((port) => port.name);
const selects = (selector) => Object.entries(selector).every(([name, value]) => labels[name] === value);

expect(set.spec.replicas === 1, 'the embedded store allows one replica');
expect(selects(set.spec.selector.matchLabels), 'the StatefulSet does not select its own pods');
expect(of('Service').some((service) => service.metadata.name === set.spec.serviceName), 'no such serviceName');
for (const service of of('Service')) {
  expect(selects(service.spec.selector), `Service ${service.metadata.name} selects nothing`);
  for (const { targetPort } of service.spec.ports) {
    expect(ports.includes(targetPort), `Service ${service.metadata.name}: no port ${targetPort}`);
  }
}
for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
  expect(ports.includes(container[probe]?.httpGet?.port), `${probe}: no such port`);
}
const volumes = [...pod.spec.volumes, ...set.spec.volumeClaimTemplates.map((claim) => claim.metadata)];
for (const { name } of container.volumeMounts) {
  expect(volumes.some((volume) => volume.name === name), `no volume ${name}`);
}
for (const volume of pod.spec.volumes) {
  const [kind, name] = volume.secret
    ? ['Secret', volume.secret.secretName]
    : ['ConfigMap', volume.configMap?.name];
  expect(!name || of(kind).some((one) => one.metadata.name === name), `no ${kind} ${name}`);
}
const [{ data }] = of('ConfigMap');
writeFileSync(join(work, 'relay.yaml'), data['relay.yaml']);

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
