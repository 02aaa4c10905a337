using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Snapshot;

/// <summary>
/// The tasks of one client by whom and by what they are for, so that a decision costs the same however many there are; made once for a client
/// entry, read by decisions. Immutable.
/// </summary>
internal sealed class TaskTable
{
    private readonly TaskEntry[] _all;
    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<PatientId, int[]> _byPatient;
    private readonly Dictionary<(ResourceType Type, string Id), int[]> _byResource;

    internal TaskTable(TaskEntry[] all)
    {
        _all = all;
        var patients = new Dictionary<PatientId, List<int>>();
        var resources = new Dictionary<(ResourceType, string), List<int>>();
        for (var place = 0; place < all.Length; place++)
        {
            var task = all[place];
            _byName.TryAdd(task.Task, place);
            Add(patients, task.Patient, place);
            if (task.Id is not null)
            {
                Add(resources, (task.Type, task.Id), place);
            }

            HasCounted |= task is { MaxUses: not null, ByToken: false };
            LatestForAll = task.ByToken ? LatestForAll : Math.Max(LatestForAll, task.Until);
        }

        _byPatient = patients.ToDictionary(static pair => pair.Key, static pair => pair.Value.ToArray());
        _byResource = resources.ToDictionary(static pair => pair.Key, static pair => pair.Value.ToArray());
    }

    /// <summary>That of a client without tasks.</summary>
    internal static TaskTable None { get; } = new([]);

    /// <summary>Whether any has a number of uses and asks for no token of its own.</summary>
    internal bool HasCounted { get; }

    /// <summary>When the last ends of those that ask for no token of their own; 0: there is none.</summary>
    internal long LatestForAll { get; }

    internal TaskEntry this[int place] => _all[place];

    /// <summary>Places of those for a patient, in order.</summary>
    internal ReadOnlySpan<int> Of(PatientId patient) =>
        patient.Value is not null && _byPatient.TryGetValue(patient, out var places) ? places : [];

    /// <summary>Places of those for one resource alone, in order.</summary>
    internal ReadOnlySpan<int> Of(ResourceType type, string id) => _byResource.TryGetValue((type, id), out var places) ? places : [];

    /// <summary>The one of a name.</summary>
    internal bool TryFind(string name, [NotNullWhen(true)] out TaskEntry? task)
    {
        task = _byName.TryGetValue(name, out var place) ? _all[place] : null;
        return task is not null;
    }

    private static void Add<TKey>(Dictionary<TKey, List<int>> places, TKey key, int place)
        where TKey : notnull
    {
        ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(places, key, out _);
        (list ??= []).Add(place);
    }
}
