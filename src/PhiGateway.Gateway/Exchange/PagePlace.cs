namespace PhiGateway.Gateway.Exchange;

/// <summary>Where a client's page begins: a page of the upstream, and how many of its matches to pass over.</summary>
/// <param name="Place">A page of the upstream: path and query below its base; empty: the first page of the original request, asked
/// anew.</param>
/// <param name="From">How many of its matches come before.</param>
internal sealed record PagePlace(string Place, int From);
