using System.Diagnostics.CodeAnalysis;

namespace PhiGateway.Policy.Collections;

/// <summary>
/// An immutable hash map (a hash array mapped trie): a change costs a short path of small nodes, everything else is shared with the map
/// before.
/// </summary>
/// <remarks>
/// Safe to read from any thread; made and changed through <see cref="PersistentMapEditor{TKey,TValue}"/>. That is what keeps a change among
/// a million memberships at microseconds.
/// </remarks>
internal sealed class PersistentMap<TKey, TValue>
    where TKey : IEquatable<TKey>
{
    internal static readonly PersistentMap<TKey, TValue> Empty = new(TrieNode<TKey, TValue>.Empty, 0);

    private readonly TrieNode<TKey, TValue> _root;

    internal PersistentMap(TrieNode<TKey, TValue> root, int count) => (_root, Count) = (root, count);

    /// <summary>How many keys are in it.</summary>
    internal int Count { get; }

    /// <summary>The trie, for the editor.</summary>
    internal TrieNode<TKey, TValue> Root => _root;

    /// <summary>The value of a key.</summary>
    internal bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (Count == 0)
        {
            value = default;
            return false;
        }

        return TrieNode<TKey, TValue>.TryGet(_root, key, out value);
    }

    /// <summary>Whether the key is in it.</summary>
    internal bool Contains(TKey key) => TryGet(key, out _);

    /// <summary>All pairs in no order that means anything; allocates, so not for the hot path.</summary>
    internal List<KeyValuePair<TKey, TValue>> ToList()
    {
        var all = new List<KeyValuePair<TKey, TValue>>(Count);
        _root.CopyTo(all);
        return all;
    }
}
