using System.Runtime.InteropServices;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// Lets the process outlive a file size limit: without this the kernel ends it (SIGXFSZ); with it the write fails like one on a full disk,
/// and the node answers 503 until there is room.
/// </summary>
internal static class FileSizeLimits
{
    private const int FileSizeExceeded = 25;

    /// <summary>Holds until it is disposed; null where there is no such signal.</summary>
    public static IDisposable? Outlive() =>
        OperatingSystem.IsLinux()
            ? PosixSignalRegistration.Create((PosixSignal)FileSizeExceeded, static context => context.Cancel = true)
            : null;
}
