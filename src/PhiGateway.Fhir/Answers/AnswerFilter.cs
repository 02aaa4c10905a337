using System.Buffers;
using System.Text.Json;
using PhiGateway.Fhir.Answers.Bundles;
using PhiGateway.Fhir.Answers.Writing;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers;

/// <summary>Judges an upstream answer resource by resource and writes what may leave.</summary>
/// <remarks>
/// Finishes before the first byte is released or reports that nothing may leave; never throws for bad input. A bare OperationOutcome is
/// replaced by a
/// neutral one and those in Bundles are dropped: their texts can hold anything. For a batch or transaction whose request has entries, the
/// response must
/// have exactly as many; give the request that was forwarded.
/// </remarks>
public static class AnswerFilter
{
    /// <summary>Filters one whole JSON answer (a resource or a Bundle) without paging links.</summary>
    /// <param name="request">What was asked: type, id, interaction must fit the answer.</param>
    /// <param name="body">The upstream's bytes, whole.</param>
    /// <param name="policy">The permit's judge.</param>
    /// <param name="context">Bases, for references and links.</param>
    /// <param name="output">Receives the filtered bytes when the verdict is <see cref="AnswerVerdict.Rewritten"/>; to be thrown away with
    /// any other verdict.</param>
    /// <param name="disclosure">Receives what is let out; counts only with <see cref="AnswerVerdict.Unchanged"/> and
    /// <see cref="AnswerVerdict.Rewritten"/>.</param>
    public static AnswerVerdict Filter(
        FhirRequest request,
        ReadOnlySpan<byte> body,
        ReleasePolicy policy,
        FhirContext context,
        IBufferWriter<byte> output,
        Disclosure disclosure
    ) => Filter(request, body, policy, context, output, disclosure, AnswerOptions.Default);

    /// <summary>Filters one whole JSON answer with what the host adds.</summary>
    /// <param name="request">What was asked: type, id, interaction must fit the answer.</param>
    /// <param name="body">The upstream's bytes, whole.</param>
    /// <param name="policy">The permit's judge.</param>
    /// <param name="context">Bases, for references and links.</param>
    /// <param name="output">Receives the filtered bytes when the verdict is <see cref="AnswerVerdict.Rewritten"/>; to be thrown away with
    /// any other verdict.</param>
    /// <param name="disclosure">Receives what is let out; counts only with <see cref="AnswerVerdict.Unchanged"/> and
    /// <see cref="AnswerVerdict.Rewritten"/>.</param>
    /// <param name="options">Paging links and narrowing.</param>
    public static AnswerVerdict Filter(
        FhirRequest request,
        ReadOnlySpan<byte> body,
        ReleasePolicy policy,
        FhirContext context,
        IBufferWriter<byte> output,
        Disclosure disclosure,
        AnswerOptions options
    )
    {
        var json = ByteOrderMark.Skip(body);
        var verdict = FilterJson(request, json, policy, context, output, disclosure, options);
        if (verdict != AnswerVerdict.Unchanged || json.Length == body.Length)
        {
            return verdict;
        }

        output.Write(json);
        return AnswerVerdict.Rewritten;
    }

    private static AnswerVerdict FilterJson(
        FhirRequest request,
        ReadOnlySpan<byte> body,
        ReleasePolicy policy,
        FhirContext context,
        IBufferWriter<byte> output,
        Disclosure disclosure,
        AnswerOptions options
    )
    {
        var bases = Bases.Of(context);
        using var work = new AnswerWork(policy, bases, disclosure, output, options, ElementView.Of(request), nesting: 0)
        {
            Links = CompartmentLinks.Of(request),
        };
        var kind = BundleKinds.Expected(request);
        if (kind is not (BundleKind.None or BundleKind.Stored or BundleKind.Any))
        {
            return FilterBundle(kind, request, body, work);
        }

        var facts = work.Reader.Facts;
        if (!work.Reader.TryReadWhole(body, policy, bases, facts))
        {
            // One entry that cannot be read does not take an operation's Bundle along: it is read entry by entry.
            work.Reader.Names.PopTo(0);
            return kind == BundleKind.Any && PeekKind(body, bases) is not BundleKind.Stored and var found
                ? FilterBundle(found, request, body, work)
                : AnswerVerdict.Unreadable;
        }

        if (facts.Type == ResourceType.OperationOutcome)
        {
            WriteOutcome(request, body, work);
            return AnswerVerdict.Rewritten;
        }

        // The entries of an operation's Bundle leave one by one; a Bundle that was read by its id leaves as one record.
        if (
            kind == BundleKind.Any
            && facts.Type == ResourceType.Bundle
            && BundleKinds.Resolve(NestedBundle.PeekType(body, bases)) is var resolved
            && resolved != BundleKind.Stored
        )
        {
            return FilterBundle(resolved, request, body, work);
        }

        return AnswerFit.Fits(request, facts) ? FilterResource(request, body, work) : AnswerVerdict.Unreadable;
    }

    // None for what is no JSON, or no Bundle.
    private static BundleKind PeekKind(ReadOnlySpan<byte> body, Bases bases)
    {
        try
        {
            return BundleKinds.Resolve(NestedBundle.PeekType(body, bases));
        }
        catch (JsonException)
        {
            return BundleKind.None;
        }
    }

    // What is right and wrong with the content that was sent is the answer itself; to whom nothing is hidden it is told in full.
    private static void WriteOutcome(FhirRequest request, ReadOnlySpan<byte> outcome, AnswerWork work)
    {
        var isValidation = request is { Interaction: Interaction.Operation, Operation: "$validate" };
        if (!isValidation && work.Options.CountIsWhole)
        {
            // What became of an operation, to whom nothing is hidden: that it failed must not read as success.
            NeutralOutcome.WriteLike(outcome, work.Output);
        }
        else if (!isValidation)
        {
            work.Output.Write(NeutralOutcome.Json);
        }
        else if (work.Options.CountIsWhole)
        {
            // Its texts name the server anywhere.
            var edits = new EditList();
            work.Bases.FindIn(outcome, 0, edits);
            edits.Copy(outcome, 0, outcome.Length, work.Output);
        }
        else
        {
            ValidationOutcome.Write(outcome, work.Output);
        }
    }

    private static AnswerVerdict FilterResource(FhirRequest request, ReadOnlySpan<byte> body, AnswerWork work)
    {
        switch (work.Prepare(body, 0, body.Length, request, work.Disclosure, work.Known))
        {
            case ReleaseOutcome.Released when work.IsUnchanged:
                return AnswerVerdict.Unchanged;
            case ReleaseOutcome.Released:
                work.Write(body, 0, body.Length, viewed: true);
                return AnswerVerdict.Rewritten;
            case ReleaseOutcome.Withheld:
                return AnswerVerdict.Withheld;
            default:
                return AnswerVerdict.Unreadable;
        }
    }

    private static AnswerVerdict FilterBundle(BundleKind kind, FhirRequest request, ReadOnlySpan<byte> body, AnswerWork work)
    {
        if (kind == BundleKind.None)
        {
            return AnswerVerdict.Unreadable;
        }

        var walker = new BundleWalker(kind, work, request, certain: CertainMatch.Count(work, kind, request, body));
        var isRead =
            walker.TryWalk(body)
            || (
                !walker.HasEntries
                && BareOutcome.Find(kind, work, body) is { } nothing
                && new BundleWalker(kind, work, request) { IsOfNothing = true }.TryWalk(nothing)
            );
        return isRead ? AnswerVerdict.Rewritten : AnswerVerdict.Unreadable;
    }
}
