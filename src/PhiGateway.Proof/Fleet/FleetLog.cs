using System.Text;
using PhiGateway.Audit.Journal.Files;
using PhiGateway.Proof.Building;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Entries;
using PhiGateway.Proof.Evidence;
using PhiGateway.Proof.Heads;
using PhiGateway.Proof.Keys;
using PhiGateway.Proof.Tiles;
using PhiGateway.Proof.Verification;

namespace PhiGateway.Proof.Fleet;

/// <summary>
/// A transparency log over the heads of every node's log, kept by one control plane: what a node has signed cannot be taken back, nor a whole
/// node be forgotten. Fed by <see cref="FleetFeed"/>; thread-safe.
/// </summary>
/// <remarks>
/// Its file of heads is what it is made of: after a crash the tree is made again from it. Security: a head counts when a key of its log signed
/// it; the keys are those of the first statement that was seen, and those that they have signed since.
/// </remarks>
public sealed class FleetLog : IDisposable
{
    private readonly Lock _lock = new();
    private readonly LogFiles _files;
    private readonly NoteSigner _signer;
    private readonly TreeBuilder _tree;
    private readonly string _path;
    private readonly Dictionary<string, FleetMember> _members = new(StringComparer.Ordinal);

    // Bytes of the file of heads that are in the tree; what lies behind them was written in part.
    private long _length;
    private bool _isTorn;
    private bool _isUnsigned;

    private FleetLog(LogFiles files, NoteSigner signer, TreeBuilder tree) =>
        (_files, _signer, _tree, _path) = (files, signer, tree, Path.Combine(files.Folder, FleetHead.FileName));

    /// <summary>Told when a node's log contradicts what it signed before, in words without PHI.</summary>
    public event Action<ProofFinding>? Contradicted;

