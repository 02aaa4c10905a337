using System.Collections.Frozen;

namespace PhiGateway.Policy.Decision;

/// <summary>The top-level elements of a resource that may leave; reference-equal instances may be used as cache keys.</summary>
public sealed class ElementSet
{
    private readonly FrozenSet<string> _names;

    private ElementSet(FrozenSet<string> names) => _names = names;

    /// <summary>Everything may leave.</summary>
    public static ElementSet All { get; } = new(FrozenSet<string>.Empty);

    /// <summary>True for <see cref="All"/> only.</summary>
    public bool IsAll => ReferenceEquals(this, All);

    /// <summary>The names, for a set that is not <see cref="All"/>.</summary>
    public IReadOnlyCollection<string> Names => _names;

    /// <summary>These elements, and those a client cannot do without: resourceType, id, meta.</summary>
    public static ElementSet Of(IEnumerable<string> names) => new(names.Concat(["resourceType", "id", "meta"]).ToFrozenSet(StringComparer.Ordinal));

    /// <summary>What either set lets out.</summary>
    public ElementSet Union(ElementSet other) => IsAll || other.IsAll ? All : new(_names.Union(other._names).ToFrozenSet(StringComparer.Ordinal));

    /// <summary>Whether an element may leave; a primitive's <c>_name</c> sibling follows its element.</summary>
    public bool Contains(string name) => IsAll || _names.Contains(name.StartsWith('_') ? name[1..] : name);
}
