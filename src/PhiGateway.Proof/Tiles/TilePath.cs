using System.Globalization;
using System.Text;

namespace PhiGateway.Proof.Tiles;

/// <summary>Gives the file names of tiles, as C2SP tlog-tiles has them.</summary>
public static class TilePath
{
    /// <summary>Hashes of a full tile.</summary>
    public const int Width = 256;

    /// <summary>Levels of the tree that one tile holds.</summary>
    public const int Height = 8;

    /// <summary>Highest level of tiles that a log can have.</summary>
    public const int MaxLevel = 7;

    /// <summary>Of hashes: <c>tile/1/x001/234.p/17</c>.</summary>
    public static string OfHashes(int level, long index, int width = Width) =>
        Of("tile/" + level.ToString(CultureInfo.InvariantCulture), index, width);

    /// <summary>Of entries: <c>tile/entries/067</c>.</summary>
    public static string OfEntries(long index, int width = Width) => Of("tile/entries", index, width);

    /// <summary>How many hashes or entries a tile has in a tree of this size; 0: the tree has no such tile.</summary>
    public static int WidthIn(long size, int level, long index)
    {
        var nodes = level * Height >= 63 ? 0 : size >> (level * Height);
        return (int)Math.Clamp(nodes - (index * Width), 0, Width);
    }

    private static string Of(string start, long index, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfNotEqual(width is > 0 and <= Width, true, nameof(width));
        var path = new StringBuilder((index % 1000).ToString("D3", CultureInfo.InvariantCulture));
        for (var rest = index / 1000; rest > 0; rest /= 1000)
        {
            path.Insert(0, 'x' + (rest % 1000).ToString("D3", CultureInfo.InvariantCulture) + "/");
        }

        path.Insert(0, start + "/");
        if (width < Width)
        {
            path.Append(".p/").Append(width.ToString(CultureInfo.InvariantCulture));
        }

        return path.ToString();
    }
}
