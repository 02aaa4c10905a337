namespace PhiGateway.Proof.Tiles;

/// <summary>
/// Computes roots of RFC 6962 trees and verifies paths in them, without reading files; for builders, provers and verifiers.
/// </summary>
public static class TreeMath
{
    /// <summary>Root over hashes whose number is a power of two.</summary>
    public static TreeHash Subtree(ReadOnlySpan<TreeHash> hashes) =>
        hashes.Length == 1 ? hashes[0] : TreeHash.OfNode(Subtree(hashes[..(hashes.Length / 2)]), Subtree(hashes[(hashes.Length / 2)..]));

    /// <summary>Root over any number of leaf hashes.</summary>
    public static TreeHash Root(ReadOnlySpan<TreeHash> leaves)
    {
        if (leaves.Length < 2)
        {
            return leaves.IsEmpty ? TreeHash.Empty : leaves[0];
        }

        var split = (int)Split(leaves.Length);
        return TreeHash.OfNode(Root(leaves[..split]), Root(leaves[split..]));
    }

    /// <summary>Largest power of two below a number above one.</summary>
    public static long Split(long count) => 1L << (63 - System.Numerics.BitOperations.LeadingZeroCount((ulong)(count - 1)));

    /// <summary>Bytes of a tile as hashes.</summary>
    public static TreeHash[] Hashes(ReadOnlySpan<byte> bytes)
    {
        var hashes = new TreeHash[bytes.Length / TreeHash.Bytes];
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = new TreeHash(bytes.Slice(i * TreeHash.Bytes, TreeHash.Bytes));
        }

        return hashes;
    }

    /// <summary>Whether a path leads from a leaf to the root (RFC 9162, 2.1.3.2).</summary>
    public static bool Includes(long index, long size, TreeHash leaf, IReadOnlyList<TreeHash> path, TreeHash root)
    {
        if (index < 0 || index >= size)
        {
            return false;
        }

        var (fn, sn, hash) = (index, size - 1, leaf);
        foreach (var step in path)
        {
            if (sn == 0)
            {
                return false;
            }

            if ((fn & 1) == 1 || fn == sn)
            {
                hash = TreeHash.OfNode(step, hash);
                while ((fn & 1) == 0 && fn != 0)
                {
                    (fn, sn) = (fn >> 1, sn >> 1);
                }
            }
            else
            {
                hash = TreeHash.OfNode(hash, step);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 && hash == root;
    }

    /// <summary>Whether a larger tree begins as a smaller one did (RFC 9162, 2.1.4.2).</summary>
    public static bool Extends(long oldSize, TreeHash oldRoot, long size, TreeHash root, IReadOnlyList<TreeHash> path)
    {
        if (oldSize <= 0 || oldSize >= size)
        {
            return path.Count == 0 && ((oldSize == size && oldRoot == root) || (oldSize == 0 && oldRoot == TreeHash.Empty));
        }

        var (fn, sn) = (oldSize - 1, size - 1);
        while ((fn & 1) == 1)
        {
            (fn, sn) = (fn >> 1, sn >> 1);
        }

        var at = 0;
        var isWhole = (oldSize & (oldSize - 1)) == 0;
        if (!isWhole && path.Count == 0)
        {
            return false;
        }

        var old = isWhole ? oldRoot : path[at++];
        var all = old;
        for (; at < path.Count; at++)
        {
            if (sn == 0)
            {
                return false;
            }

            if ((fn & 1) == 1 || fn == sn)
            {
                old = TreeHash.OfNode(path[at], old);
                all = TreeHash.OfNode(path[at], all);
                while ((fn & 1) == 0 && fn != 0)
                {
                    (fn, sn) = (fn >> 1, sn >> 1);
                }
            }
            else
            {
                all = TreeHash.OfNode(all, path[at]);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 && old == oldRoot && all == root;
    }
}
