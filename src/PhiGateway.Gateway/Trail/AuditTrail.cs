using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Admit;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Following;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Trail;

/// <summary>
/// Writes the audit records of one request (disclosure, intent, outcome, refusal, delivery) from its exchange; each call returns once the
/// record is durable, or a refusal when it cannot be. Called by the way out, the Forward stage and the request runner, so that nothing
/// leaves, and nothing is changed upstream, before its record.
/// </summary>
internal sealed class AuditTrail(
    IAuditJournal journal,
    RefusalFold fold,
    DeliveryFold deliveries,
    LateOutcomes late,
    RefusalBrake brake,
    GatewayMetrics metrics,
    SnapshotHolder snapshots,
    GatewayOptions options,
    TimeProvider clock,
    ILogger<AuditTrail> log
)
{
    // What is larger than the server holds for one client may take its reader hours.
    private const int Large = 64 * 1024;

    private static readonly TimeSpan LongestFolded = TimeSpan.FromSeconds(5);

    /// <summary>Records what is about to be released; the bytes may go only when this continues.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<StageResult> RecordDisclosureAsync(GatewayExchange exchange)
    {
        if (await FindLateAsync(exchange) is { } stale)
        {
            return stale;
        }

        var record = Describe(exchange, AuditKind.Disclosure, exchange.Id);
        record.Decision = "permit";
        AddDisclosed(record, exchange.Disclosure, exchange.BytesOut);
        var place = await AppendAsync(record, AuditLanes.Of(record.Kind));
        if (place < 0)
        {
            return StageResult.Refuse(NotRecorded());
        }

        exchange.DisclosureRecorded = true;
        exchange.DisclosedAt = place;
        if (exchange.BytesOut > Large)
        {
            journal.HoldOpen(record, place);
        }

        return StageResult.Continue;
    }

    /// <summary>Records what one segment of a streaming answer is about to release; its bytes may go only when this continues.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="segment">What the segment lets out, and what was withheld before it.</param>
    /// <param name="bytes">Its length.</param>
    /// <param name="isFirst">The first record bears the decision's id, so that it is found by what the client was told; later ones name it
    /// as their parent.</param>
    public async ValueTask<StageResult> RecordSegmentAsync(GatewayExchange exchange, Disclosure segment, long bytes, bool isFirst)
    {
        if (await FindLateAsync(exchange) is { } stale)
        {
            return stale;
        }

        var record = Describe(exchange, AuditKind.Disclosure, isFirst ? exchange.Id : NewId());
        record.ParentId = isFirst ? Guid.Empty : exchange.Id;
        record.Decision = "permit";
        AddDisclosed(record, segment, bytes);
        var place = await AppendAsync(record, AuditLanes.Of(record.Kind));
        if (place < 0)
        {
            return StageResult.Refuse(NotRecorded());
        }

        journal.HoldOpen(record, place);
        exchange.DisclosureRecorded = true;
        return StageResult.Continue;
    }

    /// <summary>
    /// Records that the entries of a batch were decided one by one; each has a record of its own, which names this one as its parent.
    /// </summary>
    public async ValueTask<StageResult> RecordBatchAsync(GatewayExchange exchange)
    {
        var record = Describe(exchange, AuditKind.Decision, exchange.Id);
        record.Decision = "permit";
        record.Bytes = exchange.BytesOut;
        if (!await TryAppendAsync(record))
        {
            return StageResult.Refuse(NotRecorded());
        }

        exchange.DisclosureRecorded = true;
        return StageResult.Continue;
    }

    /// <summary>Records a write that is about to be forwarded.</summary>
    public async ValueTask<StageResult> RecordIntentAsync(GatewayExchange exchange)
    {
        if (await FindLateAsync(exchange) is { } stale)
        {
            return stale;
        }

        var record = Describe(exchange, AuditKind.Intent, exchange.Id);
        record.Decision = "permit";
        RecordedRequest.AddIntended(record, exchange);
        if (!await TryAppendAsync(record))
        {
            return StageResult.Refuse(NotRecorded());
        }

        exchange.IntentRecorded = true;
        return StageResult.Continue;
    }

    /// <summary>Records what came of a write; the answer may go only when this continues.</summary>
    public async ValueTask<StageResult> RecordOutcomeAsync(GatewayExchange exchange)
    {
        var record = Describe(exchange, AuditKind.Outcome, NewId());
        record.ParentId = exchange.Id;
        record.Decision = "permit";
        record.Outcome = WriteOutcome.Applied;
        AddDisclosed(record, exchange.Disclosure, exchange.BytesOut);
        if (!await TryAppendAsync(record))
        {
            // The client is told that its access could not be recorded; what became of the write is not lost with that.
            exchange.IntentRecorded = false;
            late.Keep(record);
            return StageResult.Refuse(NotRecorded());
        }

        exchange.IntentRecorded = false;
        exchange.DisclosureRecorded = true;
        return StageResult.Continue;
    }

    /// <summary>
    /// The name of the quota that a refusal would exceed, and which is told in its place; null: it may be told. Asked by
    /// <see cref="RecordRefusalAsync"/>, and before it by who writes a refusal down before it is on record.
    /// </summary>
    public string? FindExceeded(GatewayExchange exchange, DenyReason reason)
    {
        if (exchange.IntentRecorded || ProbedPatients.FindExceeded(exchange, reason) is not { } full)
        {
            return null;
        }

        // For who tries ids it is the refusal that it would have been.
        brake.Note(exchange, reason);
        return full;
    }

    /// <summary>Records a refusal, once; answers what the client may be told, which is 503 when it could not be recorded.</summary>
    /// <remarks>
    /// Of somebody unknown, and of a client that is held off for its rate, only so many are recorded one by one; further ones are counted.
    /// </remarks>
    public async ValueTask<DenyReason> RecordRefusalAsync(GatewayExchange exchange, DenyReason reason, string? detail)
    {
        var (isStranger, caller) = RefusalPayer.Of(exchange, reason, brake);
        if (!isStranger && caller is not null && reason.Status != StatusCodes.Status429TooManyRequests)
        {
            // It asked faster than it may, many at once: what was found out meanwhile it is not told, so that no record has to say it.
            (reason, detail) = (DenyReason.RateLimited, null);
            exchange.Http.Response.Headers.RetryAfter = "1";
        }

        if (!isStranger)
        {
            if (FindExceeded(exchange, reason) is { } full)
            {
                (reason, detail) = (DenyReason.QuotaExceeded, full);
            }
            else
            {
                brake.Note(exchange, reason);
            }
        }

        // What it is told is what was used up; a budget that it would have found used up counts no more.
        metrics.CountExhausted(reason, detail);

        exchange.Status = reason.Status;
        if (exchange.IntentRecorded)
        {
            return await RecordFailedWriteAsync(exchange, reason, detail);
        }

        if (caller is not null && !fold.Admits(caller))
        {
            fold.Count(reason, caller);
            return reason;
        }

        var record = Describe(exchange, AuditKind.Decision, exchange.DisclosureRecorded ? NewId() : exchange.Id);
        record.ParentId = exchange.DisclosureRecorded ? exchange.Id : RecordedRequest.ParentOf(exchange);
        // A fault is ours or the upstream's; everything below 500 is an answer that the client was denied.
        record.Decision = reason.Status >= 500 ? "error" : "deny";
        record.Reason = reason.Code;
        record.Rule = detail;
        RecordedRequest.AddAsked(record, exchange, RecordedRequest.MostListed);
        RecordedRequest.AddWithheld(record, exchange.Disclosure);
        if (isStranger)
        {
            RecordedRequest.Shorten(record);
        }

        if (await TryAppendAsync(record, isStranger ? AuditLane.Stranger : AuditLane.Ordinary))
        {
            return reason;
        }

        if (!isStranger || journal.Status is JournalStatus.Dead or JournalStatus.Closed)
        {
            return NotRecorded();
        }

        // The strangers' share of the room is used up: their refusals go on, counted.
        fold.Count(reason, caller!);
        return reason;
    }

    /// <summary>Counts a public document; nothing that anybody's record has to show was released.</summary>
    public void CountPublicDocument() => metrics.CountPublicDocument();

    private async ValueTask<DenyReason> RecordFailedWriteAsync(GatewayExchange exchange, DenyReason reason, string? detail)
    {
        var record = Describe(exchange, AuditKind.Outcome, NewId());
        record.ParentId = exchange.Id;
        record.Outcome = WriteOutcome.Of(exchange, reason);
        record.Decision = record.Outcome switch
        {
            WriteOutcome.Unknown => WriteOutcome.Unknown,
            _ => reason.Status >= 500 ? "error" : "deny",
        };
        record.Reason = reason.Code;
        record.Rule = detail;
        RecordedRequest.AddAsked(record, exchange);
        exchange.IntentRecorded = false;
        if (await TryAppendAsync(record))
        {
            return reason;
        }

        late.Keep(record);
        return NotRecorded();
    }

    /// <summary>Records that an answer was cut after it had begun.</summary>
    public async ValueTask RecordCutAsync(GatewayExchange exchange, DenyReason reason, string? detail)
    {
        metrics.CountExhausted(reason, detail);
        var record = Describe(exchange, AuditKind.Decision, NewId());
        record.ParentId = exchange.Id;
        record.Decision = "error";
        record.Reason = reason.Code;
        record.Rule = detail;
        await TryAppendAsync(record);
    }

    /// <summary>The client went away before an answer: an open intent still gets its outcome.</summary>
    public async ValueTask CloseAbandonedAsync(GatewayExchange exchange)
    {
        if (exchange.IntentRecorded)
        {
            await RecordRefusalAsync(exchange, DenyReason.Faulted, "client-gone");
        }

        await CloseEntriesAsync(exchange);
    }

    /// <summary>The batch ends before its answer: the open intent of an entry still gets its outcome.</summary>
    public async ValueTask CloseEntriesAsync(GatewayExchange exchange)
    {
        foreach (var entry in exchange.Entries)
        {
            if (entry.IntentRecorded)
            {
                await RecordRefusalAsync(entry, DenyReason.Faulted, "batch-ended");
            }
        }
    }

    /// <summary>Records, without anyone waiting, what became of a disclosure.</summary>
    public void RecordDelivery(GatewayExchange exchange)
    {
        if (!exchange.DisclosureRecorded)
        {
            // A batch that was refused after all: nothing of what its entries were to tell is leaving.
            if (exchange.Entries.Count > 0)
            {
                journal.LetGo(exchange.Id);
            }

            return;
        }

        // Of one record, whole and soon after it: one of many. What came late is not looked for among those of its time, and what is held
        // open may have been carried to another place meanwhile: its delivery names it.
        if (
            exchange is { Delivered: true, DisclosedAt: { } place, BytesOut: <= Large }
            && clock.GetUtcNow() - exchange.Now < LongestFolded
            && deliveries.TryAdd(place)
        )
        {
            return;
        }

        var record = new AuditRecord
        {
            Id = NewId(),
            ParentId = exchange.Id,
            Kind = AuditKind.Delivery,
            Event = "delivery",
            Time = clock.GetUtcNow(),
            Client = exchange.Known.Client?.Client.Id,
            Tenant = exchange.Known.Route?.Tenant,
            Status = exchange.Status,
            Bytes = exchange.BytesOut,
            Delivery = exchange.Delivered ? "handed-over" : "partial",
        };
        if (!journal.TryAppend(record))
        {
            GatewayLog.DeliveryDropped(log, exchange.Id);
        }
    }

    private AuditRecord Describe(GatewayExchange exchange, AuditKind kind, Guid id) =>
        RecordedRequest.DescribeBeyond(exchange, kind, id, id == exchange.Id ? exchange.Now : clock.GetUtcNow(), options.Environment);

    private void AddDisclosed(AuditRecord record, Disclosure disclosure, long bytes)
    {
        metrics.CountIncomplete(disclosure.Unread, disclosure.CannotFollow, disclosure.SaidIncomplete);
        RecordedRequest.AddDisclosed(record, disclosure, bytes);
    }

    // A node that was paused between the decision and this moment looks first; what it then learns decides.
    private async ValueTask<StageResult?> FindLateAsync(GatewayExchange exchange)
    {
        if (!snapshots.WasAway(options.Registry.MaxUnconfirmed))
        {
            return null;
        }

        await snapshots.LookAsync(options.Registry.MaxUnconfirmed, exchange.Http.RequestAborted);
        var now = snapshots.Current;
        if (ReferenceEquals(now, exchange.Snapshot) || exchange.Known is not { Caller: { } caller, Route: { } route })
        {
            return null;
        }

        return PolicyDecisionPoint.FindRevocation(caller, route.Tenant, now) is { } revoked
            ? StageResult.Refuse(revoked, "while-answering")
            : StageResult.Refuse(DenyReason.SnapshotTooOld, "node-was-away");
    }

    private DenyReason NotRecorded() => journal.Status == JournalStatus.Forked ? DenyReason.AuditForked : DenyReason.AuditUnavailable;

    private ValueTask<bool> TryAppendAsync(AuditRecord record) => TryAppendAsync(record, AuditLanes.Of(record.Kind));

    private async ValueTask<bool> TryAppendAsync(AuditRecord record, AuditLane lane) => await AppendAsync(record, lane) >= 0;

    // The record's place in the log; below zero when it was not taken.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<long> AppendAsync(AuditRecord record, AuditLane lane)
    {
        try
        {
            return (await journal.AppendAsync(record, lane)).Sequence;
        }
        catch (JournalUnavailableException refused)
        {
            GatewayLog.JournalRefused(log, record.Kind.ToString(), refused.Status.ToString());
            return -1;
        }
    }

    private Guid NewId() => DecisionIds.New(clock.GetUtcNow());
}
