namespace PhiGateway.Fhir;

/// <summary>What the language layer must know of one route: which absolute references are our own, and how large things may be. Immutable.</summary>
public sealed record FhirContext
{
    /// <summary>The base that clients use, absolute, without trailing slash: <c>https://gw.hospital.example/fhir</c>.</summary>
    public required string GatewayBase { get; init; }

    /// <summary>Bases of the upstream, absolute, without trailing slash; a reference below one of them is a local reference.</summary>
    public required IReadOnlyList<string> UpstreamBases { get; init; }

    /// <summary>Deepest JSON nesting that is read; default 64.</summary>
    public int MaxDepth { get; init; } = 64;

    /// <summary>Most entries in a batch or transaction; default 200.</summary>
    public int MaxBundleEntries { get; init; } = 200;

    /// <summary>Most parameters in query and form together; default 100.</summary>
    public int MaxParameters { get; init; } = 100;
}
