namespace PhiGateway.Watch.Usage;

/// <summary>Says of a line of the ledger which element of a grant it is, in the words of grants; used by <see cref="UsageLedger"/>.</summary>
internal static class UsageNames
{
    private static readonly (string Prefix, UsageKind Kind)[] Parts =
    [
        ("include ", UsageKind.Include),
        ("label ", UsageKind.Label),
        ("element ", UsageKind.Element),
    ];

    private const string Operation = "operation ";

    /// <summary>Whether it is what came along with a request, such as <c>label R</c>, and not what was done.</summary>
    public static bool IsPart(string line) => PartOf(line) is not null;

    /// <summary>The element.</summary>
    /// <param name="line">Such as <c>search-type Observation</c>, <c>operation GET /Patient/{id}/$everything</c> or <c>label R</c>.</param>
    public static (UsageKind Kind, string Name) Of(string line)
    {
        if (PartOf(line) is { } part)
        {
            return (part.Kind, line[part.Prefix.Length..]);
        }

        if (line.StartsWith(Operation, StringComparison.Ordinal))
        {
            return (UsageKind.Operation, OperationOf(line[Operation.Length..]));
        }

        // Records name interactions as FHIR does (search-type), grants in one word (search).
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        var interaction = space < 0 ? line : line[..space];
        var dash = interaction.IndexOf('-', StringComparison.Ordinal);
        var word = dash < 0 ? interaction : interaction[..dash];
        return (UsageKind.Interaction, space < 0 ? word : $"{line[(space + 1)..]} {word}");
    }

    private static (string Prefix, UsageKind Kind)? PartOf(string line)
    {
        foreach (var part in Parts)
        {
            if (line.StartsWith(part.Prefix, StringComparison.Ordinal))
            {
                return part;
            }
        }

        return null;
    }

    // Of "GET /Patient/{id}/$everything" type and name; a template without a name stays as it is.
    private static string OperationOf(string template)
    {
        var sign = template.LastIndexOf('$');
        if (sign < 0)
        {
            return template;
        }

        var name = template[sign..];
        var path = template.IndexOf('/', StringComparison.Ordinal);
        var type = path < 0 ? string.Empty : template[(path + 1)..].Split('/')[0];
        return type.Length > 0 && char.IsAsciiLetterUpper(type[0]) ? $"{type} {name}" : name;
    }
}
