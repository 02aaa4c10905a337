using System.Buffers.Text;
using System.Text;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>
/// How far a reader of the feed has come in each log: what it keeps between two calls, for as long as it likes. Opaque to it, and it gives
/// nobody a right.
/// </summary>
internal sealed class FeedCursor
{
    private const string Version = "1";

    // Logs are named when their node first starts; so many fit into a line of a request.
    private const int MostText = 6 * 1024;

    private readonly SortedDictionary<string, long> _next = new(StringComparer.Ordinal);

    /// <summary>Reads one; null: it is none. An empty one begins with the first record that there is.</summary>
    public static FeedCursor? Read(string? text)
    {
        var cursor = new FeedCursor();
        if (string.IsNullOrEmpty(text))
        {
            return cursor;
        }

        if (text.Length > MostText || !Base64Url.IsValid(text))
        {
            return null;
        }

        var lines = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('\n');
        if (lines[0] != Version)
        {
            return null;
        }

        foreach (var line in lines.AsSpan(1))
        {
            var blank = line.LastIndexOf(' ');
            if (blank < 1 || !long.TryParse(line.AsSpan(blank + 1), out var next) || next < 0 || !cursor._next.TryAdd(line[..blank], next))
            {
                return null;
            }
        }

        return cursor;
    }

    /// <summary>The first place of a log that was not read yet.</summary>
    public long NextOf(string log) => _next.GetValueOrDefault(log);

    /// <summary>Everything of a log before this place is passed over.</summary>
    public void Begin(string log, long next) => _next[log] = next;

    /// <summary>An entry was handed out.</summary>
    public void Pass(AuditEntry entry) => _next[entry.Log] = entry.Sequence + 1;

    public string Write() =>
        Base64Url.EncodeToString(
            Encoding.UTF8.GetBytes(string.Join('\n', [Version, .. _next.Select(static one => $"{one.Key} {one.Value}")]))
        );
}
