using System.Text;

namespace PhiGateway.Admin.Http;

/// <summary>
/// Writes rows of CSV (RFC 4180) for files that people open in a spreadsheet: the trail's export and the accounting of disclosures. What a
/// spreadsheet would take for a formula is shown as text.
/// </summary>
internal static class CsvText
{
    /// <summary>Appends one row; an absent cell is an empty one.</summary>
    public static void AppendRow(this StringBuilder text, IEnumerable<string?> cells) =>
        text.AppendJoin(',', cells.Select(Cell)).Append("\r\n");

    private static string Cell(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return string.Empty;
        }

        var shown = text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + text : text;
        return shown.AsSpan().IndexOfAny(",\"\r\n") < 0 ? shown : $"\"{shown.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
