// A client of the admin API that a generator writes from the published OpenAPI document: it must compile, and it must work.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, '..', 'node_modules');

// Below node_modules, so that packages are found and nothing is left in the tree.
mkdirSync(join(modules, '.cache'), { recursive: true });
const work = mkdtempSync(join(modules, '.cache', 'admin-client-'));
try {
  const answer = await fetch(new URL('/openapi/v1.json', process.env.ADMIN_SERVER), { headers: { Authorization: `Bearer ${process.env.OPERATOR_KEY}` } });
  if (!answer.ok) throw new Error(`the document was answered with ${answer.status}`);
  writeFileSync(join(work, 'openapi.json'), await answer.text());
  run('openapi-typescript', 'bin/cli.js', join(work, 'openapi.json'), '--output', join(work, 'admin-api.ts'));
  copyFileSync(join(here, 'journey.ts'), join(work, 'journey.ts'));
  writeFileSync(join(work, 'package.json'), '{"type":"module"}');
  run('typescript', 'bin/tsc', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext', '--outDir', work, join(work, 'journey.ts'));
  await import(pathToFileURL(join(work, 'journey.js')).href);
} finally {
  rmSync(work, { recursive: true, force: true });
}

function run(name, script, ...args) {
  try {
    execFileSync(process.execPath, [join(modules, name, script), ...args], { cwd: work, stdio: 'pipe' });
  } catch (fault) {
    throw new Error(`${name} failed:\n${fault.stdout}${fault.stderr}`);
  }
}
