// How a step of a client's journey is run and reported.
const steps = [];

/** Runs one step; a refusal is an outcome like any other. */
async function step(name, action) {
  try {
    steps.push({ name, ok: true, ...(await action()) });
  } catch (error) {
    const response = error.response ?? error;
    const outcome = response.data ?? error.body ?? undefined;
    steps.push({ name, ok: false, status: response.status ?? error.status ?? error.statusCode ?? null, code: outcome?.issue?.[0]?.details?.coding?.[0]?.code ?? null });
  }
}

/** What came back, without the values: types and ids. */
const summary = (resource) => (resource.resourceType === 'Bundle'
  ? { type: 'Bundle', total: resource.total ?? null, entries: (resource.entry ?? []).map((entry) => `${entry.resource?.resourceType}/${entry.resource?.id}`) }
  : { type: resource.resourceType, id: resource.id ?? null });

const report = (more = {}) => console.log(JSON.stringify({ ...more, steps }));

export { report, step, summary };
