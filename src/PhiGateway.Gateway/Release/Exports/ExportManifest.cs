using System.Buffers;
using System.Text.Json;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Lookups;

namespace PhiGateway.Gateway.Release.Exports;

/// <summary>
/// Writes the manifest of a finished export anew: files of released types, deletions, errors and the next part under our own names, nothing
/// else of the upstream's words.
/// </summary>
/// <remarks>
/// Counts are left out, since they count what the filter withholds. Where anything may be withheld, all files of a type are one, of all
/// parts (of very many: always as many shares), and there is none where nothing of them may leave: how many there are would tell how much was
/// written. What has no name on this side is left out and spoken of.
/// </remarks>
internal static class ExportManifest
{
    private static readonly SearchValues<char> InInstant = SearchValues.Create("0123456789-:.TZ+");

    /// <summary>False when what the upstream says cannot be said.</summary>
    /// <param name="listing">What the upstream names.</param>
    /// <param name="exchange">The poll.</param>
    /// <param name="handles">Makes our own names.</param>
    /// <param name="shown">The lists of which something may leave, each as one file; null: nothing can be withheld, and every file is one.</param>
    /// <param name="output">Receives the manifest.</param>
    public static bool TryWrite(
        ExportListing listing,
        GatewayExchange exchange,
        HandleIssuer handles,
        IReadOnlySet<ExportedList>? shown,
        IBufferWriter<byte> output
    )
    {
        if (listing.Time is not { Length: >= 10 and <= 40 } time || time.AsSpan().ContainsAnyExcept(InInstant))
        {
            return false;
        }

        exchange.Disclosure.CannotFollow |= listing.IsIncomplete;
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("transactionTime", time);
        json.WriteString("request", RequestOf(exchange));
        json.WriteBoolean("requiresAccessToken", true);
        foreach (var list in ExportListing.Lists)
        {
            // That there is a list of deletions would tell of one that is withheld.
            if (list != "deleted" || listing.HasDeleted || shown is not null)
            {
                WriteFiles(json, list, listing, exchange, handles, shown);
            }
        }

        WriteNext(json, listing, exchange, handles);
        if (exchange.Disclosure.CannotFollow)
        {
            // Where extensions of a manifest belong (Bulk Data Access 2.0): that something is missing must be seen.
            json.WriteStartObject("extension");
            json.WriteString("incomplete", "The upstream named more than can be reached from here.");
            json.WriteEndObject();
        }

        json.WriteEndObject();
        return true;
    }

    // Of every list what may be asked for: records of released types; deletions and errors, whose lines are judged when they are read.
    private static void WriteFiles(
        Utf8JsonWriter json,
        string name,
        ExportListing listing,
        GatewayExchange exchange,
        HandleIssuer handles,
        IReadOnlySet<ExportedList>? shown
    )
    {
        var written = new HashSet<ExportedList>();

        // Not in the order in which the server met what is withheld.
        IEnumerable<ExportedFile> files = shown is null
            ? listing.Files
            : listing.Files.OrderBy(static file => file.List.Type.Name, StringComparer.Ordinal).ThenBy(static file => file.List.Share);
        json.WriteStartArray(name);
        foreach (var (list, url) in files)
        {
            if (list.Name != name || (name == "output" && !exchange.Permit.Release.Types.Contains(list.Type)))
            {
                continue;
            }

            if (shown is not null && handles.FindFile(exchange, url) is null)
            {
                exchange.Disclosure.CannotFollow = true;
                continue;
            }

            if (shown is not null && (!shown.Contains(list) || !written.Add(list)))
            {
                continue;
            }

            var ours = shown is null ? handles.Issue(exchange, HandleKind.File, url) : handles.IssueList(exchange, list);
            if (ours is null)
            {
                exchange.Disclosure.CannotFollow = true;
                continue;
            }

            json.WriteStartObject();
            json.WriteString("type", list.Type.Name);
            json.WriteString("url", ours);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // A manifest that goes on elsewhere: the next part is a manifest like this one, under a handle of ours.
    private static void WriteNext(Utf8JsonWriter json, ExportListing listing, GatewayExchange exchange, HandleIssuer handles)
    {
        if (listing.Next is not { } next)
        {
            return;
        }

        if (handles.Issue(exchange, HandleKind.Job, next) is not { } ours)
        {
            exchange.Disclosure.CannotFollow = true;
            return;
        }

        json.WriteStartArray("link");
        json.WriteStartObject();
        json.WriteString("relation", "next");
        json.WriteString("url", ours);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static string RequestOf(GatewayExchange exchange)
    {
        var route = exchange.Ingressed.Route;
        return string.Concat(
            route.Language.GatewayBase.AsSpan(0, route.Language.GatewayBase.Length - route.Base.Length),
            exchange.Understood.Handle.Original.Target
        );
    }
}
