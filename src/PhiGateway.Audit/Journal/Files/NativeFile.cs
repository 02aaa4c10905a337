using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PhiGateway.Audit.Journal.Files;

/// <summary>
/// Calls the few functions of Linux that .NET does not offer: synchronous opens, fdatasync, fsync of a directory, short sleeps.
/// </summary>
internal static partial class NativeFile
{
    private const int ReadWrite = 2;
    private const int CloseOnExec = 0x80000;
    private const int DataSync = 0x1000;

    private static int DirectoryFlag => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x4000 : 0x10000;

    /// <summary>Opens an existing file so that each write returns when its data is on the disk.</summary>
    public static SafeFileHandle OpenDataSync(string path)
    {
        var descriptor = Open(path, ReadWrite | CloseOnExec | DataSync, 0);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failure("open", path);
    }

    public static void SyncDirectory(string path)
    {
        var descriptor = Open(path, CloseOnExec | DirectoryFlag, 0);
        if (descriptor < 0)
        {
            throw Failure("open", path);
        }

        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (FSync(handle) != 0)
        {
            throw Failure("fsync", path);
        }
    }

    public static void SyncData(SafeFileHandle handle)
    {
        if (FDataSync(handle) != 0)
        {
            throw Failure("fdatasync", "a journal file");
        }
    }

    /// <summary>Writes back all that the file system of a folder holds in memory.</summary>
    public static void SyncFileSystem(string path)
    {
        var descriptor = Open(path, CloseOnExec | DirectoryFlag, 0);
        if (descriptor < 0)
        {
            throw Failure("open", path);
        }

        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (SyncFs(handle) != 0)
        {
            throw Failure("syncfs", path);
        }
    }

    public static void Sleep(TimeSpan time)
    {
        var request = new TimeSpec { Seconds = 0, Nanoseconds = (nint)(time.Ticks * 100) };
        _ = NanoSleep(in request, 0);
    }

    private static IOException Failure(string call, string path)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new IOException($"{call} of {path} failed: {Marshal.GetPInvokeErrorMessage(errno)}", errno);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFs(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(in TimeSpec request, nint remaining);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
