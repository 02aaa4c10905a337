using System.CommandLine;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>Defines <c>client</c> (list, show, posture and the verbs of its life), and <c>revoke</c> for everything else.</summary>
internal static class ClientCommands
{
    public static Command Create(CommonOptions common)
    {
        var id = new Argument<string>("id") { Description = "Client id." };
        var client = new Command("client", "Non-human identities.");

        var filter = new Option<string[]>("--filter")
        {
            Description = "member=value, as in the API; may be repeated.",
            DefaultValueFactory = static _ => [],
        };
        var limit = new Option<int>("--limit") { Description = "1 to 500.", DefaultValueFactory = static _ => 50 };
        var cursor = new Option<string?>("--cursor") { Description = "Place of the next page." };
        client.Add(
            CliRun.Action(
                new Command("list", "Lists clients.") { filter, limit, cursor },
                common,
                async (parsed, run, cancellationToken) =>
                {
                    var query = parsed
                        .GetValue(filter)!
                        .Select(ToQuery)
                        .Append($"limit={parsed.GetValue(limit)}")
                        .Concat(parsed.GetValue(cursor) is { } place ? ["cursor=" + Uri.EscapeDataString(place)] : []);
                    var answer = await run.Client.SendAsync(
                        HttpMethod.Get,
                        "/admin/v1/clients?" + string.Join('&', query),
                        cancellationToken
                    );
                    Printer.List(run.Out, run.Format, answer.Json, "id", "status", "useCase", "environment", "owner", "meta.version");
                    return ExitCodes.Ok;
                }
            )
        );
        client.Add(
            CliRun.Action(
                new Command("show", "Shows one client.") { id },
                common,
                async (parsed, run, cancellationToken) =>
                {
                    Printer.One(
                        run.Out,
                        run.Format,
                        (await run.Client.SendAsync(HttpMethod.Get, Path(parsed.GetValue(id)!), cancellationToken)).Json
                    );
                    return ExitCodes.Ok;
                }
            )
        );
        client.Add(
            CliRun.Action(
                new Command("posture", "Lists the doors of a client's PHI path; 1 when one is closed.") { id },
                common,
                async (parsed, run, cancellationToken) =>
                {
                    var posture = (
                        await run.Client.SendAsync(HttpMethod.Get, Path(parsed.GetValue(id)!) + "/posture", cancellationToken)
                    ).Json;
                    if (run.Format == OutputFormat.Table)
                    {
                        run.Out.WriteLine(
                            $"{(string?)posture["client"]}  {(string?)posture["status"]}  path "
                                + $"{((bool)posture["path_open"]! ? "open" : "closed")}  revision {posture["revision"]}"
                        );
                        run.Out.WriteLine($"fingerprint {(string?)posture["fingerprint"]}");
                        foreach (var door in posture["doors"]!.AsArray().OfType<JsonObject>().Where(static door => (bool)door["open"]!))
                        {
                            // The reason is what a door refuses with: an open one has none.
                            door["reason"] = null;
                        }

                        Printer.List(run.Out, run.Format, posture["doors"]!, "name", "open", "closes_at", "reason", "to_open");
                    }
                    else
                    {
                        Printer.Whole(run.Out, run.Format, posture);
                    }

                    return (bool)posture["path_open"]! ? ExitCodes.Ok : ExitCodes.Findings;
                }
            )
        );
        foreach (
            var (verb, words) in ((string, string)[])
                [
                    ("submit", "Asks for approval."),
                    ("suspend", "Closes the PHI path until it is resumed."),
                    ("request-lift", "Asks that what the gateway closed or slowed by itself be lifted."),
                    ("resume", "Opens a suspended client again."),
                    ("attest", "Records that the owner still stands behind it."),
                    ("quarantine", "Closes the PHI path on suspicion."),
                    ("archive", "Puts a revoked client away."),
                ]
        )
        {
            client.Add(Verb(common, verb, words, id));
        }

        client.Add(Verb(common, "revoke", "Ends a client for good.", id));
        client.Add(ApproveCommands.OfClient(common, id));
        client.Add(TimedVerbs.OfClient(common, id));
        client.Add(Verb(common, "unthrottle", "Lets a client go at its own rate again; never by who slowed it down.", id));
        client.Add(Rotate(common, id));
        client.Add(ApiKeyCommand.Create(common, id));
        client.Add(
            CliRun.Action(
                new Command("tokens", "Lists the tokens that are out for a client: issued by the gateway and not past their end.") { id },
                common,
                async (parsed, run, cancellationToken) =>
                {
                    var report = (
                        await run.Client.SendAsync(HttpMethod.Get, Path(parsed.GetValue(id)!) + "/tokens", cancellationToken)
                    ).Json;
                    if (run.Format != OutputFormat.Table)
                    {
                        Printer.Whole(run.Out, run.Format, report);
                        return ExitCodes.Ok;
                    }

                    Printer.List(
                        run.Out,
                        run.Format,
                        report["tokens"]!,
                        "id",
                        "expires_at",
                        "revoked",
                        "closed_by",
                        "purpose",
                        "task",
                        "scope",
                        "hash"
                    );
                    if ((bool)report["truncated"]!)
                    {
                        run.Out.WriteLine("There are more: these are the newest.");
                    }

                    return ExitCodes.Ok;
                }
            )
        );
        client.Add(
            CliRun.Action(
                new Command("blast-radius", "Shows what stops when a client is stopped.") { id },
                common,
                async (parsed, run, cancellationToken) =>
                {
                    Printer.One(
                        run.Out,
                        run.Format,
                        (await run.Client.SendAsync(HttpMethod.Get, Path(parsed.GetValue(id)!) + "/blast-radius", cancellationToken)).Json
                    );
                    return ExitCodes.Ok;
                }
            )
        );
        return client;
    }

