using System.Globalization;
using System.Net;
using System.Text;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin.Accounting;

/// <summary>Writes an accounting as the patient gets it: a table for a spreadsheet, or a page to print. What is the officer's stays out.</summary>
internal static class AccountingPages
{
    private static readonly string[] Columns =
    [
        "First disclosed",
        "Last disclosed",
        "Times",
        "Recipient",
        "Address",
        "What was disclosed",
        "Purpose",
    ];

    /// <summary>Comma-separated values by RFC 4180; what a spreadsheet would take for a formula is not one.</summary>
    public static byte[] Csv(AccountingReport report)
    {
        var text = new StringBuilder();
        text.AppendRow(Columns);
        foreach (var line in report.Disclosures)
        {
            text.AppendRow(Cells(line));
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>A page without scripts and styles.</summary>
    public static byte[] Html(AccountingReport report)
    {
        var text = new StringBuilder();
        _ = text.Append(
                "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Accounting of disclosures</title></head><body>\n"
            )
            .Append("<h1>Accounting of disclosures of protected health information</h1>\n<p>Patient ")
            .Append(Encode(report.Patient))
            .Append(", from ")
            .Append(Day(report.From))
            .Append(" to ")
            .Append(Day(report.To))
            .Append(". Made on ")
            .Append(Day(report.MadeAt))
            .Append(" by ")
            .Append(Encode(report.MadeBy))
            .Append(" under ")
            .Append(Encode(report.Rule))
            .Append(".</p>\n");
        if (report.Disclosures.Count == 0)
        {
            return Encoding.UTF8.GetBytes(
                text.Append("<p>There were no disclosures that are accounted for.</p>\n</body></html>\n").ToString()
            );
        }

        _ = text.Append("<table border=\"1\"><thead><tr>");
        foreach (var column in Columns)
        {
            _ = text.Append("<th scope=\"col\">").Append(column).Append("</th>");
        }

        _ = text.Append("</tr></thead><tbody>\n");
        foreach (var line in report.Disclosures)
        {
            _ = text.Append("<tr>");
            foreach (var cell in Cells(line))
            {
                _ = text.Append("<td>").Append(Encode(cell)).Append("</td>");
            }

            _ = text.Append("</tr>\n");
        }

        return Encoding.UTF8.GetBytes(text.Append("</tbody></table>\n</body></html>\n").ToString());
    }

    private static string[] Cells(AccountedDisclosure line) =>
        [
            Day(line.First),
            Day(line.Last),
            line.Count.ToString(CultureInfo.InvariantCulture),
            line.Recipient,
            line.Address ?? string.Empty,
            line.Description,
            line.Purpose,
        ];

    private static string Day(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
