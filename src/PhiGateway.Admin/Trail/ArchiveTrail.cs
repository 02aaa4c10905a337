using System.Security.Cryptography;
using System.Text;
using PhiGateway.Audit.Shipping;
using PhiGateway.Proof.Evidence;

namespace PhiGateway.Admin.Trail;

/// <summary>
/// Writes records as an archive: byte for byte, each with its proof under the checkpoint that its log had when the first of them was written.
/// One per export; not thread-safe.
/// </summary>
internal sealed class ArchiveTrail(ProverSet provers) : ITrailFormat
{
    private readonly Dictionary<string, PinnedLog?> _logs = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _elsewhere = new(StringComparer.Ordinal);
    private long _records;
    private long _uncovered;
    private long _destroyed;
    private IncrementalHash? _digest;

    public string Name => "archive";

    public string MediaType => ArchiveFormat.MediaType;

    public ReadOnlyMemory<byte> Head => Encoding.UTF8.GetBytes(ArchiveFormat.Head + "\n");

    public ReadOnlyMemory<byte> Tail =>
        Encoding.UTF8.GetBytes(ArchiveFormat.End(_records, _uncovered, _destroyed, _elsewhere, Digest.GetCurrentHash()) + "\n");

    public ReadOnlyMemory<byte> Lines(IReadOnlyList<AuditEntry> entries)
    {
        var text = new StringBuilder();
        foreach (var entry in entries)
        {
            if (Pin(entry.Log, text) is not { } log)
            {
                _elsewhere[entry.Log] = _elsewhere.GetValueOrDefault(entry.Log) + 1;
            }
            else if (entry.IsDestroyed)
            {
                _destroyed++;
            }
            else if (entry.Sequence >= log.Size)
            {
                _uncovered++;
            }
            else
            {
                _records++;
                text.Append(ArchiveFormat.OfRecord(entry.Log, log.Prove(entry))).Append('\n');
            }
        }

        var lines = Encoding.UTF8.GetBytes(text.ToString());
        Digest.AppendData(lines);
        return lines;
    }

    private IncrementalHash Digest
    {
        get
        {
            if (_digest is null)
            {
                _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                _digest.AppendData(Head.Span);
            }

            return _digest;
        }
    }

    private PinnedLog? Pin(string log, StringBuilder text)
    {
        if (!_logs.TryGetValue(log, out var pinned))
        {
            _logs[log] = pinned = provers.Of(log)?.Pin();
            if (pinned is not null)
            {
                text.Append(ArchiveFormat.OfLog(log, pinned)).Append('\n');
            }
        }

        return pinned;
    }
}
