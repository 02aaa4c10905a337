using System.Globalization;
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

    /// <summary>Continues unless the caller's path is closed; what became of each entry stands beside it.</summary>
    public static StageResult DecideBatch(GatewayExchange exchange, TimeProvider clock)
    {
        if (FindClosedDoor(exchange) is { } closed)
        {
            return closed;
        }

        Open(exchange, clock);
        foreach (var entry in exchange.Entries)
        {
            entry.Decided = entry.Request!.Unread is { } unread
                ? StageResult.Refuse(unread.Reason, unread.Detail)
                : EarlyDecision.Decide(entry);
        }

        // Nothing leaves under this permit: each entry has its own.
        exchange.Permit = BatchPermit;
        return StageResult.Continue;
    }

    /// <summary>Continues when no entry is refused.</summary>
    public static StageResult DecideTransaction(GatewayExchange exchange, TimeProvider clock)
    {
        if (FindClosedDoor(exchange) is { } closed)
        {
            return closed;
        }

        Open(exchange, clock);
        for (var i = 0; i < exchange.Entries.Count; i++)
        {
            var decided = EarlyDecision.Decide(exchange.Entries[i]);
            if (decided.IsRefused(out _))
            {
                return RefuseFor(exchange, i, decided);
            }
        }

        return StageResult.Continue;
    }

    /// <summary>Gives each entry of the exchange's present request an exchange of its own.</summary>
    public static void Open(GatewayExchange exchange, TimeProvider clock)
    {
        var entries = new GatewayExchange[exchange.Request!.Entries.Count];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = exchange.OpenEntry(exchange.Request.Entries[i], Guid.CreateVersion7(clock.GetUtcNow()));
        }

        exchange.Entries = entries;
    }

    /// <summary>Refuses a whole transaction for one of its entries.</summary>
    public static StageResult RefuseFor(GatewayExchange exchange, int place, StageResult refused)
    {
        refused.IsRefused(out var reason);
        exchange.RefusedEntry = place;
        exchange.RefusalStatus = exchange.Entries[place].RefusalStatus;
        var where = string.Create(CultureInfo.InvariantCulture, $"entry[{place}]");
        return StageResult.Refuse(reason, refused.Detail is null ? where : $"{where} {refused.Detail}");
    }

    private static StageResult? FindClosedDoor(GatewayExchange exchange) =>
        PolicyDecisionPoint.FindClosedDoor(DecisionMaker.ToRequest(exchange, exchange.Request!.Parts), exchange.Snapshot) is { } deny
            ? StageResult.Refuse(deny.Reason, deny.Rule)
            : null;
}
