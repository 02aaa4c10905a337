namespace PhiGateway.Proof.Tiles;

/// <summary>
/// The tiles of one log as static files below one folder: what the builder writes, verifiers read and a plain web server may serve.
/// </summary>
public sealed class TileFolder(string path)
{
    /// <summary>The folder.</summary>
    public string Path => path;

    /// <summary>Hashes of a tile, at least as many as asked for; null when there is none that holds them.</summary>
    public byte[]? ReadHashes(int level, long index, int width) =>
        Read(width, TreeHash.Bytes, w => TilePath.OfHashes(level, index, w))?[..(width * TreeHash.Bytes)];

    /// <summary>A bundle of entries, at least as many as asked for; null when there is none that holds them.</summary>
    public byte[]? ReadBundle(long index, int width) => Read(width, 1, w => TilePath.OfEntries(index, w));

    /// <summary>Writes a tile whole or not at all; not durable before the file system is synced.</summary>
    public void Write(string name, ReadOnlySpan<byte> bytes)
    {
        var target = Full(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
        var temporary = target + ".new";
        File.WriteAllBytes(temporary, bytes);
        File.Move(temporary, target, overwrite: true);
    }

    /// <summary>Removes what a full tile has made needless.</summary>
    public void DropPartials(string name)
    {
        var partials = Full(name) + ".p";
        if (Directory.Exists(partials))
        {
            Directory.Delete(partials, recursive: true);
        }
    }

    private string Full(string name) => System.IO.Path.Combine(path, name);

    // The full tile, the one of this very width, or the next wider one: a tree that has grown since may have dropped the others.
    private byte[]? Read(int width, int least, Func<int, string> name)
    {
        foreach (var candidate in (int[])[TilePath.Width, width])
        {
            if (TryRead(Full(name(candidate))) is { } bytes && bytes.Length >= candidate * least)
            {
                return bytes;
            }
        }

        for (var wider = width + 1; wider < TilePath.Width; wider++)
        {
            if (TryRead(Full(name(wider))) is { } bytes && bytes.Length >= wider * least)
            {
                return bytes;
            }
        }

        return null;
    }

    private static byte[]? TryRead(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
