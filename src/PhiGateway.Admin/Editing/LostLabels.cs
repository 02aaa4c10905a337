using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>
/// Finds the clients to whom a write would show more though it is no document of theirs: it takes away the last naming of a label, and what
/// bears it hides itself from them no longer. Asked by <see cref="OpeningGuard"/>, and for reports.
/// </summary>
internal static class LostLabels
{
    private static readonly Dictionary<string, IReadOnlyList<SecurityLabel>> None = [];

    /// <summary>The labels that are lost to each client, by its id, in order; empty mostly.</summary>
    /// <param name="before">The registry as it is.</param>
    /// <param name="after">The registry with the writes.</param>
    /// <param name="writes">The writes.</param>
    public static IReadOnlyDictionary<string, IReadOnlyList<SecurityLabel>> Find(
        WorkingSet before,
        WorkingSet after,
        IReadOnlyList<RegistryWrite> writes
    )
    {
        // A naming changes where a use case is written, and hardly ever then: all of them are gone through only if one of its labels does. A
        // new one counts as well: a code that was known under any system is known under one alone once a grant names that. So does a row that
        // cannot be read, which nodes take by its word.
        var changes = writes.Any(write =>
            write.Kind == RegistryKind.UseCase
            && (
                before.Find(RegistryKind.UseCase, write.Id) is { Entity: null }
                || !LabelNaming
                    .NamesOf(before.Find<UseCase>(RegistryKind.UseCase, write.Id))
                    .SetEquals(LabelNaming.NamesOf(after.Find<UseCase>(RegistryKind.UseCase, write.Id)))
            )
        );
        if (!changes)
        {
            return None;
        }

        var lost = LabelNaming.FindLost(
            before.All<UseCase>(RegistryKind.UseCase),
            SeemNamedIn(before),
            after.All<UseCase>(RegistryKind.UseCase),
            SeemNamedIn(after)
        );
        if (lost.Count == 0)
        {
            return None;
        }

        var found = new SortedDictionary<string, IReadOnlyList<SecurityLabel>>(StringComparer.Ordinal);
        foreach (var useCase in after.All<UseCase>(RegistryKind.UseCase))
        {
            var opened = LabelNaming.FindOpened(useCase, lost);
            foreach (var client in opened.Count == 0 ? [] : after.ClientsOf(useCase.Id))
            {
                found[client.Id] = opened;
            }
        }

        return found;
    }

    private static IEnumerable<TokenValue> SeemNamedIn(WorkingSet set) =>
        set.Kind(RegistryKind.UseCase)
            .Values.Where(static item => item.Entity is null)
            .SelectMany(static item => StoredBody.LabelsIn(item.Item.Json));
}
