using System.Buffers;
using PhiGateway.Fhir.Answers.Writing;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Requests.Searching;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>Judges one entry that was read and writes what may leave of it.</summary>
/// <param name="work">What the filtering of the answer shares; its reader has just read the entry.</param>
/// <param name="output">The Bundle that leaves.</param>
/// <param name="request">What was asked; null for a Bundle inside another answer.</param>
/// <param name="window">The page that matches go to; null: all that may leave does.</param>
/// <param name="certain">How many certain matches may leave; null: they are not counted yet, or were not asked for.</param>
internal sealed class EntrySettler(AnswerWork work, BundleOutput output, FhirRequest? request, PageWindow? window, int? certain)
{
    private readonly ShownLimit? _limit = ShownLimit.Of(request, work.Options, certain);
    private Disclosure? _own;
    private bool _hasGaps;

    /// <summary>What leaves, for what came along; null: nothing was asked to.</summary>
    public ShownEntries? Shown { get; set; }

    /// <summary>Some match does not leave.</summary>
    public bool HasGaps => window?.HasGaps ?? _hasGaps;

    /// <summary>Something that was included for the sake of others does not leave.</summary>
    public bool HidesIncluded { get; private set; }

    /// <summary>Matches that left.</summary>
    public int Matches { get; private set; }

    /// <summary>Entries that could not be read.</summary>
    public int Unread { get; private set; }

    /// <summary>The server says that not every source was heard, and that was not passed on in its own place.</summary>
    public bool SaidIncomplete { get; private set; }

    /// <summary>Settles an entry that cannot be read: it stays, which is recorded and said.</summary>
    public ScanResult PassBy()
    {
        Unread++;
        _hasGaps = true;
        window?.PassBy();
        work.Disclosure.PassBy();
        return ScanResult.Complete;
    }

    /// <summary>
    /// Whether the entry just read is there for the sake of others; of what an operation puts around one resource, what is nobody's.
    /// </summary>
    public bool IsIncluded(ref EntrySpan entry, ReadOnlySpan<byte> data) =>
        Shown is { IsAround: true }
            ? entry.HasResource && RecordNames.IsNobodys(work.Reader.Facts.Type)
            : (EntryParts.ModeOf(entry.Mode, data).SequenceEqual("include"u8) || IsOfAnotherType(ref entry, data))
                && !(window is not null && request is { Interaction: Interaction.Operation });

    // R4 lets servers leave the mode out: whatever is of another type than those that are searched was included.
    private bool IsOfAnotherType(ref EntrySpan entry, ReadOnlySpan<byte> data) =>
        Shown is not null && entry.HasResource && EntryParts.ModeOf(entry.Mode, data).IsEmpty && !IsSearched(work.Reader.Facts.Type);

    private bool IsSearched(ResourceType type) =>
        request switch
        {
            { Interaction: Interaction.SearchType } => type == request.Type,
            { Interaction: Interaction.SearchSystem, Parts.Count: > 0 } => request.Parts.Any(part =>
                part.Role == PartRole.Target && part.Type == type
            ),
            _ => true,
        };

