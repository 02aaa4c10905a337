using PhiGateway.Proof.Building;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Entries;
using PhiGateway.Proof.Keys;
using PhiGateway.Proof.Tiles;

namespace PhiGateway.Proof.Verification;

/// <summary>A log whose keys and checkpoint hold: what records and heads are compared with. Not thread-safe.</summary>
/// <param name="Name">Name of the log.</param>
/// <param name="Files">Its published files.</param>
/// <param name="Checkpoint">The checkpoint.</param>
/// <param name="Keys">The chain of its keys.</param>
public sealed record VerifiedLog(string Name, LogFiles Files, Checkpoint Checkpoint, KeyHistory Keys)
{
    private byte[] _bundle = [];
    private long _bundleAt = -1;

    /// <summary>One entry under the checkpoint; null when it is not there or not an entry. Neighbours are read at once.</summary>
    public LogEntry? Entry(long index)
    {
        var tile = index / TilePath.Width;
        if (tile != _bundleAt)
        {
            var width = TilePath.WidthIn(Checkpoint.Size, 0, tile);
            _bundle = width == 0 ? [] : Files.Tiles.ReadBundle(tile, width) ?? [];
            _bundleAt = tile;
        }

        return LogEntry.TryRead(EntryBundle.At(_bundle, (int)(index % TilePath.Width)), out var entry) ? entry : null;
    }

    /// <summary>The tree at the checkpoint.</summary>
    public TileTree Tree() => new(Files.Tiles, Checkpoint.Size);
}
