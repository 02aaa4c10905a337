using PhiGateway.Fhir.Answers;

namespace PhiGateway.Gateway.Lookups;

/// <summary>Remembers where a page that the gateway reads for itself goes on; for one page.</summary>
internal sealed class NextLink : ILinkSealer
{
    /// <summary>As the upstream wrote it; null: nowhere.</summary>
    public string? Url { get; private set; }

    /// <inheritdoc/>
    public string? Seal(string relation, string upstreamUrl)
    {
        Url = relation == "next" ? upstreamUrl : Url;
        return null;
    }
}
