using System.CommandLine;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>
/// Defines <c>replay</c>, which decides past requests again over a candidate registry, and <c>right-size</c>, which shows what a use case
/// is granted and did not use.
/// </summary>
internal static class PolicyReplayCommands
{
    public static Command Replay(CommonOptions common)
    {
        var file = new Argument<FileInfo>("file") { Description = "The documents that would differ: .yaml, .yml or .json." };
        var days = Days();
        return CliRun.Action(
            new Command("replay", "Decides past requests again over a candidate registry; 1 when answers would change.") { file, days },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var candidate = parsed.GetValue(file)!;
                var isJson = candidate.Extension.Equals(".json", StringComparison.OrdinalIgnoreCase);
                var report = (
                    await run.Client.SendAsync(
                        HttpMethod.Post,
                        $"/admin/v1/policies:replay?days={parsed.GetValue(days)}",
                        CliFiles.Read(candidate),
                        isJson ? "application/json" : "application/yaml",
                        cancellationToken
                    )
                ).Json;
                Print(run, report, (JsonObject)report);
                return Changes(report) == 0 ? ExitCodes.Ok : ExitCodes.Findings;
            }
        );
    }

    public static Command RightSize(CommonOptions common)
    {
        var id = new Argument<string>("id") { Description = "Use case id." };
        var days = Days();
        return CliRun.Action(
            new Command(
                "right-size",
                "Shows what a use case is granted and did not use, with narrower grants that are proven by replay; 1 when there is anything."
            )
            {
                id,
                days,
            },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var report = (
                    await run.Client.SendAsync(
                        HttpMethod.Get,
                        $"/admin/v1/use-cases/{Uri.EscapeDataString(parsed.GetValue(id)!)}/right-size?days={parsed.GetValue(days)}",
                        cancellationToken
                    )
                ).Json;
                Print(run, report, (JsonObject)report["replay"]!);
                return report["unused"]!.AsArray().Count == 0 ? ExitCodes.Ok : ExitCodes.Findings;
            }
        );
    }

    private static Option<int> Days() =>
        new("--days") { Description = "How many days of the trail, up to now; default 90.", DefaultValueFactory = static _ => 90 };

    private static int Changes(JsonNode report) => (int)report["would_be_denied"]! + (int)report["would_be_permitted"]!;

    private static void Print(CliRun run, JsonNode report, JsonObject replay)
    {
        if (run.Format != OutputFormat.Table)
        {
            Printer.Whole(run.Out, run.Format, report);
            return;
        }

        if (report["unused"] is JsonArray unused)
        {
            run.Out.WriteLine(unused.Count == 0 ? "Everything that is granted was used." : "Granted and not used:");
            foreach (var element in unused)
            {
                run.Out.WriteLine($"  {element}");
            }

            run.Out.WriteLine((bool)report["proven"]! ? "The narrower grants are proven." : "The narrower grants are not proven.");
        }

        run.Out.WriteLine(
            $"{replay["replayed"]} of {replay["records"]} decisions were made again: {replay["would_be_denied"]} would be denied, "
                + $"{replay["would_be_permitted"]} would be permitted."
        );
        Printer.List(run.Out, run.Format, replay["clients"]!.AsArray(), "client", "would_be_denied", "would_be_permitted");
    }
}
