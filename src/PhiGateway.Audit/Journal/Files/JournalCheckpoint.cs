using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;
using PhiGateway.Audit.Journal.Segments;

namespace PhiGateway.Audit.Journal.Files;

/// <summary>
/// Writes and reads how far the log was acknowledged. Recovery must find that much again, else records are missing and the node must not
/// serve.
/// </summary>
/// <remarks>
/// Written after every flush, without a flush of its own: a killed process loses nothing of it, a power cut at most what came after the
/// keeper's last <see cref="Flush"/>. Two slots in turn, so that a torn write leaves the other one. Beside the log's end it keeps two facts
/// that must not hang on records, for records are recycled: the newest registry revision that was enforced, and that the log is not to be
/// trusted.
/// </remarks>
internal sealed class JournalCheckpoint : IDisposable
{
    public const string FileName = "journal.checkpoint";

    private const int SlotBytes = 4096;
    private const int UsedBytes = 320;

    // Behind the longest log name, before the checksum; zero in files of earlier versions.
    private const int EnforcedOffset = 306;
    private const int ForkedOffset = 314;

    private readonly SafeFileHandle _handle;
    private readonly byte[] _slot = new byte[UsedBytes];
    private readonly Lock _lock = new();
    private long _counter;
    private long _enforced;
    private bool _forked;

    private JournalCheckpoint(SafeFileHandle handle) => _handle = handle;

    /// <summary>The newest registry revision that this node has enforced; 0: none.</summary>
    public long Enforced => Interlocked.Read(ref _enforced);

    /// <summary>Whether the store was seen to hold another history of this log.</summary>
    public bool IsForked => Volatile.Read(ref _forked);

    /// <summary>Reads the newer whole slot; null when there is no file.</summary>
    /// <exception cref="JournalOpenException">Neither slot is whole.</exception>
    public static CheckpointState? Read(string directory)
    {
        var path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        CheckpointState? newest = null;
        var slot = new byte[UsedBytes];
        for (var i = 0; i < 2; i++)
        {
            if (
                RandomAccess.Read(handle, slot, i * SlotBytes) == UsedBytes
                && Decode(slot) is { } state
                && state.Counter > (newest?.Counter ?? -1)
            )
            {
                newest = state;
            }
        }

        return newest
            ?? throw new JournalOpenException(
                $"{path} is damaged: how far the journal was acknowledged is unknown. Restore the file or start a new journal in another directory."
            );
    }

    public static JournalCheckpoint Open(string directory, CheckpointState? state)
    {
        var handle = File.OpenHandle(Path.Combine(directory, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        var checkpoint = new JournalCheckpoint(handle)
        {
            _counter = state?.Counter ?? 0,
            _enforced = state?.Enforced ?? 0,
            _forked = state?.Forked ?? false,
        };
        if (state is null)
        {
            RandomAccess.Write(handle, new byte[2 * SlotBytes], 0);
        }
        else
        {
            checkpoint.Describe(state.Log, state.Sequence, state.ChainHash, clean: false);
        }

        return checkpoint;
    }

    /// <summary>Writes the next slot.</summary>
    public void Write(string log, long sequence, ReadOnlySpan<byte> chainHash, bool clean)
    {
        lock (_lock)
        {
            Describe(log, sequence, chainHash, clean);
            WriteSlot();
        }
    }

    /// <summary>Keeps another newest enforced revision, durably; the end of the log stays what it is. Only after a first write.</summary>
    public void WriteEnforced(long revision)
    {
        lock (_lock)
        {
            Interlocked.Exchange(ref _enforced, revision);
            WriteSlot();
        }

        Flush();
    }

    /// <summary>Keeps, durably, whether the log is to be trusted. Only after a first write.</summary>
    public void WriteForked(bool forked)
    {
        lock (_lock)
        {
            Volatile.Write(ref _forked, forked);
            WriteSlot();
        }

        Flush();
    }

    /// <summary>Writes a fact that holds in memory already: where the disk does not take it, the next checkpoint carries it.</summary>
    public static void Keep(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (JournalFiles.IsDiskFault(e))
        {
            // Said above.
        }
    }

    public void Flush() => JournalFiles.Flush(_handle);

    public void Dispose() => _handle.Dispose();

    private void Describe(string log, long sequence, ReadOnlySpan<byte> chainHash, bool clean)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_slot.AsSpan(8), sequence);
        chainHash.CopyTo(_slot.AsSpan(16));
        _slot[48] = clean ? (byte)1 : (byte)0;
        _slot[49] = checked((byte)Encoding.UTF8.GetBytes(log, _slot.AsSpan(50, 255)));
    }

    private void WriteSlot()
    {
        var counter = _counter + 1;
        BinaryPrimitives.WriteInt64LittleEndian(_slot, counter);
        BinaryPrimitives.WriteInt64LittleEndian(_slot.AsSpan(EnforcedOffset), _enforced);
        _slot[ForkedOffset] = _forked ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32LittleEndian(_slot.AsSpan(UsedBytes - 4), Crc32C.Of(_slot.AsSpan(0, UsedBytes - 4)));
        RandomAccess.Write(_handle, _slot, (counter & 1) * SlotBytes);

        // One that failed is written over by the next: the other slot is the newest whole one.
        _counter = counter;
    }

    private static CheckpointState? Decode(ReadOnlySpan<byte> slot) =>
        BinaryPrimitives.ReadUInt32LittleEndian(slot[(UsedBytes - 4)..]) != Crc32C.Of(slot[..(UsedBytes - 4)])
        || BinaryPrimitives.ReadInt64LittleEndian(slot) == 0
            ? null
            : new CheckpointState(
                BinaryPrimitives.ReadInt64LittleEndian(slot),
                Encoding.UTF8.GetString(slot.Slice(50, slot[49])),
                BinaryPrimitives.ReadInt64LittleEndian(slot[8..]),
                slot.Slice(16, JournalChain.HashBytes).ToArray(),
                slot[48] == 1,
                BinaryPrimitives.ReadInt64LittleEndian(slot[EnforcedOffset..]),
                slot[ForkedOffset] == 1
            );
}

/// <summary>The content of the checkpoint file as it was read once.</summary>
/// <param name="Counter">Rises with each write.</param>
/// <param name="Log">Name of the log.</param>
/// <param name="Sequence">Last acknowledged record; -1 for none.</param>
/// <param name="ChainHash">Its chain hash.</param>
/// <param name="Clean">The journal was closed in order.</param>
/// <param name="Enforced">The newest registry revision that was enforced; 0: none.</param>
/// <param name="Forked">The store was seen to hold another history of this log.</param>
internal sealed record CheckpointState(long Counter, string Log, long Sequence, byte[] ChainHash, bool Clean, long Enforced, bool Forked);
