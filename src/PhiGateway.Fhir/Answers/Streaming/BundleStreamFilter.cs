using System.Text.Json;
using PhiGateway.Fhir.Answers.Bundles;
using PhiGateway.Fhir.Answers.Writing;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;

namespace PhiGateway.Fhir.Answers.Streaming;

/// <summary>
/// Filters a large Bundle while it arrives: judged entries leave segment by segment; the segments together are one valid Bundle.
/// </summary>
/// <remarks>
/// What <see cref="AnswerFilter"/> does with a whole Bundle, with bounded memory. An operation's Bundle must name its type before its
/// entries.
/// </remarks>
public static class BundleStreamFilter
{
    private const int LongEntry = 64 * 1024;

    /// <summary>
    /// Whether the answer to this request can be filtered as a stream: searches, histories, batches, transactions and operations.
    /// </summary>
    public static bool CanStream(FhirRequest request) => BundleKinds.Expected(request) is not (BundleKind.None or BundleKind.Stored);

    /// <summary>Reads the upstream to its end and hands out segments.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="upstream">The answer; not disposed.</param>
    /// <param name="policy">The permit's judge.</param>
    /// <param name="context">Bases and depth.</param>
    /// <param name="options">Paging links and narrowing.</param>
    /// <param name="onSegment">Records, then writes.</param>
    /// <param name="limits">How much is held.</param>
    /// <param name="cancellation">Ends the run with <see cref="OperationCanceledException"/>: revocation, or a client that left.</param>
    /// <param name="findTargets">
    /// Given a Bundle of the entries that may speak of others, looks up what they speak of into <see cref="AnswerOptions.Targets"/>; null
    /// (default): they are judged by what stands in the answer.
    /// </param>
    public static async ValueTask<StreamVerdict> RunAsync(
        FhirRequest request,
        Stream upstream,
        ReleasePolicy policy,
        FhirContext context,
        AnswerOptions options,
        SegmentHandler onSegment,
        StreamLimits limits,
        CancellationToken cancellation,
        Func<ReadOnlyMemory<byte>, ValueTask>? findTargets = null
    )
    {
        if (!CanStream(request))
        {
            return StreamVerdict.Unreadable;
        }

        var relay = new SegmentRelay(onSegment, limits.SegmentBytes, cancellation);
        return await relay.RunAsync(() =>
            FilterAsync(request, upstream, policy, Bases.Of(context), options, relay, limits, findTargets, cancellation)
        );
    }

    private static async ValueTask<StreamVerdict> FilterAsync(
        FhirRequest request,
        Stream upstream,
        ReleasePolicy policy,
        Bases bases,
        AnswerOptions options,
        SegmentRelay relay,
        StreamLimits limits,
        Func<ReadOnlyMemory<byte>, ValueTask>? findTargets,
        CancellationToken cancellation
    )
    {
        using var buffer = new SlidingBuffer(upstream, limits);
        using var work = new AnswerWork(policy, bases, relay.Disclosure, relay.Segment, options, ElementView.Of(request), nesting: 0)
        {
            Links = CompartmentLinks.Of(request),
        };
        var walker = new BundleWalker(BundleKinds.Expected(request), work, request) { AwaitsTargets = findTargets is not null };
        var state = new JsonReaderState(ResourceReader.OptionsFor(bases));
        var enough = 3;
        var isBegun = false;
        while (true)
        {
            var filled = await buffer.FillAsync(cancellation);
            if (filled == FillResult.TooLong)
            {
                return StreamVerdict.TooLarge;
            }

            if (filled == FillResult.Read && buffer.Unused.Length < enough)
            {
                continue;
            }

            if (!isBegun)
            {
                buffer.Use(buffer.Unused.Length - ByteOrderMark.Skip(buffer.Unused).Length);
                isBegun = true;
            }

            var result = walker.Advance(buffer.Unused, filled == FillResult.End, ref state, out var used);
            buffer.Use(used);
            if (walker.HasStopped)
            {
                await (walker.Waiting is { IsEmpty: false } waiting ? findTargets!(waiting) : ValueTask.CompletedTask);
                enough = 0;
                continue;
            }

            // A long entry that arrives in drops is tried again only when twice as much is there, or as much as there may be: its cost stays
            // linear.
            enough = buffer.Unused.Length > LongEntry ? (int)Math.Min(buffer.Unused.Length * 2L, limits.MaxResourceBytes) : 0;
            if (result == ScanResult.Broken)
            {
                return StreamVerdict.Unreadable;
            }

            if (result == ScanResult.Complete)
            {
                // The closing brace is in the last segment, so whatever follows it is looked at first.
                if (!await EndsBlankAsync(buffer, cancellation))
                {
                    return StreamVerdict.Unreadable;
                }

                await relay.HandOutAsync(work);
                return StreamVerdict.Complete;
            }

            if (buffer.Unused.Length >= limits.MaxResourceBytes)
            {
                return StreamVerdict.TooLarge;
            }

            if (relay.Segment.WrittenCount >= limits.SegmentBytes || relay.Disclosure.HoldsManyNames)
            {
                await relay.HandOutAsync(work);
            }
        }
    }

    private static async ValueTask<bool> EndsBlankAsync(SlidingBuffer buffer, CancellationToken cancellation)
    {
        while (true)
        {
            if (!buffer.Unused.Trim(" \t\r\n"u8).IsEmpty)
            {
                return false;
            }

            buffer.Use(buffer.Unused.Length);
            if (await buffer.FillAsync(cancellation) == FillResult.End)
            {
                return true;
            }
        }
    }
}
