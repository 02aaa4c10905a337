using System.Text.Json;
using System.Text.Unicode;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// Walks a Bundle from beginning to end, whole or piece by piece: reads its members, hands each entry to its settler, and ends what leaves.
/// </summary>
/// <remarks>
/// The Bundle that leaves is a new one: type, entries, then total and links. <c>total</c> is what the client can count itself and, where
/// something may be withheld, is left out where there are further pages; id (often the key of a result cache), signature and the rest are
/// dropped, but for a stored Bundle, which leaves as it is.
/// Nothing is written of a piece before all of it was read.
/// </remarks>
internal sealed class BundleWalker
{
    private const uint TypeAndName = 0b11;
    private const uint Link = 0b1000;

    private readonly AnswerWork _work;
    private readonly FhirRequest? _request;
    private readonly PageWindow? _window;
    private readonly BundleOutput _output;
    private readonly EntrySettler _settler;
    private readonly WaitingEntries _waiting;
    private readonly BundleLinks _links = new();
    private readonly BundleTotal _total;
    private Phase _phase;
    private uint _members;
    private int _entries;

    /// <summary>Begins a walk.</summary>
    /// <param name="kind">What the Bundle must be.</param>
    /// <param name="work">What the filtering of the answer shares.</param>
    /// <param name="request">What was asked; null for a Bundle inside another answer.</param>
    /// <param name="window">The page of the client's that the matches go to; null: all that may leave does.</param>
    /// <param name="certain">How many certain matches may leave; null: they are not counted yet, or were not asked for.</param>
    public BundleWalker(BundleKind kind, AnswerWork work, FhirRequest? request, PageWindow? window = null, int? certain = null)
    {
        (_work, _request, _window) = (work, request, window);
        _output = new BundleOutput(work, window, kind);
        _settler = new EntrySettler(work, _output, request, window, certain);
        _waiting = new WaitingEntries(work, _settler, window);
        _total = new BundleTotal(request);
    }

    /// <summary>Matches that left so far.</summary>
    public int Matches => _settler.Matches;

    /// <summary>
    /// Stops once behind the entries, before those are settled that speak of others: what they speak of is still to be looked up.
    /// </summary>
    public bool AwaitsTargets
    {
        get => _waiting.AwaitsTargets;
        set => _waiting.AwaitsTargets = value;
    }

    /// <summary>It has stopped for that; it goes on with the next step.</summary>
    public bool HasStopped { get; private set; }

    /// <summary>
    /// It stands for an answer that says that nothing was found: there is no link to show how it was looked for; false by default.
    /// </summary>
    public bool IsOfNothing { get; init; }

    /// <summary>The entries that wait for it, as a Bundle; empty: none does.</summary>
    public ReadOnlyMemory<byte> Waiting => _waiting.Held;

    private enum Phase : byte
    {
        Start,
        Members,
        Entries,
        Done,
    }

    /// <summary>It has come to entries, of which some may have been written by now.</summary>
    public bool HasEntries => (_members >> BundleMembers.Entry & 1) != 0;

    /// <summary>Reads a Bundle that is there whole; false: it is none that can be judged.</summary>
    public bool TryWalk(ReadOnlySpan<byte> whole)
    {
        var state = new JsonReaderState(ResourceReader.OptionsFor(_work.Bases));
        return Advance(whole, true, ref state, out _) == ScanResult.Complete;
    }

    /// <summary>
    /// Reads on; what follows <paramref name="consumed"/> must be given again, with more. Complete: only blanks follow in these bytes.
    /// </summary>
    /// <param name="data">From where the last call stopped.</param>
    /// <param name="final">Nothing comes after these bytes.</param>
    /// <param name="state">Carried from call to call.</param>
    /// <param name="consumed">How far the bytes were read to the end of a piece.</param>
    public ScanResult Advance(ReadOnlySpan<byte> data, bool final, ref JsonReaderState state, out int consumed)
    {
        consumed = 0;
        HasStopped = false;
        try
        {
            var reader = new Utf8JsonReader(data, final, state);
            while (_phase != Phase.Done)
            {
                var result = Step(ref reader, data, consumed);
                if (result != ScanResult.Complete)
                {
                    return result == ScanResult.NeedMore && final && !HasStopped ? ScanResult.Broken : result;
                }

                consumed = checked((int)reader.BytesConsumed);
                state = reader.CurrentState;
            }

            return data[consumed..].Trim(" \t\r\n"u8).IsEmpty ? ScanResult.Complete : ScanResult.Broken;
        }
        catch (JsonException)
        {
            return ScanResult.Broken;
        }
        finally
        {
            _work.Reader.Names.PopTo(0);
        }
    }

