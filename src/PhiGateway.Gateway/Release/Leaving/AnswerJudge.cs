using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Gateway.Release.Pages;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Leaving;

/// <summary>
/// Reads and judges an answer that is held whole: that of a request of its own, or of one entry of a batch. What it gives may leave through
/// <see cref="Exit"/>.
/// </summary>
internal sealed class AnswerJudge(
    AnswerBuffers buffers,
    HandleIssuer handles,
    PageWalk pages,
    CountWalk counts,
    VersionLookup versions,
    TargetLookup targets,
    ReferrerLookup referrers,
    HopLookup hopLookup,
    StillOpen still
)
{
    /// <summary>Reads the body into the buffer; continues when it is empty or JSON.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<StageResult> ReadAsync(GatewayExchange exchange, PooledBuffer body)
    {
        var answer = exchange.Forwarded.Answer;
        if (answer.Length == 0 || answer.Status == 204)
        {
            return StageResult.Continue;
        }

        try
        {
            var read = await answer.ReadAsync(body, exchange.Http.RequestAborted);
            return read.Continues ? answer.CheckType(body) : read;
        }
        catch (MemoryExhaustedException full) when (exchange.IntentRecorded)
        {
            // What was done is told, whether there is room for its answer or not.
            return StageResult.Refuse(full.Reason, MemoryExhaustedException.Budget);
        }
    }

    /// <summary>Judges resource by resource.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="meaning">What the status means.</param>
    /// <param name="body">The body, whole.</param>
    /// <param name="filtered">Receives what is rewritten.</param>
    /// <returns>The bytes that may leave.</returns>
    public ValueTask<StageResult<ReadOnlyMemory<byte>>> JudgeAsync(
        GatewayExchange exchange,
        AnswerStatus meaning,
        PooledBuffer body,
        PooledBuffer filtered
    ) => exchange.IntentRecorded ? JudgeDoneAsync(exchange, meaning, body, filtered) : JudgeWholeAsync(exchange, meaning, body, filtered);

    private async ValueTask<StageResult<ReadOnlyMemory<byte>>> JudgeDoneAsync(
        GatewayExchange exchange,
        AnswerStatus meaning,
        PooledBuffer body,
        PooledBuffer filtered
    )
    {
        try
        {
            return await JudgeWholeAsync(exchange, meaning, body, filtered);
        }
        catch (MemoryExhaustedException full)
        {
            return StageResult<ReadOnlyMemory<byte>>.Refuse(full.Reason, MemoryExhaustedException.Budget);
        }
    }

    private ValueTask<StageResult<ReadOnlyMemory<byte>>> JudgeWholeAsync(
        GatewayExchange exchange,
        AnswerStatus meaning,
        PooledBuffer body,
        PooledBuffer filtered
    )
    {
        // The upstream may have taken long: it is judged by what holds now.
        var open = still.Ask(exchange);
        if (!open.Continues)
        {
            return new(open);
        }

        if (body.Length == 0 || !meaning.HasBody)
        {
            return new(
                meaning.NeedsBody
                    ? StageResult<ReadOnlyMemory<byte>>.Refuse(DenyReason.UnreadableAnswer, "empty")
                    : ReadOnlyMemory<byte>.Empty
            );
        }

        if (exchange.Settled.Counts)
        {
            return CountAsync(exchange, body, filtered);
        }

        // What leaves is mostly about as long as what came; of what leaves as it came nothing is written.
        filtered.Suppose(body.Length + (body.Length / 8));
        if (PageWalk.Applies(exchange, body.Written.Span))
        {
            return WalkAsync(exchange, body, filtered);
        }

        if (KnownTargets.AreNeeded(exchange.Request))
        {
            return AttributeAsync(exchange, body, filtered);
        }

        var holdsFiles = HoldsFiles(exchange, body);
        var holdsHanging = HoldsHanging(exchange, body);
        var known = HoldsSeveral(exchange) ? TargetLookup.Begin(exchange, exchange.Permit.Release) : null;
        return holdsFiles || holdsHanging || known is not null || VersionLookup.IsNeeded(exchange)
            ? LookUpAsync(exchange, body, filtered, holdsFiles, holdsHanging, known)
            : JudgeLinkedAsync(exchange, body, filtered);
    }

    private ValueTask<StageResult<ReadOnlyMemory<byte>>> JudgeLinkedAsync(
        GatewayExchange exchange,
        PooledBuffer body,
        PooledBuffer filtered
    ) =>
        !exchange.IsWrite && HandleIssuer.IsLong(exchange)
            ? JudgeKeptAsync(exchange, body, filtered)
            : new(Judge(exchange, body, filtered, PageLinks.OptionsFor(exchange, handles)));

    // The address of a next page may have no room for all that was asked: that is kept before the answer is written.
    private async ValueTask<StageResult<ReadOnlyMemory<byte>>> JudgeKeptAsync(
        GatewayExchange exchange,
        PooledBuffer body,
        PooledBuffer filtered
    )
    {
        var kept = await handles.KeepNextAsync(exchange, body.Written);
        return Judge(exchange, body, filtered, PageLinks.OptionsFor(exchange, handles, kept));
    }

    // What an operation puts together, and what the entries of a transaction find; pages and histories are put together elsewhere.
    private static bool HoldsSeveral(GatewayExchange exchange) =>
        exchange.Kind == RequestKind.Transaction || exchange.Request.Interaction == Interaction.Operation;

    private static bool HoldsFiles(GatewayExchange exchange, PooledBuffer body) =>
        IsOfStored(exchange) && FileReferrers.Matter(exchange.Request, exchange.Permit.Release, body.Written.Span);

    private static bool HoldsHanging(GatewayExchange exchange, PooledBuffer body) =>
        IsOfStored(exchange) && HopTargets.Matter(exchange.Request, exchange.Permit.Release, body.Written.Span);

    // Of a write what was written is judged by itself; an operation may answer with anything, whether it writes or not.
    private static bool IsOfStored(GatewayExchange exchange) =>
        !exchange.IsWrite || exchange.Kind == RequestKind.Transaction || exchange.Request.Interaction == Interaction.Operation;

    // A Provenance belongs to its targets' patients, a Binary to those of the records that name it: these are looked up before it is judged.
    private async ValueTask<StageResult<ReadOnlyMemory<byte>>> AttributeAsync(
        GatewayExchange exchange,
        PooledBuffer body,
        PooledBuffer filtered
    )
    {
        var policy = exchange.Permit.Release;
        var view = AnswerOptions.Default with { Targets = await targets.FindAsync(exchange, body.Written, policy) };
        if (exchange.Request.Type == ResourceType.Binary)
        {
            var files = new FileReferrers();
            await referrers.FindAsync(exchange, body.Written, policy, files);
            view = view with { Referrers = files };
        }

        return Judge(exchange, body, filtered, view);
    }

    // Versions that may not be the current ones are judged in the light of these, and Binaries in that of who names them.
    private async ValueTask<StageResult<ReadOnlyMemory<byte>>> LookUpAsync(
        GatewayExchange exchange,
        PooledBuffer body,
        PooledBuffer filtered,
        bool holdsFiles,
        bool holdsHanging,
        KnownTargets? known
    )
    {
        var kept = exchange.IsWrite ? null : await handles.KeepNextAsync(exchange, body.Written);
        var options = PageLinks.OptionsFor(exchange, handles, kept);
        if (known is not null)
        {
            await targets.FindIfMetAsync(exchange, body.Written, exchange.Permit.Release, known);
            options = options with { Targets = known };
        }

        if (holdsFiles)
        {
            var files = new FileReferrers();
            await referrers.FindAsync(exchange, body.Written, exchange.Permit.Release, files);
            options = options with { Referrers = files };
        }

        if (holdsHanging)
        {
            var hops = new HopTargets();
            var hung = await hopLookup.FindAsync(exchange, exchange.Permit.Release, body.Written, hops);
            if (!hung.Continues && !exchange.IsWrite)
            {
                return hung;
            }

            // A write is done, and is told: what cannot be looked up now is not shown.
            options = options with
            {
                Hops = hops,
            };
        }

        if (!VersionLookup.IsNeeded(exchange))
        {
            return Judge(exchange, body, filtered, options);
        }

        if (KnownTargets.AreNeededForVersion(exchange.Request))
        {
            options = options with { Targets = await targets.FindAsync(exchange, body.Written, exchange.Permit.Release) };
        }

        var looked = await versions.LookUpAsync(exchange, options);
        return looked.Continues ? Judge(exchange, body, filtered, looked.Value) : looked.Result;
    }

    private async ValueTask<StageResult<ReadOnlyMemory<byte>>> CountAsync(
        GatewayExchange exchange,
        PooledBuffer body,
        PooledBuffer filtered
    )
    {
        var counted = await counts.RunAsync(exchange, body, filtered);
        return counted.Continues ? filtered.Written : counted;
    }

    private async ValueTask<StageResult<ReadOnlyMemory<byte>>> WalkAsync(GatewayExchange exchange, PooledBuffer body, PooledBuffer filtered)
    {
        var walked = await pages.RunAsync(exchange, body, filtered);
        return walked.Continues ? filtered.Written : walked;
    }

    private static StageResult<ReadOnlyMemory<byte>> Judge(
        GatewayExchange exchange,
        PooledBuffer body,
        PooledBuffer filtered,
        AnswerOptions view
    )
    {
        var verdict = AnswerFilter.Filter(
            exchange.Request,
            body.Written.Span,
            exchange.Permit.Release,
            exchange.Ingressed.Route.Language,
            filtered,
            exchange.Disclosure,
            IsOfStored(exchange) ? view : view with { Referrers = FileReferrers.OfWritten }
        );
        return verdict switch
        {
            AnswerVerdict.Unchanged => body.Written,
            AnswerVerdict.Rewritten => filtered.Written,

            AnswerVerdict.Withheld when IsOfAnother(exchange) => NotTaken,

            // What was written was decided before; only its echo stays (SMART App Launch 2: to write is not to read).
            AnswerVerdict.Withheld when exchange.IsWrite => ReadOnlyMemory<byte>.Empty,
            AnswerVerdict.Withheld => StageResult.Refuse(DenyReason.NotFoundOrWithheld, exchange.Disclosure.LastWithheld.ToString()),
            _ => StageResult.Refuse(DenyReason.UnreadableAnswer, "judgement"),
        };
    }

    /// <summary>
    /// Whether the answer to a creation is a record that stays and that its client has not written: a server that knows a duplicate by itself
    /// answers with 200 and what stands there.
    /// </summary>
    /// <param name="exchange">The creation; its answer was withheld.</param>
    public static bool IsOfAnother(GatewayExchange exchange) =>
        exchange.Forwarded.Answer.Status == StatusCodes.Status200OK
        && exchange.DecidedParts is [{ Interaction: Interaction.Create, Body: { } written }, ..]
        && exchange.Disclosure.LastWithheld switch
        {
            // Whosever it is: a Patient that is written has no name yet.
            WithholdReason.Confidentiality or WithholdReason.Label or WithholdReason.OutsideTenant => exchange.Permit.Release.JudgeWhosever(
                written
            ) == WithholdReason.None,

            // A backend that is not FHIR's may answer with a few members of what it made, which do not say by what it is permitted.
            WithholdReason.Condition => exchange.Kind != RequestKind.DeclaredApi
                && exchange.Permit.Release.JudgeWhosever(written) == WithholdReason.None,
            WithholdReason.OutsidePatients => exchange.Permit.Release.Judge(written).Reason == WithholdReason.None,

            // Of a type that is not shown what was written itself would stay as well; and whose it is may be said by what it names.
            _ => false,
        };

    /// <summary>What is told then: as of any creation that a server does not take.</summary>
    public static StageResult NotTaken =>
        StageResult.Refuse(DenyReason.UpstreamRejected, "upstream-200", StatusCodes.Status422UnprocessableEntity);

    /// <summary>A buffer for one answer, of the size that may be held.</summary>
    /// <param name="exchange">Whose answer it is.</param>
    public PooledBuffer NewBuffer(GatewayExchange exchange) => buffers.Open(exchange);
}
