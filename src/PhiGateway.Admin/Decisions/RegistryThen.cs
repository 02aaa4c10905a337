using PhiGateway.Admin.Calls;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Decisions;

/// <summary>
/// The registry as it was when a decision was made, or at a moment, put together from the registry as it is and the trail, in which every
/// change stands with what was there before it. Asked by <see cref="DecisionExplainer"/> and by the export of a file.
/// </summary>
/// <remarks>Of documents; who was on a roster is not put back.</remarks>
internal static class RegistryThen
{
    // Changes of a year, for most; beyond that the explanation says that it cannot.
    private const int Most = 20_000;

    // Records of changes that were planned a moment before the decision and written after it.
    private static readonly TimeSpan Before = TimeSpan.FromMinutes(5);

    private static readonly (string Word, RegistryKind Kind)[] Kinds =
    [
        .. Enum.GetValues<RegistryKind>()
            .Where(static kind => kind is not (RegistryKind.Alert or RegistryKind.AdminKey) && (int)kind < RegistryKinds.FirstThatDescribes)
            .Select(static kind => (KindWord.Of(kind), kind)),
    ];

    /// <summary>The registry at that time; null when too much has changed since, or a change is not in the trail.</summary>
    /// <param name="trail">The trail.</param>
    /// <param name="set">The registry as it is.</param>
    /// <param name="revision">Revision that decided.</param>
    /// <param name="at">When.</param>
    /// <param name="changed">Documents that have changed since, as <c>client/acme</c>: each must be found.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static Task<WorkingSet?> FindAsync(
        IAuditStore trail,
        WorkingSet set,
        long revision,
        DateTimeOffset at,
        IReadOnlyList<string> changed,
        CancellationToken cancellationToken
    ) => FindAsync(trail, set, revision, at - Before, changed, record => record.Revision >= revision, cancellationToken);

    /// <summary>The registry at a moment; null when too much has changed since, or a change is not in the trail.</summary>
    /// <param name="trail">The trail.</param>
    /// <param name="set">The registry as it is.</param>
    /// <param name="at">When.</param>
    /// <param name="deleted">Documents that were deleted since: the registry as it is does not show that they changed.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static Task<WorkingSet?> FindAsync(
        IAuditStore trail,
        WorkingSet set,
        DateTimeOffset at,
        IReadOnlyList<RegistryItem> deleted,
        CancellationToken cancellationToken
    )
    {
        var changed = Kinds
            .SelectMany(kind => set.Kind(kind.Kind).Values)
            .Select(static one => one.Item)
            .Where(item => item.UpdatedAt > at)
            .Concat(deleted.Where(static item => Array.Exists(Kinds, kind => kind.Kind == item.Kind)))
            .Select(static item => KindWord.Of(item.Kind, item.Id))
            .ToList();
        return FindAsync(trail, set, set.Revision, at, changed, record => record.Time > at, cancellationToken);
    }

    private static async Task<WorkingSet?> FindAsync(
        IAuditStore trail,
        WorkingSet set,
        long revision,
        DateTimeOffset from,
        IReadOnlyList<string> changed,
        Func<AuditRecord, bool> isLater,
        CancellationToken cancellationToken
    )
    {
        var first = new Dictionary<string, AuditRecord>(StringComparer.Ordinal);
        var query = new AuditQuery
        {
            Kind = AuditKind.Admin,
            From = from,
            Limit = PageRequest.Most,
        };
        for (var read = 0; read < Most; read += PageRequest.Most)
        {
            var page = await trail.QueryAsync(query, cancellationToken);
            foreach (var record in page.Entries.Select(static entry => entry.Read()).OfType<AuditRecord>())
            {
                // The newest come first: what stands there in the end is the first change after the moment.
                if (record is { Target: { } target } && isLater(record) && (record.Before ?? record.After) is not null)
                {
                    first[target] = record;
                }
            }

            if (page.Next is null)
            {
                return changed.All(first.ContainsKey) ? set.With(revision, Undone(set, first)) : null;
            }

            query = query with { Cursor = page.Next };
        }

        return null;
    }

    private static IEnumerable<RegistryItem> Undone(WorkingSet set, Dictionary<string, AuditRecord> first)
    {
        foreach (var (target, record) in first)
        {
            var slash = target.IndexOf('/', StringComparison.Ordinal);
            if (slash < 0 || Array.Find(Kinds, kind => kind.Word == target[..slash]) is not { Word: not null } kind)
            {
                continue;
            }

            var id = target[(slash + 1)..];
            var now = set.Find(kind.Kind, id)?.Item;
            yield return new RegistryItem(
                kind.Kind,
                id,
                now?.Version ?? 1,
                record.Revision,
                record.Before ?? now?.Json ?? "{}",
                record.Time,
                record.Actor ?? string.Empty,
                Deleted: record.Before is null
            );
        }
    }
}
