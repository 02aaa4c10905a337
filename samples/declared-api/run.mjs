// A laboratory system that does not speak FHIR, under the same policy. See README.md beside this file.
import { Sample } from '../lib/sample.mjs';

await Sample.run(import.meta.url, async (sample) => {
  sample.write('backend.authorization', 'Bearer secret-of-the-backend');
  await sample.peer('results.mjs', '--port', `${sample.backendPort}`, '--authorization', 'Bearer secret-of-the-backend');
  sample.writeKeys();
  await sample.gateway();
  await sample.fill({ 'acme-orders': ['p1', 'p2'] });

  const token = sample.token('acme-lab-connector', sample.data);
  await sample.ask('imaging, restricted and labelled results stay; so does the name that the backend sends along', token, 'GET', '/lab/v1/patients/p1/results', '200', {
    holds: ({ results, total, patientName }) => results.map(({ id }) => id).join() === 'r1,r7' && total === 2 && patientName === undefined,
  });
  await sample.ask('one result of a patient on the roster', token, 'GET', '/lab/v1/results/r1', '200', { holds: ({ id }) => id === 'r1' });
  await sample.ask('a patient who is not on the roster looks like one whom nobody knows', token, 'GET', '/lab/v1/patients/p3/results', '404 not-found-or-withheld');
  await sample.ask('the result of such a patient looks like a missing one', token, 'GET', '/lab/v1/results/r6', '404 not-found-or-withheld');
  await sample.ask('what the table does not declare is not there', token, 'GET', '/lab/v1/wards', '404 no-route');
  await sample.ask('nor is a parameter that it does not name', token, 'GET', '/lab/v1/patients/p1/results?expand=patient', '400 unknown-parameter');
});