    /// <summary>Settles the entry just read.</summary>
    /// <param name="data">The bytes it was read from.</param>
    /// <param name="entry">Where its parts stand.</param>
    /// <param name="place">Its place in the Bundle.</param>
    public ScanResult Settle(ReadOnlySpan<byte> data, ref EntrySpan entry, int place)
    {
        if (output.Kind is BundleKind.BatchResponse or BundleKind.TransactionResponse)
        {
            return SettleResponse(data, ref entry, place);
        }

        if (!entry.HasResource)
        {
            SettleWithout(data, ref entry);
            return ScanResult.Complete;
        }

        var isStored = output.Kind == BundleKind.Stored;
        if (work.Reader.Facts.Type == ResourceType.OperationOutcome && !isStored)
        {
            SettleOutcome(data[entry.ResourceStart..entry.ResourceEnd]);
            return ScanResult.Complete;
        }

        if (isStored && !StoredEntry.Fits(data, ref entry, work.Reader.Facts, work.Bases))
        {
            work.Disclosure.Withhold(WithholdReason.Unjudgeable, work.Reader.Facts);
            return ScanResult.Complete;
        }

        var mode = EntryParts.ModeOf(entry.Mode, data);
        var included = IsIncluded(ref entry, data);
        var isOnItsOwn = included || (window is null && _limit is null);
        var outcome = isOnItsOwn ? Judge(data, ref entry, work.Disclosure) : JudgeForPage(data, ref entry);
        if (outcome != ReleaseOutcome.Released)
        {
            if (outcome == ReleaseOutcome.Withheld && isOnItsOwn)
            {
                NoteHidden(data, ref entry, included);
            }

            return outcome == ReleaseOutcome.Broken ? PassBy(included) : ScanResult.Complete;
        }

        // Included by a search: no match, and not what the client's view is about.
        var isExtra = included && Shown is not { IsAround: true };
        if (Shown is not null)
        {
            EntryNotes.Show(Shown, work, data[entry.ResourceStart..entry.ResourceEnd], isMatch: !included);
        }

        Matches += isExtra ? 0 : 1;
        output.OpenEntry();
        work.Output.Write("{"u8);
        output.WriteFullUrl(data, entry.FullUrl, work.Reader.Facts);
        work.Output.Write("\"resource\":"u8);
        work.Write(data, entry.ResourceStart, entry.ResourceEnd, viewed: !isExtra);
        if (output.Kind == BundleKind.SearchSet && mode.Length > 0)
        {
            work.Output.Write(",\"search\":{"u8);
            var isNear = !isExtra && LocationDistance.IsTold(request, work.Reader.Facts.Type, work.LastElements);
            MatchGrade.Write(data, ref entry, work.Options.CountIsWhole, isNear, work.Output);

            work.Output.Write("\"mode\":\""u8);
            work.Output.Write(mode);
            work.Output.Write("\"}"u8);
        }
        else if (isStored)
        {
            if (!StoredParts.TryWrite(work, data, ref entry))
            {
                return ScanResult.Broken;
            }
        }
        else if (output.Kind == BundleKind.History)
        {
            EntryParts.WriteRequest(data, entry.Method, work.Reader.Facts, work.Output);
            EntryParts.WriteResponse(data, ref entry, work, hidden: false, first: false, work.Reader.Facts);
        }

        work.Output.Write("}"u8);
        return ScanResult.Complete;
    }

    // What the server says beside what it found. Where nothing is withheld its severities and codes leave, with none of its texts; where
    // something may be, it can hang on that, and only that not every source was heard is said, once, however often. Its first page alone is
    // heard: how many more are read hangs on what is hidden.
    private void SettleOutcome(ReadOnlySpan<byte> outcome)
    {
        var saysPart = NeutralOutcome.SaysIncomplete(outcome);
        work.Disclosure.SaidIncomplete |= saysPart;
        if (work.Options.CountIsWhole && window is null)
        {
            output.OpenEntry();
            IncompleteOutcome.WriteLike(outcome, BundleKinds.NameOf(output.Kind), work.Output);
            return;
        }

        if (!saysPart || BringsAlong(request))
        {
            return;
        }

        if (window is null)
        {
            SaidIncomplete = true;
        }
        else
        {
            window.SaidIncomplete |= window.IsFirst;
        }
    }

    // What comes along a server cuts off by how much there is of it, hidden records included, and says so in the same words.
    private static bool BringsAlong(FhirRequest? request) =>
        request is null or { Interaction: Interaction.Operation }
        || request.Parameters.Any(static parameter => ResultParameters.IsInclude(parameter.Name));

