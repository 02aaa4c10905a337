using System.Text.Json;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// Holds back entries that are judged by other entries (Provenance), or came along for the sake of others, until all of these are judged,
/// and then has them read once more.
/// </summary>
/// <param name="work">What the filtering of the answer shares.</param>
/// <param name="settler">Judges and writes them when their time has come.</param>
/// <param name="window">The page that matches go to; null: none.</param>
internal sealed class WaitingEntries(AnswerWork work, EntrySettler settler, PageWindow? window)
{
    /// <summary>
    /// Bytes that may wait; what comes after them is judged by what is known then. A page that is held whole anyway has no such bound.
    /// </summary>
    private const int MostWaiting = 4 * 1024 * 1024;

    private List<WaitingEntry>? _waiting;
    private readonly Dictionary<ResourceName, List<int>> _byName = [];
    private readonly Dictionary<ResourceName, List<int>> _byLink = [];
    private readonly Dictionary<string, List<int>> _byAddress = new(StringComparer.Ordinal);
    private int _bytes;
    private bool _isLenient;

    // A match that is judged by others waits for that: it may yet turn out to be one that stays.
    private bool _mayYetHide;

    /// <summary>What entries speak of is still to be looked up: one for which there is no room to wait for that stays.</summary>
    public bool AwaitsTargets { get; set; }

    /// <summary>What waits, as a Bundle for a look-up; empty: nothing does.</summary>
    public ReadOnlyMemory<byte> Held => _waiting is { Count: > 0 } waiting ? WaitingEntry.Gather(waiting) : default;

    /// <summary>Takes in the entry just read when it must wait; false: it is to be settled now.</summary>
    /// <param name="data">The bytes being read.</param>
    /// <param name="bytes">The entry itself.</param>
    /// <param name="entry">Where its parts stand.</param>
    public bool TryTake(ReadOnlySpan<byte> data, ReadOnlySpan<byte> bytes, ref EntrySpan entry)
    {
        if (!entry.HasResource || !IsOfOthers(data, ref entry))
        {
            return false;
        }

        var isAround = settler.Shown is { IsAround: true };
        var isIncluded = Holds && settler.IsIncluded(ref entry, data);
        if (isAround && isIncluded)
        {
            window?.Accompany();
            settler.Foresee(data, ref entry);
        }

        if (window is null && _bytes + bytes.Length > MostWaiting)
        {
            // Too much came along to wait for the end: what nothing that left refers to by now stays, and it is said.
            var isUnknown = AwaitsTargets && ScanProgram.For(work.Reader.Facts.Type).SpeaksOfOthers;
            var stays = isUnknown || (isIncluded && !IsLinkedNow(data[entry.ResourceStart..entry.ResourceEnd]));
            return stays && settler.PassBy() == ScanResult.Complete;
        }

        if (isIncluded && !isAround)
        {
            // A match may be judged by what came along for it, and is judged before that: by what it is, not by whether it left.
            settler.Foresee(data, ref entry);
        }

        _mayYetHide |= !isIncluded && ScanProgram.For(work.Reader.Facts.Type).SpeaksOfOthers;
        (_waiting ??= []).Add(new WaitingEntry(bytes.ToArray()));
        _bytes += bytes.Length;
        return true;
    }

    /// <summary>Settles them. They were read already, so that reading them again cannot fail. What speaks of others goes last of all.</summary>
    /// <param name="place">Place after the last entry of the Bundle.</param>
    public ScanResult Settle(int place)
    {
        var result = ScanResult.Complete;
        if (_waiting is { Count: > 0 })
        {
            var rest = Settle([.. Enumerable.Range(0, _waiting.Count)], place, ofOthers: false, ref result);
            rest = Settle(rest, place, ofOthers: true, ref result);
            _mayYetHide = false;
            if (rest.Count > 0 && Holds)
            {
                // All matches are judged by now, and all that they were judged by.
                rest = Settle(rest, place, ofOthers: null, ref result);
            }

            if (rest.Count > 0 && settler.Shown is { IsAround: true } shown && (shown.IsPartial || window is { Rest: not null }))
            {
                // What refers to them may stand on another page: those stay to which only what stays refers.
                SpreadHidden(rest, shown);
                _isLenient = true;
                Settle(rest, place, ofOthers: false, ref result);
                _isLenient = false;
            }

            if (rest.Count > 0 && settler is { Shown.IsAround: false, HasGaps: false, HidesIncluded: false })
            {
                // Nothing stays so far, for which something could have come: what a server found by more than a reference leaves, too.
                FindAlone(rest);
                rest = Settle(rest, place, ofOthers: false, ref result);
                Settle(rest, place, ofOthers: true, ref result);
            }

            _waiting.Clear();
            _byName.Clear();
            _byLink.Clear();
            _byAddress.Clear();
        }

        _bytes = 0;
        return result;
    }

