namespace PhiGateway.Identity.Common;

/// <summary>Checks whether files that hold private keys are readable by more than their owner; called before anything starts.</summary>
public static class KeyFileRights
{
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;

    /// <summary>What is wrong with a key file's rights, in words; null: nothing, or there is no such file, or no such rights.</summary>
    /// <remarks>
    /// A secret that is mounted into a container belongs to another user and reaches the process through its group: there, reading by the
    /// group is what makes it work, and is accepted.
    /// </remarks>
    public static string? FindFlaw(string path)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path))
        {
            return null;
        }

        try
        {
            var mode = File.GetUnixFileMode(path);
            return (mode & Others) != 0 || ((mode & UnixFileMode.GroupRead) != 0 && IsOurs(path, mode))
                ? $"the file {path} can be read by others than its owner: chmod 600"
                : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return $"the file {path} cannot be read";
        }
    }

    // Only its owner may set a file's rights, if only to what they are.
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static bool IsOurs(string path, UnixFileMode mode)
    {
        try
        {
            File.SetUnixFileMode(path, mode);
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
