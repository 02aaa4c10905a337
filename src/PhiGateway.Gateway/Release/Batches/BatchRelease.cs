using System.Globalization;
using Microsoft.AspNetCore.Http;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Forward;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Gateway.Release.Leaving;
using PhiGateway.Gateway.Settle;
using PhiGateway.Gateway.Trail;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Batches;

/// <summary>
/// Answers a batch: each entry forwarded by itself, judged under its own permit, recorded by itself; one answer when all of it is on
/// record.
/// </summary>
/// <remarks>An entry that was refused is never forwarded; what became of one entry changes nothing for another.</remarks>
internal sealed class BatchRelease(
    SettleStage settle,
    ForwardStage forward,
    AnswerJudge judge,
    StillOpen still,
    CreatedPlace created,
    VersionConflict conflicts,
    Exit exit,
    AuditTrail trail,
    GatewayOptions options
)
{
    /// <summary>Room that an entry without a resource takes at most.</summary>
    private const int WithoutResource = 2048;

    /// <summary>Settles, forwards and judges each entry, and lets the whole out.</summary>
    public async ValueTask<StageResult> ReleaseAsync(GatewayExchange exchange)
    {
        // 1. Entry by entry, in their order.
        using var output = judge.NewBuffer(exchange);
        using var writer = new BatchWriter(output);
        var records = new List<Task<bool>>(exchange.Entries.Count + 1);
        var answered = new List<GatewayExchange>();
        try
        {
            var result = await AnswerEntriesAsync(exchange, output, writer, records, answered);
            if (!result.Continues)
            {
                await EndAsync(records);
                return result;
            }
        }
        catch
        {
            await EndAsync(records);
            throw;
        }

        // 2. Out, when every entry and the whole are on record.
        var answer = new OutgoingAnswer(StatusCodes.Status200OK, output.Written, KnownMediaTypes.FhirJsonUtf8) { IsChanged = true };
        return await exit.LetOutAsync(exchange, answer, records, answered);
    }

    private async ValueTask<StageResult> AnswerEntriesAsync(
        GatewayExchange exchange,
        PooledBuffer output,
        BatchWriter writer,
        List<Task<bool>> records,
        List<GatewayExchange> answered
    )
    {
        var wait = 0;
        foreach (var entry in exchange.Entries)
        {
            var decided = entry.Decided.Result;
            var result = decided.Continues ? await TryAnswerAsync(entry, exchange, output, writer, records) : decided;
            if (result.IsRefused(out var reason))
            {
                if (reason == DenyReason.AuditUnavailable || reason == DenyReason.AuditForked)
                {
                    return result;
                }

                if (trail.FindExceeded(entry, reason) is { } full)
                {
                    // The entry's refusal is written before it is on record: both say the same.
                    (result, reason) = (StageResult.Refuse(DenyReason.QuotaExceeded, full), DenyReason.QuotaExceeded);
                }

                wait = Math.Max(wait, reason == DenyReason.UpstreamBusy ? entry.UpstreamWait ?? 1 : 0);
                records.Add(RefuseAsync(entry, reason, result.Detail));
                writer.WriteRefusal(entry, reason, result.Status);
            }
            else
            {
                answered.Add(entry);
            }

            entry.LetGo();
        }

        writer.End();

        if (wait > 0)
        {
            // Of the entries that found the upstream busy: when to ask for them again.
            exchange.Http.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        }

        return StageResult.Continue;
    }

    // The records under way are of answers that leave no more; whoever ends the batch lets go of them, and not before they stand.
    private static async Task EndAsync(List<Task<bool>> records)
    {
        Task all = Task.WhenAll(records);
        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // What finds no room is refused by itself; what changes something was sent by then, and its outcome is recorded as for any refusal.
    private async ValueTask<StageResult> TryAnswerAsync(
        GatewayExchange entry,
        GatewayExchange batch,
        PooledBuffer output,
        BatchWriter writer,
        List<Task<bool>> records
    )
    {
        try
        {
            return await AnswerAsync(entry, batch, output, writer, records);
        }
        catch (MemoryExhaustedException full)
        {
            return StageResult.Refuse(full.Reason, MemoryExhaustedException.Budget);
        }
    }

    private async ValueTask<StageResult> AnswerAsync(
        GatewayExchange entry,
        GatewayExchange batch,
        PooledBuffer output,
        BatchWriter writer,
        List<Task<bool>> records
    )
    {
        // Its turn comes late: it is decided by what holds now.
        var open = still.Reopen(entry);
        if (!open.Continues)
        {
            return open;
        }

        var sent = await settle.RunAsync(entry);
        sent = sent.Continues ? await forward.RunAsync(entry) : sent;
        if (!sent.Continues)
        {
            return sent;
        }

        // Each answer is that of its own call: there is nothing to match up.
        using var answer = entry.Forwarded.Answer;
        var meant = AnswerStatus.Read(answer.Status, entry);
        if (!meant.Continues)
        {
            return await conflicts.IsMetAsync(entry, answer.Status) ? VersionConflict.Refusal : meant.Result;
        }

        var meaning = meant.Value;

        using var body = judge.NewBuffer(entry);
        using var filtered = judge.NewBuffer(entry);
        var read = await AnswerJudge.ReadAsync(entry, body);
        StageResult<ReadOnlyMemory<byte>> judged = read.Continues ? await judge.JudgeAsync(entry, meaning, body, filtered) : read;
        if (!judged.Continues && UnreadEcho.Is(entry, judged.Result, body, created))
        {
            judged = UnreadEcho.Take(entry);
        }

        if (!judged.Continues)
        {
            return meaning.Instead(judged.Result);
        }

        var asked = exit.Ask(entry);
        if (!asked.Continues)
        {
            return asked;
        }

        var (status, bytes) = AnswerHeaders.IsKnownToClient(entry)
            ? (StatusCodes.Status304NotModified, ReadOnlyMemory<byte>.Empty)
            : (meaning.Status, judged.Value);
        var fits = output.Length + (long)bytes.Length + ((long)WithoutResource * batch.Entries.Count) <= options.Limits.MaxAnswer;
        if (!fits && !entry.IntentRecorded)
        {
            return StageResult.Refuse(DenyReason.AnswerTooLarge, "batch");
        }

        var location = created.Find(entry, answer, meaning.Status);

        // Room first: what is on record as let out is written, and what is begun is ended.
        writer.MakeRoom(fits ? bytes.Length : 0);
        if (entry.IntentRecorded)
        {
            // What came of a write is on record before anything else is done.
            var recorded = await exit.RecordAsync(entry, status, bytes.Length);
            if (!recorded.Continues)
            {
                return recorded;
            }
        }
        else
        {
            records.Add(IsRecordedAsync(exit.RecordAsync(entry, status, bytes.Length)));
        }

        writer.WriteAnswer(entry, answer, location, fits ? bytes : default);
        return StageResult.Continue;
    }

    private async Task<bool> RefuseAsync(GatewayExchange entry, DenyReason reason, string? detail) =>
        await trail.RecordRefusalAsync(entry, reason, detail) == reason;

    private static async Task<bool> IsRecordedAsync(ValueTask<StageResult> recording) => (await recording).Continues;
}
