using System.CommandLine;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>Defines <c>audit accounting</c> and <c>audit reach</c>, for privacy officers.</summary>
internal static class PrivacyCommands
{
    private static readonly string[] Shapes = ["json", "csv", "page"];

    /// <summary>To whom a patient's data was disclosed.</summary>
    public static Command Accounting(CommonOptions common)
    {
        var tenant = new Option<string>("--tenant") { Description = "Tenant.", Required = true };
        var patient = new Option<string>("--patient") { Description = "Logical id; sent in the body, never in a URL.", Required = true };
        var more = Texts(
            ("from", "From this moment on; six years back when it is left out."),
            ("to", "Before this moment; now when it is left out."),
            ("request", "Id of the request that this answers."),
            ("rule", "hipaa, or part2 once it is in force.")
        );
        var shape = new Option<string>("--as") { Description = "json, csv or page.", DefaultValueFactory = static _ => "json" };
        shape.AcceptOnlyFromAmong(Shapes);
        var command = new Command("accounting", "Accounts for the disclosures of one patient; itself recorded.") { tenant, patient, shape };
        more.ForEach(command.Options.Add);
        return CliRun.Action(
            command,
            common,
            async (parsed, run, cancellationToken) =>
            {
                var body = Body(parsed, more);
                body["tenant"] = parsed.GetValue(tenant);
                body["patient"] = parsed.GetValue(patient);
                var asked = parsed.GetValue(shape) ?? "json";
                var verb = asked == "json" ? "report" : asked;
                var answer = await run.Client.SendAsync(HttpMethod.Post, "/admin/v1/accounting:" + verb, cancellationToken, body);
                if (asked == "json")
                {
                    Printer.Whole(run.Out, Plain(run.Format), answer.Json);
                }
                else
                {
                    await run.Out.WriteAsync(answer.Text);
                }

                return ExitCodes.Ok;
            }
        );
    }

    /// <summary>Whom and what somebody touched.</summary>
    public static Command Reach(CommonOptions common)
    {
        var from = new Option<string>("--from") { Description = "From this moment on.", Required = true };
        var to = new Option<string>("--to") { Description = "Before this moment.", Required = true };
        var who = Texts(
            ("token", "jti of a token, or its SHA-256 in hex."),
            ("credential", "Registered credential: an OAuth client, an API key, a certificate."),
            ("certificate", "SHA-256 of a certificate in hex."),
            ("through", "Who acted in between, by its client id at the issuer."),
            ("client", "Registered client."),
            ("organization", "Organization."),
            ("tenant", "Within this tenant only.")
        );
        var command = new Command("reach", "Says which patients and records somebody touched; itself recorded.") { from, to };
        who.ForEach(command.Options.Add);
        return CliRun.Action(
            command,
            common,
            async (parsed, run, cancellationToken) =>
            {
                var body = Body(parsed, who);
                body["from"] = parsed.GetValue(from);
                body["to"] = parsed.GetValue(to);
                var answer = await run.Client.SendAsync(HttpMethod.Post, "/admin/v1/audit:reach", cancellationToken, body);
                Printer.Whole(run.Out, Plain(run.Format), answer.Json);
                return ExitCodes.Ok;
            }
        );
    }

    private static List<Option<string?>> Texts(params (string Name, string Words)[] texts) =>
        [.. texts.Select(static text => new Option<string?>("--" + text.Name) { Description = text.Words })];

    private static JsonObject Body(ParseResult parsed, List<Option<string?>> options)
    {
        var body = new JsonObject();
        foreach (var option in options)
        {
            if (parsed.GetValue(option) is { } value)
            {
                body[option.Name[2..]] = value;
            }
        }

        return body;
    }

    private static OutputFormat Plain(OutputFormat format) => format == OutputFormat.Table ? OutputFormat.Yaml : format;
}
