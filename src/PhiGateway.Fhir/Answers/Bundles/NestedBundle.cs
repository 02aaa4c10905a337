using System.Buffers;
using System.Text.Json;
using PhiGateway.Fhir.Answers.Writing;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// Filters a Bundle that is itself a resource of an answer: the search inside a batch entry by entry, a stored Bundle whole or not at all.
/// </summary>
internal static class NestedBundle
{
    public static ReleaseOutcome Filter(
        AnswerWork work,
        ReadOnlySpan<byte> bundle,
        int offset,
        FhirRequest? asked,
        Disclosure disclosure,
        IBufferWriter<byte> output
    )
    {
        var kind = asked is null ? BundleKind.Stored : BundleKinds.Expected(asked);
        if (kind == BundleKind.Any)
        {
            kind = PeekKind(bundle, work.Bases);
        }

        return kind switch
        {
            BundleKind.None => ReleaseOutcome.Broken,
            BundleKind.Stored => FilterStored(work, bundle, offset, disclosure, output),
            _ => FilterEach(work, bundle, kind, asked, disclosure, output),
        };
    }

    // What was let out of a Bundle that then turns out to be unreadable was not let out.
    private static ReleaseOutcome FilterEach(
        AnswerWork work,
        ReadOnlySpan<byte> bundle,
        BundleKind kind,
        FhirRequest? asked,
        Disclosure disclosure,
        IBufferWriter<byte> output
    )
    {
        var part = new Disclosure();
        if (!Walk(work, bundle, kind, asked, part, output))
        {
            return ReleaseOutcome.Broken;
        }

        disclosure.Merge(part);
        return ReleaseOutcome.Released;
    }

    private static ReleaseOutcome FilterStored(
        AnswerWork work,
        ReadOnlySpan<byte> bundle,
        int offset,
        Disclosure disclosure,
        IBufferWriter<byte> output
    )
    {
        var part = new Disclosure();
        var sum = new ContainerFacts();
        if (!WalkStored(work, bundle, offset, part, sum, output))
        {
            return ReleaseOutcome.Broken;
        }

        if (part.Withheld > 0)
        {
            disclosure.Withhold(part.LastWithheld, work.Reader.Facts);
            disclosure.NameWithheld(part);
            return ReleaseOutcome.Withheld;
        }

        var facts = work.Reader.Facts;
        sum.Conclude(facts);
        var verdict = work.Policy.Judge(facts);
        if (verdict is not { Reason: WithholdReason.None, Elements: { } elements } || !elements.Contains("entry"))
        {
            disclosure.Withhold(verdict.Reason == WithholdReason.None ? WithholdReason.NotCovered : verdict.Reason, facts);
            return ReleaseOutcome.Withheld;
        }

        // What speaks of the rest leaves whole, to whom the whole may.
        foreach (var member in sum.Parts)
        {
            var own = work.Policy.OfHeld.Judge(member);
            if (own is not { Reason: WithholdReason.None, Elements.IsAll: true })
            {
                disclosure.Withhold(own.Reason == WithholdReason.None ? WithholdReason.NotCovered : own.Reason, facts);
                return ReleaseOutcome.Withheld;
            }

            part.Release(member, own);
        }

        if (work.Current?.AdmitsWhole(facts) == false)
        {
            disclosure.Withhold(WithholdReason.CurrentVersion, facts);
            return ReleaseOutcome.Withheld;
        }

        disclosure.Release(facts, verdict);
        disclosure.MergeHeld(part);
        work.Container?.Take(facts);
        return ReleaseOutcome.Released;
    }

    private static bool WalkStored(
        AnswerWork work,
        ReadOnlySpan<byte> bundle,
        int offset,
        Disclosure disclosure,
        ContainerFacts sum,
        IBufferWriter<byte> output
    )
    {
        using var inner = work.Nest(disclosure, output, sum, null);
        inner.Around = (work.Reader.Edits, offset);
        return new BundleWalker(BundleKind.Stored, inner, null).TryWalk(bundle);
    }

    private static bool Walk(
        AnswerWork work,
        ReadOnlySpan<byte> bundle,
        BundleKind kind,
        FhirRequest? asked,
        Disclosure disclosure,
        IBufferWriter<byte> output
    )
    {
        using var inner = work.Nest(disclosure, output, null, kind == BundleKind.History ? work.Current : null, asked);
        if (kind != BundleKind.SearchSet || SizeOf(asked) is not { } size)
        {
            return new BundleWalker(kind, inner, asked, certain: CertainMatch.Count(inner, kind, asked, bundle)).TryWalk(bundle);
        }

        // The upstream may have been asked for more, so that what is withheld does not show in how much there is.
        var window = new PageWindow(size, 0);
        if (!new BundleWalker(kind, inner, asked, window).TryWalk(bundle))
        {
            return false;
        }

        var goesOn = window.Rest is not null || window.Next is not null;
        var next = goesOn ? NextOf(window, inner.Options.Links) : null;
        var isLost = goesOn && next is null;
        disclosure.CannotFollow |= isLost;
        window.Finish(
            BundleKinds.NameOf(kind),
            new PageTail(next is null ? [] : [KeyValuePair.Create("next", next)], !goesOn, IsCutShort: false, isLost),
            work.Bases,
            inner.Options,
            output
        );
        return true;
    }

    // What did not fit begins on the upstream's own page; else it goes on where the upstream does.
    private static string? NextOf(PageWindow window, ILinkSealer? links) =>
        window.Rest is { } from ? links?.SealRest(from, window.Size) : links?.Seal("next", window.Next!);

    private static int? SizeOf(FhirRequest? asked) =>
        int.TryParse(
            asked?.Parameter("_count"),
            System.Globalization.NumberStyles.None,
            System.Globalization.CultureInfo.InvariantCulture,
            out var size
        )
        && size > 0
            ? size
            : null;

    private static BundleKind PeekKind(ReadOnlySpan<byte> bundle, Bases bases) => BundleKinds.Resolve(PeekType(bundle, bases));

    /// <summary>The text of the member <c>type</c> of a Bundle that was read already; empty when it has none.</summary>
    internal static ReadOnlySpan<byte> PeekType(ReadOnlySpan<byte> bundle, Bases bases)
    {
        var reader = new Utf8JsonReader(bundle, ResourceReader.OptionsFor(bases));
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueSpan.SequenceEqual("type"u8))
            {
                return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.ValueSpan : default;
            }

            reader.Skip();
        }

        return default;
    }
}
