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
            DeclineMany(common),
        };
    }

    private static Command List(CommonOptions common)
    {
        var state = new Option<string?>("--state") { Description = "pending, taken or declined." };
        var cursor = new Option<string?>("--cursor") { Description = "Place of the next page." };
        var narrowing = new Narrowing();
        var command = new Command(
            "list",
            "Lists them with what they say of themselves, which nobody has checked; 1 while one is undecided."
        )
        {
            state,
            cursor,
        };
        narrowing.AddTo(command);
        return CliRun.Action(
            command,
            common,
            async (parsed, run, cancellationToken) =>
            {
                var query = narrowing
                    .Of(parsed)
                    .Append(("state", parsed.GetValue(state)))
                    .Append(("cursor", parsed.GetValue(cursor)))
                    .Where(static pair => pair.Item2 is not null)
                    .Select(static pair => $"{pair.Item1}={Uri.EscapeDataString(pair.Item2!)}");
                var report = (
                    await run.Client.SendAsync(HttpMethod.Get, $"/admin/v1/{Segment}?{string.Join('&', query)}", cancellationToken)
                ).Json;
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
    }

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

    private static Command DeclineMany(CommonOptions common)
    {
        var most = new Option<int?>("--at-most") { Description = "How many you saw: where there are more, none is declined." };
        var reason = ClientCommands.Reason();
        var narrowing = new Narrowing();
        var command = new Command(
            "decline-many",
            "Declines every undecided one of a network, a signer, a form or an age; --dry-run says which. 1 while some are left."
        )
        {
            most,
            reason,
        };
        narrowing.AddTo(command);
        return CliRun.Action(
            command,
            common,
            async (parsed, run, cancellationToken) =>
            {
                var body = CliBody.Of([
                    ("reason", parsed.GetValue(reason)),
                    .. narrowing.Of(parsed).Select(static pair => (pair.Name, (JsonNode?)pair.Value)),
                    ("at_most", parsed.GetValue(most)),
                ]);
                var answer = (await DocumentVerbs.PostAsync(run, Segment + ":decline", body, cancellationToken)).Json;
                Printer.One(run.Out, run.Format, answer);
                return (int)answer["left"]! > 0 ? ExitCodes.Findings : ExitCodes.Ok;
            }
        );
    }

    /// <summary>The options that say which requests are meant.</summary>
    private sealed class Narrowing
    {
        private readonly (string Member, Option<string?> Option)[] _options =
        [
            (
                "network",
                new Option<string?>("--network")
                {
                    Description = "Where they came from: an address (of IPv6 its /64) or a network such as 2001:db8::/32.",
                }
            ),
            ("signed_by", new Option<string?>("--signed-by") { Description = "The URI under which the statement was signed, exactly." }),
            ("form", new Option<string?>("--form") { Description = "metadata, software-statement or client-id-metadata-document." }),
            (
                "received_before",
                new Option<string?>("--before") { Description = "Only those that came before, such as 2026-11-30T12:00Z." }
            ),
        ];

        public void AddTo(Command command)
        {
            foreach (var (_, option) in _options)
            {
                command.Add(option);
            }
        }

        public IEnumerable<(string Name, string? Value)> Of(ParseResult parsed) =>
            _options.Select(one => (one.Member, parsed.GetValue(one.Option)));
    }
}
