using System.CommandLine;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>explain: why a decision went as it did, or how an imagined request would be decided.</summary>
internal static class ExplainCommand
{
    // What a decision case says besides its request.
    private static readonly string[] NotAsked = ["description", "registry", "set", "drift", "revoked", "expect", "twin"];

    public static Command Create(CommonOptions common)
    {
        var id = new Argument<string?>("id") { Description = "Decision id, as the client was told.", Arity = ArgumentArity.ZeroOrOne };
        var request = new Option<FileInfo?>("--request") { Description = "A request to imagine: caller and request as in the decision cases (.yaml or .json)." };
        return CliRun.Action(new Command("explain", "Says why: who, proof, asked, doors, what was closed, what would open it; 1 when it was or would be refused.") { id, request }, common, async (parsed, run, cancellationToken) =>
        {
            var answer = (parsed.GetValue(id), parsed.GetValue(request)) switch
            {
                ({ } known, null) => await run.Client.SendAsync(HttpMethod.Get, "/admin/v1/decisions/" + Uri.EscapeDataString(known), cancellationToken),
                (null, { } file) => await run.Client.SendAsync(HttpMethod.Post, "/admin/v1/decisions:explain", cancellationToken, Read(file)),
                _ => throw new CliFault(ExitCodes.Usage, "Give a decision id, or --request FILE."),
            };
            if (run.Format == OutputFormat.Table)
            {
                ExplanationText.Write(run.Out, answer.Json);
            }
            else
            {
                Printer.Whole(run.Out, run.Format, answer.Json);
            }

            return (string?)answer.Json["decision"] == "permit" ? ExitCodes.Ok : ExitCodes.Findings;
        });
    }

    private static JsonObject Read(FileInfo file)
    {
        var body = CliFiles.ReadObject(file);
        foreach (var name in NotAsked)
        {
            body.Remove(name);
        }

        return body;
    }
}
