using PhiGateway.Audit.Journal.Files;
using PhiGateway.Proof.Entries;
using PhiGateway.Proof.Tiles;

namespace PhiGateway.Proof.Building;

/// <summary>Grows the tree and its files by one entry after the other. Used by <see cref="TransparencyLog"/>; not thread-safe.</summary>
internal sealed class TreeBuilder
{
    private readonly LogFiles _files;
    private readonly byte[] _bundle = new byte[TilePath.Width * EntryBundle.Stride];
    private readonly TileEdge _edge;

    // Made once, not for each entry.
    private readonly Action<int, long, TreeHash[]> _full;

    // Full tiles that are in no file yet: a disk that takes nothing keeps them here, and no entry is lost or taken twice.
    private readonly Queue<(string Name, byte[] Bytes)> _unwritten = new();
    private long _durableTiles;

    private TreeBuilder(LogFiles files, TileEdge edge, long durableTiles)
    {
        _files = files;
        _edge = edge;
        _durableTiles = durableTiles;
        _full = (level, index, hashes) => _unwritten.Enqueue((TilePath.OfHashes(level, index), Bytes(hashes)));
    }

    /// <summary>Entries so far; some at the end may be in no file yet.</summary>
    public long Size => _edge.Size;

    /// <summary>Last entry that stands after a power cut, so that its record need not be read again; -1 for none.</summary>
    public long Durable => (_durableTiles * TilePath.Width) - 1;

    /// <summary>Epoch of the last entry.</summary>
    public uint Epoch { get; private set; }

    /// <summary>Root of the tree.</summary>
    public TreeHash Root => _edge.Root();

    /// <summary>Goes on behind what is durable; the rest is made again from the journal, byte for byte.</summary>
    /// <exception cref="InvalidDataException">A tile is missing.</exception>
    public static TreeBuilder Restore(LogFiles files)
    {
        var tiles = files.ReadDurable();
        var builder = new TreeBuilder(files, TileEdge.Restore(files.Tiles, tiles), tiles);
        if (builder.Size > 0)
        {
            builder.Epoch =
                files.ReadEntry(builder.Size - 1, builder.Size)?.Epoch
                ?? throw new InvalidDataException($"The entries {TilePath.OfEntries(tiles - 1)} of the log are missing.");
        }

        return builder;
    }

    /// <summary>Adds the next entry, in memory: it is in the tree when this returns, and in the files after <see cref="Flush"/>.</summary>
    public void Add(in LogEntry entry)
    {
        var place = (int)(_edge.Size % TilePath.Width);
        EntryBundle.Write(_bundle, place, entry);
        Epoch = entry.Epoch;
        if (place == TilePath.Width - 1)
        {
            _unwritten.Enqueue((TilePath.OfEntries(_edge.Size / TilePath.Width), [.. _bundle]));
        }

        _edge.Add(entry.Leaf(), _full);
    }

    /// <summary>Writes the full tiles that are in no file yet; what fails is tried again by the next call.</summary>
    public void Flush()
    {
        while (_unwritten.TryPeek(out var tile))
        {
            _files.Tiles.Write(tile.Name, tile.Bytes);
            _files.Tiles.DropPartials(tile.Name);
            _unwritten.Dequeue();
        }
    }

    /// <summary>Writes what does not fill a tile yet, so that a checkpoint of this size can be followed.</summary>
    public void WritePartials()
    {
        var size = _edge.Size;
        for (var level = 0; level < _edge.Levels; level++)
        {
            var hashes = _edge.Partial(level);
            if (!hashes.IsEmpty)
            {
                var index = (size >> (level * TilePath.Height)) / TilePath.Width;
                _files.Tiles.Write(TilePath.OfHashes(level, index, hashes.Length), Bytes(hashes));
            }
        }

        var rest = (int)(size % TilePath.Width);
        if (rest > 0)
        {
            var name = TilePath.OfEntries(size / TilePath.Width, rest);
            _files.Tiles.Write(name, _bundle.AsSpan(0, rest * EntryBundle.Stride));
        }
    }

    /// <summary>Makes the full tiles durable; true when there are more of them than before.</summary>
    public bool Sync()
    {
        Flush();
        var tiles = _edge.Size / TilePath.Width;
        if (tiles == _durableTiles)
        {
            return false;
        }

        DurableFile.SyncAll(_files.Folder);
        _files.WriteDurable(tiles);
        _durableTiles = tiles;
        return true;
    }

    private static byte[] Bytes(ReadOnlySpan<TreeHash> hashes)
    {
        var bytes = new byte[hashes.Length * TreeHash.Bytes];
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i].WriteTo(bytes.AsSpan(i * TreeHash.Bytes));
        }

        return bytes;
    }
}
