using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>
/// Defines the verbs that take more than a reason: whom an alert is given to, until when it may wait, and how fast a client may go while
/// something is looked into.
/// </summary>
internal static class TimedVerbs
{
    /// <summary><c>alert assign</c>, <c>alert snooze</c>.</summary>
    /// <param name="common">Options of every command.</param>
    /// <param name="id">The alert.</param>
    public static IReadOnlyList<Command> OfAlert(CommonOptions common, Argument<string> id)
    {
        var person = new Option<string>("--to") { Description = "Who is to deal with it.", Required = true };
        var until = new Option<DateTimeOffset>("--until") { Description = "When it is due again, within 30 days.", Required = true };
        return
        [
            Verb(
                common,
                ("alerts", "assign", "Says who is to deal with an alert."),
                id,
                person,
                parsed => ("person", parsed.GetValue(person))
            ),
            Verb(
                common,
                ("alerts", "snooze", "Lets an alert wait, with an end; a reason is required."),
                id,
                until,
                parsed => ("until", parsed.GetValue(until).ToUniversalTime().ToString("O", CultureInfo.InvariantCulture))
            ),
        ];
    }

    /// <summary><c>client throttle</c>.</summary>
    /// <param name="common">Options of every command.</param>
    /// <param name="id">The client.</param>
    public static Command OfClient(CommonOptions common, Argument<string> id)
    {
        var rate = new Option<int>("--requests-per-second") { Description = "The lower rate.", Required = true };
        return Verb(
            common,
            ("clients", "throttle", "Slows a client down while something is looked into; a reason is required."),
            id,
            rate,
            parsed => ("requests_per_second", parsed.GetValue(rate))
        );
    }

    private static Command Verb(
        CommonOptions common,
        (string Segment, string Name, string Words) verb,
        Argument<string> id,
        Option option,
        Func<ParseResult, (string Name, JsonNode? Value)> read
    )
    {
        var reason = ClientCommands.Reason();
        return CliRun.Action(
            new Command(verb.Name, verb.Words) { id, reason, option },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var body = DocumentVerbs.ReasonBody(parsed.GetValue(reason));
                var (name, value) = read(parsed);
                body[name] = value;
                var path = $"{verb.Segment}/{Uri.EscapeDataString(parsed.GetValue(id)!)}:{verb.Name}";
                Printer.One(run.Out, run.Format, (await DocumentVerbs.PostAsync(run, path, body, cancellationToken)).Json);
                return ExitCodes.Ok;
            }
        );
    }
}
