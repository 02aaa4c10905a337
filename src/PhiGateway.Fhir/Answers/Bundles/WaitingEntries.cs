using System.Text.Json;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Resources;

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

    private List<byte[]>? _waiting;
    private int _bytes;
    private bool _isLenient;

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

        if (settler.Shown is { IsAround: true } && settler.IsIncluded(ref entry, data))
        {
            window?.Accompany();
        }

        if (window is null && _bytes + bytes.Length > MostWaiting)
        {
            // Too much came along to wait for the end: what nothing that left refers to by now stays, and it is said.
            return Holds && settler.IsIncluded(ref entry, data) && !IsLinked() && settler.PassBy() == ScanResult.Complete;
        }

        (_waiting ??= []).Add(bytes.ToArray());
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
            var rest = Settle([.. Enumerable.Range(0, _waiting.Count)], place, ofTargets: false, ref result);
            rest = Settle(rest, place, ofTargets: true, ref result);
            if (rest.Count > 0 && Holds)
            {
                rest = Settle(rest, place, ofTargets: false, ref result);
            }

            if (rest.Count > 0 && settler.Shown is { IsAround: true, IsPartial: true } shown)
            {
                // What refers to them may stand on another page: those stay to which only what stays refers.
                SpreadHidden(rest, shown);
                _isLenient = true;
                Settle(rest, place, ofTargets: false, ref result);
                _isLenient = false;
            }

            _waiting.Clear();
        }

        _bytes = 0;
        return result;
    }

    // What was included is there for the sake of matches: whether these leave is known at the end.
    private bool IsOfOthers(ReadOnlySpan<byte> data, ref EntrySpan entry) =>
        (work.Known is not null && ScanProgram.For(work.Reader.Facts.Type).OfTargets) || (Holds && settler.IsIncluded(ref entry, data));

    // It left with the page before, or leaves with the next.
    private bool IsGivenElsewhere => window is { GivesAccompanying: false } && settler.Shown is { IsAround: true };

    private bool Holds => window is not null || settler.Shown is not null;

    // Over and over, since an entry that leaves may be why another one was included; what is left over was included for nothing that
    // leaves.
    private List<int> Settle(List<int> places, int entryPlace, bool ofTargets, ref ScanResult result)
    {
        var left = places;
        var progress = true;
        while (progress && result == ScanResult.Complete)
        {
            (progress, places, left) = (false, left, []);
            foreach (var place in places)
            {
                var bytes = _waiting![place];
                var entry = default(EntrySpan);
                result = Read(bytes, ref entry);
                if (result != ScanResult.Complete)
                {
                    return left;
                }

                var included = Holds && settler.IsIncluded(ref entry, bytes);
                if (included && (IsGivenElsewhere || settler.Shown?.Holds(work.Reader.Facts) == true))
                {
                    continue;
                }

                if (ScanProgram.For(work.Reader.Facts.Type).OfTargets != ofTargets || (included && !IsWanted()))
                {
                    left.Add(place);
                    continue;
                }

                progress |= Holds;
                result = settler.Settle(bytes, ref entry, entryPlace);
                if (result != ScanResult.Complete)
                {
                    return left;
                }
            }

            progress &= left.Count > 0;
        }

        return left;
    }

    private ScanResult Read(byte[] bytes, ref EntrySpan entry)
    {
        var reader = new Utf8JsonReader(bytes, ResourceReader.OptionsFor(work.Bases));
        reader.Read();
        return EntryReader.Read(ref reader, bytes, work, ref entry);
    }

    // What refers to what stays, over whatever stays between them.
    private void SpreadHidden(List<int> places, ShownEntries shown)
    {
        for (var grows = true; grows; )
        {
            grows = false;
            foreach (var place in places)
            {
                var entry = default(EntrySpan);
                if (Read(_waiting![place], ref entry) == ScanResult.Complete && shown.IsOfHidden(work.Reader.Facts))
                {
                    grows |= shown.AddHidden(work.Reader.Links!);
                }
            }
        }
    }

    // Without a gap among the matches every one of them leaves, and so does what was included for them.
    private bool IsWanted()
    {
        if (settler.Shown is { IsAround: true } around)
        {
            return (!settler.HasGaps && !around.IsPartial) || IsLinked() || (_isLenient && !around.IsOfHidden(work.Reader.Facts));
        }

        return !settler.HasGaps || IsLinked();
    }

    private bool IsLinked() => settler.Shown?.IsLinked(work.Reader.Facts, work.Reader.Links!) == true;
}
