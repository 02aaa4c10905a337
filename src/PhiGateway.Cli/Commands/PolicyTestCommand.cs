using System.CommandLine;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>
/// Defines <c>test</c>, which holds the registry in force against policy cases: each file a request, what is expected, and a twin that goes
/// the other way.
/// </summary>
internal static class PolicyTestCommand
{
    private const string Permit = "permit";

    // These stand in a case that brings a registry of its own; here the gateway's is asked.
    private static readonly string[] OfItsOwn = ["set", "drift", "revoked", "parts"];

    private static readonly string[] NotAsked = ["description", "registry", "expect", "twin"];

    public static Command Create(CommonOptions common)
    {
        var files = new Argument<FileInfo[]>("files") { Description = "Cases (.yaml or .json).", Arity = ArgumentArity.OneOrMore };
        var least = new Option<int>("--coverage")
        {
            Description = "Least share of the approved grants, in percent, that permitted cases must reach; default 0.",
            DefaultValueFactory = static _ => 0,
        };
        return CliRun.Action(
            new Command("test", "Holds the registry in force against policy cases; 1 when one goes another way.") { files, least },
            common,
            (parsed, run, cancellationToken) => RunAsync(parsed.GetValue(files)!, parsed.GetValue(least), run, cancellationToken)
        );
    }

    private static async Task<int> RunAsync(FileInfo[] files, int least, CliRun run, CancellationToken cancellationToken)
    {
        var results = new JsonArray();
        var rules = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            foreach (var (name, question, expect) in Cases(file))
            {
                var answer = (await run.Client.SendAsync(HttpMethod.Post, "/admin/v1/decisions:explain", cancellationToken, question)).Json;
                var found = Found(answer);
                if ((string?)answer["decision"] == Permit && (string?)answer["rule"] is { } rule)
                {
                    rules.Add(rule);
                }

                results.Add(
                    new JsonObject
                    {
                        ["result"] = Fits(expect, answer) ? "ok" : "FAILED",
                        ["case"] = name,
                        ["expected"] = Expected(expect),
                        ["found"] = found,
                    }
                );
            }
        }

        var grants = await GrantsAsync(run, cancellationToken);
        var reached = grants.Count(rules.Contains);
        var share = grants.Count == 0 ? 100 : reached * 100 / grants.Count;
        var failed = results.Count(static result => (string)result!["result"]! != "ok");
        Print(
            run,
            results,
            new JsonObject
            {
                ["cases"] = results.Count,
                ["failed"] = failed,
                ["grants_reached"] = $"{reached} of {grants.Count} ({share} %)",
            }
        );
        return failed == 0 && share >= least ? ExitCodes.Ok : ExitCodes.Findings;
    }

    private static void Print(CliRun run, JsonArray results, JsonObject summary)
    {
        if (run.Format != OutputFormat.Table)
        {
            Printer.Whole(run.Out, run.Format, new JsonObject { ["items"] = results, ["summary"] = summary });
            return;
        }

        Printer.List(run.Out, run.Format, results, "result", "case", "expected", "found");
        Printer.One(run.Out, run.Format, summary);
    }

    // The case, and its twin with the members that differ.
    private static IEnumerable<(string Name, JsonObject Question, JsonObject Expect)> Cases(FileInfo file)
    {
        var body = CliFiles.ReadObject(file);
        var name = Path.GetFileNameWithoutExtension(file.Name);
        yield return Case(file, name, body);
        if (body["twin"] is JsonObject twin)
        {
            var other = (JsonObject)body.DeepClone();
            foreach (var (member, value) in twin)
            {
                if (member == "caller" && value is JsonObject changes && other["caller"] is JsonObject caller)
                {
                    Merge(caller, changes);
                }
                else
                {
                    other[member] = value?.DeepClone();
                }
            }

            yield return Case(file, name + " (twin)", other);
        }
    }

    private static (string, JsonObject, JsonObject) Case(FileInfo file, string name, JsonObject body)
    {
        if (OfItsOwn.FirstOrDefault(body.ContainsKey) is { } foreign)
        {
            throw new CliFault(ExitCodes.Usage, $"{file}: a case with {foreign} brings a registry or a request of its own.");
        }

        if (body["expect"] is not JsonObject expect || expect.Count == 0 || (expect["deny"] is null) == (expect[Permit] is null))
        {
            throw new CliFault(ExitCodes.Usage, $"{file}: expect must say either permit or deny.");
        }

        var question = (JsonObject)body.DeepClone();
        foreach (var member in NotAsked)
        {
            question.Remove(member);
        }

        return (name, question, expect);
    }

    private static void Merge(JsonObject target, JsonObject changes)
    {
        foreach (var (member, value) in changes)
        {
            target[member] = value?.DeepClone();
        }
    }

    private static bool Fits(JsonObject expect, JsonNode answer) =>
        expect["deny"] is { } reason
            ? (string?)answer["decision"] != Permit && (string?)answer["reason"] == reason.ToString()
            : (string?)answer["decision"] == Permit && Names(expect[Permit]!.ToString(), answer);

    // "true" asks for any rule.
    private static bool Names(string rule, JsonNode answer) => rule == "true" || (string?)answer["rule"] == rule;

    private static string Expected(JsonObject expect) => expect["deny"] is { } reason ? "deny " + reason : "permit " + expect[Permit];

    private static string Found(JsonNode answer) =>
        (string?)answer["decision"] == Permit ? $"permit {answer["rule"]}" : $"deny {answer["reason"]}";

    // Every grant of every approved use case, by the name of its rule.
    private static async Task<IReadOnlyList<string>> GrantsAsync(CliRun run, CancellationToken cancellationToken)
    {
        var rules = new List<string>();
        string? cursor = null;
        do
        {
            var path =
                "/admin/v1/use-cases?status=approved&limit=500"
                + (cursor is null ? string.Empty : "&cursor=" + Uri.EscapeDataString(cursor));
            var page = (await run.Client.SendAsync(HttpMethod.Get, path, cancellationToken)).Json;
            foreach (var useCase in page["items"]!.AsArray())
            {
                var count = useCase!["grants"]?.AsArray().Count ?? 0;
                rules.AddRange(Enumerable.Range(1, count).Select(number => $"{useCase["id"]}/{number}"));
            }

            cursor = (string?)page["next_cursor"];
        } while (cursor is not null);

        return rules;
    }
}
