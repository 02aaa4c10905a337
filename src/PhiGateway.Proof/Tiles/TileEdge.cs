namespace PhiGateway.Proof.Tiles;

/// <summary>Holds the right edge of a growing tree: per level of tiles the hashes that do not fill a tile yet. Not thread-safe.</summary>
public sealed class TileEdge
{
    private readonly List<TreeHash[]> _levels = [];
    private readonly List<int> _counts = [];

    /// <summary>Leaves so far.</summary>
    public long Size { get; private set; }

    /// <summary>Levels of tiles that hold something.</summary>
    public int Levels => _levels.Count;

    /// <summary>Starts behind full tiles of leaves that a folder holds.</summary>
    /// <exception cref="InvalidDataException">A tile is missing.</exception>
    public static TileEdge Restore(TileFolder folder, long fullTiles)
    {
        var edge = new TileEdge { Size = fullTiles * TilePath.Width };
        var below = fullTiles;
        for (var level = 1; below > 0; level++)
        {
            edge.Ensure(level);
            var first = below / TilePath.Width * TilePath.Width;
            for (var index = first; index < below; index++)
            {
                edge._levels[level][edge._counts[level]++] = SubtreeOf(folder, level - 1, index);
            }

            below /= TilePath.Width;
        }

        return edge;
    }

    /// <summary>Adds a leaf; every tile that this fills is handed out, lowest level first.</summary>
    public void Add(TreeHash leaf, Action<int, long, TreeHash[]> full)
    {
        Size++;
        Put(0, leaf, Size - 1, full);
    }

    /// <summary>The hashes of a level that do not fill a tile yet.</summary>
    public ReadOnlySpan<TreeHash> Partial(int level) => _levels[level].AsSpan(0, _counts[level]);

    /// <summary>Root of the tree as it is.</summary>
    public TreeHash Root()
    {
        // Whole subtrees from the largest to the smallest; folded from the right.
        TreeHash? root = null;
        for (var level = 0; level < _levels.Count; level++)
        {
            var rest = _levels[level].AsSpan(0, _counts[level]);
            while (!rest.IsEmpty)
            {
                var width = 1 << System.Numerics.BitOperations.TrailingZeroCount(rest.Length);
                var part = TreeMath.Subtree(rest[^width..]);
                root = root is { } right ? TreeHash.OfNode(part, right) : part;
                rest = rest[..^width];
            }
        }

        return root ?? TreeHash.Empty;
    }

    private static TreeHash SubtreeOf(TileFolder folder, int level, long index)
    {
        var bytes =
            folder.ReadHashes(level, index, TilePath.Width)
            ?? throw new InvalidDataException($"The tile {TilePath.OfHashes(level, index)} of the log is missing.");
        return TreeMath.Subtree(TreeMath.Hashes(bytes));
    }

    private void Put(int level, TreeHash hash, long index, Action<int, long, TreeHash[]> full)
    {
        Ensure(level);
        _levels[level][_counts[level]++] = hash;
        if (_counts[level] < TilePath.Width)
        {
            return;
        }

        var tile = index / TilePath.Width;
        full(level, tile, _levels[level]);
        _counts[level] = 0;
        Put(level + 1, TreeMath.Subtree(_levels[level]), tile, full);
    }

    private void Ensure(int level)
    {
        while (_levels.Count <= level)
        {
            _levels.Add(new TreeHash[TilePath.Width]);
            _counts.Add(0);
        }
    }
}
