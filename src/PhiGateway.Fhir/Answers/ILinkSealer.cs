namespace PhiGateway.Fhir.Answers;

/// <summary>Turns the upstream's paging links into handles of the gateway; given by the host, called while a Bundle is filtered.</summary>
public interface ILinkSealer
{
    /// <summary>The URL that the client is given for a link; null drops the link.</summary>
    /// <param name="relation"><c>next</c>, <c>previous</c>, <c>prev</c>, <c>first</c> or <c>last</c>. Security: <c>last</c> betrays how
    /// much there is.</param>
    /// <param name="upstreamUrl">The link as the upstream wrote it; PHI.</param>
    string? Seal(string relation, string upstreamUrl);
}
