using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;
using PhiGateway.Proof.Keys;

namespace PhiGateway.Cli.Commands;

/// <summary>Defines <c>audit</c>: search, show, what counts and exports, accounting, reach, keeping, verify, prove, read and rotate-key.</summary>
internal static class AuditCommands
{
    private static readonly string[] Columns = ["when", "record.kind", "what", "record.decision", "who", "record.id"];

    public static Command Create(CommonOptions common)
    {
        var audit = new Command("audit", "The audit trail.");
        var search = new Command("search", "Searches the trail; the search itself is recorded.");
        (string Name, string Words)[] texts =
        [
            .. AuditFilters.Texts,
            ("id", "Decision or request id."),
            ("cursor", "Place of the next page."),
        ];
        var options = texts.Select(static text => new Option<string?>("--" + text.Name) { Description = text.Words }).ToList();
        var limit = new Option<int>("--limit") { Description = "1 to 500.", DefaultValueFactory = static _ => 50 };
        var withheld = new Option<bool>("--withheld") { Description = "With --patient: what was withheld of the patient, not what left." };
        options.ForEach(search.Options.Add);
        search.Options.Add(withheld);
        search.Options.Add(limit);
        audit.Add(
            CliRun.Action(
                search,
                common,
                async (parsed, run, cancellationToken) =>
                {
                    var body = new JsonObject { ["limit"] = parsed.GetValue(limit) };
                    if (parsed.GetValue(withheld))
                    {
                        body["withheld"] = true;
                    }

                    foreach (var option in options)
                    {
                        if (parsed.GetValue(option) is { } value)
                        {
                            body[option.Name[2..].Replace('-', '_')] = value;
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
        AuditReportCommands.AddTo(audit, common);
        audit.Add(PrivacyCommands.Accounting(common));
        audit.Add(PrivacyCommands.Reach(common));
        AuditKeepingCommands.AddTo(audit, common);
        audit.Add(VerifyCommand.Create(common));
        audit.Add(ProveCommand.Create(common));
        audit.Add(FleetCommand.Create(common));
        audit.Add(ReadCommand.Create(common));
        audit.Add(RotateKey(common));
        return audit;
    }

    private static Command RotateKey(CommonOptions common)
    {
        var folder = new Option<DirectoryInfo>("--log-keys") { Description = "Folder of one log's private keys.", Required = true };
        return CliRun.Action(
            new Command("rotate-key", "Adds a signing key to a log; both sign until you remove the old one.") { folder },
            common,
            (parsed, run, _) =>
            {
                var directory = parsed.GetValue(folder)!;
                if (!File.Exists(Path.Combine(directory.FullName, "salt.key")))
                {
                    throw new CliFault(ExitCodes.Usage, $"{directory} does not hold the keys of a log.");
                }

                var number = SigningKeys.Rotate(directory.FullName);
                run.Out.WriteLine($"log-{number}.key signs from the next change of keys on. Publish it, then remove the older ones.");
                return Task.FromResult(ExitCodes.Ok);
            }
        );
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