    // What was included is there for the sake of matches: whether these leave is known at the end.
    private bool IsOfOthers(ReadOnlySpan<byte> data, ref EntrySpan entry) =>
        (work.Known is not null && KnownResources.AwaitsOthers(work.Reader.Facts.Type, work.Options.CountIsWhole))
        || (Holds && work.Reader.Facts.Type != ResourceType.OperationOutcome && settler.IsIncluded(ref entry, data));

    // It left with the page before, or leaves with the next.
    private bool IsGivenElsewhere => window is { GivesAccompanying: false } && settler.Shown is { IsAround: true };

    private bool Holds => window is not null || settler.Shown is not null;

    // An entry that leaves may be why another one was included: those that it names, or that name it, are looked at again, in their order; what
    // is left over was included for nothing that leaves. Each entry is read twice at most, however they hang together. Those that speak of
    // others, or those that do not; null: both.
    private List<int> Settle(List<int> places, int entryPlace, bool? ofOthers, ref ScanResult result)
    {
        var open = new HashSet<int>(places);
        var (turn, next) = (new SortedSet<int>(places), new SortedSet<int>());
        while (turn.Count > 0 && result == ScanResult.Complete)
        {
            var place = turn.Min;
            turn.Remove(place);
            result = Visit(place, entryPlace, ofOthers, out var step);
            if (step != WaitingStep.Waits)
            {
                open.Remove(place);
            }

            if (step == WaitingStep.Settled && Holds)
            {
                Again(place, open, turn, next);
            }

            if (turn.Count == 0)
            {
                (turn, next) = (next, turn);
            }
        }

        return [.. places.Where(open.Contains)];
    }

    private ScanResult Visit(int place, int entryPlace, bool? ofOthers, out WaitingStep step)
    {
        var waiting = _waiting![place];
        var entry = default(EntrySpan);
        var result = ScanResult.Complete;
        var isFresh = !waiting.IsRead;
        step = WaitingStep.Waits;
        if (isFresh)
        {
            result = Read(waiting.Bytes, ref entry);
            if (result != ScanResult.Complete)
            {
                return result;
            }

            var back = BackOf(waiting.Bytes.AsSpan(entry.ResourceStart, entry.ResourceEnd - entry.ResourceStart));
            var addresses = AddressesOf(waiting.Bytes.AsSpan(entry.ResourceStart, entry.ResourceEnd - entry.ResourceStart));
            waiting.Keep(work.Reader, Holds && settler.IsIncluded(ref entry, waiting.Bytes), back, addresses);
            Note(place, waiting);
        }

        if (waiting.IsIncluded && (IsGivenElsewhere || settler.Shown?.Holds(waiting.Name) == true))
        {
            step = WaitingStep.Dropped;
            return result;
        }

        var isOfOthers = ScanProgram.For(waiting.Type).SpeaksOfOthers;
        if ((ofOthers ?? isOfOthers) != isOfOthers || (waiting.IsIncluded && !IsWanted(waiting)))
        {
            return result;
        }

        step = WaitingStep.Settled;
        if (!isFresh)
        {
            result = Read(waiting.Bytes, ref entry);
        }

        return result == ScanResult.Complete ? settler.Settle(waiting.Bytes, ref entry, entryPlace) : result;
    }

    // Those that it names, those that name it, and those that are called as it is: the first two may be wanted now, the last are there already.
    private void Again(int settled, HashSet<int> open, SortedSet<int> turn, SortedSet<int> next)
    {
        var waiting = _waiting![settled];
        var shown = settler.Shown;
        foreach (var link in waiting.Links)
        {
            Take(_byName, link, shown?.IsTarget(link) == true);
        }

        if (waiting.Name is { } own)
        {
            Take(_byName, own, shown?.Holds(own) == true);
            Take(_byLink, own, shown?.Holds(own) == true);
        }

        foreach (var address in shown?.Addresses?.TakeFresh() ?? [])
        {
            Take(_byAddress, address, true);
        }

        // Once is enough: what is met after this finds it out by itself.
        void Take<TKey>(Dictionary<TKey, List<int>> index, TKey name, bool isNews)
            where TKey : notnull
        {
            if (isNews && index.Remove(name, out var found))
            {
                foreach (var place in found.Where(open.Contains))
                {
                    (place > settled ? turn : next).Add(place);
                }
            }
        }
    }

    private void Note(int place, WaitingEntry entry)
    {
        if (entry.Name is { } name)
        {
            Add(_byName, name, place);
        }

        foreach (var link in entry.Links)
        {
            Add(_byLink, link, place);
        }

        foreach (var address in entry.Addresses)
        {
            Add(_byAddress, address, place);
        }
    }

    private static void Add<TKey>(Dictionary<TKey, List<int>> index, TKey name, int place)
        where TKey : notnull
    {
        if (!index.TryGetValue(name, out var places))
        {
            index[name] = places = [];
        }

        places.Add(place);
    }

    private ScanResult Read(byte[] bytes, ref EntrySpan entry)
    {
        var reader = new Utf8JsonReader(bytes, ResourceReader.OptionsFor(work.Bases));
        reader.Read();
        return EntryReader.Read(ref reader, bytes, work, ref entry);
    }

