using PhiGateway.Admin.Trail;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>What a client may do against what it did, by type and interaction.</summary>
/// <param name="Interactions">The columns.</param>
/// <param name="Rows">One for each type.</param>
/// <param name="Unused">How many of the granted were never used.</param>
/// <param name="Granted">How many are granted.</param>
public sealed record UseMatrix(IReadOnlyList<string> Interactions, IReadOnlyList<UseRow> Rows, int Unused, int Granted)
{
    /// <summary>Sets grants beside counts of the columns resource type, interaction and decision.</summary>
    internal static UseMatrix Of(UseCase? useCase, IReadOnlyList<TrafficCount> counted)
    {
        var granted = (useCase?.Grants ?? [])
            .SelectMany(static grant => grant.Types.SelectMany(type => grant.Interactions.Select(word => (Type: type, Word: word))))
            .ToHashSet();
        var counts = counted
            .Where(static item => item.Values[0] is not null && item.Values[1] is not null)
            .ToLookup(static item => (Type: item.Values[0]!, Word: WordOf(item.Values[1]!)));
        string[] words =
        [
            .. granted
                .Select(static pair => pair.Word)
                .Concat(counts.Select(static group => group.Key.Word))
                .Distinct(StringComparer.Ordinal),
        ];
        var types = granted
            .Select(static pair => pair.Type)
            .Concat(counts.Select(static group => group.Key.Type))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
        UseRow[] rows =
        [
            .. types.Select(type => new UseRow(
                type,
                [
                    .. words.Select(word =>
                    {
                        var found = counts[(type, word)];
                        return new UseCell(
                            granted.Contains((type, word)),
                            found.Where(static item => item.Values[2] == "permit").Sum(static item => item.Count),
                            found.Where(static item => item.Values[2] == "deny").Sum(static item => item.Count),
                            found.Select(static item => item.Values[1]).Distinct(StringComparer.Ordinal).ToList() is [var one] ? one : null
                        );
                    }),
                ]
            )),
        ];
        return new UseMatrix(
            words,
            rows,
            rows.Sum(static row => row.Cells.Count(static cell => cell is { IsGranted: true, Used: 0 })),
            granted.Count
        );
    }

    // Records name interactions as FHIR does, grants in one word.
    private static string WordOf(string interaction)
    {
        var dash = interaction.IndexOf('-', StringComparison.Ordinal);
        return dash < 0 ? interaction : interaction[..dash];
    }
}

/// <summary>One type.</summary>
/// <param name="Type">The type.</param>
/// <param name="Cells">One for each interaction.</param>
public sealed record UseRow(string Type, IReadOnlyList<UseCell> Cells);

/// <summary>One type and interaction.</summary>
/// <param name="IsGranted">Whether it may.</param>
/// <param name="Used">How often it did.</param>
/// <param name="Refused">How often it was refused.</param>
/// <param name="Interaction">As records name it; null: none, or several go by this one word.</param>
public sealed record UseCell(bool IsGranted, long Used, long Refused, string? Interaction)
{
    internal string Style =>
        this switch
        {
            { Used: > 0 } => "used",
            { IsGranted: true } => "unused",
            { Refused: > 0 } => "refused",
            _ => "none",
        };

    /// <summary>What stands there beside the numbers.</summary>
    internal string Text =>
        this switch
        {
            { Used: > 0 } or { IsGranted: false, Refused: > 0 } => string.Empty,
            { IsGranted: true } => "granted, unused",
            _ => "–",
        };
}
