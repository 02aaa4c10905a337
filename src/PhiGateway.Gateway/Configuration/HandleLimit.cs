using System.Runtime.InteropServices;

namespace PhiGateway.Gateway.Configuration;

/// <summary>Reads how many files and sockets the process may have open (<c>RLIMIT_NOFILE</c>).</summary>
internal static partial class HandleLimit
{
    // What Windows and an unlimited process are taken to have.
    private const int Plenty = 1_000_000;

    /// <summary>The limit in force; the runtime has raised it as far as it may.</summary>
    public static int Get()
    {
        var number = OperatingSystem.IsLinux() ? 7 : 8;
        return OperatingSystem.IsWindows() || Read(number, out var limit) != 0 ? Plenty : (int)Math.Min(limit.Soft, Plenty);
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Read(int resource, out Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
