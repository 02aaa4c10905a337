using PhiGateway.Apis;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Context;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Exchange;

/// <summary>One YARP route as the gateway reads it: immutable, derived from the route's and cluster's metadata.</summary>
internal sealed record PhiRoute
{
    public required string RouteId { get; init; }

    /// <summary>The base as a path, without trailing slash.</summary>
    public required string Base { get; init; }

    /// <summary>Scheme and authority that clients use, without a slash at its end.</summary>
    public required string PublicOrigin { get; init; }

    /// <summary>Where clients find who issues tokens for it (RFC 9728 section 3.1): between host and base.</summary>
    public string ResourceMetadata => $"{PublicOrigin}/.well-known/oauth-protected-resource{Base}";

    public required string Tenant { get; init; }

    /// <summary>The tag of this tenant's records, where tenants share the backend; null: it is the tenant's own.</summary>
    public TokenValue? TenantTag { get; init; }

    public required string Environment { get; init; }

    /// <summary>What the upstream's Authorization header holds; null: the upstream asks for none.</summary>
    public BackendCredential? Credential { get; init; }

    /// <summary>What is shown to the upstream in the handshake; null: nothing.</summary>
    public UpstreamCertificate? Certificate { get; init; }

    /// <summary>Security: the client's own token goes upstream. Default false.</summary>
    public bool ForwardsClientToken { get; init; }

    /// <summary>Web origins whose apps a browser lets read the answers; empty by default.</summary>
    public IReadOnlySet<string> Origins { get; init; } = WebOrigins.None;

    /// <summary>How long the upstream may take to begin its answer, and to go on with it.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>What the upstream's self links must show of a narrowed search.</summary>
    public SelfLinkRule SelfLinks { get; init; }

    /// <summary>Bases where the upstream keeps the files of exports, beside its own; empty by default.</summary>
    public IReadOnlyList<string> Storage { get; init; } = [];

    /// <summary>Whether an update may create what is not there.</summary>
    public bool UpdateCreates { get; init; } = true;

    /// <summary>
    /// Security: whether the upstream may refuse content whose references point nowhere, so that what is named anew must be in its writer's
    /// sight.
    /// </summary>
    public bool ChecksReferences { get; init; } = true;

    /// <summary>What no written content may carry; null: nothing is looked for.</summary>
    public RoutingMarks? RoutingMarks { get; init; }

    /// <summary>Bases and limits; those of JSON hold for declared APIs too.</summary>
    public required FhirContext Language { get; init; }

    /// <summary>What may be asked, where it is not FHIR that is spoken; null: FHIR R4.</summary>
    public ApiTable? Api { get; init; }
}
