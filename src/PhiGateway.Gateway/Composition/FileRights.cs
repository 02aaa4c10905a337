using System.Runtime.InteropServices;

namespace PhiGateway.Gateway.Composition;

/// <summary>Makes new files and folders of this process readable by its user only.</summary>
internal static partial class FileRights
{
    private const uint OwnerOnly = 0x3F; // 0077 in octal: nothing for group and others.

    /// <summary>Sets the mask for the whole process; on Windows the folder's own rights count.</summary>
    public static void Restrict()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SetMask(OwnerOnly);
        }
    }

    [LibraryImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint SetMask(uint mask);
}
