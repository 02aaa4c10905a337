using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Trail;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Leaving;

/// <summary>
/// The one door: takes judged answers, asks the last questions, puts what leaves on record, durably, and only then writes it. Called by
/// every kind of release; nothing else writes an answer that is not a refusal.
/// </summary>
internal sealed class Exit(StillOpen still, AuditTrail trail, ReaderPace pace)
{
    // As much as the server holds for one client.
    private const int Piece = 64 * 1024;

    /// <summary>Lets a whole answer out.</summary>
    /// <returns>A refusal when nothing of it left.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<StageResult> LetOutAsync(GatewayExchange exchange, OutgoingAnswer answer)
    {
        var asked = Ask(exchange);
        if (asked.Continues && exchange.Kind != RequestKind.PublicDocument)
        {
            asked = TakeBytes(exchange, answer.Body.Length, exchange.IntentRecorded);
        }

        if (!asked.Continues)
        {
            return asked;
        }

        var recorded = await RecordAsync(exchange, answer.Status, answer.Body.Length);
        if (!recorded.Continues)
        {
            return recorded;
        }

        return await WriteAsync(exchange, answer);
    }

    /// <summary>Lets a piece of an answer out, while the rest is still to come.</summary>
    /// <returns>A refusal when nothing of the piece left.</returns>
    /// <exception cref="OperationCanceledException">The answer was ended.</exception>
    public async ValueTask<StageResult> LetOutAsync(GatewayExchange exchange, AnswerSegment segment, CancellationToken cancellation)
    {
        // The whole question again, as things stand now: what began under a permit goes on only while there is one.
        var open = segment.Running.Ask(segment.Disclosure);
        if (!open.Continues)
        {
            return open;
        }

        var asked = ReleaseChecks.Ask(exchange, segment.Disclosure, segment.Before);
        if (asked.Continues)
        {
            asked = DayBudget.Bytes.Take(exchange, segment.Bytes.Length);
        }

        if (!asked.Continues)
        {
            return asked;
        }

        var recorded = await trail.RecordSegmentAsync(exchange, segment.Disclosure, segment.Bytes.Length, segment.IsFirst);
        if (!recorded.Continues)
        {
            return recorded;
        }

        cancellation.ThrowIfCancellationRequested();
        if (!segment.Bytes.IsEmpty)
        {
            BeginStream(exchange, segment.ContentType);
            var sent = await SendAsync(exchange, segment.Bytes, cancellation);
            if (!sent.Continues)
            {
                return sent;
            }

            exchange.BytesOut += segment.Bytes.Length;
        }

        return StageResult.Continue;
    }

    /// <summary>After the last piece of an answer, which may have had none.</summary>
    /// <returns>A refusal when its client takes nothing.</returns>
    public async ValueTask<StageResult> EndStreamAsync(GatewayExchange exchange, string contentType)
    {
        BeginStream(exchange, contentType);
        var sent = await FlushAsync(exchange);
        exchange.Delivered = sent.Continues;
        return sent;
    }

    /// <summary>Asks the last questions about the answer to one entry of a batch, which leaves with the batch.</summary>
    public StageResult Ask(GatewayExchange exchange)
    {
        if (exchange.Kind == RequestKind.PublicDocument)
        {
            return StageResult.Continue;
        }

        var asked = ReleaseChecks.Ask(exchange, exchange.Disclosure, 0);
        return asked.Continues ? still.AskWhether(exchange, exchange.Disclosure) : asked;
    }

    /// <summary>Puts an answer on record that was asked about: a write's outcome where its intent is on record, else a disclosure.</summary>
    public ValueTask<StageResult> RecordAsync(GatewayExchange exchange, int status, int length)
    {
        exchange.Status = status;
        exchange.BytesOut = length;
        if (exchange.Kind == RequestKind.PublicDocument)
        {
            trail.CountPublicDocument();
            return new(StageResult.Continue);
        }

        return exchange.IntentRecorded ? trail.RecordOutcomeAsync(exchange) : trail.RecordDisclosureAsync(exchange);
    }