    public static Command Revoke(CommonOptions common)
    {
        var target = new Argument<string>("target")
        {
            Description =
                "client, credential, token, token-hash, organization, use-case, tenant, issuer, issued-before, subject, other-than-treatment "
                + "or model (vendor/model, vendor/*).",
        };
        target.AcceptOnlyFromAmong(
            "client",
            "credential",
            "token",
            "token-hash",
            "organization",
            "use-case",
            "tenant",
            "issuer",
            "issued-before",
            "subject",
            "other-than-treatment",
            "model"
        );
        var value = new Argument<string?>("value")
        {
            Description = "Which one; for issued-before a moment such as 2026-05-01T12:00:00Z; none for other-than-treatment.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var issuer = new Option<string?>("--issuer")
        {
            Description = "Narrows token and issued-before to one issuer; whose subject it is.",
        };
        var reason = Reason();
        return CliRun.Action(
            new Command("revoke", "Revokes anything, everywhere, at once.") { target, value, issuer, reason },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var isMoment = parsed.GetValue(target) == "issued-before";
                var body = new JsonObject { ["target"] = parsed.GetValue(target), ["reason"] = parsed.GetValue(reason) };
                if (parsed.GetValue(value) is { } which)
                {
                    body[isMoment ? "issued_before" : "value"] = which;
                }

                if (parsed.GetValue(issuer) is { } name)
                {
                    body["issuer"] = name;
                }

                Printer.One(
                    run.Out,
                    run.Format,
                    (await run.Client.SendAsync(HttpMethod.Post, run.Write("revocations"), cancellationToken, body)).Json
                );
                return ExitCodes.Ok;
            }
        );
    }

    private static Command Verb(CommonOptions common, string verb, string words, Argument<string> id)
    {
        var reason = Reason();
        return CliRun.Action(
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
                    run.Write($"clients/{Uri.EscapeDataString(parsed.GetValue(id)!)}:{verb}"),
                    cancellationToken,
                    body
                );
                Printer.One(run.Out, run.Format, answer.Json);
                return ExitCodes.Ok;
            }
        );
    }

    private static Command Rotate(CommonOptions common, Argument<string> id)
    {
        var reason = Reason();
        var file = new Argument<FileInfo>("credential") { Description = "The new credential, .yaml or .json, as in a registry file." };
        var replaces = new Option<string?>("--replaces") { Description = "Id of the old one; may be left out while there is only one." };
        var overlap = new Option<int?>("--overlap-hours") { Description = "How long the old one is still honoured; default 168." };
        return CliRun.Action(
            new Command("rotate", "Puts a new credential beside the old one, which ends after the overlap.")
            {
                id,
                file,
                replaces,
                overlap,
                reason,
            },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var body = CliBody.Of(
                    ("credential", CliFiles.ReadObject(parsed.GetValue(file)!)),
                    ("replaces", parsed.GetValue(replaces)),
                    ("overlap_hours", parsed.GetValue(overlap)),
                    ("reason", parsed.GetValue(reason))
                );
                var answer = await run.Client.SendAsync(
                    HttpMethod.Post,
                    run.Write($"clients/{Uri.EscapeDataString(parsed.GetValue(id)!)}:rotate"),
                    cancellationToken,
                    body
                );
                Printer.One(run.Out, run.Format, answer.Json);
                return ExitCodes.Ok;
            }
        );
    }

    internal static Option<string?> Reason() => new("--reason", "-r") { Description = "Why, in words without patient data." };

    private static string Path(string id) => "/admin/v1/clients/" + Uri.EscapeDataString(id);

    internal static string ToQuery(string filter)
    {
        var equals = filter.IndexOf('=', StringComparison.Ordinal);
        return equals <= 0
            ? throw new CliFault(ExitCodes.Usage, "--filter: member=value is expected.")
            : Uri.EscapeDataString(filter[..equals]) + "=" + Uri.EscapeDataString(filter[(equals + 1)..]);
    }
}
