using System.CommandLine;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>What commands about registry documents share: listing them, showing one, and calling a verb of one.</summary>
internal sealed class DocumentVerbs(CommonOptions common, string segment, string word)
{
    /// <summary>The argument that names one document.</summary>
    public Argument<string> Id { get; } = new("id") { Description = $"Id of the {word}." };

    /// <summary>list: one page, filtered as in the API.</summary>
    public Command List(params string[] columns)
    {
        var filter = new Option<string[]>("--filter")
        {
            Description = "member=value, as in the API; may be repeated.",
            DefaultValueFactory = static _ => [],
        };
        var limit = new Option<int>("--limit") { Description = "1 to 500.", DefaultValueFactory = static _ => 50 };
        var cursor = new Option<string?>("--cursor") { Description = "Place of the next page." };
        return CliRun.Action(
            new Command("list", $"Lists what there is of it: {segment.Replace('-', ' ')}.") { filter, limit, cursor },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var query = parsed
                    .GetValue(filter)!
                    .Select(ClientCommands.ToQuery)
                    .Append($"limit={parsed.GetValue(limit)}")
                    .Concat(parsed.GetValue(cursor) is { } place ? ["cursor=" + Uri.EscapeDataString(place)] : []);
                var answer = await run.Client.SendAsync(
                    HttpMethod.Get,
                    $"/admin/v1/{segment}?{string.Join('&', query)}",
                    cancellationToken
                );
                Printer.List(run.Out, run.Format, answer.Json, columns);
                return ExitCodes.Ok;
            }
        );
    }

    /// <summary>show: one document.</summary>
    public Command Show() =>
        CliRun.Action(
            new Command("show", $"Shows one {word}.") { Id },
            common,
            async (parsed, run, cancellationToken) =>
            {
                Printer.One(run.Out, run.Format, (await GetAsync(run, parsed.GetValue(Id)!, cancellationToken)).Json);
                return ExitCodes.Ok;
            }
        );

    /// <summary>A verb of one document, with a reason.</summary>
    public Command Verb(string verb, string words)
    {
        var reason = ClientCommands.Reason();
        return CliRun.Action(
            new Command(verb, words) { Id, reason },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var answer = await PostAsync(
                    run,
                    $"{Of(parsed.GetValue(Id)!)}:{verb}",
                    ReasonBody(parsed.GetValue(reason)),
                    cancellationToken
                );
                Printer.One(run.Out, run.Format, answer.Json);
                return ExitCodes.Ok;
            }
        );
    }

    /// <summary>The document as it is, with its version.</summary>
    public Task<CliAnswer> GetAsync(CliRun run, string id, CancellationToken cancellationToken) =>
        run.Client.SendAsync(HttpMethod.Get, "/admin/v1/" + Of(id), cancellationToken);

    /// <summary>Its place under the API.</summary>
    public string Of(string id) => $"{segment}/{Uri.EscapeDataString(id)}";

    public static Task<CliAnswer> PostAsync(
        CliRun run,
        string path,
        JsonObject body,
        CancellationToken cancellationToken,
        params (string, string)[] headers
    ) => run.Client.SendAsync(HttpMethod.Post, run.Write(path), cancellationToken, body, headers);

    public static JsonObject ReasonBody(string? reason)
    {
        var body = new JsonObject();
        if (reason is not null)
        {
            body["reason"] = reason;
        }

        return body;
    }
}
