// Shows what the admin API says of itself. Nothing is sent from here: calls are made with a key of one's own.
globalThis.SwaggerUIBundle({
  url: '/console/api/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  docExpansion: 'none',
  defaultModelsExpandDepth: 0,
  filter: true,
  queryConfigEnabled: false,
  supportedSubmitMethods: [],
  syntaxHighlight: { activated: false },
  tagsSorter: 'alpha',
  // No key is typed here.
  plugins: [() => ({ wrapComponents: { authorizeBtn: () => () => null, authorizeOperationBtn: () => () => null } })],
  validatorUrl: null,
});
