namespace PhiGateway.Policy.Vocabulary;

/// <summary>
/// Maps the words with which grants name interactions (<c>read</c>, <c>search</c>, …) to the interactions they stand for.
/// </summary>
public static class InteractionWords
{
    private static readonly (string Word, InteractionSet Interactions)[] Known =
    [
        ("read", InteractionSet.Of(Interaction.Read)),
        ("vread", InteractionSet.Of(Interaction.VRead)),
        ("search", InteractionSet.Of(Interaction.SearchType, Interaction.SearchSystem, Interaction.SearchPage)),
        ("history", InteractionSet.Of(Interaction.HistoryInstance, Interaction.HistoryType, Interaction.HistorySystem)),
        ("create", InteractionSet.Of(Interaction.Create)),
        ("update", InteractionSet.Of(Interaction.Update)),
        ("patch", InteractionSet.Of(Interaction.Patch)),
        ("delete", InteractionSet.Of(Interaction.Delete)),
        ("export", InteractionSet.Of(Interaction.Export, Interaction.ExportStatus, Interaction.ExportCancel, Interaction.ExportFile)),
    ];

    /// <summary>Every word, in the order of the documentation.</summary>
    public static IReadOnlyList<string> All { get; } = Array.ConvertAll(Known, static pair => pair.Word);

    /// <summary>The interactions of a word; false for a word that is not exactly one of <see cref="All"/>.</summary>
    public static bool TryParse(string? word, out InteractionSet interactions)
    {
        foreach (var known in Known)
        {
            if (string.Equals(known.Word, word, StringComparison.Ordinal))
            {
                interactions = known.Interactions;
                return true;
            }
        }

        interactions = default;
        return false;
    }
}
