using System.Globalization;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Decide;

/// <summary>
/// Decides the entries of a bundle: a batch refuses entry by entry, a transaction as a whole for its first refused entry.
/// </summary>
internal static class BundleDecision
{
    private static readonly Permit BatchPermit = new("batch", [], ReleasePolicy.Nothing);

    /// <summary>Continues unless the caller's path is closed; what became of each entry stands on its own shelf.</summary>
    public static StageResult<Decided> DecideBatch(GatewayExchange exchange, TimeProvider clock)
    {
        if (FindClosedDoor(exchange) is { } closed)
        {
            return closed;
        }

        var entries = Open(exchange, exchange.Request, clock);
        foreach (var entry in entries)
        {
            entry.RefusedPlace = entry.Request.Unread?.Place;
            var decided = entry.Request.Unread is { } unread
                ? StageResult.Refuse(unread.Reason, unread.Detail)
                : EarlyDecision.Decide(entry);
            entry.Fill(decided.Continues ? decided.Value : new Decided(decided.Result, null, []));
        }

        // Nothing leaves under this permit: each entry has its own.
        return new Decided(StageResult.Continue, BatchPermit, entries);
    }

    /// <summary>Continues when no entry is refused.</summary>
    public static StageResult<Decided> DecideTransaction(GatewayExchange exchange, TimeProvider clock)
    {
        if (FindClosedDoor(exchange) is { } closed)
        {
            return closed;
        }

        var entries = Open(exchange, exchange.Request, clock);
        for (var i = 0; i < entries.Length; i++)
        {
            var decided = EarlyDecision.Decide(entries[i]);
            if (!decided.Continues)
            {
                return RefuseFor(exchange, i, decided.Result);
            }

            entries[i].Fill(decided.Value);
        }

        return new Decided(StageResult.Continue, null, entries);
    }

    /// <summary>Gives each entry of a bundle an exchange of its own.</summary>
    public static GatewayExchange[] Open(GatewayExchange exchange, FhirRequest bundle, TimeProvider clock)
    {
        var entries = new GatewayExchange[bundle.Entries.Count];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = exchange.OpenEntry(bundle.Entries[i], DecisionIds.New(clock.GetUtcNow()));
        }

        return entries;
    }

    /// <summary>The place in the transaction as it was asked of an entry of what goes upstream: some have nothing to do and do not.</summary>
    /// <param name="exchange">The transaction.</param>
    /// <param name="place">The place among those that go.</param>
    public static int PlaceAsAsked(GatewayExchange exchange, int place)
    {
        var asked = 0;
        for (var left = place; exchange.Idle.Contains(asked) || left > 0; asked++)
        {
            left -= exchange.Idle.Contains(asked) ? 0 : 1;
        }

        return asked;
    }

    /// <summary>Refuses a whole transaction for one of its entries.</summary>
    public static StageResult RefuseFor(GatewayExchange exchange, int place, StageResult refused)
    {
        refused.IsRefused(out var reason);
        exchange.RefusedPlace = new RequestPlace(null, place);
        var where = string.Create(CultureInfo.InvariantCulture, $"entry[{place}]");
        return StageResult.Refuse(reason, refused.Detail is null ? where : $"{where} {refused.Detail}", refused.Status);
    }

    private static StageResult? FindClosedDoor(GatewayExchange exchange) =>
        PolicyDecisionPoint.FindClosedDoor(DecisionMaker.ToRequest(exchange, exchange.Request.Parts, exchange.Now), exchange.Snapshot)
            is { } deny
            ? StageResult.Refuse(deny.Reason, deny.Rule)
            : null;
}
