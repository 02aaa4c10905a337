using PhiGateway.Audit.Journal.Files;
using PhiGateway.Audit.Journal.Segments;
using PhiGateway.Tests.Common.Audit;

namespace PhiGateway.Tests.Audit;

/// <summary>
/// The real disk, and beside it what a power cut would leave of it: contents as they were last flushed, names as the folder was last synced.
/// </summary>
internal sealed class PowerCutFiles : IJournalFiles
{
    private const string Cursor = "shipped.cursor";

    private readonly JournalFiles _real = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Kept> _names = new(StringComparer.Ordinal);
    private Dictionary<string, Kept> _synced = new(StringComparer.Ordinal);
    private byte[]? _cursor;

    /// <summary>Whether records that were flushed are on the disk; a disk that only says so shows that the test bites.</summary>
    public bool Flushes { get; init; } = true;

    /// <summary>Called before each step but the writing of records, on whichever thread takes it.</summary>
    public Action BeforeStep { get; set; } = static () => { };

    /// <summary>What would be left if the power were cut now.</summary>
    /// <param name="checkpoint">The checkpoint as it was when it was last flushed: the journal writes it without a flush of its own.</param>
    public JournalFolder Cut(byte[] checkpoint)
    {
        var left = new JournalFolder();
        lock (_gate)
        {
            foreach (var (path, kept) in _synced)
            {
                File.WriteAllBytes(Path.Combine(left.Path, Path.GetFileName(path)), kept.Bytes);
            }

            if (_cursor is not null)
            {
                File.WriteAllBytes(Path.Combine(left.Path, Cursor), _cursor);
            }
        }

        File.WriteAllBytes(Path.Combine(left.Path, JournalCheckpoint.FileName), checkpoint);
        return left;
    }

    public void CreateZeroed(string path, long bytes)
    {
        BeforeStep();
        _real.CreateZeroed(path, bytes);
        lock (_gate)
        {
            _names[path] = new Kept(new byte[bytes]);
        }
    }

    public void Zero(string path, long bytes)
    {
        BeforeStep();
        _real.Zero(path, bytes);
        lock (_gate)
        {
            _names[path].Bytes = new byte[bytes];
        }
    }

    public IJournalFile OpenForAppend(string path)
    {
        lock (_gate)
        {
            return new WrittenFile(this, _real.OpenForAppend(path), _names[path]);
        }
    }

    public void Move(string from, string to)
    {
        BeforeStep();
        _real.Move(from, to);
        lock (_gate)
        {
            _ = _names.Remove(from, out var kept);
            _names[to] = kept!;
        }
    }

    public void Delete(string path)
    {
        BeforeStep();
        _real.Delete(path);
        lock (_gate)
        {
            _ = _names.Remove(path);
        }
    }

    public void SyncDirectory(string directory)
    {
        BeforeStep();
        _real.SyncDirectory(directory);
        lock (_gate)
        {
            _synced = new Dictionary<string, Kept>(_names, StringComparer.Ordinal);
            var cursor = Path.Combine(directory, Cursor);
            _cursor = File.Exists(cursor) ? File.ReadAllBytes(cursor) : null;
        }
    }

    public long FreeBytes(string directory) => _real.FreeBytes(directory);

    private sealed class Kept(byte[] bytes)
    {
        public byte[] Bytes { get; set; } = bytes;
    }

    private sealed class WrittenFile(PowerCutFiles owner, IJournalFile file, Kept kept) : IJournalFile
    {
        public string Path => file.Path;

        public void WriteDurable(ReadOnlySpan<byte> bytes, long offset)
        {
            file.WriteDurable(bytes, offset);
            lock (owner._gate)
            {
                if (owner.Flushes || offset < SegmentHeader.Bytes)
                {
                    bytes.CopyTo(kept.Bytes.AsSpan((int)offset));
                }
            }
        }

        public void Dispose() => file.Dispose();
    }
}
