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

/// <summary>
/// Puts one page of a search (or history) together from pages of the upstream, so that a client's pages hold as many matches as it may see
/// and asked for.
/// </summary>
/// <remarks>
/// The host gives it the upstream's pages one after another until it <see cref="IsFull"/> and knows whether more follows, or until there
/// are no more, and then finishes it.
/// Every entry is judged as in <see cref="AnswerFilter"/>. What was included leaves only beside an entry for whose sake it was. Not
/// thread-safe.
/// </remarks>
public sealed class PagedAnswer : IDisposable
{
    private readonly FhirRequest _request;
    private readonly AnswerWork _work;
    private readonly BundleKind _kind;
    private readonly PageWindow _window;

    /// <summary>Begins a page.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="policy">The permit's judge.</param>
    /// <param name="context">Bases and depth.</param>
    /// <param name="output">Receives the page; to be thrown away when a page of the upstream is unreadable.</param>
    /// <param name="disclosure">Receives what is let out.</param>
    /// <param name="options">Narrowing and self link.</param>
    /// <param name="size">Matches per page; 0: as many as the upstream gives on its first page.</param>
    /// <param name="from">Matches of the first page of the upstream that belong to pages before this one.</param>
    public PagedAnswer(
        FhirRequest request,
        ReleasePolicy policy,
        FhirContext context,
        IBufferWriter<byte> output,
        Disclosure disclosure,
        AnswerOptions options,
        int size,
        int from
    )
    {
        _request = request;
        _kind = KindOf(request);
        _window = new PageWindow(size > 0 ? size : int.MaxValue, from);
        _work = new AnswerWork(policy, Bases.Of(context), disclosure, output, options, ElementView.Of(request), nesting: 0)
        {
            Links = CompartmentLinks.Of(request),
        };
    }

    /// <summary>At least one page of the upstream was taken in.</summary>
    public bool IsBegun { get; private set; }

    /// <summary>As many matches leave as fit on the page.</summary>
    public bool IsFull => _window.Shown >= _window.Size;

    /// <summary>Matches per page, as known by now.</summary>
    public int Size => _window.Size;

    /// <summary>Place on the last page given of the first match that belongs to the client's next page; null: none was met.</summary>
    public int? Rest => _window.Rest;

    /// <summary>Where the upstream continues after the last page given; null: nowhere. PHI.</summary>
    public string? Next => _window.Next;

    /// <summary>Whether pages of this request can be put together: searches, histories, and what answers like a search.</summary>
    public static bool CanPage(FhirRequest request) => KindOf(request) != BundleKind.None;

    /// <summary>Whether an answer to it is one; an operation may answer with something else.</summary>
    public static bool CanPage(FhirRequest request, ReadOnlySpan<byte> answer, FhirContext context) =>
        CanPage(request) && (request.Interaction != Interaction.Operation || IsSearchSet(answer, Bases.Of(context)));

    /// <summary>Takes in one page of the upstream; false when it cannot be judged: nothing may leave.</summary>
    public bool TryTake(ReadOnlySpan<byte> page)
    {
        if (IsBegun)
        {
            _window.Turn();
        }

        var isFirst = !IsBegun;
        IsBegun = true;
        var json = ByteOrderMark.Skip(page);
        var walker = new BundleWalker(_kind, _work, _request, _window);
        return walker.TryWalk(json)
            || (
                isFirst
                && !walker.HasEntries
                && BareOutcome.Find(_kind, _work, json) is { } nothing
                && new BundleWalker(_kind, _work, _request, _window) { IsOfNothing = true }.TryWalk(nothing)
            );
    }

    /// <summary>Writes the end of the page.</summary>
    public void Finish(PageTail tail) => _window.Finish(BundleKinds.NameOf(_kind), tail, _work.Bases, _work.Options, _work.Output);

    /// <inheritdoc/>
    public void Dispose() => _work.Dispose();

    private static BundleKind KindOf(FhirRequest request) =>
        BundleKinds.Expected(request) switch
        {
            BundleKind.SearchSet => BundleKind.SearchSet,
            BundleKind.History => BundleKind.History,
            BundleKind.Any when IsPaged(request) => BundleKind.SearchSet,
            _ => BundleKind.None,
        };

    // What picks or counts among records has a measure of its own.
    private static bool IsPaged(FhirRequest request) => !request.IsWrite && request.Operation is not ("$lastn" or "$match" or "$find");

    private static bool IsSearchSet(ReadOnlySpan<byte> answer, Bases bases)
    {
        try
        {
            return NestedBundle.PeekType(ByteOrderMark.Skip(answer), bases).SequenceEqual("searchset"u8);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