    private ScanResult Step(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, int from)
    {
        if (!reader.Read())
        {
            return ScanResult.NeedMore;
        }

        switch (_phase)
        {
            case Phase.Start:
                _phase = Phase.Members;
                return reader.TokenType == JsonTokenType.StartObject ? ScanResult.Complete : ScanResult.Broken;
            case Phase.Members when reader.TokenType == JsonTokenType.EndObject:
                return Finish();
            case Phase.Members:
                return ReadMember(ref reader, data, from);
            case Phase.Entries when reader.TokenType == JsonTokenType.EndArray && AwaitsTargets:
                (AwaitsTargets, HasStopped) = (false, true);
                return ScanResult.NeedMore;
            case Phase.Entries when reader.TokenType == JsonTokenType.EndArray:
                return CloseEntries();
            default:
                return reader.TokenType == JsonTokenType.StartObject ? ReadEntry(ref reader, data, from) : ScanResult.Broken;
        }
    }

    private ScanResult ReadMember(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, int from)
    {
        var member = reader.ValueIsEscaped ? -1 : BundleMembers.Find(reader.ValueSpan);
        var nameStart = checked((int)reader.TokenStartIndex);
        if (member < 0 && IsBeside(in reader))
        {
            return PassMember(ref reader, data, from);
        }

        if (member < 0 || (_members >> member & 1) != 0)
        {
            return ScanResult.Broken;
        }

        if (!reader.Read())
        {
            return ScanResult.NeedMore;
        }

        var result = member switch
        {
            // Written as null by programs that write what they do not have.
            2 or 3 or BundleMembers.Entry when reader.TokenType == JsonTokenType.Null && _output.Kind.IsMadeAnew() => ScanResult.Complete,
            0 => ResultOf(reader.TokenType == JsonTokenType.String && reader.ValueSpan.SequenceEqual("Bundle"u8)),
            1 => ResultOf(reader.TokenType == JsonTokenType.String && _output.TryTakeType(reader.ValueSpan)),
            2 => ResultOf(_total.TryTake(ref reader)),
            3 => _links.Read(ref reader, data, _work.Skipper, _work.Reader.Names),
            BundleMembers.Entry => OpenEntries(ref reader),
            _ => _work.Skipper.Skip(ref reader, data),
        };
        if (result != ScanResult.Complete)
        {
            return result;
        }

        var end = checked((int)reader.BytesConsumed);
        if (!Utf8.IsValid(data[from..end]))
        {
            return ScanResult.Broken;
        }

        _members |= 1U << member;
        if (_output.Kind == BundleKind.Stored && member > 1 && member != BundleMembers.Entry)
        {
            _output.WriteMember(data, nameStart, end);
        }

        return ScanResult.Complete;
    }

    // What R4 does not have beside the entries of an answer never leaves, and takes nothing along; one that others may read as a member that
    // is known makes the answer unreadable.
    private bool IsBeside(in Utf8JsonReader name) =>
        !name.ValueIsEscaped && _output.Kind.IsMadeAnew() && !BundleMembers.IsKnownInAnyCase(name.ValueSpan);

    private ScanResult PassMember(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, int from)
    {
        if (!reader.Read())
        {
            return ScanResult.NeedMore;
        }

        var result = _work.Skipper.Skip(ref reader, data);
        if (result != ScanResult.Complete)
        {
            return result;
        }

        return ResultOf(Utf8.IsValid(data[from..checked((int)reader.BytesConsumed)]));
    }

    private ScanResult OpenEntries(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray || _output.Kind == BundleKind.Any)
        {
            return ScanResult.Broken;
        }

        // Links that stand before the entries are looked at before any entry leaves; most servers write them there.
        if ((_members & Link) != 0)
        {
            CheckNarrowing();
        }

        if (
            _output.Kind is BundleKind.SearchSet or BundleKind.History or BundleKind.Collection
            && KnownResources.Matter(_work.Policy.Types)
        )
        {
            _work.KnowEntries();
        }

        _settler.Shown = _window?.Entries ?? ShownEntries.For(_work, _request, _output.Kind, isPaged: _window is not null);
        if (_window is not null)
        {
            _window.Entries = _settler.Shown;
        }

