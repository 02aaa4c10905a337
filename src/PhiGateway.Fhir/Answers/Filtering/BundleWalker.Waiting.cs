using System.Text.Json;
using PhiGateway.Fhir.Answers.Scanning;

namespace PhiGateway.Fhir.Answers.Filtering;

/// <content>Entries that speak of other entries wait until all of these are judged.</content>
internal sealed partial class BundleWalker
{
    /// <summary>Bytes that may wait; what comes after them is judged by what is known then.</summary>
    private const int MostWaiting = 4 * 1024 * 1024;

    private readonly List<byte[]> _waiting = [];
    private int _waitingBytes;
    private bool _settlesWaiting;

    private bool Waits(ReadOnlySpan<byte> bytes, ref BundleEntry entry)
    {
        if (work.Known is null || _settlesWaiting || !entry.HasResource || !ScanProgram.For(work.Reader.Facts.Type).OfTargets || _waitingBytes + bytes.Length > MostWaiting)
        {
            return false;
        }

        _waiting.Add(bytes.ToArray());
        _waitingBytes += bytes.Length;
        return true;
    }

    // They were read already, so that reading them again cannot fail.
    private ScanResult SettleWaiting()
    {
        _settlesWaiting = true;
        var result = ScanResult.Complete;
        for (var i = 0; i < _waiting.Count && result == ScanResult.Complete; i++)
        {
            var entry = default(BundleEntry);
            var reader = new Utf8JsonReader(_waiting[i], ResourceReader.OptionsFor(work.Bases));
            reader.Read();
            result = ReadEntryMembers(ref reader, _waiting[i], ref entry);
            result = result == ScanResult.Complete ? Settle(_waiting[i], ref entry, _entries) : result;
        }

        _waiting.Clear();
        _waitingBytes = 0;
        return result;
    }

    // Under its own name on this server; what stands under another server's is not what is referred to here.
    private bool IsHere(TextSpan fullUrl, ReadOnlySpan<byte> data) =>
        fullUrl.IsNone
        || (!fullUrl.Escaped && ReferenceReader.TryRead(fullUrl.In(data), work.Bases, out var type, out var id) && type == work.Reader.Facts.Type && System.Text.Ascii.Equals(id, work.Reader.Facts.Id));
}
