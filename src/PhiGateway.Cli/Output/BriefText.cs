using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;

namespace PhiGateway.Cli.Output;

/// <summary>Shows what somebody is about to approve, and asks whether they do.</summary>
internal static class BriefText
{
    /// <summary>Writes it for people.</summary>
    public static void Write(TextWriter output, JsonNode brief)
    {
        output.WriteLine(Clean((string?)brief["words"]));
        Lines(output, "recognised by", brief["recognised_by"]);
        Lines(output, "confined", brief["confines"]);
        if (brief["last_approval"] is { } last)
        {
            Line(output, "last approved", $"{(string?)last["at"]} by {(string?)last["by"]}, asked for by {(string?)last["requested_by"]}");
        }
        else if (brief["fingerprint"] is not null)
        {
            Line(output, "last approved", "never");
        }

        foreach (var change in brief["changed"]?.AsArray() ?? [])
        {
            var by = string.Join(", ", change!["by"]!.AsArray().Select(static name => (string?)name));
            Line(output, "changed since", $"{(string?)change["kind"]}: {(string?)change["path"]}: {(string?)change["words"]} (by {by})");
        }

        Lines(output, "clients", brief["clients"]);
        Lines(output, "opens", brief["opens"]);
        Lines(output, "stays shut", brief["stays_shut"]);
        Lines(output, "may not approve", brief["may_not_approve"]);
        if ((string?)brief["refused_to_you"] is { } refused)
        {
            Line(output, "not you", refused);
        }
    }

    /// <summary>Whether the person at the terminal, or what is piped in, says yes; nothing else does.</summary>
    public static bool Confirm(CliRun run, TextReader input)
    {
        run.Error.Write("Approve this? Type yes: ");
        var answer = input.ReadLine();
        run.Error.WriteLine();
        return answer?.Trim() == "yes";
    }

    private static void Lines(TextWriter output, string name, JsonNode? list)
    {
        foreach (var text in list?.AsArray() ?? [])
        {
            Line(output, name, (string?)text ?? string.Empty);
        }
    }

    private static void Line(TextWriter output, string name, string text) => output.WriteLine($"  {name, -16} {Clean(text)}");

    // What others wrote must not move the cursor of who reads it.
    private static string Clean(string? text) => new([.. (text ?? string.Empty).Select(static c => char.IsControl(c) ? ' ' : c)]);
}
