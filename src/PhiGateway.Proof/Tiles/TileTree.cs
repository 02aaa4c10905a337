namespace PhiGateway.Proof.Tiles;

/// <summary>
/// A tree of a given size, read from its tiles: roots of what it was before, paths that prove. Not thread-safe; for one call or one
/// verification. Missing tiles are an <see cref="InvalidDataException"/>.
/// </summary>
public sealed class TileTree(TileFolder folder, long size)
{
    private const int MostKept = 1024;

    private readonly Dictionary<(int Level, long Index), TreeHash[]> _tiles = [];

    /// <summary>Leaves.</summary>
    public long Size => size;

    /// <summary>Root of the whole.</summary>
    public TreeHash Root() => RootAt(size);

    /// <summary>Root that the tree had when it was smaller.</summary>
    public TreeHash RootAt(long earlier)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(earlier, size);
        return earlier == 0 ? TreeHash.Empty : Range(0, earlier);
    }

    /// <summary>Hash of one leaf.</summary>
    public TreeHash Leaf(long index) => Range(index, index + 1);

    /// <summary>From a leaf to the root, the leaf's sibling first.</summary>
    public IReadOnlyList<TreeHash> Inclusion(long index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var path = new List<TreeHash>();
        Inclusion(index, 0, size, path);
        return path;
    }

    /// <summary>That the tree extends what it was.</summary>
    public IReadOnlyList<TreeHash> Consistency(long earlier)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(earlier, size);
        var path = new List<TreeHash>();
        if (earlier > 0 && earlier < size)
        {
            Consistency(earlier, 0, size, isWhole: true, path);
        }

        return path;
    }

    private void Inclusion(long index, long from, long to, List<TreeHash> path)
    {
        if (to - from == 1)
        {
            return;
        }

        var middle = from + TreeMath.Split(to - from);
        if (index < middle)
        {
            Inclusion(index, from, middle, path);
            path.Add(Range(middle, to));
        }
        else
        {
            Inclusion(index, middle, to, path);
            path.Add(Range(from, middle));
        }
    }

    private void Consistency(long earlier, long from, long to, bool isWhole, List<TreeHash> path)
    {
        if (earlier == to)
        {
            if (!isWhole)
            {
                path.Add(Range(from, to));
            }

            return;
        }

        var middle = from + TreeMath.Split(to - from);
        if (earlier <= middle)
        {
            Consistency(earlier, from, middle, isWhole, path);
            path.Add(Range(middle, to));
        }
        else
        {
            Consistency(earlier, middle, to, isWhole: false, path);
            path.Add(Range(from, middle));
        }
    }

    private TreeHash Range(long from, long to)
    {
        var count = to - from;
        if ((count & (count - 1)) != 0 || from % count != 0)
        {
            var middle = from + TreeMath.Split(count);
            return TreeHash.OfNode(Range(from, middle), Range(middle, to));
        }

        var bits = System.Numerics.BitOperations.TrailingZeroCount(count);
        var level = bits / TilePath.Height;
        var width = 1 << (bits % TilePath.Height);
        var first = from >> (level * TilePath.Height);
        var tile = Tile(level, first / TilePath.Width);
        return TreeMath.Subtree(tile.AsSpan((int)(first % TilePath.Width), width));
    }

    private TreeHash[] Tile(int level, long index)
    {
        if (_tiles.TryGetValue((level, index), out var hashes))
        {
            return hashes;
        }

        var width = TilePath.WidthIn(size, level, index);
        var bytes =
            folder.ReadHashes(level, index, width)
            ?? throw new InvalidDataException($"The tile {TilePath.OfHashes(level, index, width)} of the log is missing or too short.");
        if (_tiles.Count >= MostKept)
        {
            _tiles.Clear();
        }

        return _tiles[(level, index)] = TreeMath.Hashes(bytes);
    }
}
