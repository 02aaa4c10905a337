using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Handles;

/// <summary>A request that came with a handle of ours: what was asked, and what it continues.</summary>
/// <param name="Asked">The request as it came, with the handle; for the record and for what kind of answer is due.</param>
/// <param name="Original">What the handle continues; decided anew.</param>
/// <param name="Upstream">Path and query below the upstream's base.</param>
internal sealed record Continuation(FhirRequest Asked, OriginalRequest Original, string Upstream)
{
    private static readonly KeyValuePair<string, string>[] Json = [KeyValuePair.Create("Accept", "application/fhir+json, application/json;q=0.9")];
    private static readonly KeyValuePair<string, string>[] Ndjson = [KeyValuePair.Create("Accept", "application/fhir+ndjson")];

    /// <summary>The call that goes upstream: the place that the upstream itself named, nothing of the client's.</summary>
    public UpstreamCall ToCall() =>
        new(Asked.Interaction == Interaction.ExportCancel ? "DELETE" : "GET", Upstream, null, default, Asked.Interaction == Interaction.ExportFile ? Ndjson : Json);
}
