using System.CommandLine;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>Defines what <c>audit</c> keeps: keeping, hold, holds, lift, delete-month, keys and destroy-content, for privacy officers.</summary>
internal static class AuditKeepingCommands
{
    private const string Path = "audit/keeping";

    public static void AddTo(Command audit, CommonOptions common)
    {
        audit.Add(
            CliRun.Action(
                new Command("keeping", "Says until when each month of the trail is kept, and which holds keep it."),
                common,
                async (_, run, cancellationToken) =>
                {
                    var report = (await run.Client.SendAsync(HttpMethod.Get, "/admin/v1/" + Path, cancellationToken)).Json;
                    if (run.Format == OutputFormat.Table)
                    {
                        Printer.List(run.Out, run.Format, report["months"]!.AsArray(), "month", "kept_until", "is_due", "holds");
                    }
                    else
                    {
                        Printer.Whole(run.Out, run.Format, report);
                    }

                    return ExitCodes.Ok;
                }
            )
        );
        audit.Add(
            CliRun.Action(
                new Command("holds", "Lists holds on deletion, those that were lifted too."),
                common,
                async (_, run, cancellationToken) =>
                {
                    var list = (await run.Client.SendAsync(HttpMethod.Get, $"/admin/v1/{Path}/holds", cancellationToken)).Json;
                    Printer.List(run.Out, run.Format, list, "id", "of", "tenant", "case", "set_by", "lift_asked_by", "lifted_at");
                    return ExitCodes.Ok;
                }
            )
        );
        audit.Add(Hold(common));
        audit.Add(Lift(common));
        audit.Add(DeleteMonth(common));
        audit.Add(
            CliRun.Action(
                new Command("keys", "Lists the data keys of the trail's content by month and tenant, and which were destroyed."),
                common,
                async (_, run, cancellationToken) =>
                {
                    var list = (await run.Client.SendAsync(HttpMethod.Get, $"/admin/v1/{Path}/keys", cancellationToken)).Json;
                    Printer.List(run.Out, run.Format, list, "month", "tenant", "wrapping_key", "count", "destroyed");
                    return ExitCodes.Ok;
                }
            )
        );
        audit.Add(DestroyContent(common));
    }

    private static Command Hold(CommonOptions common)
    {
        var tenant = new Option<string?>("--tenant") { Description = "Tenant." };
        var patient = new Option<string?>("--patient") { Description = "Logical id of a patient of the tenant; sent in the body." };
        var of = new Option<string?>("--case") { Description = "A case, alone." };
        var reason = Reason();
        return CliRun.Action(
            new Command("hold", "Keeps the records of a tenant, a patient or a case, however old; two persons lift it.")
            {
                tenant,
                patient,
                of,
                reason,
            },
            common,
            (parsed, run, cancellationToken) =>
                SendAsync(
                    run,
                    Path + "/holds",
                    CliBody.Of(
                        ("tenant", parsed.GetValue(tenant)),
                        ("patient", parsed.GetValue(patient)),
                        ("case", parsed.GetValue(of)),
                        ("reason", parsed.GetValue(reason))
                    ),
                    cancellationToken
                )
        );
    }

    private static Command Lift(CommonOptions common)
    {
        var id = new Argument<string>("id") { Description = "Id of the hold." };
        var reason = Reason();
        return CliRun.Action(
            new Command("lift", "Agrees to lift a hold on deletion; it ends when a second person agrees.") { id, reason },
            common,
            (parsed, run, cancellationToken) =>
                SendAsync(
                    run,
                    $"{Path}/holds/{Uri.EscapeDataString(parsed.GetValue(id)!)}:lift",
                    CliBody.Of(("reason", parsed.GetValue(reason))),
                    cancellationToken
                )
        );
    }

    private static Command DeleteMonth(CommonOptions common)
    {
        var month = new Argument<string>("month") { Description = "Such as 2015-03." };
        var reason = Reason();
        return CliRun.Action(
            new Command("delete-month", "Deletes a month of the trail that is due and under no hold; --dry-run says what would go.")
            {
                month,
                reason,
            },
            common,
            (parsed, run, cancellationToken) =>
                SendAsync(
                    run,
                    Path + ":delete",
                    CliBody.Of(("month", parsed.GetValue(month)), ("reason", parsed.GetValue(reason))),
                    cancellationToken
                )
        );
    }

    private static Command DestroyContent(CommonOptions common)
    {
        var month = new Argument<string>("month") { Description = "Such as 2015-03." };
        var tenant = new Option<string>("--tenant") { Description = "Tenant.", Required = true };
        var reason = Reason();
        return CliRun.Action(
            new Command(
                "destroy-content",
                "Destroys the keys of a tenant's month that is due and under no hold; done when a second person asks for the same."
            )
            {
                month,
                tenant,
                reason,
            },
            common,
            (parsed, run, cancellationToken) =>
                SendAsync(
                    run,
                    Path + ":destroy-content",
                    CliBody.Of(("month", parsed.GetValue(month)), ("tenant", parsed.GetValue(tenant)), ("reason", parsed.GetValue(reason))),
                    cancellationToken
                )
        );
    }

    private static Option<string> Reason() => new("--reason") { Description = "Why, in words without patient data.", Required = true };

    private static async Task<int> SendAsync(CliRun run, string path, JsonObject body, CancellationToken cancellationToken)
    {
        var answer = await run.Client.SendAsync(HttpMethod.Post, run.Write(path), cancellationToken, body);
        Printer.Whole(run.Out, run.Format == OutputFormat.Table ? OutputFormat.Yaml : run.Format, answer.Json);
        return ExitCodes.Ok;
    }
}
