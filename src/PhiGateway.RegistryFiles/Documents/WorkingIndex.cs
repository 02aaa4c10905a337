using System.Collections.Immutable;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;

namespace PhiGateway.RegistryFiles.Documents;

/// <summary>
/// Documents of a <see cref="WorkingSet"/> by a name that stands in them, each name's in order of id. Made when first needed, and from then
/// on changed by what was put or deleted: a change costs what it changes, however many documents there are.
/// </summary>
/// <param name="kinds">The kinds of which documents are found.</param>
/// <param name="keysOf">The names that stand in one; none: it is not found by this.</param>
internal sealed class WorkingIndex<TKey>(RegistryKind[] kinds, Func<WorkingItem, IEnumerable<TKey>> keysOf)
    where TKey : notnull
{
    // More changes than this are dearer one by one than all documents together.
    private const int MostChanges = 1000;

    // In the order in which a set is walked.
    private static readonly Comparer<WorkingItem> ByKindAndId = Comparer<WorkingItem>.Create(
        static (one, other) =>
            one.Item.Kind == other.Item.Kind ? string.CompareOrdinal(one.Item.Id, other.Item.Id) : one.Item.Kind.CompareTo(other.Item.Kind)
    );

    private volatile ImmutableDictionary<TKey, ImmutableArray<WorkingItem>>? _found;

    /// <summary>The documents in which a name stands.</summary>
    /// <param name="set">The set that this belongs to.</param>
    /// <param name="key">The name.</param>
    public ImmutableArray<WorkingItem> Find(WorkingSet set, TKey key) => (_found ??= Make(set)).GetValueOrDefault(key, []);

    /// <summary>The index of the set that comes of these changes.</summary>
    /// <param name="set">The set that this belongs to.</param>
    /// <param name="changes">What is changed in it.</param>
    public WorkingIndex<TKey> With(WorkingSet set, IReadOnlyList<WorkingChange> changes)
    {
        var own = changes.Where(change => kinds.Contains(change.Kind)).ToList();
        if (own.Count == 0)
        {
            // Made of the same documents: one for both sets, whichever of them needs it first.
            return this;
        }

        var index = new WorkingIndex<TKey>(kinds, keysOf);
        if (own.Count <= MostChanges)
        {
            // Made for the set that stays, though it may be asked of the other one only: whoever changes the set next finds it made.
            index._found = Changed(_found ??= Make(set), own);
        }

        return index;
    }

    // A document that names nothing where it should is found by nothing.
    private IEnumerable<TKey> KeysIn(WorkingItem? item) => item is null ? [] : keysOf(item).Where(static key => key is not null);

    private ImmutableDictionary<TKey, ImmutableArray<WorkingItem>> Make(WorkingSet set) =>
        kinds
            .SelectMany(kind => set.Kind(kind).Values)
            .SelectMany(item => KeysIn(item).Select(key => (Key: key, Item: item)))
            .GroupBy(static pair => pair.Key, static pair => pair.Item)
            .ToImmutableDictionary(static group => group.Key, static group => group.Order(ByKindAndId).ToImmutableArray());

    private ImmutableDictionary<TKey, ImmutableArray<WorkingItem>> Changed(
        ImmutableDictionary<TKey, ImmutableArray<WorkingItem>> found,
        IReadOnlyList<WorkingChange> changes
    )
    {
        var builder = found.ToBuilder();
        foreach (var (before, after) in changes)
        {
            foreach (var key in KeysIn(before))
            {
                var left = builder[key].Remove(before!);
                if (left.IsEmpty)
                {
                    builder.Remove(key);
                }
                else
                {
                    builder[key] = left;
                }
            }

            foreach (var key in KeysIn(after))
            {
                var there = builder.GetValueOrDefault(key, []);
                var place = there.BinarySearch(after!, ByKindAndId);
                builder[key] = there.Insert(place < 0 ? ~place : place, after!);
            }
        }

        return builder.ToImmutable();
    }
}

/// <summary>What became of one document of a <see cref="WorkingSet"/>.</summary>
/// <param name="Before">As it was; null: there was none.</param>
/// <param name="After">As it is; null: it is deleted.</param>
internal readonly record struct WorkingChange(WorkingItem? Before, WorkingItem? After)
{
    public RegistryKind Kind => (Before ?? After)!.Item.Kind;
}
