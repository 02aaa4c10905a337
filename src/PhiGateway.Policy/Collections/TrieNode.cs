using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace PhiGateway.Policy.Collections;

/// <summary>One key of a <see cref="PersistentMap{TKey,TValue}"/> with its hash.</summary>
internal readonly record struct TrieEntry<TKey, TValue>(int Hash, TKey Key, TValue Value)
    where TKey : IEquatable<TKey>;

/// <summary>A node of up to 32 places, chosen by five bits of the hash; below the last bits a plain list of colliding keys.</summary>
internal sealed class TrieNode<TKey, TValue>
    where TKey : IEquatable<TKey>
{
    internal static readonly TrieNode<TKey, TValue> Empty = new(0, 0, [], [], null);

    private const int BitsPerLevel = 5;

    // Seven levels use up the 32 bits of a hash.
    private const int CollisionShift = 35;

    private readonly object? _edit;
    private uint _entryMap;
    private uint _childMap;
    private TrieEntry<TKey, TValue>[] _entries;
    private TrieNode<TKey, TValue>[] _children;

    private TrieNode(uint entryMap, uint childMap, TrieEntry<TKey, TValue>[] entries, TrieNode<TKey, TValue>[] children, object? edit) =>
        (_entryMap, _childMap, _entries, _children, _edit) = (entryMap, childMap, entries, children, edit);

    internal static bool TryGet(TrieNode<TKey, TValue> root, TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        var hash = key.GetHashCode();
        var node = root;
        for (var shift = 0; shift < CollisionShift; shift += BitsPerLevel)
        {
            var bit = Bit(hash, shift);
            if ((node._entryMap & bit) != 0)
            {
                ref readonly var entry = ref node._entries[Place(node._entryMap, bit)];
                var found = entry.Hash == hash && entry.Key.Equals(key);
                value = found ? entry.Value : default;
                return found;
            }

            if ((node._childMap & bit) == 0)
            {
                value = default;
                return false;
            }

            node = node._children[Place(node._childMap, bit)];
        }

        var place = node.FindColliding(key);
        value = place >= 0 ? node._entries[place].Value : default;
        return place >= 0;
    }

    internal TrieNode<TKey, TValue> Set(in TrieEntry<TKey, TValue> entry, int shift, object edit, ref bool added)
    {
        if (shift >= CollisionShift)
        {
            var colliding = FindColliding(entry.Key);
            added = colliding < 0;
            return With(
                _entryMap,
                _childMap,
                colliding < 0 ? Inserted(_entries, _entries.Length, entry) : Replaced(_entries, colliding, entry, false),
                _children,
                edit
            );
        }

        var bit = Bit(entry.Hash, shift);
        if ((_childMap & bit) != 0)
        {
            var place = Place(_childMap, bit);
            var child = _children[place];
            var changed = child.Set(entry, shift + BitsPerLevel, edit, ref added);
            return ReferenceEquals(child, changed)
                ? this
                : With(_entryMap, _childMap, _entries, Replaced(_children, place, changed, Owns(edit)), edit);
        }

        if ((_entryMap & bit) == 0)
        {
            added = true;
            return With(_entryMap | bit, _childMap, Inserted(_entries, Place(_entryMap, bit), entry), _children, edit);
        }

        var at = Place(_entryMap, bit);
        ref readonly var there = ref _entries[at];
        if (there.Hash == entry.Hash && there.Key.Equals(entry.Key))
        {
            return With(_entryMap, _childMap, Replaced(_entries, at, entry, Owns(edit)), _children, edit);
        }

        added = true;
        var below = new TrieNode<TKey, TValue>(0, 0, [], [], edit);
        var ignored = false;
        below = below.Set(there, shift + BitsPerLevel, edit, ref ignored).Set(entry, shift + BitsPerLevel, edit, ref ignored);
        return With(_entryMap & ~bit, _childMap | bit, Without(_entries, at), Inserted(_children, Place(_childMap, bit), below), edit);
    }

    internal TrieNode<TKey, TValue> Remove(int hash, TKey key, int shift, object edit, ref bool removed)
    {
        if (shift >= CollisionShift)
        {
            var colliding = FindColliding(key);
            removed = colliding >= 0;
            return removed ? With(_entryMap, _childMap, Without(_entries, colliding), _children, edit) : this;
        }

        var bit = Bit(hash, shift);
        if ((_entryMap & bit) != 0)
        {
            var at = Place(_entryMap, bit);
            removed = _entries[at].Hash == hash && _entries[at].Key.Equals(key);
            return removed ? With(_entryMap & ~bit, _childMap, Without(_entries, at), _children, edit) : this;
        }

        if ((_childMap & bit) == 0)
        {
            return this;
        }

        var place = Place(_childMap, bit);
        var child = _children[place];
        var changed = child.Remove(hash, key, shift + BitsPerLevel, edit, ref removed);
        if (!removed)
        {
            return this;
        }

        if (changed._children.Length == 0 && changed._entries.Length <= 1)
        {
            // A child of one key is drawn up again, so that the shape depends on the keys alone.
            var children = Without(_children, place);
            return changed._entries.Length == 0
                ? With(_entryMap, _childMap & ~bit, _entries, children, edit)
                : With(_entryMap | bit, _childMap & ~bit, Inserted(_entries, Place(_entryMap, bit), changed._entries[0]), children, edit);
        }

        return ReferenceEquals(child, changed)
            ? this
            : With(_entryMap, _childMap, _entries, Replaced(_children, place, changed, Owns(edit)), edit);
    }

    internal void CopyTo(List<KeyValuePair<TKey, TValue>> all)
    {
        foreach (var entry in _entries)
        {
            all.Add(new KeyValuePair<TKey, TValue>(entry.Key, entry.Value));
        }

        foreach (var child in _children)
        {
            child.CopyTo(all);
        }
    }

    private static uint Bit(int hash, int shift) => 1u << ((hash >> shift) & 31);

    private static int Place(uint map, uint bit) => BitOperations.PopCount(map & (bit - 1));

    private static T[] Inserted<T>(T[] items, int at, in T item)
    {
        var copy = new T[items.Length + 1];
        Array.Copy(items, copy, at);
        copy[at] = item;
        Array.Copy(items, at, copy, at + 1, items.Length - at);
        return copy;
    }

    private static T[] Without<T>(T[] items, int at)
    {
        if (items.Length == 1)
        {
            return [];
        }

        var copy = new T[items.Length - 1];
        Array.Copy(items, copy, at);
        Array.Copy(items, at + 1, copy, at, copy.Length - at);
        return copy;
    }

    private static T[] Replaced<T>(T[] items, int at, in T item, bool inPlace)
    {
        var target = inPlace ? items : (T[])items.Clone();
        target[at] = item;
        return target;
    }

    private int FindColliding(TKey key)
    {
        for (var place = 0; place < _entries.Length; place++)
        {
            if (_entries[place].Key.Equals(key))
            {
                return place;
            }
        }

        return -1;
    }

    private bool Owns(object edit) => ReferenceEquals(_edit, edit);

    private TrieNode<TKey, TValue> With(
        uint entryMap,
        uint childMap,
        TrieEntry<TKey, TValue>[] entries,
        TrieNode<TKey, TValue>[] children,
        object edit
    )
    {
        if (!Owns(edit))
        {
            // The copy owns its arrays: a later change in place must not reach a published node.
            var ownEntries =
                ReferenceEquals(entries, _entries) && entries.Length > 0 ? (TrieEntry<TKey, TValue>[])entries.Clone() : entries;
            var ownChildren =
                ReferenceEquals(children, _children) && children.Length > 0 ? (TrieNode<TKey, TValue>[])children.Clone() : children;
            return new TrieNode<TKey, TValue>(entryMap, childMap, ownEntries, ownChildren, edit);
        }

        (_entryMap, _childMap, _entries, _children) = (entryMap, childMap, entries, children);
        return this;
    }
}
