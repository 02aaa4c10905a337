using System.Text.Json.Serialization;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Http;

/// <summary>The one shape of every error of the admin API: <c>application/problem+json</c> (RFC 9457).</summary>
public sealed record ProblemBody
{
    /// <summary>Stable URI of the kind of problem.</summary>
    [JsonPropertyName("type")]
    public required string Type { get; init; }

    /// <summary>What sort of problem, in a few words.</summary>
    [JsonPropertyName("title")]
    public required string Title { get; init; }

    /// <summary>The HTTP status, once more.</summary>
    [JsonPropertyName("status")]
    public required int Status { get; init; }

    /// <summary>What is wrong with this call, without patient data.</summary>
    [JsonPropertyName("detail")]
    public string? Detail { get; init; }

    /// <summary>Stable kebab-case code; scripts look at this.</summary>
    [JsonPropertyName("code")]
    public required string Code { get; init; }

    /// <summary>Id of this call in the audit trail.</summary>
    [JsonPropertyName("request_id")]
    public required string RequestId { get; init; }

    /// <summary>Findings with their place; absent where there is no place to point at.</summary>
    [JsonPropertyName("errors")]
    public IReadOnlyList<ProblemPointer>? Errors { get; init; }
}
