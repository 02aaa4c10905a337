// Lints the description of the admin API with Redocly's own rules; fails with what is wrong.
//   API_DOCUMENT=openapi.json node admin/lint.mjs
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const run = spawnSync(
  process.execPath,
  [
    here('../node_modules/@redocly/cli/bin/cli.js'),
    'lint',
    process.env.API_DOCUMENT,
    '--config',
    here('redocly.yaml'),
    '--format=json',
  ],
  { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' } },
);
const report = JSON.parse(run.stdout.slice(run.stdout.indexOf('{')));
const { errors, warnings } = report.totals;
for (const problem of report.problems.slice(0, 20)) {
  console.error(`${problem.ruleId}: ${problem.message} (${problem.location?.[0]?.pointer})`);
}
console.log(`${errors} errors, ${warnings} warnings`);
process.exit(errors + warnings === 0 ? 0 : 1);
