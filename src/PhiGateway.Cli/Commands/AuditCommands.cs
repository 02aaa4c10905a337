using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>audit search and show.</summary>
internal static class AuditCommands
{
    private static readonly string[] Columns = ["when", "record.kind", "what", "record.decision", "who", "record.id"];

    public static Command Create(CommonOptions common)
    {
        var audit = new Command("audit", "The audit trail.");
        var search = new Command("search", "Searches the trail; the search itself is recorded.");
        var texts = ((string Name, string Words)[])
            [
                ("from", "From this moment on."),
                ("to", "Before this moment."),
                ("client", "Registered client."),
                ("tenant", "Tenant; required with --patient, where * means each."),
                ("patient", "Logical id of a patient; sent in the body, never in a URL."),
                ("decision", "permit, deny or error."),
                ("reason", "Code of a deny reason."),
                ("kind", "Kind of record."),
                ("id", "Decision or request id."),
                ("actor", "Person."),
                ("cursor", "Place of the next page."),
            ];
        var options = texts.Select(static text => new Option<string?>("--" + text.Name) { Description = text.Words }).ToList();
        var limit = new Option<int>("--limit") { Description = "1 to 500.", DefaultValueFactory = static _ => 50 };
        options.ForEach(search.Options.Add);
        search.Options.Add(limit);
        audit.Add(
            CliRun.Action(
                search,
                common,
                async (parsed, run, cancellationToken) =>
                {
                    var body = new JsonObject { ["limit"] = parsed.GetValue(limit) };
                    foreach (var option in options)
                    {
                        if (parsed.GetValue(option) is { } value)
                        {
                            body[option.Name[2..]] = value;
                        }
                    }

                    var found = (await run.Client.SendAsync(HttpMethod.Post, "/admin/v1/audit:search", cancellationToken, body)).Json;
                    if (run.Format == OutputFormat.Table)
                    {
                        Shorten(found);
                    }

                    Printer.List(run.Out, run.Format, found, Columns);
                    return ExitCodes.Ok;
                }
            )
        );

        var id = new Argument<string>("id") { Description = "Decision or request id." };
        audit.Add(
            CliRun.Action(
                new Command("show", "Shows one record and those that belong to it.") { id },
                common,
                async (parsed, run, cancellationToken) =>
                {
                    var answer = (
                        await run.Client.SendAsync(
                            HttpMethod.Get,
                            "/admin/v1/audit/" + Uri.EscapeDataString(parsed.GetValue(id)!),
                            cancellationToken
                        )
                    ).Json;
                    Printer.Whole(run.Out, run.Format == OutputFormat.Table ? OutputFormat.Yaml : run.Format, answer);
                    return ExitCodes.Ok;
                }
            )
        );
        return audit;
    }

    // For people, so that a line fits: the moment to the second, what happened or why not, and whoever it was.
    private static void Shorten(JsonNode found)
    {
        foreach (var item in found["items"]!.AsArray().OfType<JsonObject>())
        {
            if (item["record"] is not JsonObject record)
            {
                continue;
            }

            item["when"] = DateTimeOffset.TryParse((string?)record["time"], CultureInfo.InvariantCulture, out var time)
                ? time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
                : (string?)record["time"];
            item["what"] = (string?)record["reason"] ?? (string?)record["event"];
            item["who"] = (string?)record["client"] ?? (string?)record["actor"];
        }
    }
}
