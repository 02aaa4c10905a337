namespace PhiGateway.Policy.Compiling;

/// <summary>
/// Maps a key to the ids of all documents that name it, to find what must be compiled anew. Most keys have one, some have fifty thousand.
/// </summary>
internal sealed class ReverseIndex<TKey>
    where TKey : notnull
{
    private readonly Dictionary<TKey, object> _ids = [];

    internal void Add(TKey key, string id)
    {
        if (!_ids.TryGetValue(key, out var there))
        {
            _ids.Add(key, id);
        }
        else if (there is HashSet<string> many)
        {
            many.Add(id);
        }
        else if (!string.Equals((string)there, id, StringComparison.Ordinal))
        {
            _ids[key] = new HashSet<string>(StringComparer.Ordinal) { (string)there, id };
        }
    }

    internal void Remove(TKey key, string id)
    {
        if (!_ids.TryGetValue(key, out var there))
        {
            return;
        }

        if (there is HashSet<string> many ? many.Remove(id) && many.Count == 0 : string.Equals((string)there, id, StringComparison.Ordinal))
        {
            _ids.Remove(key);
        }
    }

    /// <summary>The ids, in no order that means anything; not to be kept across changes.</summary>
    internal IEnumerable<string> Of(TKey key) =>
        _ids.GetValueOrDefault(key) switch
        {
            null => [],
            HashSet<string> many => many,
            var one => [(string)one],
        };
}