    // It was met already; what it holds, a Bundle or Parameters, cannot be read.
    private ScanResult PassBy(bool included)
    {
        Unread++;
        work.Disclosure.PassBy();
        if (!included)
        {
            _hasGaps = true;
            window?.Hide();
        }

        return ScanResult.Complete;
    }

    // What it refers to must not leave for its sake.
    private void NoteHidden(ReadOnlySpan<byte> data, ref EntrySpan entry, bool included)
    {
        _hasGaps |= !included;
        HidesIncluded |= included;
        if (Shown is { IsAround: true })
        {
            EntryNotes.Hide(Shown, work, data[entry.ResourceStart..entry.ResourceEnd]);
        }
    }

    // A deletion in a history names a resource of which nothing is left to judge: it leaves to whom every version of it would.
    private void SettleWithout(ReadOnlySpan<byte> data, ref EntrySpan entry)
    {
        if (output.Kind is not (BundleKind.History or BundleKind.Stored) || window?.Meet() == false)
        {
            return;
        }

        if (output.Kind == BundleKind.Stored || !Deletion.TryRead(data, ref entry, work.Bases, out var type, out var id))
        {
            window?.Hide();
            work.Disclosure.Withhold(WithholdReason.Unjudgeable);
            return;
        }

        if (work.Current?.AdmitsDeletion(type, id, work.Policy) is not { } facts)
        {
            window?.Hide();
            work.Disclosure.Withhold(WithholdReason.CurrentVersion, new ResourceFacts { Type = type, Id = id });
            return;
        }

        if (window?.TryShow() == false)
        {
            return;
        }

        work.Disclosure.Release(facts, work.Policy.Judge(facts));
        Matches++;
        output.OpenEntry();
        work.Output.Write("{"u8);
        output.WriteFullUrl(data, entry.FullUrl, facts);
        Deletion.Write(facts, work.Output);
        EntryParts.WriteResponse(data, ref entry, work, hidden: false, first: false, facts);
        work.Output.Write("}"u8);
    }

    /// <summary>Judges an entry that goes on waiting, for the sake of what speaks of it and is judged before.</summary>
    public void Foresee(ReadOnlySpan<byte> data, ref EntrySpan entry)
    {
        if (work.Known is not null)
        {
            var unsaid = _own ??= new Disclosure();
            unsaid.Reset();
            _ = Judge(data, ref entry, unsaid, isForeseen: true);
        }
    }

    private ReleaseOutcome Judge(ReadOnlySpan<byte> data, ref EntrySpan entry, Disclosure disclosure, bool isForeseen = false)
    {
        // Under another server's address what stands here does not say whose it is; where it stays it keeps it back all the same.
        var known = EntryParts.IsHere(entry.FullUrl, data, work) ? work.Known : null;
        var outcome = work.Prepare(data, entry.ResourceStart, entry.ResourceEnd, null, disclosure, work.Known, known is not null);
        known?.Add(work.Reader.Facts, outcome == ReleaseOutcome.Withheld ? work.LastReason : WithholdReason.None, isForeseen);
        return outcome;
    }

    // A match that may leave and does not fit on the page any more, or is beyond the few that were asked for, is not let out: it is neither
    // written nor recorded.
    private ReleaseOutcome JudgeForPage(ReadOnlySpan<byte> data, ref EntrySpan entry)
    {
        if (window?.Meet() == false)
        {
            // What speaks of it may stand behind it, and stays where it does.
            Foresee(data, ref entry);
            return ReleaseOutcome.Withheld;
        }

        var own = _own ??= new Disclosure();
        own.Reset();
        var outcome = Judge(data, ref entry, own);
        var isOneTooMany =
            outcome == ReleaseOutcome.Released
            && (window?.TryShow() == false || _limit?.TryShow(data[entry.ResourceStart..entry.ResourceEnd]) == false);
        if (isOneTooMany)
        {
            // It leaves with a page to come; what accompanies it leaves now.
            if (Shown is { IsAround: true })
            {
                EntryNotes.Expect(Shown, work, data[entry.ResourceStart..entry.ResourceEnd]);
            }

            return ReleaseOutcome.Withheld;
        }

        if (outcome == ReleaseOutcome.Withheld)
        {
            window?.Hide();
            NoteHidden(data, ref entry, included: false);
        }

        work.Disclosure.Merge(own);
        return outcome;
    }

