// One node in front of one FHIR server. See README.md beside this file.
import { Sample } from '../lib/sample.mjs';

await Sample.run(import.meta.url, async (sample) => {
  sample.write('backend.authorization', 'Bearer secret-of-the-backend');
  await sample.peer('fhir.mjs', '--port', `${sample.backendPort}`, '--authorization', 'Bearer secret-of-the-backend');
  sample.writeKeys();
  await sample.gateway();
  await sample.fill({ 'acme-orders': ['f001', 'example'] });

  const token = sample.token('acme-lab-connector', `${sample.data}/fhir`);
  const read = await sample.ask('its own use: laboratory results of a patient on the roster', token, 'GET', '/fhir/Observation?patient=example&category=laboratory', '200', {
    holds: (bundle) => bundle.entry.length > 0 && bundle.entry.every(({ resource }) => resource.subject.reference === 'Patient/example'),
  });
  await sample.ask('three elements were granted, and no more leave', token, 'GET', '/fhir/Patient/f001', '200', {
    holds: (patient) => patient.birthDate !== undefined && patient.telecom === undefined && patient.address === undefined,
  });
  await sample.ask('the same token, outside its use', token, 'GET', '/fhir/Condition?patient=example', '403 outside-use-case');
  await sample.ask('a patient who is not on the roster', token, 'GET', '/fhir/Observation?patient=vip', '403 outside-roster');
  await sample.ask('a restricted record looks like a missing one', token, 'GET', '/fhir/Observation/example-hiv', '404 not-found-or-withheld');
  await sample.ask('nobody', undefined, 'GET', '/fhir/Patient/f001', '401 no-credential');

  const records = await sample.trail(read.decision);
  console.log(`trail of ${read.decision}: ${records.map(({ kind, decision, client }) => `${kind} ${decision} ${client ?? ''}`.trim()).join(', ')}`);

  await sample.manage('mary', 'POST', 'revocations', { target: 'client', value: 'acme-lab-connector', reason: 'the sample ends' });
  let code;
  do {
    code = (await (await fetch(`${sample.data}/fhir/Patient/f001`, { headers: { authorization: `Bearer ${token}` } })).json()).issue?.[0]?.details?.coding?.[0]?.code;
  } while (code === undefined);
  await sample.ask('revoked a moment ago: the token would be good for minutes yet', token, 'GET', '/fhir/Patient/f001', '403 revoked');
});