        if (_settler.Shown is not null)
        {
            _work.Reader.Links ??= [];
        }

        _phase = Phase.Entries;
        return ScanResult.Complete;
    }

    private ScanResult ReadEntry(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, int from)
    {
        var entry = default(EntrySpan);
        var entryStart = checked((int)reader.TokenStartIndex);
        _work.TurnTo(_entries);
        var before = reader;
        var result = EntryReader.Read(ref reader, data, _work, ref entry);
        if (result == ScanResult.NeedMore)
        {
            return result;
        }

        if (result == ScanResult.Broken || !Utf8.IsValid(data[from..checked((int)reader.BytesConsumed)]))
        {
            reader = before;
            return AnswersEach ? KeepPlace(ref reader, data) : PassBy(ref reader);
        }

        var end = checked((int)reader.BytesConsumed);
        (entry.Start, entry.End) = (entryStart, end);
        var place = _entries++;
        return !AnswersEach && _waiting.TryTake(data, data[entryStart..end], ref entry)
            ? ScanResult.Complete
            : _settler.Settle(data, ref entry, place);
    }

    // Answers stand by position, so that none of them waits: what they speak of was looked up before.
    private bool AnswersEach => _output.Kind is BundleKind.BatchResponse or BundleKind.TransactionResponse;

    // One entry that cannot be read does not take the others along. Where it ends is known as long as it is JSON.
    private ScanResult PassBy(ref Utf8JsonReader reader)
    {
        _work.Reader.Names.PopTo(0);
        if (!reader.TrySkip())
        {
            return ScanResult.NeedMore;
        }

        _entries++;
        return _settler.PassBy();
    }

    // Answers stand by position: of one whose resource cannot be read, what became of it stays in its place.
    private ScanResult KeepPlace(ref Utf8JsonReader reader, ReadOnlySpan<byte> data)
    {
        _work.Reader.Names.PopTo(0);
        var entry = default(EntrySpan);
        var result = EntryReader.ReadResponse(ref reader, data, _work, ref entry);
        return result == ScanResult.Complete ? _settler.SettleUnread(data, ref entry, _entries++) : result;
    }

    private ScanResult CloseEntries()
    {
        var result = SettlesLast ? ScanResult.Complete : SettleWaiting();
        _output.CloseEntries();
        _phase = Phase.Members;
        return result;
    }

    // Whether there are other pages may be said behind the entries.
    private bool SettlesLast => _window is not null && _settler.Shown is { IsAround: true };

    private ScanResult SettleWaiting()
    {
        if (_settler.Shown is { } shown)
        {
            // Of an answer that streams, links behind the entries are read too late.
            var mayGoOn = _work.Options.HoldsToPage && (_members & Link) == 0;
            shown.IsOfPages |= mayGoOn || _links.HasOtherPages || _window is { IsFirst: false };
            shown.IsPartial |= shown.IsOfPages || _window is { From: > 0 } or { Rest: not null };
        }

        return _waiting.Settle(_entries);
    }

    private ScanResult Finish()
    {
        if (
            (_members & TypeAndName) != TypeAndName
            || (AnswersEach && _request is { Entries.Count: > 0 and var asked } && asked != _entries)
        )
        {
            return ScanResult.Broken;
        }

        CheckNarrowing();
        _phase = Phase.Done;
        if (_window is not null)
        {
            if (SettlesLast && SettleWaiting() != ScanResult.Complete)
            {
                return ScanResult.Broken;
            }

            _window.EndPage(_links, _total.IsSaid);
            return ScanResult.Complete;
        }

        if (ShownLimit.Applies(_request, _work.Options))
        {
            _links.KeepSelf();
        }

        // Anything but a complete single page would betray what other pages hold, or how much was withheld.
        var total = _total.Find(_work.Options.CountIsWhole, _links.HasOtherPages, _entries, _settler.Matches);
        _output.Finish(_links, total, _settler);
        return ScanResult.Complete;
    }

    // The self link of a page further on is a handle of the upstream's, which shows no parameters at all.
    private void CheckNarrowing() =>
        _work.Disclosure.NarrowingNotApplied |=
            !IsOfNothing
            && _output.Kind == BundleKind.SearchSet
            && _window is not { IsFirst: false }
            && !_links.SelfShows(_work.Options, _work.Bases);

    private static ScanResult ResultOf(bool isRight) => isRight ? ScanResult.Complete : ScanResult.Broken;
}
