using System.Collections.Concurrent;
using System.Globalization;
using PhiGateway.Audit.Journal;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Admit;

/// <summary>Is there room: rate and concurrency of the client, space in the journal?</summary>
internal sealed class AdmitStage(GatewayOptions options, IAuditJournal journal, TimeProvider clock) : IStage
{
    private readonly long _started = clock.GetTimestamp();
    private readonly ConcurrentDictionary<string, ClientGate> _gates = new(StringComparer.Ordinal);

    public string Name => "Admit";

    public ValueTask<StageResult> RunAsync(GatewayExchange exchange) => new(Admit(exchange));

    private StageResult Admit(GatewayExchange exchange)
    {
        if (exchange.Client is not { } entry)
        {
            // Only the public discovery documents come here without a client; they are counted, not recorded.
            return StageResult.Continue;
        }

        switch (journal.Status)
        {
            case JournalStatus.Open or JournalStatus.NearlyFull:
                break;
            case JournalStatus.Forked:
                return StageResult.Refuse(DenyReason.AuditForked);
            default:
                return StageResult.Refuse(DenyReason.AuditUnavailable);
        }

        var limits = entry.Client.Limits;
        var gate = _gates.GetOrAdd(entry.Client.Id, static _ => new ClientGate());
        exchange.Ticket = gate.Enter(limits.Concurrency ?? options.Limits.Concurrency);
        if (exchange.Ticket is null)
        {
            return StageResult.Refuse(DenyReason.ConcurrencyLimited);
        }

        var wait = gate.Conform(
            limits.RequestsPerSecond ?? options.Limits.RequestsPerSecond,
            clock.GetElapsedTime(_started),
            CostOf(exchange)
        );
        if (wait > TimeSpan.Zero)
        {
            exchange.Http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return StageResult.Refuse(DenyReason.RateLimited);
        }

        return StageResult.Continue;
    }

    // The entries of a batch go upstream one by one, so they count one by one; those that were refused do not go.
    private static int CostOf(GatewayExchange exchange)
    {
        if (exchange.Request!.Interaction != Interaction.Batch)
        {
            return 1;
        }

        var permitted = 0;
        foreach (var entry in exchange.Entries)
        {
            permitted += entry.Decided.IsRefused(out _) ? 0 : 1;
        }

        return Math.Max(permitted, 1);
    }
}
