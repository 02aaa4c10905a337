using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;

namespace PhiGateway.Fhir.Answers;

/// <summary>
/// Remembers what was looked up because something that is written speaks of it, so that a transaction of many that speak of the same asks
/// for it once; and counts how often the server was asked.
/// </summary>
/// <remarks>Mutable, for one request: what its client may speak of does not change within it. Not thread-safe.</remarks>
public sealed class SpokenRecords
{
    // Null: it is not there, or this client may not speak of it.
    private readonly Dictionary<ResourceName, ResourceFacts?> _found = [];

    /// <summary>Requests that were made for it so far.</summary>
    public int Asked { get; set; }

    internal bool TryFind(ResourceName name, out ResourceFacts? facts) => _found.TryGetValue(name, out facts);

    internal void Note(ResourceName name, ResourceFacts? facts) => _found.TryAdd(name, facts);
}
