using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>The processor time of the running thread, so that what else the machine does is not counted; elsewhere than on Linux the clock's.</summary>
internal static partial class ThreadTime
{
    // CLOCK_THREAD_CPUTIME_ID of Linux.
    private const int OfThisThread = 3;

    /// <summary>Nanoseconds of this thread so far, or ticks of the clock: for differences only.</summary>
    public static long Now() =>
        OperatingSystem.IsLinux() && Read(OfThisThread, out var time) == 0
            ? (time.Seconds * 1_000_000_000) + time.Nanoseconds
            : Stopwatch.GetTimestamp();

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Read(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
