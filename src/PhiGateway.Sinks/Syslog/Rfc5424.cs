using System.Globalization;
using System.Text;
using PhiGateway.Sinks.Events;
using PhiGateway.Sinks.Formats;

namespace PhiGateway.Sinks.Syslog;

/// <summary>Writes an event as a syslog message of RFC 5424 in an octet-counted frame of RFC 6587.</summary>
internal static class Rfc5424
{
    // "log audit".
    private const int Facility = 13;

    // By the weight of the event: informational, notice, warning, error, critical.
    private static readonly int[] Severities = [6, 6, 5, 4, 3, 2];

    /// <summary>The frame: its length in octets, a space, the message.</summary>
    public static byte[] Frame(SinkEvent of, byte[] text)
    {
        var head = Encoding.ASCII.GetBytes(
            string.Create(
                CultureInfo.InvariantCulture,
                $"<{(Facility * 8) + Severities[EventMeaning.SeverityOf(of)]}>1 {of.Time.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'} "
                    + $"{Word(of.Node, 255)} {ProductName.App} - {Word(EventMeaning.KindOf(of), 32)} "
                    + $"[audit@32473 id=\"{of.Id:D}\" log=\"{Value(of.Log)}\" sequence=\"{of.Sequence}\"] "
            )
        );
        var length = Encoding.ASCII.GetBytes((head.Length + text.Length).ToString(CultureInfo.InvariantCulture) + " ");
        return [.. length, .. head, .. text];
    }

    private static string Word(string text, int most)
    {
        var word = new string([.. text.Where(static c => c is > ' ' and <= '~').Take(most)]);
        return word.Length == 0 ? "-" : word;
    }

    private static string Value(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("]", "\\]", StringComparison.Ordinal);
}
