using System.Text.Json.Nodes;

namespace PhiGateway.Admin.Decisions;

/// <summary>A request to be decided without being made; the shape of the decision cases. PHI when it names a patient.</summary>
/// <param name="Caller">Who would call; required.</param>
/// <param name="Request">Method and target, such as <c>GET /fhir/Observation?patient=17</c>; required.</param>
/// <param name="Resource">Body of a write.</param>
/// <param name="ContentType">Media type of the body; default <c>application/fhir+json</c>.</param>
/// <param name="Base">FHIR base of the route; default <c>/fhir</c>.</param>
/// <param name="Tenant">Tenant of the route; default: the client's first.</param>
/// <param name="Environment">Environment of the route; default: the client's.</param>
/// <param name="Peer">Address from which the call would come.</param>
/// <param name="At">When; default now.</param>
/// <param name="Justification">Why, for emergency purposes.</param>
/// <param name="Tool">The tool by which an agent would ask; absent: by none.</param>
public sealed record ExplainRequest(
    ExplainCaller? Caller = null,
    string? Request = null,
    JsonObject? Resource = null,
    string? ContentType = null,
    string? Base = null,
    string? Tenant = null,
    string? Environment = null,
    string? Peer = null,
    DateTimeOffset? At = null,
    string? Justification = null,
    string? Tool = null
);

/// <summary>The token that would be shown.</summary>
/// <param name="Client">Registered client id; its first credential counts. Or give issuer and client_id.</param>
/// <param name="Issuer">Name of the issuer.</param>
/// <param name="ClientId">Client id at the issuer.</param>
/// <param name="Scopes">Scope of the token; absent: scopes are not judged.</param>
/// <param name="Purpose">Purposes asserted, separated by blanks.</param>
/// <param name="Patient">Launch context.</param>
/// <param name="Tenant">Tenant that the token names.</param>
/// <param name="Binding">none (the default), mtls or dpop.</param>
/// <param name="Lifetime">Lifetime of the token in seconds; absent: it is not judged.</param>
/// <param name="IssuedAt">When the token was issued; absent: its age is not judged.</param>
/// <param name="Actors">Actors of a delegation, outermost first.</param>
/// <param name="Acr">Class of the sign-in that the token names.</param>
/// <param name="AuthTime">When the person signed in; absent: the token does not say.</param>
/// <param name="Subject">Whom the token is about; absent: the client itself.</param>
public sealed record ExplainCaller(
    string? Client = null,
    string? Issuer = null,
    string? ClientId = null,
    string? Scopes = null,
    string? Purpose = null,
    string? Patient = null,
    string? Tenant = null,
    string? Binding = null,
    int? Lifetime = null,
    DateTimeOffset? IssuedAt = null,
    IReadOnlyList<string>? Actors = null,
    string? Acr = null,
    DateTimeOffset? AuthTime = null,
    string? Subject = null
);
