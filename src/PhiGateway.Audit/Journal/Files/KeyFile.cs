using System.Security.Cryptography;

namespace PhiGateway.Audit.Journal.Files;

/// <summary>Reads a secret of this node's own from a file that only its owner may read, and makes it on the first start.</summary>
public static class KeyFile
{
    /// <summary>Length of a key.</summary>
    public const int KeyBytes = 32;

    // Whatever group and others may do.
    private const UnixFileMode Others =
        UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite
        | UnixFileMode.OtherExecute;

    /// <summary>Reads the key, or makes one; of two processes that make it at once, one key stays.</summary>
    /// <param name="path">The file.</param>
    /// <param name="use">What it is, in words for the operator: "pseudonym key".</param>
    /// <exception cref="InvalidDataException">The file is no key, or others may read it.</exception>
    public static byte[] OpenOrCreate(string path, string use)
    {
        if (!File.Exists(path))
        {
            Create(path);
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
        {
            throw new InvalidDataException(
                $"The {use} {path} can be read by others than its owner. Give it mode 0600; if others had access, replace it."
            );
        }

        var key = File.ReadAllBytes(path);
        return key.Length == KeyBytes
            ? key
            : throw new InvalidDataException(
                $"The {use} {path} must have exactly {KeyBytes} bytes. Restore it: a new key does not know what the old one made."
            );
    }

    private static void Create(string path)
    {
        var temporary = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using (var file = new FileStream(temporary, options))
            {
                file.Write(RandomNumberGenerator.GetBytes(KeyBytes));
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(temporary);
        }
        catch (Exception)
        {
            // A full disk is tried again and again: what it took in part must not pile up.
            File.Delete(temporary);
            throw;
        }

        new JournalFiles().SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}
