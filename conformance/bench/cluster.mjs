// The guide's handler on every processor.
import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';

if (cluster.isPrimary) {
  for (let i = 0; i < availableParallelism(); i++) cluster.fork();
  process.on('SIGTERM', () => process.exit(0));
} else {
  await import('./handler.mjs');
}
