using PhiGateway.Audit.Journal.Files;

namespace PhiGateway.Tests.Audit;

/// <summary>The real disk, with faults on demand and a gate before each write of records.</summary>
internal sealed class FaultyFiles : IJournalFiles
{
    public const int NoSpace = 28;
    public const int InputOutput = 5;

    private readonly JournalFiles _real = new();
    private readonly SemaphoreSlim _gate = new(0);

    /// <summary>The next writes of records fail with this error, after some of their blocks.</summary>
    public int? WriteError { get; set; }

    /// <summary>Blocks that reach the disk before a write fails.</summary>
    public Func<int, bool> BlockIsWritten { get; set; } = static _ => false;

    /// <summary>New files fail for lack of room.</summary>
    public bool DiskFull { get; set; }

    /// <summary>New files fail because the process may not write any that is so large.</summary>
    public bool SizeLimit { get; set; }

    /// <summary>The folder may not be changed: nothing in it is moved or deleted.</summary>
    public bool FolderLost { get; set; }

    /// <summary>What is there cannot be emptied.</summary>
    public bool ZeroFails { get; set; }

    public long? Free { get; set; }

    public bool Gated { get; set; }

    /// <summary>Flushes of records so far.</summary>
    public int Writes { get; private set; }

    public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets one write pass.</summary>
    public void LetPass() => _gate.Release();

    public void Open(int writes)
    {
        Gated = false;
        _ = _gate.Release(writes);
    }

    public void CreateZeroed(string path, long bytes)
    {
        if (SizeLimit)
        {
            // As .NET tells EFBIG.
            throw new ArgumentOutOfRangeException(nameof(bytes), "The file is too large.");
        }

        if (DiskFull)
        {
            throw new IOException("No space left on device", NoSpace);
        }

        _real.CreateZeroed(path, bytes);
    }

    public void Zero(string path, long bytes)
    {
        if (ZeroFails)
        {
            throw new IOException("The disk failed", InputOutput);
        }

        _real.Zero(path, bytes);
    }

    public IJournalFile OpenForAppend(string path) => new FaultyFile(this, _real.OpenForAppend(path));

    public void Move(string from, string to)
    {
        ThrowIfFolderLost();
        _real.Move(from, to);
    }

    public void Delete(string path)
    {
        ThrowIfFolderLost();
        _real.Delete(path);
    }

    public void SyncDirectory(string directory) => _real.SyncDirectory(directory);

    public long FreeBytes(string directory) => Free ?? _real.FreeBytes(directory);

    private void ThrowIfFolderLost()
    {
        if (FolderLost)
        {
            throw new UnauthorizedAccessException("Access to the path is denied.");
        }
    }

    private sealed class FaultyFile(FaultyFiles owner, IJournalFile file) : IJournalFile
    {
        public string Path => file.Path;

        public void WriteDurable(ReadOnlySpan<byte> bytes, long offset)
        {
            owner.Writes++;
            if (owner.Gated)
            {
                _ = owner.Entered.TrySetResult();
                owner._gate.Wait();
            }

            if (owner.WriteError is not { } error)
            {
                file.WriteDurable(bytes, offset);
                return;
            }

            for (var block = 0; block * 4096 < bytes.Length; block++)
            {
                if (owner.BlockIsWritten(block))
                {
                    file.WriteDurable(bytes.Slice(block * 4096, 4096), offset + (block * 4096));
                }
            }

            throw new IOException("The disk failed", error);
        }

        public void Dispose() => file.Dispose();
    }
}
