using System.Globalization;
using System.Text.Json.Nodes;

namespace PhiGateway.Cli.Output;

/// <summary>Prints the explanation of a decision for people: who, proof, asked, doors, closed, to open.</summary>
internal static class ExplanationText
{
    public static void Write(TextWriter output, JsonNode answer)
    {
        var (who, proof, asked, registry) = (answer["who"]!, answer["proof"]!, answer["asked"]!, answer["registry"]!);
        output.WriteLine(
            Clean(
                $"{Text(answer["decision"])?.ToUpperInvariant()} {Text(answer["reason"]) ?? Text(answer["rule"])}   "
                    + $"{Text(answer["time"])}   revision {registry["decided"]}   node {Text(answer["node"]) ?? "none (imagined)"}"
            )
        );
        Line(
            output,
            "who",
            string.Join(
                " · ",
                new[]
                {
                    Text(who["client"]) ?? "not registered",
                    Text(who["organization_name"]) ?? Text(who["organization"]),
                    Text(who["owner"]) is { } owner ? "owner " + owner : null,
                }.OfType<string>()
            )
        );
        if (answer["ground"] is { } ground)
        {
            Line(output, "rests on", Ground(ground));
        }

        Line(
            output,
            "proof",
            string.Join(
                ", ",
                new[]
                {
                    Text(proof["issuer"]) ?? "none",
                    Text(proof["client_id"]),
                    Binding(Text(proof["binding"])),
                    Text(proof["certificate"]) is { } certificate ? "certificate " + certificate : null,
                    proof["actors"] is JsonArray { Count: > 0 } actors ? "through " + string.Join(" < ", actors.Select(Text)) : null,
                    Text(proof["peer"]) is { } peer ? "from " + peer : null,
                }.OfType<string>()
            )
        );
        Line(
            output,
            "asked",
            $"{Text(asked["method"])} {Text(asked["target"]) ?? Text(asked["template"])}   purpose "
                + $"{Text(asked["purpose"]) ?? "none"}   tenant {Text(asked["tenant"]) ?? "none"}"
        );
        if (Text(asked["form"]) is { } form)
        {
            Line(output, "body", form);
        }
        else if (asked["parameters"] is JsonArray { Count: > 0 } parameters)
        {
            Line(output, "named", string.Join(", ", parameters.Select(Text)));
        }

        Line(output, "token", Token(answer["token"]!));
        Line(
            output,
            "questions",
            string.Join(
                "  ",
                answer["questions"]!.AsArray().Select(static question => $"{Text(question!["name"])} {Mark(Text(question["outcome"]))}")
            )
        );
        Line(output, "doors", string.Join("  ", answer["doors"]!.AsArray().Select(door => Door(door!, who, answer))));
        if (Text(answer["closed"]) is { } closed)
        {
            Line(output, "closed", closed);
        }

        foreach (var step in answer["to_open"]!.AsArray())
        {
            Line(output, "to open", Text(step)!);
        }

        Line(output, "registry", Text(registry["note"])!);
    }

    private static string Ground(JsonNode ground)
    {
        var said = new[]
        {
            Text(ground["agreement"]) is { } agreement ? "agreement " + agreement : null,
            Text(ground["approval"]) is { } approval ? "approval " + approval : null,
            ground["approvers"] is JsonArray { Count: > 0 } approvers ? "by " + string.Join(", ", approvers.Select(Text)) : null,
            ground["covered_by"] is JsonArray { Count: > 0 } covered ? "patients by " + string.Join(", ", covered.Select(Text)) : null,
        }
            .OfType<string>()
            .ToList();
        if (said.Count == 0)
        {
            return "nothing that is known";
        }

        return string.Join("   ", said) + (Text(ground["source"]) == "record" ? "   (as recorded)" : "   (by the registry)");
    }

    private static string Door(JsonNode door, JsonNode who, JsonNode answer)
    {
        var text = $"{Text(door["name"])} {((bool)door["open"]! ? "✓" : "✗")}";
        if (Text(door["name"]) == "approval" && Text(who["approved_by"]) is { } by)
        {
            text += $" ({Text(who["approved_at"])?[..10]} by {by})";
        }
        else if (Moment(door["closes_at"]) is { } closes && Moment(answer["time"]) is { } at)
        {
            var days = (closes - at).TotalDays;
            text +=
                days >= 0
                    ? string.Create(CultureInfo.InvariantCulture, $" ({Math.Floor(days)} days left)")
                    : string.Create(CultureInfo.InvariantCulture, $" (since {closes:yyyy-MM-dd})");
        }

        return text;
    }

    private static string Token(JsonNode token)
    {
        var known = new[]
        {
            token["age_seconds"] is { } age ? $"{age} s old" : null,
            token["lifetime_seconds"] is { } lifetime
                ? $"lives {lifetime} s{(token["most_seconds"] is { } most ? $" of {most} s" : string.Empty)}"
                : null,
            Text(token["scopes"]) is { } scopes ? "scope " + scopes : null,
            Text(token["acr"]) is { } acr ? "sign-in of class " + acr : null,
            Text(token["auth_time"]) is { } moment ? "signed in " + moment : null,
        }
            .OfType<string>()
            .ToList();
        return string.Join(", ", known)
            + (known.Count > 0 && token["not_judged"]!.AsArray().Count > 0 ? ". " : string.Empty)
            + (token["not_judged"]!.AsArray().Count > 0 ? Text(token["note"]) : string.Empty);
    }

    private static string? Binding(string? binding) =>
        binding switch
        {
            "dpop" => "DPoP-bound",
            "mtls" => "mTLS-bound",
            "none" => "bearer token",
            _ => null,
        };

    private static string Mark(string? outcome) =>
        outcome switch
        {
            "open" => "✓",
            "closed" => "✗",
            "not-judged" => "?",
            _ => "–",
        };

    private static DateTimeOffset? Moment(JsonNode? node) =>
        Text(node) is { } text
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment
            : null;

    private static string? Text(JsonNode? node) => (string?)node;

    private static void Line(TextWriter output, string name, string text)
    {
        if (text.Length > 0)
        {
            output.WriteLine($"{name, -10}{Clean(text)}");
        }
    }

    // What a client sent must not move the cursor of the person who reads it.
    private static string Clean(string text) => new([.. text.Select(static c => char.IsControl(c) ? ' ' : c)]);
}