    // By an identifier, say. What hangs on one that may turn out to stay is not let out by this.
    private void FindAlone(List<int> places)
    {
        var names = new HashSet<ResourceName>();
        var links = new HashSet<ResourceName>();
        var addresses = new HashSet<string>(StringComparer.Ordinal);
        var hasKnown = places.Exists(place => _waiting![place].Addresses.Count > 0);
        foreach (var place in places)
        {
            var entry = _waiting![place];
            links.UnionWith(entry.Links);
            addresses.UnionWith(hasKnown ? AddressesIn(entry).Where(one => !entry.Addresses.Contains(one)) : []);
            if (entry.Name is { } name)
            {
                names.Add(name);
            }
        }

        foreach (var place in places)
        {
            var entry = _waiting![place];
            entry.IsAlone =
                entry.Name is { } name
                && !links.Contains(name)
                && !entry.Links.Any(names.Contains)
                && !entry.Addresses.Any(addresses.Contains);
        }
    }

    // What refers to what stays, over whatever stays between them.
    private void SpreadHidden(List<int> places, ShownEntries shown)
    {
        var byName = new Dictionary<ResourceName, List<int>>();
        var byAddress = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        foreach (var place in places)
        {
            if (_waiting![place].Name is { } name)
            {
                Add(byName, name, place);
            }

            foreach (var address in _waiting[place].Addresses)
            {
                Add(byAddress, address, place);
            }
        }

        var hidden = new Queue<int>(places.Where(place => shown.IsOfHidden(_waiting![place].Name, _waiting[place].Addresses)));
        while (hidden.TryDequeue(out var place))
        {
            foreach (var link in _waiting![place].Links)
            {
                Enqueue(shown.AddHidden(link) ? byName.GetValueOrDefault(link) : null);
            }

            foreach (var address in byAddress.Count > 0 ? AddressesIn(_waiting[place]) : [])
            {
                Enqueue(shown.Addresses?.AddHidden(address) == true ? byAddress.GetValueOrDefault(address) : null);
            }
        }

        void Enqueue(List<int>? named)
        {
            foreach (var one in named ?? [])
            {
                hidden.Enqueue(one);
            }
        }
    }

    // Where every match leaves, something that was included may stay all the same, and what was included for its sake stays with it.
    private bool IsWanted(WaitingEntry entry) =>
        settler.Shown switch
        {
            null => EveryMatchLeaves,
            { IsAround: true } when work.Options.NamedAround is { HoldsNothing: false } named => IsLinked(entry)
                || named.Names(entry.Name, entry.Addresses),
            { IsAround: true } around => IsLinked(entry) || (MayStandAlone(around) && !around.IsOfHidden(entry.Name, entry.Addresses)),
            _ => IsLinked(entry) || (entry.IsAlone && EveryMatchLeaves && !settler.HidesIncluded),
        };

    // As is known once all of them were judged.
    private bool EveryMatchLeaves => !_mayYetHide && !settler.HasGaps;

    // Around one resource nothing stays for which it could have come; or that may stand on another page.
    private bool MayStandAlone(ShownEntries around) =>
        _isLenient
            ? !work.Options.HoldsToPage && !around.IsOfNone && (around.IsOfPages || !around.IsNarrowed)
            : EveryMatchLeaves && around is { IsPartial: false, IsNarrowed: false };

    private bool IsLinked(WaitingEntry entry) =>
        settler.Shown?.IsLinked(entry.Type, entry.Name, entry.Addresses, entry.Back, loosely: EveryMatchLeaves) == true;

    // What is met later may be a gap.
    private bool IsLinkedNow(ReadOnlySpan<byte> resource)
    {
        var facts = work.Reader.Facts;
        return settler.Shown?.IsLinked(facts.Type, WaitingEntry.NameOf(facts), AddressesOf(resource), BackOf(resource), loosely: false)
            == true;
    }

    private IReadOnlyList<string> AddressesOf(ReadOnlySpan<byte> resource) =>
        settler.Shown?.Addresses is null ? [] : CanonicalNames.Of(resource, work.Reader.Facts.Type, work.Bases);

    // In its entry as it stands, the entry's own address among them.
    private IEnumerable<string> AddressesIn(WaitingEntry entry) =>
        CanonicalNames.In(entry.Bytes, work.Bases).Select(static named => named.Address);

    private List<NamedRecord> BackOf(ReadOnlySpan<byte> resource) =>
        settler.Shown?.LeadsBack(work.Reader.Facts.Type) == true ? RecordNames.WithElements(resource, work.Bases) : [];

    /// <summary>What a look at an entry came to.</summary>
    private enum WaitingStep
    {
        /// <summary>It goes on waiting.</summary>
        Waits,

        /// <summary>It leaves already, or leaves elsewhere.</summary>
        Dropped,

        /// <summary>It was judged, and written where it may leave.</summary>
        Settled,
    }
}