    /// <summary>
    /// Settles an entry of an answer by position whose resource cannot be read: what became of a write is said without it, a read has failed
    /// as it would have alone.
    /// </summary>
    public ScanResult SettleUnread(ReadOnlySpan<byte> data, ref EntrySpan entry, int place)
    {
        if (!IsAnswer(data, ref entry, place, out var asked))
        {
            return ScanResult.Broken;
        }

        Unread++;
        work.Disclosure.PassBy();
        output.OpenEntry();
        work.Output.Write("{\"response\":{"u8);
        if (asked?.IsWrite == true)
        {
            EntryParts.WriteOutcomeOf(data, ref entry, work, null, EntryParts.IsOfAsked(asked, ref entry, data));
        }
        else
        {
            work.Output.Write("\"status\":\"502\""u8);
        }

        work.Output.Write(",\"outcome\":"u8);
        IncompleteOutcome.Write(IncompleteOutcome.Unread, work.Output);
        work.Output.Write("}}"u8);
        return ScanResult.Complete;
    }

    // What became of an entry must be said, or nobody knows which of them this is.
    private bool IsAnswer(ReadOnlySpan<byte> data, ref EntrySpan entry, int place, out FhirRequest? asked)
    {
        asked = request is { Entries.Count: > 0 } && place < request.Entries.Count ? request.Entries[place] : null;
        return request is not { Entries.Count: > 0 } || (asked is not null && EntryParts.HasStatus(entry.Status, data));
    }

    // Responses answer by position, so each one stays even when nothing of it may leave.
    private ScanResult SettleResponse(ReadOnlySpan<byte> data, ref EntrySpan entry, int place)
    {
        if (!IsAnswer(data, ref entry, place, out var asked))
        {
            return ScanResult.Broken;
        }

        var outcome = ReleaseOutcome.Withheld;
        var hasResource = entry.HasResource && work.Reader.Facts.Type != ResourceType.OperationOutcome;
        if (hasResource)
        {
            if (asked is not null && !AnswerFit.Fits(asked, work.Reader.Facts))
            {
                work.Disclosure.Withhold(WithholdReason.Unjudgeable, work.Reader.Facts);
            }
            else
            {
                outcome = work.Prepare(data, entry.ResourceStart, entry.ResourceEnd, asked, work.Disclosure, work.Known);
            }

            if (outcome == ReleaseOutcome.Broken)
            {
                return SettleUnread(data, ref entry, place);
            }

            if (asked is { Interaction: Interaction.HistoryInstance } && work.Current?.MayShowNamed(asked) != true)
            {
                outcome = ReleaseOutcome.Withheld;
            }
        }

        var released = outcome == ReleaseOutcome.Released;
        output.OpenEntry();
        work.Output.Write("{"u8);
        if (released)
        {
            output.WriteFullUrl(data, entry.FullUrl, work.Reader.Facts);
            work.Output.Write("\"resource\":"u8);
            work.Write(data, entry.ResourceStart, entry.ResourceEnd, viewed: false);
        }

        // What was read and must stay looks like what is not there; what was written was decided before, where it was asked for here. What an
        // operation calls an answer to a batch nobody asked for.
        var hidden = hasResource && !released && asked?.IsWrite != true;
        var (told, isOfAsked) = (released ? work.Reader.Facts : null, EntryParts.IsOfAsked(asked, ref entry, data));
        EntryParts.WriteResponse(data, ref entry, work, hidden, !released, told, isOfAsked, asked is { IsFound: true });
        work.Output.Write("}"u8);
        return ScanResult.Complete;
    }
}
