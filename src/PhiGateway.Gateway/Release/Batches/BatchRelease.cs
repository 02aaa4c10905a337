using System.Buffers;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Following;
using PhiGateway.Gateway.Forward;
using PhiGateway.Gateway.Release.Leaving;
using PhiGateway.Gateway.Trail;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Batches;

/// <summary>
/// Answers a batch: each entry forwarded by itself, judged under its own permit, recorded by itself; one answer when all of it is on
/// record.
/// </summary>
/// <remarks>An entry that was refused is never forwarded; what became of one entry changes nothing for another.</remarks>
internal sealed class BatchRelease(
    ForwardStage forward,
    AnswerJudge judge,
    AuditTrail trail,
    SnapshotHolder snapshots,
    GatewayOptions options
)
{
    /// <summary>Room that an entry without a resource takes at most.</summary>
    private const int WithoutResource = 2048;

    /// <summary>Forwards, judges, records and writes.</summary>
    public async ValueTask<StageResult> ReleaseAsync(GatewayExchange exchange)
    {
        // 1. Entry by entry, in their order.
        using var output = judge.NewBuffer();
        using var writer = new BatchWriter(output);
        var records = new List<Task<bool>>(exchange.Entries.Count + 1);
        foreach (var entry in exchange.Entries)
        {
            var result = entry.Decided.IsRefused(out _) ? entry.Decided : await AnswerAsync(entry, exchange, output, writer, records);
            if (result.IsRefused(out var reason))
            {
                if (reason == DenyReason.AuditUnavailable)
                {
                    return result;
                }

                // The records wait for one flush together; none of the bytes goes before it.
                records.Add(RefuseAsync(entry, reason, result.Detail));
                writer.WriteRefusal(entry, reason);
            }
        }

        writer.End();

        // 2. Revoked meanwhile: nothing of it goes.
        if (ReleaseChecks.FindRevocation(exchange, snapshots) is { } revoked)
        {
            await Task.WhenAll(records);
            return StageResult.Refuse(revoked, "while-answering");
        }

        // 3. On record, durably, every entry and the whole; then the bytes.
        exchange.Status = 200;
        exchange.BytesOut = output.Length;
        records.Add(IsRecordedAsync(trail.RecordBatchAsync(exchange)));
        if (Array.IndexOf(await Task.WhenAll(records), false) >= 0)
        {
            return StageResult.Refuse(DenyReason.AuditUnavailable);
        }

        AnswerHeaders.WriteOwn(exchange, "application/fhir+json; charset=utf-8", output.Length);
        exchange.Http.Response.Headers["X-Intermediary"] = exchange.Http.Request.Host.Host;
        await exchange.Http.Response.Body.WriteAsync(output.Written, exchange.Http.RequestAborted);
        exchange.Delivered = true;
        return StageResult.Continue;
    }

    private async ValueTask<StageResult> AnswerAsync(
        GatewayExchange entry,
        GatewayExchange batch,
        PooledBuffer output,
        BatchWriter writer,
        List<Task<bool>> records
    )
    {
        entry.Ticket = batch.Ticket;
        if (ReleaseChecks.FindRevocation(entry, snapshots) is { } revoked)
        {
            return StageResult.Refuse(revoked, "while-answering");
        }

        var sent = await forward.RunAsync(entry);
        if (sent.IsRefused(out _))
        {
            return sent;
        }

        // Each answer is that of its own call: there is nothing to match up.
        using var answer = entry.Answer!;
        var meaning = AnswerStatus.Read(answer.Status, entry.Request!);
        if (meaning.Refusal is { } refusal)
        {
            entry.RefusalStatus = meaning.Status;
            return StageResult.Refuse(refusal, $"upstream-{answer.Status}");
        }

        using var body = judge.NewBuffer();
        using var filtered = judge.NewBuffer();
        var read = await AnswerJudge.ReadAsync(entry, body);
        var (judged, bytes) = read.IsRefused(out _) ? (read, default) : await judge.JudgeAsync(entry, meaning, body, filtered);
        if (judged.IsRefused(out _))
        {
            return judged;
        }

        var fits = output.Length + (long)bytes.Length + ((long)WithoutResource * batch.Entries.Count) <= options.Limits.MaxAnswer;
        if (!fits && !entry.IntentRecorded)
        {
            return StageResult.Refuse(DenyReason.AnswerTooLarge, "batch");
        }

        entry.Status = meaning.Status;
        entry.BytesOut = bytes.Length;
        if (entry.IntentRecorded)
        {
            // What came of a write is on record before anything else is done.
            var recorded = await trail.RecordOutcomeAsync(entry);
            if (recorded.IsRefused(out _))
            {
                return recorded;
            }
        }
        else
        {
            records.Add(IsRecordedAsync(trail.RecordDisclosureAsync(entry)));
        }

        writer.WriteAnswer(entry, answer, fits ? bytes : default);
        return StageResult.Continue;
    }

    private async Task<bool> RefuseAsync(GatewayExchange entry, DenyReason reason, string? detail) =>
        await trail.RecordRefusalAsync(entry, reason, detail) == reason;

    private static async Task<bool> IsRecordedAsync(ValueTask<StageResult> recording) => !(await recording).IsRefused(out _);
}
