using System.CommandLine;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>Defines <c>offboarding</c>: how long it took from an event to the last closed door, and what partners were told.</summary>
internal static class OffboardingCommands
{
    private const string Segment = "offboardings";

    public static Command Create(CommonOptions common)
    {
        var verbs = new DocumentVerbs(common, Segment, "offboarding");
        return new Command("offboarding", "Clocks of offboardings: from the event to the last closed door.")
        {
            List(common),
            verbs.Show(),
            Notice(common, verbs),
        };
    }

    /// <summary>The options with which an act says what it began with.</summary>
    public static (Option<string?> What, Option<string?> At) Cause()
    {
        var what = new Option<string?>("--event") { Description = "What it began with: call, hr or caep." };
        what.AcceptOnlyFromAmong("call", "hr", "caep");
        return (what, new Option<string?>("--event-at") { Description = "When that was, such as 2026-11-29T08:00:00Z; default: now." });
    }

    /// <summary>Puts them into a body.</summary>
    public static void Say(JsonObject body, string? what, string? at)
    {
        if (what is not null)
        {
            body["event"] = what;
        }

        if (at is not null)
        {
            body["event_at"] = at;
        }
    }

    private static Command List(CommonOptions common) =>
        CliRun.Action(
            new Command("list", "Lists offboardings with their clocks; 1 when a figure is not kept."),
            common,
            async (_, run, cancellationToken) =>
            {
                var answer = (await run.Client.SendAsync(HttpMethod.Get, "/admin/v1/" + Segment, cancellationToken)).Json;
                var isKept = true;
                foreach (var item in answer["items"]!.AsArray().OfType<JsonObject>())
                {
                    var offboarding = item["offboarding"]!.AsObject();
                    foreach (var (name, value) in offboarding.ToList())
                    {
                        offboarding.Remove(name);
                        item[name] = value;
                    }

                    item.Remove("offboarding");
                    isKept &= item["measures"]!.AsArray().All(static measure => (bool?)measure!["is_met"] != false);
                }

                Printer.List(run.Out, run.Format, answer, "id", "subject", "stage", "event", "event_at", "act_at", "by");
                return isKept ? ExitCodes.Ok : ExitCodes.Findings;
            }
        );

    private static Command Notice(CommonOptions common, DocumentVerbs verbs)
    {
        var to = new Option<string>("--to") { Description = "Who was told.", Required = true };
        var at = new Option<string?>("--sent-at") { Description = "When; default: now." };
        var reference = new Option<string?>("--reference") { Description = "Where the letter is." };
        return CliRun.Action(
            new Command("notice-sent", "Puts down that a partner was told.") { verbs.Id, to, at, reference },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var body = new JsonObject { ["to"] = parsed.GetValue(to) };
                if (parsed.GetValue(at) is { } sent)
                {
                    body["sent_at"] = sent;
                }

                if (parsed.GetValue(reference) is { } place)
                {
                    body["reference"] = place;
                }

                var path = verbs.Of(parsed.GetValue(verbs.Id)!) + ":notice-sent";
                Printer.One(run.Out, run.Format, (await DocumentVerbs.PostAsync(run, path, body, cancellationToken)).Json);
                return ExitCodes.Ok;
            }
        );
    }
}
