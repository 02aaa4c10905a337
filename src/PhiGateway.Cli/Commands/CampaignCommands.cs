using System.CommandLine;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>Defines <c>campaign</c>: access reviews over many clients, from their start to what was applied and its evidence.</summary>
internal static class CampaignCommands
{
    private const string Segment = "campaigns";

    public static Command Create(CommonOptions common)
    {
        var verbs = new DocumentVerbs(common, Segment, "campaign");
        var items = new DocumentVerbs(common, "campaign-items", "item");
        var campaign = new Command("campaign", "Access reviews over many clients.")
        {
            verbs.List("id", "title", "state", "due", "startedBy"),
            verbs.Show(),
            Start(common),
            Progress(common, verbs),
            Decide(common),
            Apply(common, verbs),
            verbs.Verb(
                "cancel",
                "Asks that one be ended before its end, or ends it where another approver asked; nothing follows from silence then."
            ),
            verbs.Verb("withdraw-cancel", "Takes back that an approver asked to end one before its end; nobody cancels it alone then."),
            Evidence(common, verbs),
        };
        var list = items.List("client", "recommendation", "decision", "decidedBy", "outcome", "done", "id");
        campaign.Add(
            new Command("item", "The clients of a campaign.") { list, items.Show(), items.Verb("undo", "Takes a decision back.") }
        );
        return campaign;
    }

    private static Command Start(CommonOptions common)
    {
        var id = new Argument<string>("id") { Description = "Its id, such as vendors-2026-q4." };
        var title = new Option<string>("--title") { Description = "What it is called.", Required = true };
        var due = new Option<string>("--due")
        {
            Description = "First day on which silence suspends, 7 to 180 days ahead.",
            Required = true,
        };
        var lists = ((string Name, string Words)[])
            [
                ("reviewers", "Who decides; may be repeated."),
                ("organizations", "Only clients of this organization; may be repeated."),
                ("kinds", "Only clients of this kind of organization, such as vendor; may be repeated."),
                ("risks", "Only use cases of this risk; may be repeated."),
                ("purposes", "Only use cases with this purpose; may be repeated."),
            ];
        var options = lists
            .Select(static list =>
                (
                    list.Name,
                    Option: new Option<string[]>("--" + list.Name[..^1]) { Description = list.Words, DefaultValueFactory = static _ => [] }
                )
            )
            .ToList();
        var start = new Command("start", "Starts one: writes down what is known of each client, and waits for the reviewers.")
        {
            id,
            title,
            due,
        };
        options.ForEach(option => start.Options.Add(option.Option));
        return CliRun.Action(
            start,
            common,
            async (parsed, run, cancellationToken) =>
            {
                var body = new JsonObject
                {
                    ["id"] = parsed.GetValue(id),
                    ["title"] = parsed.GetValue(title),
                    ["due"] = parsed.GetValue(due),
                };
                foreach (var (name, option) in options)
                {
                    if (parsed.GetValue(option) is { Length: > 0 } values)
                    {
                        body[name] = new JsonArray([.. values.Select(static value => (JsonNode)value)]);
                    }
                }

                Printer.One(run.Out, run.Format, (await DocumentVerbs.PostAsync(run, "campaigns:start", body, cancellationToken)).Json);
                return ExitCodes.Ok;
            }
        );
    }

    private static Command Progress(CommonOptions common, DocumentVerbs verbs) =>
        CliRun.Action(
            new Command("progress", "Says how far one has come; 1 while something waits.") { verbs.Id },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var path = $"/admin/v1/{verbs.Of(parsed.GetValue(verbs.Id)!)}/progress";
                var report = (await run.Client.SendAsync(HttpMethod.Get, path, cancellationToken)).Json;
                Printer.One(run.Out, run.Format, report);
                return (string?)report["state"] == "open" ? ExitCodes.Findings : ExitCodes.Ok;
            }
        );

    private static Command Decide(CommonOptions common)
    {
        var id = new Argument<string>("id") { Description = "Campaign id." };
        var client = new Option<string[]>("--client") { Description = "Client id; may be repeated.", Required = true };
        var decision = new Option<string>("--decision") { Description = "keep, narrow or remove.", Required = true };
        decision.AcceptOnlyFromAmong("keep", "narrow", "remove");
        var reason = ClientCommands.Reason();
        return CliRun.Action(
            new Command("decide", "Decides about clients; those of high risk are kept one by one. A reason is required.")
            {
                id,
                client,
                decision,
                reason,
            },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var body = DocumentVerbs.ReasonBody(parsed.GetValue(reason));
                body["decision"] = parsed.GetValue(decision);
                body["clients"] = new JsonArray([.. parsed.GetValue(client)!.Select(static one => (JsonNode)one)]);
                var path = $"{Segment}/{Uri.EscapeDataString(parsed.GetValue(id)!)}:decide";
                Printer.One(run.Out, run.Format, (await DocumentVerbs.PostAsync(run, path, body, cancellationToken)).Json);
                return ExitCodes.Ok;
            }
        );
    }

    private static Command Apply(CommonOptions common, DocumentVerbs verbs) =>
        CliRun.Action(
            new Command("apply", "Applies what was decided; 1 when something was refused and stands as decided.") { verbs.Id },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var path = $"{verbs.Of(parsed.GetValue(verbs.Id)!)}:apply";
                var report = (await DocumentVerbs.PostAsync(run, path, [], cancellationToken)).Json;
                if (run.Format == OutputFormat.Table)
                {
                    Printer.List(run.Out, run.Format, report["applied"]!.DeepClone(), "client", "decision", "outcome", "words");
                }
                else
                {
                    Printer.Whole(run.Out, run.Format, report);
                }

                return report["applied"]!.AsArray().Any(static one => one!["outcome"] is null) ? ExitCodes.Findings : ExitCodes.Ok;
            }
        );

    private static Command Evidence(CommonOptions common, DocumentVerbs verbs)
    {
        var folder = new Option<DirectoryInfo>("--out") { Description = "A new folder for the bundle.", Required = true };
        return CliRun.Action(
            new Command(
                "evidence",
                "Makes the evidence of one: its documents, and proofs of the records, which a shell and OpenSSL verify."
            )
            {
                verbs.Id,
                folder,
            },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var path = $"/admin/v1/{verbs.Of(parsed.GetValue(verbs.Id)!)}/evidence";
                var answer = (await run.Client.SendAsync(HttpMethod.Get, path, cancellationToken)).Json;
                var names = BundleFolder.Write(parsed.GetValue(folder)!, answer["files"]!.AsArray());
                run.Note($"{names} files in {parsed.GetValue(folder)}; verify them with: sh verify.sh");
                return ExitCodes.Ok;
            }
        );
    }
}
