using System.Numerics;

namespace PhiGateway.Policy.Vocabulary;

/// <summary>An immutable set of resource types, three machine words wide.</summary>
public readonly struct ResourceTypeSet : IEquatable<ResourceTypeSet>
{
    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;

    private ResourceTypeSet(ulong a, ulong b, ulong c) => (_a, _b, _c) = (a, b, c);

    /// <summary>Every concrete R4 type.</summary>
    public static ResourceTypeSet All { get; } = Of(ResourceType.All);

    /// <summary>True when nothing is in it.</summary>
    public bool IsEmpty => (_a | _b | _c) == 0;

    /// <summary>How many types are in it.</summary>
    public int Count => BitOperations.PopCount(_a) + BitOperations.PopCount(_b) + BitOperations.PopCount(_c);

    public static bool operator ==(ResourceTypeSet left, ResourceTypeSet right) => left.Equals(right);

    public static bool operator !=(ResourceTypeSet left, ResourceTypeSet right) => !left.Equals(right);

    /// <summary>The set of these types; no type at all is ignored.</summary>
    public static ResourceTypeSet Of(IEnumerable<ResourceType> types)
    {
        var set = default(ResourceTypeSet);
        foreach (var type in types)
        {
            set = set.With(type);
        }

        return set;
    }

    /// <summary>Whether the type is a member; never for no type at all.</summary>
    public bool Contains(ResourceType type)
    {
        var index = type.Index;
        var word = index switch
        {
            0 => 0UL,
            < 64 => _a,
            < 128 => _b,
            _ => _c,
        };
        return (word >> (index & 63) & 1) == 1;
    }

    /// <summary>The set with one type more.</summary>
    public ResourceTypeSet With(ResourceType type)
    {
        var index = type.Index;
        if (index == 0)
        {
            return this;
        }

        var bit = 1UL << (index & 63);
        return index switch
        {
            < 64 => new(_a | bit, _b, _c),
            < 128 => new(_a, _b | bit, _c),
            _ => new(_a, _b, _c | bit),
        };
    }

    /// <summary>Types in both sets.</summary>
    public ResourceTypeSet Intersect(ResourceTypeSet other) => new(_a & other._a, _b & other._b, _c & other._c);

    /// <summary>Types in this set and not in the other.</summary>
    public ResourceTypeSet Except(ResourceTypeSet other) => new(_a & ~other._a, _b & ~other._b, _c & ~other._c);

    /// <summary>Types in either set.</summary>
    public ResourceTypeSet Union(ResourceTypeSet other) => new(_a | other._a, _b | other._b, _c | other._c);

    /// <summary>The members in ordinal order; allocates, so not for the hot path.</summary>
    public IEnumerable<ResourceType> Members()
    {
        foreach (var type in ResourceType.All)
        {
            if (Contains(type))
            {
                yield return type;
            }
        }
    }

    public bool Equals(ResourceTypeSet other) => _a == other._a && _b == other._b && _c == other._c;

    public override bool Equals(object? obj) => obj is ResourceTypeSet other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_a, _b, _c);
}
