using System.CommandLine;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>Defines <c>alert</c> (list, acknowledge, close, take, review) and <c>queue</c>, which shows what waits for somebody.</summary>
internal static class AlertCommands
{
    public static Command Create(CommonOptions common)
    {
        var alert = new Command("alert", "Warnings: doors that will close, owners that left, rosters that grew, emergency uses.");
        var all = new Option<bool>("--all") { Description = "Also acknowledged and closed ones." };
        var filter = new Option<string[]>("--filter")
        {
            Description = "member=value, as in the API; may be repeated.",
            DefaultValueFactory = static _ => [],
        };
        var cursor = Cursor();
        alert.Add(
            CliRun.Action(
                new Command("list", "Lists open alerts, the nearest date first; 1 when there are any.") { all, filter, cursor },
                common,
                async (parsed, run, cancellationToken) =>
                {
                    var query = parsed.GetValue(filter)!.Select(ClientCommands.ToQuery).Append("sort=due").Append("limit=500");
                    if (parsed.GetValue(cursor) is { } place)
                    {
                        query = query.Append("cursor=" + Uri.EscapeDataString(place));
                    }

                    var answer = (
                        await run.Client.SendAsync(
                            HttpMethod.Get,
                            "/admin/v1/alerts?" + string.Join('&', parsed.GetValue(all) ? query : query.Append("state=open")),
                            cancellationToken
                        )
                    ).Json;
                    Printer.List(run.Out, run.Format, answer, "severity", "due", "kind", "subject", "door", "state", "notify", "id");
                    return answer["items"]!.AsArray().Count == 0 ? ExitCodes.Ok : ExitCodes.Findings;
                }
            )
        );

        var id = new Argument<string>("id") { Description = "Alert id." };
        foreach (
            var (verb, words) in ((string, string)[])
                [
                    ("acknowledge", "Says that somebody is at it."),
                    ("close", "Closes it; a reason is required."),
                    ("take", "Takes an alert: you deal with it."),
                ]
        )
        {
            var reason = ClientCommands.Reason();
            alert.Add(
                CliRun.Action(
                    new Command(verb, words) { id, reason },
                    common,
                    async (parsed, run, cancellationToken) =>
                    {
                        var body = new JsonObject();
                        if (parsed.GetValue(reason) is { } why)
                        {
                            body["reason"] = why;
                        }

                        var answer = await run.Client.SendAsync(
                            HttpMethod.Post,
                            run.Write($"alerts/{Uri.EscapeDataString(parsed.GetValue(id)!)}:{verb}"),
                            cancellationToken,
                            body
                        );
                        Printer.One(run.Out, run.Format, answer.Json);
                        return ExitCodes.Ok;
                    }
                )
            );
        }

        foreach (var verb in TimedVerbs.OfAlert(common, id))
        {
            alert.Add(verb);
        }

        alert.Add(Review(common, id));
        return alert;
    }

    private static Command Review(CommonOptions common, Argument<string> id)
    {
        var reason = ClientCommands.Reason();
        var decision = new Option<string>("--decision") { Description = "justified or unjustified.", Required = true };
        decision.AcceptOnlyFromAmong("justified", "unjustified");
        return CliRun.Action(
            new Command("review", "Decides whether an emergency use was one; a reason is required.") { id, decision, reason },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var body = DocumentVerbs.ReasonBody(parsed.GetValue(reason));
                body["decision"] = parsed.GetValue(decision);
                var path = $"alerts/{Uri.EscapeDataString(parsed.GetValue(id)!)}:review";
                Printer.One(run.Out, run.Format, (await DocumentVerbs.PostAsync(run, path, body, cancellationToken)).Json);
                return ExitCodes.Ok;
            }
        );
    }

    public static Command Queue(CommonOptions common)
    {
        var why = new Option<string?>("--why") { Description = "never-approved, changed or expired." };
        why.AcceptOnlyFromAmong("never-approved", "changed", "expired");
        var cursor = Cursor();
        return CliRun.Action(
            new Command("queue", "Lists clients that wait for an approver, since when and why; 1 when there are any.") { why, cursor },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var answer = (
                    await run.Client.SendAsync(
                        HttpMethod.Get,
                        "/admin/v1/approvals/queue?limit=500"
                            + (parsed.GetValue(why) is { } word ? "&why=" + word : string.Empty)
                            + (parsed.GetValue(cursor) is { } place ? "&cursor=" + Uri.EscapeDataString(place) : string.Empty),
                        cancellationToken
                    )
                ).Json;
                if (run.Format == OutputFormat.Table)
                {
                    foreach (var entry in answer["items"]!.AsArray())
                    {
                        entry!["inputs"] = string.Join(
                            ", ",
                            entry["changed"]!.AsArray().Select(static input => $"{(string?)input!["document"]} by {(string?)input["by"]}")
                        );
                    }
                }

                Printer.List(run.Out, run.Format, answer, "client", "why", "since", "inputs", "requested_by", "fingerprint");
                return answer["items"]!.AsArray().Count == 0 ? ExitCodes.Ok : ExitCodes.Findings;
            }
        );
    }

    private static Option<string?> Cursor() => new("--cursor") { Description = "Place of the next page." };
}
