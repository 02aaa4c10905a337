using System.Runtime.CompilerServices;
using System.Text;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Writing;

/// <summary>
/// Says which top-level elements may leave and what is masked in them, by member name as bytes. A choice element may be named by its base:
/// <c>value</c> lets <c>valueQuantity</c> out.
/// </summary>
internal sealed class ElementNames
{
    private static readonly ConditionalWeakTable<ElementSet, ElementNames> Known = [];

    private readonly Dictionary<ulong, byte[]> _names = [];

    private readonly MaskNode? _masks;

    private ElementNames(
        IEnumerable<string> names,
        bool keepsAll = false,
        IReadOnlyList<string>? masks = null,
        IReadOnlyList<string>? extensions = null
    )
    {
        KeepsAll = keepsAll;
        Extensions = extensions;
        _masks = masks is { Count: > 0 } ? MaskNode.Of(masks) : null;
        var bases = names
            .Select(static name => name.EndsWith("[x]", StringComparison.Ordinal) ? name[..^3] : name)
            .Concat(["resourceType", "id", "meta"])
            .ToArray();
        foreach (var name in bases.Concat(bases.SelectMany(static name => ChoiceTypes.All.Select(type => name + type))))
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            _names.TryAdd(NameKey.Of(bytes), bytes);
        }
    }

    /// <summary>The set of a verdict; null when everything may leave.</summary>
    public static ElementNames? Of(ElementSet set) =>
        set.IsAll ? null : Known.GetValue(set, static key => new ElementNames(key.Names, key.KeepsAll, key.Masks, key.Extensions));

    public static ElementNames Of(IEnumerable<string> names) => new(names);

    /// <summary>Every element is kept, be it masked.</summary>
    public bool KeepsAll { get; }

    /// <summary>Some values leave masked; then the narrative, which repeats them, does not leave.</summary>
    public bool HasMasks => _masks is not null;

    /// <summary>URLs of the only extensions that leave, at the root alone; null: they go by their element.</summary>
    public IReadOnlyList<string>? Extensions { get; }

    /// <summary>What of a member is masked; null: nothing.</summary>
    public MaskNode? MaskOf(ReadOnlySpan<byte> member) => _masks?.Find(member.StartsWith("_"u8) ? member[1..] : member);

    /// <summary>Whether a member may leave; a primitive's <c>_name</c> sibling follows its element.</summary>
    public bool Contains(ReadOnlySpan<byte> member)
    {
        var name = member.StartsWith("_"u8) ? member[1..] : member;
        return !(HasMasks && Ascii.EqualsIgnoreCase(name, "text"u8))
            // Beside a primitive stand its extensions and nothing else.
            && (Extensions is null || !member.StartsWith("_"u8))
            && (KeepsAll || (_names.TryGetValue(NameKey.Of(name), out var known) && name.SequenceEqual(known)));
    }
}
