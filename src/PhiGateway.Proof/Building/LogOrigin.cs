using System.Globalization;
using System.Text;

namespace PhiGateway.Proof.Building;

/// <summary>
/// Derives the origin and the folder name of a transparency log from the name of a journal's log, such as
/// <c>gw-01/20260501T120000-3fa9b2c1</c>.
/// </summary>
public static class LogOrigin
{
    /// <summary>First line of the log's checkpoints and name of its keys: what cannot stand in a key's name is percent-encoded.</summary>
    public static string Of(string log)
    {
        var origin = new StringBuilder(log.Length);
        foreach (var b in Encoding.UTF8.GetBytes(log))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || "-._~/:@".Contains((char)b, StringComparison.Ordinal))
            {
                origin.Append((char)b);
            }
            else
            {
                origin.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return origin.ToString();
    }

    /// <summary>Name of the folder of one generation: the part behind the node's name.</summary>
    public static string Folder(string log) => log[(log.LastIndexOf('/') + 1)..];
}
