using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Trail;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Forward;

/// <summary>
/// Fulfils <see cref="NotifyOwner"/>: writes a record of an emergency use before anything goes upstream, of which the control plane makes
/// an alert for the owner and the reviewer. Called by Forward.
/// </summary>
/// <remarks>Security: without that record the request does not go; an emergency that nobody would hear of is no permit.</remarks>
internal sealed class OwnerNotice(IAuditJournal journal, GatewayOptions options, TimeProvider clock)
{
    /// <summary>Continues when every emergency use of the request is on record, or there is none.</summary>
    public ValueTask<StageResult> GiveAsync(GatewayExchange exchange) =>
        exchange.IsEmergencyUse() ? RecordAsync(exchange) : new(StageResult.Continue);

    private async ValueTask<StageResult> RecordAsync(GatewayExchange exchange)
    {
        var now = clock.GetUtcNow();
        var record = RecordedRequest.Describe(exchange, AuditKind.Override, Guid.CreateVersion7(now), now, options.Environment);
        record.ParentId = exchange.Id;
        record.Event = EmergencyUse.Event;
        record.Actor = EmergencyUse.Actor;
        record.Decision = "permit";
        RecordedRequest.AddAsked(record, exchange);
        try
        {
            await journal.AppendAsync(record);
            return StageResult.Continue;
        }
        catch (JournalUnavailableException)
        {
            return StageResult.Refuse(DenyReason.AuditUnavailable);
        }
    }
}
