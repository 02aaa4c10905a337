using System.CommandLine;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>Defines <c>registration</c>: strangers that asked to be registered, and what becomes of them.</summary>
internal static class RegistrationCommand
{
    private const string Segment = "registrations";

    public static Command Create(CommonOptions common)
    {
        var verbs = new DocumentVerbs(common, Segment, "request, such as reg-…");
        return new("registration", "Strangers that asked to be registered as clients.")
        {
            List(common),
            Take(common, verbs),
            verbs.Verb("decline", "Declines one; the applicant is not told why. A reason is required."),
        };
    }

    private static Command List(CommonOptions common) =>
        CliRun.Action(
            new Command("list", "Lists them with what they say of themselves, which nobody has checked; 1 while one is undecided."),
            common,
            static async (_, run, cancellationToken) =>
            {
                var report = (await run.Client.SendAsync(HttpMethod.Get, $"/admin/v1/{Segment}", cancellationToken)).Json;
                var items = report["items"]!.AsArray();
                var isWaiting = items.Any(static item => (string?)item!["state"] == "pending");
                if (run.Format != OutputFormat.Table)
                {
                    Printer.Whole(run.Out, run.Format, report);
                }
                else
                {
                    foreach (var item in items)
                    {
                        // In quotes: a stranger's words, and where they end.
                        item!["says"] = $"\"{(string?)item["says"]!["name"]}\"";
                    }

                    Printer.List(
                        run.Out,
                        run.Format,
                        report,
                        "id",
                        "state",
                        "received_at",
                        "form",
                        "says",
                        "signed_by",
                        "vouched",
                        "peer",
                        "client"
                    );
                }

                return isWaiting ? ExitCodes.Findings : ExitCodes.Ok;
            }
        );

    private static Command Take(CommonOptions common, DocumentVerbs verbs)
    {
        var client = new Option<string>("--client") { Description = "Id of the client to be made.", Required = true };
        var useCase = new Option<string>("--use-case") { Description = "Its use case.", Required = true };
        var owner = new Option<string>("--owner") { Description = "Who answers for it here.", Required = true };
        var networks = new Option<string[]>("--network")
        {
            Description = "A network that it may call from; may be repeated.",
            DefaultValueFactory = static _ => [],
        };
        return CliRun.Action(
            new Command("take", "Makes a submitted client of one; somebody else approves it.")
            {
                verbs.Id,
                client,
                useCase,
                owner,
                networks,
            },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var ranges = parsed.GetValue(networks)!.Select(static network => (JsonNode)network).ToArray();
                var body = CliBody.Of(
                    ("client", parsed.GetValue(client)),
                    ("use_case", parsed.GetValue(useCase)),
                    ("owner", parsed.GetValue(owner)),
                    ("networks", ranges.Length > 0 ? new JsonArray(ranges) : null)
                );
                var path = verbs.Of(parsed.GetValue(verbs.Id)!) + ":take";
                Printer.One(run.Out, run.Format, (await DocumentVerbs.PostAsync(run, path, body, cancellationToken)).Json);
                return ExitCodes.Ok;
            }
        );
    }
}
