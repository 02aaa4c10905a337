using System.Numerics;

namespace PhiGateway.Policy.Vocabulary;

/// <summary>
/// An immutable set of the grants of one use case, named by their places in it (0 to 63), one machine word wide: what questions hand on to
/// each other and judges admit under.
/// </summary>
/// <remarks>A place beyond the last is never a member, and adding one is a fault: it may not come out as another grant.</remarks>
public readonly record struct GrantSet
{
    /// <summary>How many grants a use case may have.</summary>
    public const int Most = 64;

    private readonly ulong _bits;

    private GrantSet(ulong bits) => _bits = bits;

    /// <summary>True when no grant is in it.</summary>
    public bool IsEmpty => _bits == 0;

    /// <summary>True when exactly one grant is in it.</summary>
    public bool IsSingle => BitOperations.IsPow2(_bits);

    /// <summary>The first member's place; <see cref="Most"/>, which is no place, when there is none.</summary>
    public int First => BitOperations.TrailingZeroCount(_bits);

    /// <summary>How many grants are in it.</summary>
    public int Count => BitOperations.PopCount(_bits);

    /// <summary>The set of one grant.</summary>
    public static GrantSet Single(int place)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(place);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(place, Most);
        return new GrantSet(1UL << place);
    }

    /// <summary>Whether the grant at this place is a member.</summary>
    public bool Contains(int place) => place is >= 0 and < Most && (_bits >> place & 1) == 1;

    /// <summary>The set with one grant more.</summary>
    public GrantSet With(int place) => Union(Single(place));

    /// <summary>The set without one grant.</summary>
    public GrantSet Without(int place) => Except(Single(place));

    /// <summary>Grants in either set.</summary>
    public GrantSet Union(GrantSet other) => new(_bits | other._bits);

    /// <summary>Grants in both sets.</summary>
    public GrantSet Intersect(GrantSet other) => new(_bits & other._bits);

    /// <summary>Grants in this set and not in the other.</summary>
    public GrantSet Except(GrantSet other) => new(_bits & ~other._bits);

    /// <summary>The members' places in ascending order, for <c>foreach</c>; allocates nothing.</summary>
    public Enumerator GetEnumerator() => new(_bits);

    /// <summary>Enumerates the places of a set in order.</summary>
    public struct Enumerator
    {
        private ulong _left;

        internal Enumerator(ulong bits) => (_left, Current) = (bits, -1);

        /// <summary>The place reached.</summary>
        public int Current { get; private set; }

        /// <summary>Goes to the next place; false behind the last.</summary>
        public bool MoveNext()
        {
            if (_left == 0)
            {
                return false;
            }

            Current = BitOperations.TrailingZeroCount(_left);
            _left &= _left - 1;
            return true;
        }
    }
}
