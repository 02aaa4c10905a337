using PhiGateway.Proof.Checkpoints;

namespace PhiGateway.Proof.Witnessing;

/// <summary>
/// Reads the keys of the logs that a witness knows from a file, one a line, and again whenever the file has changed: a node that begins a new
/// log is let in without a restart. Thread-safe.
/// </summary>
/// <remarks>A line that is no key lets nobody in; a file that is gone, none.</remarks>
public sealed class LogKeyFile(string path)
{
    private readonly Lock _lock = new();
    private (DateTime Written, long Length)? _read;
    private IReadOnlyList<NoteKey> _keys = [];

    /// <summary>The keys.</summary>
    public IReadOnlyList<NoteKey> Keys()
    {
        lock (_lock)
        {
            try
            {
                var file = new FileInfo(path);
                var now = (file.LastWriteTimeUtc, file.Exists ? file.Length : -1);
                if (_read != now)
                {
                    _keys = file.Exists ? [.. File.ReadLines(path).Select(KeyOf).OfType<NoteKey>()] : [];
                    _read = now;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                (_keys, _read) = ([], null);
            }

            return _keys;
        }
    }

    /// <summary>The first line that is neither a key nor empty nor a remark, for whoever validates; null: there is none.</summary>
    public static string? FindFlaw(string path)
    {
        try
        {
            var bad = File.ReadLines(path).FirstOrDefault(static line => !IsEmpty(line) && KeyOf(line) is null);
            return bad is null ? null : $"{path} has a line that is no key of a log: {(bad.Length <= 40 ? bad : bad[..40] + "…")}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{path} cannot be read";
        }
    }

    private static bool IsEmpty(string line) => line.AsSpan().Trim().Length == 0 || line.TrimStart().StartsWith('#');

    // As the log publishes it in vkeys, or as it stands in a policy file.
    private static NoteKey? KeyOf(string line)
    {
        var text = line.Trim();
        return NoteKey.Parse(text.StartsWith("log ", StringComparison.Ordinal) ? text["log ".Length..].Trim() : text);
    }
}
