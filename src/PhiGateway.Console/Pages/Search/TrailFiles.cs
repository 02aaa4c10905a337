using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Console.Pages.Search;

/// <summary>Writes a result of the trail as a file, record by record as it is read.</summary>
internal static class TrailFiles
{
    private const string Head =
        "time,id,kind,event,decision,reason,client,tenant,actor,interaction,resource_type,status,log,sequence,chain_hash\r\n";

    // Often enough that a browser shows progress, seldom enough that it costs nothing.
    private const int FlushBytes = 64 * 1024;

    /// <summary>As CSV (RFC 4180); no patient stands in it.</summary>
    public static async Task WriteCsvAsync(HttpContext context, TrailStream stream)
    {
        var cancellation = context.RequestAborted;
        var text = new StringBuilder(Head);
        await foreach (var entry in stream.ReadAsync(cancellation))
        {
            AddLine(text, entry);
            if (text.Length > FlushBytes)
            {
                await FlushAsync(context, text);
            }
        }

        await FlushAsync(context, text);
    }

    /// <summary>As lines of JSON, each the record exactly as journaled. PHI.</summary>
    public static async Task WriteNdjsonAsync(HttpContext context, TrailStream stream)
    {
        var cancellation = context.RequestAborted;
        await foreach (var entry in stream.ReadAsync(cancellation))
        {
            await context.Response.Body.WriteAsync(entry.Body, cancellation);
            await context.Response.Body.WriteAsync("\n"u8.ToArray(), cancellation);
        }
    }

    /// <summary>One value: quoted, and never a formula to the program that opens it.</summary>
    internal static string Cell(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return string.Empty;
        }

        var safe = value[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' ? "'" + value : value;
        return $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static void AddLine(StringBuilder text, AuditEntry entry)
    {
        string?[] cells =
        [
            entry.Time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            entry.Id.ToString("D"),
            entry.Kind.ToString().ToLowerInvariant(),
            entry.Event,
            entry.Decision,
            entry.Reason,
            entry.Client,
            entry.Tenant,
            entry.Actor,
            entry.Interaction,
            entry.ResourceType,
            entry.Status == 0 ? null : entry.Status.ToString(CultureInfo.InvariantCulture),
            entry.Log,
            entry.Sequence.ToString(CultureInfo.InvariantCulture),
            Convert.ToHexStringLower(entry.ChainHash.Span),
        ];
        text.AppendJoin(',', cells.Select(Cell)).Append("\r\n");
    }

    private static async Task FlushAsync(HttpContext context, StringBuilder text)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), context.RequestAborted);
        text.Clear();
    }
}
