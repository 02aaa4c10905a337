namespace PhiGateway.Fhir.Answers;

/// <summary>Turns the upstream's paging links into handles of the gateway; given by the host, called while an answer is filtered.</summary>
public interface ILinkSealer
{
    /// <summary>The URL that the client is given for a link; null drops the link.</summary>
    /// <param name="relation"><c>next</c>, <c>previous</c>, <c>prev</c>, <c>first</c> or <c>last</c>. Security: <c>last</c> betrays how
    /// much there is. <c>self</c> and <c>location</c> are only told of, where they lead elsewhere: what names the server otherwise.</param>
    /// <param name="upstreamUrl">The link as the upstream wrote it; PHI.</param>
    string? Seal(string relation, string upstreamUrl);

    /// <summary>
    /// The URL of the page that follows on the matches of this one, where not all that the upstream gave fitted on it; null: there is none.
    /// </summary>
    /// <param name="from">Matches of the upstream's page that belong to this page.</param>
    /// <param name="size">Matches per page.</param>
    string? SealRest(int from, int size) => null;
}
