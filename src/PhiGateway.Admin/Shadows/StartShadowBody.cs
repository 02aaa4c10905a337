using System.Text.Json;

namespace PhiGateway.Admin.Shadows;

/// <summary>Body that starts a shadow.</summary>
/// <param name="UseCase">The use case; required.</param>
/// <param name="Until">When it ends; required.</param>
/// <param name="Reason">Why, in words without patient data; required.</param>
/// <param name="Candidate">The use case as it would be, in the form of a registry file (YAML or JSON); this or the grants.</param>
/// <param name="Grants">The grants as they would be, in the form of a use case, everything else as it is; this or the candidate.</param>
/// <param name="OneIn">One of how many records is judged, 1 to 1000; absent: each.</param>
public sealed record StartShadowBody(
    string? UseCase = null,
    DateTimeOffset? Until = null,
    string? Reason = null,
    string? Candidate = null,
    JsonElement? Grants = null,
    int? OneIn = null
);
