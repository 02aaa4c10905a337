namespace PhiGateway.Fhir.Requests;

/// <summary>The request headers that carry meaning in FHIR; null where absent. Each was sent at most once, but for lists.</summary>
public readonly record struct FhirHeaders
{
    public string? ContentType { get; init; }

    public string? Accept { get; init; }

    public string? Prefer { get; init; }

    public string? IfMatch { get; init; }

    public string? IfNoneMatch { get; init; }

    public string? IfModifiedSince { get; init; }

    public string? IfNoneExist { get; init; }

    /// <summary>A Provenance of what is written, as <c>X-Provenance</c> carries it.</summary>
    public string? Provenance { get; init; }

    /// <summary>Whose the content of a Binary is, as <c>X-Security-Context</c> says it.</summary>
    public string? SecurityContext { get; init; }
}