    /// <summary>Lets the answer to a batch out, once the record of every entry is durable.</summary>
    /// <param name="exchange">The batch.</param>
    /// <param name="answer">Its entries, put together.</param>
    /// <param name="entries">The records of its entries; false: one was not made.</param>
    /// <param name="answered">Those of its entries whose answers are in it.</param>
    public async ValueTask<StageResult> LetOutAsync(
        GatewayExchange exchange,
        OutgoingAnswer answer,
        List<Task<bool>> entries,
        List<GatewayExchange> answered
    )
    {
        // An entry's answer waits for all entries after it: closed meanwhile, nothing of the whole goes.
        for (var i = 0; i < answered.Count; i++)
        {
            StageResult open;
            try
            {
                open = still.AskWhether(answered[i], answered[i].Disclosure);
            }
            catch (OperationCanceledException)
            {
                // Nobody waits for it any more; the entries' records do not end with that.
                await Task.WhenAll(entries);
                throw;
            }

            if (!open.Continues)
            {
                await Task.WhenAll(entries);
                return open;
            }
        }

        var left = TakeBytes(exchange, answer.Body.Length, answered.Exists(static entry => entry.IntentRecorded));
        if (!left.Continues)
        {
            await Task.WhenAll(entries);
            return left;
        }

        // The records wait for one flush together; none of the bytes goes before it.
        exchange.Status = answer.Status;
        exchange.BytesOut = answer.Body.Length;
        var whole = trail.RecordBatchAsync(exchange).AsTask();
        var areRecorded = await Task.WhenAll(entries);
        if (!(await whole).Continues || Array.IndexOf(areRecorded, false) >= 0)
        {
            return StageResult.Refuse(DenyReason.AuditUnavailable);
        }

        return await WriteAsync(exchange, answer);
    }

    private static StageResult TakeBytes(GatewayExchange exchange, int bytes, bool hasWritten)
    {
        if (!hasWritten)
        {
            return DayBudget.Bytes.Take(exchange, bytes);
        }

        DayBudget.Bytes.Charge(exchange, bytes);
        return StageResult.Continue;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<StageResult> WriteAsync(GatewayExchange exchange, OutgoingAnswer answer)
    {
        AnswerHeaders.Write(exchange, answer);
        var sent =
            answer.Body.IsEmpty || HttpMethods.IsHead(exchange.Http.Request.Method)
                ? await FlushAsync(exchange)
                : await SendAsync(exchange, answer.Body, exchange.Http.RequestAborted);
        exchange.Delivered = sent.Continues;
        return sent;
    }

    // An answer without a body is handed over when somebody takes its head.
    private ValueTask<StageResult> FlushAsync(GatewayExchange exchange) =>
        pace.WaitAsync(exchange.Http.Response.BodyWriter.FlushAsync(exchange.Http.RequestAborted), 0);

    // The server copies what it is given before it waits for the client: of a large answer it is given one piece after the other.
    private ValueTask<StageResult> SendAsync(GatewayExchange exchange, ReadOnlyMemory<byte> bytes, CancellationToken cancellation) =>
        bytes.Length <= Piece
            ? pace.WaitAsync(exchange.Http.Response.BodyWriter.WriteAsync(bytes, cancellation), bytes.Length)
            : SendPiecesAsync(exchange, bytes, cancellation);

    private async ValueTask<StageResult> SendPiecesAsync(
        GatewayExchange exchange,
        ReadOnlyMemory<byte> bytes,
        CancellationToken cancellation
    )
    {
        var until = Environment.TickCount64 + pace.Longest;
        for (var sent = 0; sent < bytes.Length; sent += Piece)
        {
            var piece = bytes.Slice(sent, Math.Min(Piece, bytes.Length - sent));
            var taken = await pace.WaitAsync(exchange.Http.Response.BodyWriter.WriteAsync(piece, cancellation), piece.Length);
            if (!taken.Continues || Environment.TickCount64 > until)
            {
                return ReaderPace.TooSlow;
            }
        }

        return StageResult.Continue;
    }

    private static void BeginStream(GatewayExchange exchange, string contentType)
    {
        if (!exchange.Http.Response.HasStarted)
        {
            AnswerHeaders.WriteStream(exchange, contentType);
        }
    }
}
