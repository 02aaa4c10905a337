using System.Collections.Frozen;

namespace PhiGateway.Policy.Vocabulary;

/// <summary>
/// The top-level elements of a resource that may leave, and what of them leaves masked; reference-equal instances may be used as cache
/// keys.
/// </summary>
public sealed class ElementSet
{
    // Null: every element is kept.
    private readonly FrozenSet<string>? _names;
    private readonly string[] _masks;

    private ElementSet(FrozenSet<string>? names, string[] masks)
    {
        _names = names;
        _masks = masks;
    }

    /// <summary>Everything may leave as it is.</summary>
    public static ElementSet All { get; } = new(null, []);

    /// <summary>True for <see cref="All"/> only.</summary>
    public bool IsAll => ReferenceEquals(this, All);

    /// <summary>Whether every element is kept, be it masked.</summary>
    public bool KeepsAll => _names is null;

    /// <summary>The names, for a set that does not keep all.</summary>
    public IReadOnlyCollection<string> Names => _names is null ? [] : _names;

    /// <summary>Paths of which only the fact leaves that there is a value.</summary>
    public IReadOnlyList<string> Masks => _masks;

    /// <summary>These elements, and those a client cannot do without: resourceType, id, meta.</summary>
    public static ElementSet Of(IEnumerable<string> names) =>
        new(names.Concat(["resourceType", "id", "meta"]).ToFrozenSet(StringComparer.Ordinal), []);

    /// <summary>These elements (none named: all of them), with these masked.</summary>
    public static ElementSet Of(IReadOnlyCollection<string> names, IReadOnlyCollection<string> masks)
    {
        if (masks.Count == 0 && names.Count == 0)
        {
            return All;
        }

        return new(names.Count == 0 ? null : Of(names)._names, [.. masks.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
    }

    /// <summary>
    /// URLs of the extensions that leave at the root of a set that does not name <c>extension</c>; then no other extension leaves, at no
    /// depth. Null: extensions go by their element.
    /// </summary>
    public IReadOnlyList<string>? Extensions { get; private init; }

    /// <summary>The same set, with no extension but those at the root that have one of these URLs.</summary>
    public ElementSet WithExtensions(IReadOnlyList<string> urls) => new(_names, _masks) { Extensions = urls };

    /// <summary>What either set lets out: masked is only what neither shows.</summary>
    public ElementSet Union(ElementSet other)
    {
        if (IsAll || other.IsAll)
        {
            return All;
        }

        var masks = _masks.Concat(other._masks).Where(path => Hides(path) && other.Hides(path)).Distinct(StringComparer.Ordinal).ToArray();
        var names = _names is null || other._names is null ? null : _names.Union(other._names).ToFrozenSet(StringComparer.Ordinal);
        return names is null && masks.Length == 0 ? All : new ElementSet(names, masks);
    }

    /// <summary>
    /// Whether an element may leave as it is; a primitive's <c>_name</c> sibling follows its element, a choice element
    /// (<c>valueQuantity</c>) its base (<c>value</c>).
    /// </summary>
    public bool Contains(string name)
    {
        if (IsAll)
        {
            return true;
        }

        var element = name.StartsWith('_') ? name[1..] : name;
        var choice = ChoiceTypes.BaseOf(element);
        return Keeps(element, choice)
            && !Array.Exists(_masks, mask => ElementPath.Top(mask) is var top && (top == element || top == choice));
    }

    private bool Hides(string path)
    {
        var top = ElementPath.Top(path);
        return !Keeps(top, ChoiceTypes.BaseOf(top)) || Array.Exists(_masks, mask => ElementPath.IsWithin(path, mask));
    }

    private bool Keeps(string element, string? choice) =>
        _names is null || _names.Contains(element) || (choice is not null && (_names.Contains(choice) || _names.Contains(choice + "[x]")));
}
