using System.Buffers;
using PhiGateway.Fhir.Answers.Bundles;
using PhiGateway.Fhir.Answers.Writing;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Streaming;

/// <summary>Filters a Bulk Data file line by line; memory stays flat however long the file is.</summary>
public static class NdjsonFilter
{
    // Lines for which something is looked up are gathered up to here, so that much is looked up at once.
    private const int Gathered = 64 * 1024;

    /// <summary>
    /// Reads the upstream to its end and hands out segments of whole lines. A line that cannot be read, or is longer than may be held, is
    /// withheld, counted and spoken of in a last line.
    /// </summary>
    /// <param name="upstream">The file; not disposed.</param>
    /// <param name="policy">The permit's judge.</param>
    /// <param name="context">Bases and depth.</param>
    /// <param name="onSegment">Records, then writes.</param>
    /// <param name="limits">How much is held.</param>
    /// <param name="cancellation">Ends the run with <see cref="OperationCanceledException"/>: revocation, or a client that left.</param>
    /// <param name="request">The export, whose <c>_elements</c> are applied here; null: whole resources.</param>
    /// <param name="tellsOutcomes">
    /// Severity and code of each OperationOutcome leave; else, since each may hang on a record that is withheld, that there were any. False by
    /// default.
    /// </param>
    /// <param name="sources">What lines are judged by beside themselves; null (default): nobody looks.</param>
    public static async ValueTask<StreamVerdict> RunAsync(
        Stream upstream,
        ReleasePolicy policy,
        FhirContext context,
        SegmentHandler onSegment,
        StreamLimits limits,
        CancellationToken cancellation,
        FhirRequest? request = null,
        bool tellsOutcomes = false,
        ILineSources? sources = null
    )
    {
        var relay = new SegmentRelay(onSegment, limits.SegmentBytes, cancellation);
        return await relay.RunAsync(async () =>
        {
            using var work = new AnswerWork(
                policy,
                Bases.Of(context),
                relay.Disclosure,
                relay.Segment,
                AnswerOptions.Default with
                {
                    Hops = sources?.Hops,
                    Targets = sources?.Targets,
                    Gathers = sources?.Gathers,
                },
                request is null ? null : ElementView.Of(request),
                nesting: 0
            );
            return await FilterAsync(upstream, work, relay, limits, tellsOutcomes, sources, cancellation);
        });
    }

    private static async ValueTask<StreamVerdict> FilterAsync(
        Stream upstream,
        AnswerWork work,
        SegmentRelay relay,
        StreamLimits limits,
        bool tellsOutcomes,
        ILineSources? sources,
        CancellationToken cancellation
    )
    {
        using var buffer = new SlidingBuffer(upstream, limits);
        var looked = 0;
        var (unread, said) = (false, false);
        var isPassing = false;
        while (true)
        {
            var filled = await buffer.FillAsync(cancellation);
            if (filled == FillResult.TooLong)
            {
                // Where a line ends can be seen without holding it.
                relay.Disclosure.PassBy();
                isPassing = true;
            }

            if (isPassing)
            {
                var end = buffer.Unused.IndexOf((byte)'\n');
                isPassing = end < 0 && filled != FillResult.End;
                buffer.Use(end < 0 ? buffer.Unused.Length : end + 1);
                looked = 0;
                if (isPassing)
                {
                    continue;
                }
            }

            if (sources is not null)
            {
                if (filled == FillResult.Read && buffer.Unused.Length < Gathered)
                {
                    continue;
                }

                await FindAsync(sources, buffer.Held, looked, filled == FillResult.End, cancellation);
            }

            buffer.Use(TakeLines(buffer.Unused, looked, filled == FillResult.End, work, tellsOutcomes, sources));
            looked = buffer.Unused.Length;
            unread |= relay.Disclosure.Unread > 0;
            said |= relay.Disclosure.SaidIncomplete;
            if (filled == FillResult.End && unread)
            {
                IncompleteOutcome.Write(IncompleteOutcome.Unread, relay.Segment);
                relay.Segment.Write("\n"u8);
            }

            if (filled == FillResult.End && said)
            {
                IncompleteOutcome.Write(IncompleteOutcome.NotExported, relay.Segment);
                relay.Segment.Write("\n"u8);
            }

            if (
                relay.Segment.WrittenCount >= limits.SegmentBytes
                || relay.Disclosure.HoldsManyNames
                || (filled == FillResult.End && (relay.Segment.WrittenCount > 0 || relay.Disclosure.Withheld > 0))
            )
            {
                await relay.HandOutAsync(work);
            }

            if (filled == FillResult.End)
            {
                return StreamVerdict.Complete;
            }
        }
    }

    // Of the whole lines among what is held, which are judged next.
    private static ValueTask FindAsync(
        ILineSources sources,
        ReadOnlyMemory<byte> data,
        int looked,
        bool final,
        CancellationToken cancellation
    )
    {
        var end = data.Span[looked..].LastIndexOf((byte)'\n');
        if (data.IsEmpty || (end < 0 && !final))
        {
            return ValueTask.CompletedTask;
        }

        return sources.FindAsync(final ? data : data[..(looked + end + 1)], cancellation);
    }

    // What was looked through before has no line end, so a line that arrives in drops is not searched again and again.
    private static int TakeLines(
        ReadOnlySpan<byte> data,
        int looked,
        bool final,
        AnswerWork work,
        bool tellsOutcomes,
        ILineSources? sources
    )
    {
        var used = 0;
        while (data[looked..].IndexOf((byte)'\n') is var end and >= 0)
        {
            TakeLine(data[used..(looked + end)], work, tellsOutcomes, sources);
            used = looked + end + 1;
            looked = used;
        }

        if (final)
        {
            TakeLine(data[used..], work, tellsOutcomes, sources);
            used = data.Length;
        }

        return used;
    }

    private static void TakeLine(ReadOnlySpan<byte> line, AnswerWork work, bool tellsOutcomes, ILineSources? sources)
    {
        line = ByteOrderMark.Skip(line).Trim(" \t\r"u8);
        if (line.IsEmpty)
        {
            return;
        }

        var facts = work.Reader.Facts;
        if (!work.Reader.TryReadWhole(line, work.Policy, work.Bases, facts))
        {
            work.Disclosure.PassBy();
            return;
        }

        if (facts.Type == ResourceType.OperationOutcome && !tellsOutcomes)
        {
            work.Disclosure.SaidIncomplete = true;
            return;
        }

        if (facts.Type == ResourceType.OperationOutcome)
        {
            NeutralOutcome.WriteLike(line, work.Output);
            work.Output.Write("\n"u8);
            return;
        }

        if (facts.Type == ResourceType.Bundle && DeletionList.TryWrite(line, work))
        {
            return;
        }

        if (sources?.Holds is { } holds && NamedByLines.IsHeld(facts) && !holds.Names(line, facts, work.Bases))
        {
            work.Disclosure.Withhold(WithholdReason.HiddenReference, facts);
            return;
        }

        switch (work.Prepare(line, 0, line.Length, null, work.Disclosure, work.Known))
        {
            case ReleaseOutcome.Released:
                work.Write(line, 0, line.Length, viewed: true);
                work.Output.Write("\n"u8);
                break;
            case ReleaseOutcome.Broken:
                work.Disclosure.PassBy();
                break;
        }
    }
}
