using System.Text.Json;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <content>Entries that are judged by other entries wait until all of these are judged.</content>
internal sealed partial class BundleWalker
{
    /// <summary>
    /// Bytes that may wait; what comes after them is judged by what is known then. A page that is held whole anyway has no such bound.
    /// </summary>
    private const int MostWaiting = 4 * 1024 * 1024;

    private readonly List<byte[]> _waiting = [];
    private int _waitingBytes;
    private bool _settlesWaiting;

    private bool Waits(ReadOnlySpan<byte> data, ReadOnlySpan<byte> bytes, ref EntrySpan entry)
    {
        if (
            _settlesWaiting
            || !entry.HasResource
            || !(IsOfOthers(data, ref entry) && (Window is not null || _waitingBytes + bytes.Length <= MostWaiting))
        )
        {
            return false;
        }

        _waiting.Add(bytes.ToArray());
        _waitingBytes += bytes.Length;
        return true;
    }

    // What was included is there for the sake of matches: whether these leave is known at the end.
    private bool IsOfOthers(ReadOnlySpan<byte> data, ref EntrySpan entry) =>
        (work.Known is not null && ScanProgram.For(work.Reader.Facts.Type).OfTargets)
        || (Window is not null && IsIncluded(ref entry, data));

    // They were read already, so that reading them again cannot fail. What speaks of others goes last of all.
    private ScanResult SettleWaiting()
    {
        _settlesWaiting = true;
        var result = ScanResult.Complete;
        if (_waiting.Count > 0)
        {
            var rest = SettleWaiting([.. Enumerable.Range(0, _waiting.Count)], ofTargets: false, ref result);
            rest = SettleWaiting(rest, ofTargets: true, ref result);
            if (rest.Count > 0 && Window is not null)
            {
                SettleWaiting(rest, ofTargets: false, ref result);
            }
        }

        _waiting.Clear();
        _waitingBytes = 0;
        return result;
    }

    // Over and over, since an entry that leaves may be why another one was included; what is left over was included for nothing that
    // leaves.
    private List<int> SettleWaiting(List<int> places, bool ofTargets, ref ScanResult result)
    {
        var left = places;
        var progress = true;
        while (progress && result == ScanResult.Complete)
        {
            (progress, places, left) = (false, left, []);
            foreach (var place in places)
            {
                var entry = default(EntrySpan);
                var reader = new Utf8JsonReader(_waiting[place], ResourceReader.OptionsFor(work.Bases));
                reader.Read();
                result = ReadEntryMembers(ref reader, _waiting[place], ref entry);
                if (result != ScanResult.Complete)
                {
                    return left;
                }

                if (Window?.Entries?.Holds(work.Reader.Facts) == true && IsIncluded(ref entry, _waiting[place]))
                {
                    continue;
                }

                if (
                    ScanProgram.For(work.Reader.Facts.Type).OfTargets != ofTargets
                    || (Window is not null && IsIncluded(ref entry, _waiting[place]) && !IsWanted())
                )
                {
                    left.Add(place);
                    continue;
                }

                progress |= Window is not null;
                result = Settle(_waiting[place], ref entry, _entries);
                if (result != ScanResult.Complete)
                {
                    return left;
                }
            }

            progress &= left.Count > 0;
        }

        return left;
    }

    // Without a gap among the matches every one of them leaves, and so does what was included for them.
    private bool IsWanted() => !Window!.HasGaps || Window.Entries?.IsLinked(work.Reader.Facts, work.Reader.Links!) == true;

    // What an operation puts together was asked for as a whole, whatever it is called.
    private bool IsIncluded(ref EntrySpan entry, ReadOnlySpan<byte> data) =>
        ModeOf(entry.Mode, data).SequenceEqual("include"u8) && !(Window is not null && request is { Interaction: Interaction.Operation });

    // Under its own name on this server; what stands under another server's is not what is referred to here.
    private bool IsHere(TextSpan fullUrl, ReadOnlySpan<byte> data) =>
        fullUrl.IsNone
        || (
            !fullUrl.Escaped
            && ReferenceReader.TryRead(fullUrl.In(data), work.Bases, out var type, out var id)
            && type == work.Reader.Facts.Type
            && System.Text.Ascii.Equals(id, work.Reader.Facts.Id)
        );
}
