using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;
using PhiGateway.Proof.Evidence;

namespace PhiGateway.Cli.Commands;

/// <summary>Defines what <c>audit</c> says of many records: count, timeline, export and feed.</summary>
internal static class AuditReportCommands
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static void AddTo(Command audit, CommonOptions common)
    {
        audit.Add(Count(common));
        audit.Add(Timeline(common));
        audit.Add(Export(common));
        audit.Add(Feed(common));
    }

    private static Command Count(CommonOptions common)
    {
        var count = new Command("count", "Counts what a search finds, by each thing that records can be told apart by.");
        var filters = AuditFilters.AddTo(count);
        return CliRun.Action(
            count,
            common,
            async (parsed, run, cancellationToken) =>
            {
                var body = filters.Read(parsed);
                var found = (await run.Client.SendAsync(HttpMethod.Post, "/admin/v1/audit:facets", cancellationToken, body)).Json;
                if (run.Format != OutputFormat.Table)
                {
                    Printer.Whole(run.Out, run.Format, found);
                    return ExitCodes.Ok;
                }

                var rows = found["facets"]!
                    .AsArray()
                    .SelectMany(static facet =>
                        facet!["values"]!.AsArray().Select(value => (Facet: (string)facet["name"]!, Value: value!))
                    );
                Printer.List(
                    run.Out,
                    run.Format,
                    new JsonArray([
                        new JsonObject { ["facet"] = "all", ["count"] = (long)found["total"]! },
                        .. rows.Select(static row =>
                            (JsonNode)
                                new JsonObject
                                {
                                    ["facet"] = row.Facet,
                                    ["value"] = (string)row.Value["value"]!,
                                    ["count"] = (long)row.Value["count"]!,
                                }
                        ),
                    ]),
                    "facet",
                    "value",
                    "count"
                );
                return ExitCodes.Ok;
            }
        );
    }

    private static Command Timeline(CommonOptions common)
    {
        var texts = ((string Name, string Words)[])
            [
                ("from", "From this moment on; required."),
                ("to", "Before this moment; required."),
                ("step", "Length of one step in seconds; without it all of it is one."),
                ("by", "Columns, with commas between them: decision, reason, client, tenant, organization, resource-type, interaction."),
                ("client", "Registered client."),
                ("tenant", "Tenant."),
                ("decision", "permit, deny or error."),
                ("reason", "Code of a deny reason."),
            ];
        var options = texts.Select(static text => new Option<string?>("--" + text.Name) { Description = text.Words }).ToList();
        var timeline = new Command("timeline", "Counts requests by steps of time and by columns.");
        options.ForEach(timeline.Options.Add);
        return CliRun.Action(
            timeline,
            common,
            async (parsed, run, cancellationToken) =>
            {
                var query = options
                    .Where(option => parsed.GetValue(option) is not null)
                    .Select(option => $"{option.Name[2..]}={Uri.EscapeDataString(parsed.GetValue(option)!)}");
                var path = "/admin/v1/audit/counts?" + string.Join('&', query);
                var found = (await run.Client.SendAsync(HttpMethod.Get, path, cancellationToken)).Json;
                Printer.List(run.Out, run.Format, found, "at", "values", "count");
                return ExitCodes.Ok;
            }
        );
    }

    private static Command Export(CommonOptions common)
    {
        var export = new Command("export", "Writes everything that a search finds into a file; the export itself is recorded.");
        var filters = AuditFilters.AddTo(export);
        var file = new Option<FileInfo>("--out") { Description = "The file; written whole or not at all.", Required = true };
        var csv = new Option<bool>("--csv") { Description = "CSV in the place of one JSON object a line." };
        export.Options.Add(file);
        var archive = new Option<bool>("--archive") { Description = "An archive: byte for byte, each record with its proof (audit read)." };
        export.Options.Add(csv);
        export.Options.Add(archive);
        return CliRun.Action(
            export,
            common,
            async (parsed, run, cancellationToken) =>
            {
                var target = parsed.GetValue(file)!;
                var part = target.FullName + ".part";
                if (parsed.GetValue(csv) && parsed.GetValue(archive))
                {
                    throw new CliFault(ExitCodes.Usage, "Either --csv or --archive.");
                }

                var form = parsed.GetValue(archive) ? ArchiveFormat.MediaType : "application/x-ndjson";
                var accept = parsed.GetValue(csv) ? "text/csv" : form;
                try
                {
                    long lines;
                    await using (var output = Create(part))
                    {
                        var body = filters.Read(parsed);
                        lines = await run.Client.DownloadAsync(
                            "/admin/v1/audit:export",
                            body,
                            accept,
                            output,
                            count => run.Note(string.Create(CultureInfo.InvariantCulture, $"{count} lines")),
                            cancellationToken
                        );
                    }

                    File.Move(part, target.FullName, overwrite: true);
                    run.Note(string.Create(CultureInfo.InvariantCulture, $"{lines} lines in {target}"));
                    return ExitCodes.Ok;
                }
                finally
                {
                    File.Delete(part);
                }
            }
        );
    }

    private static FileStream Create(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Create, FileAccess.Write);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliFault(ExitCodes.Usage, $"{path} cannot be written.");
        }
    }

    private static Command Feed(CommonOptions common)
    {
        var place = new Option<FileInfo>("--place")
        {
            Description = "File that keeps how far it was read; it begins at the oldest record where there is none.",
            Required = true,
        };
        var follow = new Option<bool>("--follow") { Description = "Goes on when there is nothing more, until it is stopped." };
        var feed = new Command("feed", "Prints each record once, oldest first, one JSON object a line.") { place, follow };
        return CliRun.Action(
            feed,
            common,
            async (parsed, run, cancellationToken) =>
            {
                var file = parsed.GetValue(place)!.FullName;
                var cursor = File.Exists(file) ? (await File.ReadAllTextAsync(file, cancellationToken)).Trim() : string.Empty;
                while (true)
                {
                    var path = "/admin/v1/audit/feed?limit=500" + (cursor.Length == 0 ? string.Empty : "&cursor=" + cursor);
                    var page = (await run.Client.SendAsync(HttpMethod.Get, path, cancellationToken)).Json;
                    var items = page["items"]!.AsArray();
                    foreach (var item in items)
                    {
                        run.Out.WriteLine(item!.ToJsonString());
                    }

                    // What was printed is printed again when this cannot be kept, never left out.
                    await run.Out.FlushAsync(cancellationToken);
                    cursor = (string)page["next_cursor"]!;
                    await File.WriteAllTextAsync(file + ".new", cursor, cancellationToken);
                    File.Move(file + ".new", file, overwrite: true);
                    if (items.Count == 0)
                    {
                        if (!parsed.GetValue(follow))
                        {
                            return ExitCodes.Ok;
                        }

                        await Task.Delay(Pause, cancellationToken);
                    }
                }
            }
        );
    }
}