    /// <summary>How the file of heads is opened to be written to; a test's own may fail as a disk does.</summary>
    internal Func<string, FileStream> OpenHeads { get; set; } =
        static path => new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);

    /// <summary>Heads in it.</summary>
    public long Size
    {
        get
        {
            lock (_lock)
            {
                return _tree.Size;
            }
        }
    }

    /// <summary>Its published key.</summary>
    public NoteKey Key => _signer.Public;

    /// <summary>Its published files.</summary>
    public LogFiles Files => _files;

    /// <summary>The logs of which it has heads, by name.</summary>
    public IReadOnlyList<FleetMember> Members
    {
        get
        {
            lock (_lock)
            {
                return [.. _members.Values.OrderBy(static member => member.Log, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Opens or begins it.</summary>
    /// <param name="folder">Its published files.</param>
    /// <param name="signer">Its key; named like the log.</param>
    /// <exception cref="InvalidDataException">Heads are missing that it signed before, or are others: in words.</exception>
    public static FleetLog Open(string folder, NoteSigner signer)
    {
        Directory.CreateDirectory(folder);
        var files = new LogFiles(folder);
        var log = new FleetLog(files, signer, TreeBuilder.Restore(files));
        log.Restore();
        DurableFile.Write(Path.Combine(folder, "vkey"), signer.Public + "\n");
        return log;
    }

    /// <summary>Publishes its key for witnesses, and the policy to verify it with, as far as its files know of witnesses.</summary>
    public void PublishKeys() => _files.WriteKeys([Key]);

    /// <summary>Takes heads that it has not, in their order; those that no key of their log signed are passed over.</summary>
    /// <returns>How many it took.</returns>
    public int Add(IReadOnlyList<LogHead> heads)
    {
        List<ProofFinding> found = [];
        int taken;
        lock (_lock)
        {
            var fresh = heads.DistinctBy(static head => (head.Log, head.Note)).Where(IsFresh).ToList();
            taken = fresh.Count;
            if (taken > 0)
            {
                // The heads first: what is in the tree can be made again from them.
                Append(fresh);
                _isUnsigned = true;
                found.AddRange(fresh.Select(Take).OfType<ProofFinding>());
            }

            if (_isUnsigned)
            {
                Sign();
            }
        }

        foreach (var finding in found)
        {
            Contradicted?.Invoke(finding);
        }

        return taken;
    }

    /// <summary>The newest head of a log, and that it is in the fleet's tree; null when it has none.</summary>
    public FleetProof? Prove(string log)
    {
        lock (_lock)
        {
            if (
                !_members.TryGetValue(log, out var member)
                || member.Newest is not { } newest
                || _files.ReadCheckpoint() is not var (note, now)
            )
            {
                return null;
            }

            var path = new TileTree(_files.Tiles, now.Size).Inclusion(member.Index);
            return new FleetProof(newest, ProofFile.Write(member.Index, path, note.Whole));
        }
    }

    /// <summary>The newest checkpoint; null before the first head.</summary>
    public string? Checkpoint => _files.ReadCheckpoint() is var (note, _) ? note.Whole : null;

    /// <inheritdoc />
    public void Dispose() => _signer.Dispose();

    private void Restore()
    {
        var before = _files.ReadCheckpoint();
        if (before is var (note, _) && !note.IsSignedBy(_signer.Public))
        {
            throw new InvalidDataException($"The checkpoint in {_files.Folder} is not signed by the key of the fleet log.");
        }

        var index = 0L;
        byte[]? entries = null;
        foreach (var head in ReadWhole())
        {
            if (index < _tree.Size)
            {
                // Security: a line that was edited may name keys; it counts as the one that is in the tree, or not at all.
                if (index % TilePath.Width == 0)
                {
                    entries = _files.Tiles.ReadBundle(index / TilePath.Width, TilePath.Width);
                }

                if (
                    entries is null
                    || !LogEntry.TryRead(EntryBundle.At(entries, (int)(index % TilePath.Width)), out var entry)
                    || entry != FleetHead.EntryOf(index, head)
                )
                {
                    throw new InvalidDataException($"Line {index + 1} of {_path} is not the head that the fleet log took.");
                }

                Note(head, index);
            }
            else
            {
                Take(head);
            }

            index++;
            if (before?.Checkpoint.Size == index && index == _tree.Size && _tree.Root != before.Value.Checkpoint.Root)
            {
                throw new InvalidDataException($"The heads in {_path} are not those that the fleet log signed.");
            }
        }

        if (index < _tree.Size || index < before?.Checkpoint.Size)
        {
            throw new InvalidDataException($"{_path} has {index} heads; the fleet log signed more. Restore it.");
        }

        if (index > (before?.Checkpoint.Size ?? 0))
        {
            Sign();
        }
    }

    // A line that was cut when the machine died was never signed.
    private IEnumerable<LogHead> ReadWhole()
    {
        _length = 0;
        if (!File.Exists(_path))
        {
            return [];
        }

        using (var file = new FileStream(_path, FileMode.Open, FileAccess.ReadWrite))
        {
            var end = file.Length;
            while (end > 0)
            {
                file.Position = end - 1;
                if (file.ReadByte() == '\n')
                {
                    break;
                }

                end--;
            }

            if (end < file.Length)
            {
                file.SetLength(end);
            }

            _length = end;
        }

        return File.ReadLines(_path)
            .Select(line => FleetHead.Read(line) ?? throw new InvalidDataException($"A line of {_path} is no head."));
    }

    private bool IsFresh(LogHead head)
    {
        // Nobody who may fill the table makes logs up: one begins with a statement of keys that it signs itself.
        var member = _members.GetValueOrDefault(head.Log) ?? new FleetMember(head.Log);
        if (SignedNote.Parse(head.Note) is not { } note || member.HasSeen(head) || !member.Knows(head, note))
        {
            return false;
        }

        _members[head.Log] = member;
        member.LearnKeys(note);
        return true;
    }

    // What was written in part is cut off again, and nothing is written behind it before that worked: line and entry have one number.
    private void Append(List<LogHead> heads)
    {
        using var file = OpenHeads(_path);
        if (_isTorn)
        {
            CutBack(file);
        }
        else if (file.Length != _length)
        {
            throw new IOException($"{_path} was changed by somebody else: nothing is added to it.");
        }

        try
        {
            file.Position = _length;
            file.Write(Encoding.UTF8.GetBytes(string.Concat(heads.Select(static head => FleetHead.LineOf(head) + "\n"))));
            file.Flush(flushToDisk: true);
            _length = file.Length;
        }
        catch (Exception)
        {
            _isTorn = true;
            CutBack(file);
            throw;
        }
    }

    private void CutBack(FileStream file)
    {
        file.SetLength(_length);
        file.Flush(flushToDisk: true);
        _isTorn = false;
    }

    private ProofFinding? Take(LogHead head)
    {
        var index = _tree.Size;
        _tree.Add(FleetHead.EntryOf(index, head));
        return Note(head, index);
    }

    private ProofFinding? Note(LogHead head, long index)
    {
        if (!_members.TryGetValue(head.Log, out var member))
        {
            _members[head.Log] = member = new FleetMember(head.Log);
        }

        return member.Learn(head, index);
    }

    private void Sign()
    {
        _tree.Flush();
        _tree.WritePartials();
        _tree.Sync();
        var text = new Checkpoint(_signer.Public.Name, _tree.Size, _tree.Root).ToText();
        _files.WriteCheckpoint(SignedNote.Sign(text, [_signer]));
        _isUnsigned = false;
    }
}

/// <summary>The newest head of a node's log, and its way to the fleet's checkpoint.</summary>
/// <param name="Head">The head.</param>
/// <param name="Proof">C2SP tlog-proof of its entry in the fleet log.</param>
public sealed record FleetProof(LogHead Head, string Proof)
{
    /// <summary>The head as it stands in the file of heads.</summary>
    public string Line => FleetHead.LineOf(Head);
}
