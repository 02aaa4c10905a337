using Microsoft.Win32.SafeHandles;

namespace PhiGateway.Audit.Journal.Files;

/// <summary>
/// Opens and moves the journal's files on the real disk: synchronous data writes on Linux, write and flush elsewhere. Given to
/// <see cref="JournalOpener"/> by default.
/// </summary>
internal sealed class JournalFiles : IJournalFiles
{
    private const int ZeroChunk = 1024 * 1024;

    /// <summary>True when an exception says that there is no room, rather than that the disk is broken.</summary>
    public static bool IsNoRoom(Exception exception) =>
        exception switch
        {
            // How .NET tells EFBIG, a file size limit.
            ArgumentOutOfRangeException => true,
            IOException => exception.HResult
                is 28 /* ENOSPC */
                    or 122 /* EDQUOT */
                    or 27 /* EFBIG */
                    or unchecked(
                        (int)0x80070070
                    ) /* ERROR_DISK_FULL */
            ,
            _ => false,
        };

    /// <summary>
    /// True for whatever a file operation throws when the disk is at fault; a file size limit is told as an argument out of range.
    /// </summary>
    public static bool IsDiskFault(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException or NotSupportedException;

    public void CreateZeroed(string path, long bytes)
    {
        using var handle = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(handle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        Fill(handle, bytes);
    }

    public void Zero(string path, long bytes)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.SetLength(handle, bytes);
        Fill(handle, bytes);
    }

    public IJournalFile OpenForAppend(string path) =>
        new JournalFile(
            path,
            OperatingSystem.IsLinux()
                ? NativeFile.OpenDataSync(path)
                : File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read)
        );

    public void Move(string from, string to) => File.Move(from, to);

    public void Delete(string path) => File.Delete(path);

    public void SyncDirectory(string directory)
    {
        if (OperatingSystem.IsLinux())
        {
            NativeFile.SyncDirectory(directory);
        }
    }

    public long FreeBytes(string directory) => new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace;

    /// <summary>Flushes a file's data by the cheapest call that makes it durable.</summary>
    public static void Flush(SafeFileHandle handle)
    {
        if (OperatingSystem.IsLinux())
        {
            NativeFile.SyncData(handle);
        }
        else
        {
            RandomAccess.FlushToDisk(handle);
        }
    }

    // Flushed piece by piece: one flush of a whole segment would hold up the records that wait behind it.
    private static void Fill(SafeFileHandle handle, long bytes)
    {
        var zeros = new byte[Math.Min(ZeroChunk, bytes)];
        for (long offset = 0; offset < bytes; offset += zeros.Length)
        {
            RandomAccess.Write(handle, zeros.AsSpan(0, (int)Math.Min(zeros.Length, bytes - offset)), offset);
            Flush(handle);
        }

        RandomAccess.FlushToDisk(handle);
    }

    private sealed class JournalFile(string path, SafeFileHandle handle) : IJournalFile
    {
        public string Path => path;

        public void WriteDurable(ReadOnlySpan<byte> bytes, long offset)
        {
            RandomAccess.Write(handle, bytes, offset);
            if (!OperatingSystem.IsLinux())
            {
                RandomAccess.FlushToDisk(handle);
            }
        }

        public void Dispose() => handle.Dispose();
    }
}
