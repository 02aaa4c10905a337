namespace PhiGateway.Gateway.Demo;

/// <summary>The folder in which the demonstration keeps its files; made anew at each start.</summary>
internal static class DemoFolder
{
    private const string Marker = ".phi-gateway-demo";

    // For as long as the process lives.
    private static FileStream? _held;

    private static readonly (string Client, string Purpose)[] Clients =
    [
        ("acme-results-connector", "TREAT"),
        ("ward-app", "TREAT"),
        ("clearbill-claims", "HPAYMT"),
        ("cohort-44-loader", "HRESCH"),
    ];

    /// <summary>Empties a folder that an earlier demonstration made; refuses one that somebody else uses.</summary>
    public static void Prepare(string folder)
    {
        try
        {
            if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            {
                if (!File.Exists(Path.Combine(folder, Marker)))
                {
                    throw new DemoFolderException($"The folder {folder} holds files of somebody else. Name another with --data.");
                }

                // A demonstration that still runs holds its marker: its files are not ours to delete.
                using (new FileStream(Path.Combine(folder, Marker), FileMode.Open, FileAccess.ReadWrite, FileShare.None)) { }

                Directory.Delete(folder, recursive: true);
            }

            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, Marker), "Made by the demonstration; deleted at its next start.\n");
            _held = new FileStream(Path.Combine(folder, Marker), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new DemoFolderException(
                $"The folder {folder} cannot be written, or another demonstration runs in it. Name another with --data.",
                fault
            );
        }
    }

    /// <summary>Writes one token per client, readable by its owner only; answers the files' names.</summary>
    public static IReadOnlyDictionary<string, string> WriteTokens(string folder, DemoIssuer issuer, string audience, DateTimeOffset now)
    {
        var files = new Dictionary<string, string>();
        foreach (var (client, purpose) in Clients)
        {
            // Wider than any of the use cases on purpose: the token is not the permission.
            files[client] = WriteSecret(folder, $"{client}.token", issuer.Issue(client, "system/*.cruds", purpose, audience, now));
        }

        return files;
    }

    /// <summary>Writes a file that its owner alone can read; answers its name.</summary>
    public static string WriteSecret(string folder, string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }
}

/// <summary>The demonstration cannot use its folder or ports; the message is for the person at the terminal.</summary>
internal sealed class DemoFolderException(string message, Exception? inner = null) : Exception(message, inner);
