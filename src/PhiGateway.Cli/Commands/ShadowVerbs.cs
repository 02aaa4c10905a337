using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>Defines <c>shadow</c>: a candidate of a use case that is judged beside the one in force on live traffic.</summary>
internal static class ShadowVerbs
{
    private const string Segment = "shadows";

    public static Command Create(CommonOptions common)
    {
        var verbs = new DocumentVerbs(common, Segment, "shadow");
        return new Command("shadow", "Candidates of use cases that are judged beside what is in force; they change no answer.")
        {
            List(common),
            verbs.Show(),
            Start(common),
            End(common, verbs),
        };
    }

    private static Command List(CommonOptions common) =>
        CliRun.Action(
            new Command("list", "Lists shadows; 1 when one of them would change answers."),
            common,
            async (_, run, cancellationToken) =>
            {
                var answer = (await run.Client.SendAsync(HttpMethod.Get, "/admin/v1/" + Segment, cancellationToken)).Json;
                var changes = 0L;
                foreach (var item in answer["items"]!.AsArray().OfType<JsonObject>())
                {
                    var shadow = item["shadow"]!;
                    foreach (var name in (string[])["id", "use_case", "from", "until", "by"])
                    {
                        item[name] = shadow[name]?.DeepClone();
                    }

                    foreach (var name in (string[])["judged", "would_be_denied", "would_be_permitted"])
                    {
                        item[name] = item["counts"]?[name]?.DeepClone();
                    }

                    changes += (long?)item["would_be_denied"] ?? 0;
                    changes += (long?)item["would_be_permitted"] ?? 0;
                }

                Printer.List(
                    run.Out,
                    run.Format,
                    answer,
                    "id",
                    "use_case",
                    "state",
                    "until",
                    "judged",
                    "would_be_denied",
                    "would_be_permitted"
                );
                return changes == 0 ? ExitCodes.Ok : ExitCodes.Findings;
            }
        );

    private static Command Start(CommonOptions common)
    {
        var file = new Argument<FileInfo>("file") { Description = "The use case as it would be: .yaml, .yml or .json." };
        var useCase = new Option<string>("--use-case") { Description = "Its id.", Required = true };
        var until = new Option<string>("--until") { Description = "When it ends, such as 2026-12-14T00:00:00Z.", Required = true };
        var reason = new Option<string>("--reason") { Description = "Why.", Required = true };
        var oneIn = new Option<int?>("--one-in") { Description = "One of how many records is judged; default: each." };
        return CliRun.Action(
            new Command("start", "Starts one.") { file, useCase, until, reason, oneIn },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var body = new JsonObject
                {
                    ["use_case"] = parsed.GetValue(useCase),
                    ["until"] = parsed.GetValue(until),
                    ["reason"] = parsed.GetValue(reason),
                    ["candidate"] = Encoding.UTF8.GetString(CliFiles.Read(parsed.GetValue(file)!)),
                };
                if (parsed.GetValue(oneIn) is { } share)
                {
                    body["one_in"] = share;
                }

                Printer.One(run.Out, run.Format, (await DocumentVerbs.PostAsync(run, $"{Segment}:start", body, cancellationToken)).Json);
                return ExitCodes.Ok;
            }
        );
    }

    private static Command End(CommonOptions common, DocumentVerbs verbs) =>
        CliRun.Action(
            new Command("end", "Ends one before its time.") { verbs.Id },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var path = verbs.Of(parsed.GetValue(verbs.Id)!) + ":end";
                Printer.One(run.Out, run.Format, (await DocumentVerbs.PostAsync(run, path, [], cancellationToken)).Json);
                return ExitCodes.Ok;
            }
        );
}
