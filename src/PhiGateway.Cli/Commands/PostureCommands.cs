using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>
/// Defines <c>posture</c> (controls against live evidence, scores of clients) and <c>callers</c>, which lists whom nobody registered.
/// </summary>
internal static class PostureCommands
{
    public static Command Create(CommonOptions common) =>
        new("posture", "Controls against what is in force, and how clients stand.") { Controls(common), Scores(common) };

    public static Command Callers(CommonOptions common)
    {
        var days = new Option<int>("--days") { Description = "How many days of the trail.", DefaultValueFactory = static _ => 30 };
        return CliRun.Action(
            new Command("callers", "Lists callers that the registry does not know, and what they tried; 1 when there are any.") { days },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var path = string.Create(CultureInfo.InvariantCulture, $"/admin/v1/callers/unknown?days={parsed.GetValue(days)}");
                var report = (await run.Client.SendAsync(HttpMethod.Get, path, cancellationToken)).Json;
                var items = report["items"]!.AsArray();
                if (run.Format != OutputFormat.Table)
                {
                    Printer.Whole(run.Out, run.Format, report);
                }
                else
                {
                    foreach (var item in items)
                    {
                        item!["tried"] = string.Join(", ", item["tried"]!.AsArray().Select(static one => (string)one!["template"]!));
                        item["peers"] = string.Join(", ", item["peers"]!.AsArray().Select(static one => (string)one!));
                    }

                    Printer.List(run.Out, run.Format, report, "client_id", "issuer", "count", "first", "last", "tried", "peers");
                }

                return items.Count == 0 ? ExitCodes.Ok : ExitCodes.Findings;
            }
        );
    }

    private static Command Controls(CommonOptions common) =>
        CliRun.Action(
            new Command("controls", "Holds controls against live evidence; 1 when one is not met."),
            common,
            async (_, run, cancellationToken) =>
            {
                var report = (await run.Client.SendAsync(HttpMethod.Get, "/admin/v1/posture/controls", cancellationToken)).Json;
                if (run.Format != OutputFormat.Table)
                {
                    Printer.Whole(run.Out, run.Format, report);
                }
                else
                {
                    var lines = report["frameworks"]!.AsArray().SelectMany(static one => one!["controls"]!.AsArray());
                    Printer.List(run.Out, run.Format, new JsonArray([.. lines.Select(Row)]), "id", "state", "title", "against");
                }

                return (int)report["not_met"]! == 0 ? ExitCodes.Ok : ExitCodes.Findings;
            }
        );

    private static Command Scores(CommonOptions common) =>
        CliRun.Action(
            new Command("scores", "Scores every client that can call, the worst first."),
            common,
            async (_, run, cancellationToken) =>
            {
                var report = (await run.Client.SendAsync(HttpMethod.Get, "/admin/v1/posture/scores", cancellationToken)).Json;
                if (run.Format != OutputFormat.Table)
                {
                    Printer.Whole(run.Out, run.Format, report);
                    return ExitCodes.Ok;
                }

                foreach (var item in report["items"]!.AsArray())
                {
                    item!["points"] = string.Join(
                        "; ",
                        item["points"]!.AsArray().Select(static point => $"-{(int)point!["points"]!} {(string)point["words"]!}")
                    );
                }

                Printer.List(run.Out, run.Format, report, "client", "organization", "score", "points");
                return ExitCodes.Ok;
            }
        );

    // What speaks against it, in the sentences that say so.
    private static JsonNode Row(JsonNode? line)
    {
        var against = line!["evidence"]!.AsArray().Where(static one => one!["good"] is JsonValue good && !good.GetValue<bool>());
        return new JsonObject
        {
            ["id"] = (string)line["id"]!,
            ["state"] = (string)line["state"]!,
            ["title"] = (string)line["title"]!,
            ["against"] = string.Join(" ", against.Select(static one => (string)one!["words"]!)),
        };
    }
}
