using System.CommandLine;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>Defines <c>explain</c>, which prints why a decision went as it did, or how an imagined request would be decided.</summary>
internal static class ExplainCommand
{
    // What a decision case says besides its request.
    private static readonly string[] NotAsked = ["description", "registry", "set", "drift", "revoked", "expect", "twin"];

    public static Command Create(CommonOptions common)
    {
        var id = new Argument<string?>("id") { Description = "Decision id, as the client was told.", Arity = ArgumentArity.ZeroOrOne };
        var request = new Option<FileInfo?>("--request")
        {
            Description = "A request to imagine: caller and request as in the decision cases (.yaml or .json).",
        };
        var scopes = new Option<string?>("--scopes") { Description = "With --request: the scope of the token, instead of the file's." };
        var issued = new Option<DateTimeOffset?>("--issued-at")
        {
            Description = "With --request: when the token was issued, instead of the file's.",
        };
        var lifetime = new Option<int?>("--lifetime") { Description = "With --request: seconds the token lives, instead of the file's." };
        return CliRun.Action(
            new Command(
                "explain",
                "Says why: who, proof, asked, doors, what was closed, what would open it; 1 when it was or would be refused."
            )
            {
                id,
                request,
                scopes,
                issued,
                lifetime,
            },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var answer = (parsed.GetValue(id), parsed.GetValue(request)) switch
                {
                    ({ } known, null) => await run.Client.SendAsync(
                        HttpMethod.Get,
                        "/admin/v1/decisions/" + Uri.EscapeDataString(known),
                        cancellationToken
                    ),
                    (null, { } file) => await run.Client.SendAsync(
                        HttpMethod.Post,
                        "/admin/v1/decisions:explain",
                        cancellationToken,
                        Describe(Read(file), parsed.GetValue(scopes), parsed.GetValue(issued), parsed.GetValue(lifetime))
                    ),
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
            }
        );
    }

    private static JsonObject Describe(JsonObject body, string? scopes, DateTimeOffset? issued, int? lifetime)
    {
        if (body["caller"] is JsonObject caller)
        {
            caller["scopes"] = scopes ?? caller["scopes"]?.DeepClone();
            caller["issued_at"] = issued ?? caller["issued_at"]?.DeepClone();
            caller["lifetime"] = lifetime ?? caller["lifetime"]?.DeepClone();
        }

        return body;
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
