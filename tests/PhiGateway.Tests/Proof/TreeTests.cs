using PhiGateway.Proof.Tiles;
using Xunit;

namespace PhiGateway.Tests.Proof;

public sealed class TreeTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("phigw-tiles-");

    public void Dispose() => _folder.Delete(recursive: true);

    // Leaves and roots of the reference implementation of RFC 6962.
    [Theory]
    [InlineData(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    [InlineData(2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [InlineData(4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4")]
    [InlineData(6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef")]
    [InlineData(7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c")]
    [InlineData(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")]
    public void Root_ReferenceLeaves_IsTheReferenceRoot(int size, string root)
    {
        var leaves = new[] { "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" }
            .Take(size)
            .Select(hex => TreeHash.OfLeaf(Convert.FromHexString(hex)))
            .ToArray();
        var edge = new TileEdge();
        foreach (var leaf in leaves)
        {
            edge.Add(leaf, static (_, _, _) => { });
        }

        Assert.Equal(root, Convert.ToHexStringLower(TreeMath.Root(leaves).ToArray()));
        Assert.Equal(root, Convert.ToHexStringLower(edge.Root().ToArray()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(700)]
    [InlineData(66_000)]
    public void Tree_ReadFromItsTiles_HasTheRootOfItsLeaves(int size)
    {
        var leaves = Grow(size, out var edge);
        var tree = new TileTree(new TileFolder(_folder.FullName), size);

        Assert.Equal(TreeMath.Root(leaves), tree.Root());
        Assert.Equal(edge.Root(), tree.Root());
        Assert.Equal(edge.Root(), TileEdgeAgain(size, leaves).Root());
        foreach (var earlier in new[] { 1, size / 3, size / 2, size - 1 }.Where(at => at > 0))
        {
            Assert.Equal(TreeMath.Root(leaves.AsSpan(0, earlier)), tree.RootAt(earlier));
        }
    }

    [Fact]
    public void Inclusion_EveryLeafOfManySizes_IsProvenAndNothingElseIs()
    {
        var leaves = Grow(600, out _);
        foreach (var size in new[] { 1, 2, 3, 7, 255, 256, 257, 511, 600 })
        {
            var tree = new TileTree(new TileFolder(_folder.FullName), size);
            var root = tree.Root();
            for (var index = 0; index < size; index++)
            {
                var path = tree.Inclusion(index);
                Assert.True(TreeMath.Includes(index, size, leaves[index], path, root));
                Assert.False(TreeMath.Includes(index, size, leaves[(index + 1) % 600], path, root));
                Assert.False(size > 1 && TreeMath.Includes((index + 1) % size, size, leaves[index], path, root));
                Assert.False(TreeMath.Includes(index, size, leaves[index], [.. path, root], root));
            }
        }
    }

    [Fact]
    public void Consistency_EveryPairOfSizes_IsProvenAndNothingElseIs()
    {
        var leaves = Grow(300, out _);
        for (var size = 1; size <= 300; size += size < 20 ? 1 : 31)
        {
            var tree = new TileTree(new TileFolder(_folder.FullName), size);
            for (var earlier = 0; earlier <= size; earlier++)
            {
                var (old, path) = (tree.RootAt(earlier), tree.Consistency(earlier));
                Assert.True(TreeMath.Extends(earlier, old, size, tree.Root(), path), $"{earlier} to {size}");
                Assert.False(TreeMath.Extends(earlier, leaves[0], size, leaves[1], path) && size > 1);
                Assert.False(earlier > 1 && earlier < size && TreeMath.Extends(earlier - 1, old, size, tree.Root(), path));
            }
        }
    }

    [Theory]
    [InlineData(1_234_067L, 256, "tile/0/x001/x234/067")]
    [InlineData(0L, 17, "tile/0/000.p/17")]
    [InlineData(1000L, 256, "tile/0/x001/000")]
    public void OfHashes_AnyIndex_IsNamedInGroupsOfThree(long index, int width, string name) =>
        Assert.Equal(name, TilePath.OfHashes(0, index, width));

    private TileEdge TileEdgeAgain(int size, TreeHash[] leaves)
    {
        var full = size / TilePath.Width;
        var edge = TileEdge.Restore(new TileFolder(_folder.FullName), full);
        foreach (var leaf in leaves[(full * TilePath.Width)..])
        {
            edge.Add(leaf, static (_, _, _) => { });
        }

        return edge;
    }

    private TreeHash[] Grow(int size, out TileEdge edge)
    {
        var folder = new TileFolder(_folder.FullName);
        var leaves = Enumerable.Range(0, size).Select(i => TreeHash.OfLeaf(BitConverter.GetBytes(i))).ToArray();
        edge = new TileEdge();
        foreach (var leaf in leaves)
        {
            edge.Add(leaf, (level, index, hashes) => folder.Write(TilePath.OfHashes(level, index), Bytes(hashes)));
        }

        for (var level = 0; level < edge.Levels; level++)
        {
            var rest = edge.Partial(level);
            if (!rest.IsEmpty)
            {
                folder.Write(TilePath.OfHashes(level, (size >> (8 * level)) / 256, rest.Length), Bytes(rest));
            }
        }

        return leaves;
    }

    private static byte[] Bytes(ReadOnlySpan<TreeHash> hashes) => [.. hashes.ToArray().SelectMany(hash => hash.ToArray())];
}
