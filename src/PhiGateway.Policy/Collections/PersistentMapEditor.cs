using System.Diagnostics.CodeAnalysis;

namespace PhiGateway.Policy.Collections;

/// <summary>
/// Changes a <see cref="PersistentMap{TKey,TValue}"/>: nodes made since the last <see cref="Publish"/> are changed in place, published ones
/// never.
/// </summary>
internal sealed class PersistentMapEditor<TKey, TValue>
    where TKey : IEquatable<TKey>
{
    private PersistentMap<TKey, TValue>? _published = PersistentMap<TKey, TValue>.Empty;
    private TrieNode<TKey, TValue> _root = TrieNode<TKey, TValue>.Empty;
    private object _edit = new();

    /// <summary>How many keys there are now.</summary>
    internal int Count { get; private set; }

    internal bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value) => TrieNode<TKey, TValue>.TryGet(_root, key, out value);

    /// <summary>Adds or replaces.</summary>
    internal void Set(TKey key, TValue value)
    {
        var added = false;
        _root = _root.Set(new TrieEntry<TKey, TValue>(key.GetHashCode(), key, value), 0, _edit, ref added);
        Count += added ? 1 : 0;
        _published = null;
    }

    /// <summary>Removes; false when there was nothing.</summary>
    internal bool Remove(TKey key)
    {
        var removed = false;
        var root = _root.Remove(key.GetHashCode(), key, 0, _edit, ref removed);
        if (removed)
        {
            _root = root;
            Count--;
            _published = null;
        }

        return removed;
    }

    /// <summary>The map as it stands; from now on its nodes are shared and left alone.</summary>
    internal PersistentMap<TKey, TValue> Publish()
    {
        if (_published is null)
        {
            _published = new PersistentMap<TKey, TValue>(_root, Count);
            _edit = new object();
        }

        return _published;
    }
}
