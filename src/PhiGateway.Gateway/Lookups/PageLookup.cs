using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Looks up what the records on one page are judged by beside themselves; asked by the walks over pages before they judge one.
/// </summary>
internal sealed class PageLookup(ReferrerLookup referrers, HopLookup hops, TargetLookup targets)
{
    /// <summary>Looks up what is needed and not known yet; a refusal where it must be known and cannot be had now.</summary>
    /// <param name="exchange">The client's request; its permit judges.</param>
    /// <param name="search">What was asked.</param>
    /// <param name="page">A Bundle, whole.</param>
    /// <param name="sources">Receives what was found.</param>
    public async ValueTask<StageResult> FindAsync(
        GatewayExchange exchange,
        FhirRequest search,
        ReadOnlyMemory<byte> page,
        PageSources sources
    )
    {
        await targets.FindIfMetAsync(exchange, page, exchange.Permit.Release, sources.Targets);
        await referrers.FindIfMetAsync(exchange, search, page, sources.Files);
        return await hops.FindIfMetAsync(exchange, search, exchange.Permit.Release, page, sources.Hops);
    }
}
