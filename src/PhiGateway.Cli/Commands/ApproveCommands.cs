using System.CommandLine;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>Defines <c>approve</c> for clients, use cases and admin keys; it shows what it is about before it asks.</summary>
internal static class ApproveCommands
{
    /// <summary>Of a client: what its fingerprint stands for.</summary>
    public static Command OfClient(CommonOptions common, Argument<string> id)
    {
        var reason = ClientCommands.Reason();
        var fingerprint = new Option<string?>("--fingerprint")
        {
            Description = "The fingerprint you reviewed: approves exactly that, and asks nothing.",
        };
        var until = new Option<string?>("--until") { Description = "First day on which the approval no longer counts." };
        return CliRun.Action(
            new Command("approve", "Shows what you are about to permit, asks, and approves exactly that.")
            {
                id,
                fingerprint,
                reason,
                until,
            },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var path = "clients/" + Uri.EscapeDataString(parsed.GetValue(id)!);
                var brief = await run.Client.SendAsync(HttpMethod.Get, $"/admin/v1/{path}/approval", cancellationToken);
                BriefText.Write(Shown(run), brief.Json);
                var seen = parsed.GetValue(fingerprint);
                if (seen is null && !run.DryRun && !BriefText.Confirm(run, run.In))
                {
                    return Nothing(run);
                }

                var body = DocumentVerbs.ReasonBody(parsed.GetValue(reason));
                body["fingerprint"] = seen ?? (string?)brief.Json["fingerprint"];
                if (parsed.GetValue(until) is { } end)
                {
                    body["until"] = end;
                }

                var answer = await DocumentVerbs.PostAsync(run, path + ":approve", body, cancellationToken);
                Printer.One(run.Out, run.Format, answer.Json);
                return ExitCodes.Ok;
            }
        );
    }

    /// <summary>Of a use case, as it was shown.</summary>
    public static Command OfUseCase(CommonOptions common, DocumentVerbs verbs) =>
        Seen(common, verbs, "Shows what the use case permits, asks, and approves exactly that.", "/approval", BriefText.Write);

    /// <summary>Of an admin key: shows the second part of what its person claims it with.</summary>
    public static Command OfKey(CommonOptions common, DocumentVerbs verbs) =>
        Seen(
            common,
            verbs,
            "Shows whose key it is and what it may, asks, and releases it; prints the second part for its person.",
            string.Empty,
            static (output, key) =>
                output.WriteLine(
                    $"You are about to let {(string?)key["person"]} act as {string.Join(", ", key["roles"]!.AsArray().Select(static role => (string?)role))}"
                        + $" with the key {(string?)key["id"]}, last written by {(string?)key["meta"]!["updatedBy"]}."
                )
        );

    private static Command Seen(CommonOptions common, DocumentVerbs verbs, string words, string view, Action<TextWriter, JsonNode> write)
    {
        var reason = ClientCommands.Reason();
        var tag = new Option<string?>("--if-match") { Description = "ETag of what you reviewed: approves exactly that, and asks nothing." };
        return CliRun.Action(
            new Command("approve", words) { verbs.Id, tag, reason },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var path = verbs.Of(parsed.GetValue(verbs.Id)!);
                var shown = await run.Client.SendAsync(HttpMethod.Get, $"/admin/v1/{path}{view}", cancellationToken);
                write(Shown(run), shown.Json);
                var seen = parsed.GetValue(tag);
                if (seen is null && !run.DryRun && !BriefText.Confirm(run, run.In))
                {
                    return Nothing(run);
                }

                var answer = await DocumentVerbs.PostAsync(
                    run,
                    path + ":approve",
                    DocumentVerbs.ReasonBody(parsed.GetValue(reason)),
                    cancellationToken,
                    ("If-Match", seen ?? shown.ETag ?? string.Empty)
                );
                Printer.One(run.Out, run.Format, answer.Json);
                return ExitCodes.Ok;
            }
        );
    }

    // What a program reads is the answer alone.
    private static TextWriter Shown(CliRun run) => run.Format == OutputFormat.Table ? run.Out : run.Error;

    private static int Nothing(CliRun run)
    {
        run.Error.WriteLine("Nothing was approved.");
        return ExitCodes.Usage;
    }
}
