// Two tenants whose records stand on one FHIR server. See README.md beside this file.
import { fileURLToPath } from 'node:url';
import { Sample } from '../lib/sample.mjs';

await Sample.run(import.meta.url, async (sample) => {
  sample.write('backend.authorization', 'Bearer secret-of-the-backend');
  await sample.peer('fhir.mjs', '--port', `${sample.backendPort}`, '--authorization', 'Bearer secret-of-the-backend', '--fixtures', fileURLToPath(new URL('fixtures.json', import.meta.url)));
  sample.writeKeys();
  await sample.gateway();
  await sample.fill();

  const east = sample.token('east-app', sample.data);
  const west = sample.token('west-app', sample.data);
  const isOf = (tenant) => (bundle) => bundle.entry.length > 0 && bundle.entry.every(({ resource }) => resource.meta.tag.some(({ code }) => code === tenant));
  await sample.ask('East finds the notes of East', east, 'GET', '/east/fhir/Observation?code:text=note', '200', { holds: isOf('east') });
  await sample.ask('West finds the notes of West', west, 'GET', '/west/fhir/Observation?code:text=note', '200', { holds: isOf('west') });
  await sample.ask('a record of West looks like a missing one to East', east, 'GET', '/east/fhir/Observation/obs-west', '404 not-found-or-withheld');
  await sample.ask('and so does one that is missing', east, 'GET', '/east/fhir/Observation/no-such', '404 not-found-or-withheld');
  await sample.ask("East's client on West's route", east, 'GET', '/west/fhir/Observation/obs-west', '403 wrong-tenant');
  await sample.ask('what East writes gets its tag', east, 'POST', '/east/fhir/Observation', '201', {
    body: { resourceType: 'Observation', status: 'final', code: { text: 'note' }, subject: { reference: 'Patient/pat-east' }, valueString: 'new' },
    holds: (written) => written.meta.tag.some(({ code }) => code === 'east'),
  });
});
