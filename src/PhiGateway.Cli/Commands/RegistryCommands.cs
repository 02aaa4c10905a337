using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>
/// Defines <c>use-case</c>, <c>organization</c>, <c>owner</c>, <c>review</c> and <c>revocation</c>, for the rest of the registry.
/// </summary>
internal static class RegistryCommands
{
    public static IEnumerable<Command> Create(CommonOptions common) =>
        [UseCases(common), Organizations(common), Owner(common), Reviews(common), Revocations(common)];

    private static Command UseCases(CommonOptions common)
    {
        var verbs = new DocumentVerbs(common, "use-cases", "use case");
        return new Command("use-case", "What PHI is used for.")
        {
            verbs.List("id", "status", "organization", "environment", "expires", "owner"),
            verbs.Show(),
            ApproveCommands.OfUseCase(common, verbs),
            verbs.Verb("retire", "Ends a use case, and closes the path of all its clients."),
        };
    }

    private static Command Organizations(CommonOptions common)
    {
        var verbs = new DocumentVerbs(common, "organizations", "organization");
        var reason = ClientCommands.Reason();
        var stage = new Option<string>("--stage")
        {
            Description = "suspend, to see who notices, or revoke, for good.",
            DefaultValueFactory = static _ => "revoke",
        };
        stage.AcceptOnlyFromAmong("suspend", "revoke");
        var (what, at) = OffboardingCommands.Cause();
        var offboard = CliRun.Action(
            new Command("offboard", "Stops an organization with all its clients, in one step; a clock runs from the event.")
            {
                verbs.Id,
                stage,
                what,
                at,
                reason,
            },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var body = DocumentVerbs.ReasonBody(parsed.GetValue(reason));
                body["stage"] = parsed.GetValue(stage);
                OffboardingCommands.Say(body, parsed.GetValue(what), parsed.GetValue(at));
                var path = verbs.Of(parsed.GetValue(verbs.Id)!) + ":offboard";
                Printer.One(run.Out, run.Format, (await DocumentVerbs.PostAsync(run, path, body, cancellationToken)).Json);
                return ExitCodes.Ok;
            }
        );
        return new Command("organization", "Whoever runs clients.") { verbs.List("id", "kind", "name", "status"), verbs.Show(), offboard };
    }

    private static Command Owner(CommonOptions common)
    {
        var verbs = new DocumentVerbs(common, "owners", "owner");
        var reason = ClientCommands.Reason();
        var (what, at) = OffboardingCommands.Cause();
        var left = CliRun.Action(
            new Command("left", "Says that a person left: what they stood behind is shut until it has a new owner.")
            {
                verbs.Id,
                what,
                at,
                reason,
            },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var body = DocumentVerbs.ReasonBody(parsed.GetValue(reason));
                OffboardingCommands.Say(body, parsed.GetValue(what), parsed.GetValue(at));
                var path = verbs.Of(parsed.GetValue(verbs.Id)!) + ":left";
                Printer.One(run.Out, run.Format, (await DocumentVerbs.PostAsync(run, path, body, cancellationToken)).Json);
                return ExitCodes.Ok;
            }
        );
        return new Command("owner", "The persons who stand behind clients.") { left };
    }

    private static Command Reviews(CommonOptions common)
    {
        var verbs = new DocumentVerbs(common, "reviews", "review");
        var client = new Argument<string>("client") { Description = "Client that was reviewed." };
        var decision = new Option<string>("--decision")
        {
            Description = "keep, narrow or remove.",
            DefaultValueFactory = static _ => "keep",
        };
        decision.AcceptOnlyFromAmong("keep", "narrow", "remove");
        var on = new Option<string?>("--on") { Description = "Day of the review; default: today." };
        var evidence = new Option<string?>("--evidence") { Description = "Where the evidence is." };
        var enter = CliRun.Action(
            new Command("enter", "Enters the access review of a client.") { client, decision, on, evidence },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var today = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
                var body = new JsonObject
                {
                    ["id"] = "r-" + Guid.CreateVersion7().ToString("N"),
                    ["client"] = parsed.GetValue(client),
                    ["on"] = parsed.GetValue(on) ?? today,
                    ["decision"] = parsed.GetValue(decision),
                };
                if (parsed.GetValue(evidence) is { } where)
                {
                    body["evidence"] = where;
                }

                Printer.One(run.Out, run.Format, (await DocumentVerbs.PostAsync(run, "reviews", body, cancellationToken)).Json);
                return ExitCodes.Ok;
            }
        );
        return new Command("review", "Access reviews.") { verbs.List("id", "client", "on", "by", "decision", "evidence"), enter };
    }

    private static Command Revocations(CommonOptions common)
    {
        var verbs = new DocumentVerbs(common, "revocations", "revocation");
        return new Command("revocation", "What was revoked; see 'revoke'.")
        {
            verbs.List("at", "target", "value", "lifted", "by", "reason", "id"),
            verbs.Verb("lift", "Lifts a revocation; never by who wrote it."),
        };
    }
}
