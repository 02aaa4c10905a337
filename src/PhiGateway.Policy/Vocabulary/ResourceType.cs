using System.Collections.Frozen;
using System.Text;

namespace PhiGateway.Policy.Vocabulary;

/// <summary>One of the concrete resource types of FHIR R4; the default value is no type at all and is part of no set.</summary>
/// <remarks>Immutable, one byte wide; names are compared whole and case-sensitively (FHIR R4, RESTful API 3.1.0.1.1).</remarks>
public readonly struct ResourceType : IEquatable<ResourceType>
{
    /// <summary>How many indexes exist, the empty one included.</summary>
    public const int IndexCount = 147;

    private static readonly byte[][] Utf8Names = Array.ConvertAll(ResourceTypeNames.All, Encoding.ASCII.GetBytes);

    private static readonly FrozenDictionary<string, byte> ByName = ResourceTypeNames
        .All.Select((name, place) => KeyValuePair.Create(name, checked((byte)(place + 1))))
        .ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, byte>.AlternateLookup<ReadOnlySpan<char>> ByChars = ByName.GetAlternateLookup<
        ReadOnlySpan<char>
    >();

    private readonly byte _index;

    private ResourceType(byte index) => _index = index;

    /// <summary>The type Patient.</summary>
    public static ResourceType Patient { get; } = Parse("Patient");

    /// <summary>The type Bundle.</summary>
    public static ResourceType Bundle { get; } = Parse("Bundle");

    /// <summary>The type OperationOutcome.</summary>
    public static ResourceType OperationOutcome { get; } = Parse("OperationOutcome");

    /// <summary>The type Parameters.</summary>
    public static ResourceType Parameters { get; } = Parse("Parameters");

    /// <summary>The type Binary.</summary>
    public static ResourceType Binary { get; } = Parse("Binary");

    /// <summary>The type Group.</summary>
    public static ResourceType Group { get; } = Parse("Group");

    /// <summary>The type CapabilityStatement.</summary>
    public static ResourceType CapabilityStatement { get; } = Parse("CapabilityStatement");

    /// <summary>Every type, in ordinal order.</summary>
    public static IReadOnlyList<ResourceType> All { get; } =
        Enumerable.Range(1, IndexCount - 1).Select(static index => new ResourceType(checked((byte)index))).ToArray();

    /// <summary>Place in the ordinal list, 1 to 146; 0 means no type.</summary>
    public int Index => _index;

    /// <summary>True for the default value.</summary>
    public bool IsNone => _index == 0;

    /// <summary>The name, or an empty string for no type.</summary>
    public string Name => _index == 0 ? string.Empty : ResourceTypeNames.All[_index - 1];

    /// <summary>The name in UTF-8.</summary>
    public ReadOnlySpan<byte> Utf8Name => _index == 0 ? default : Utf8Names[_index - 1];

    public static bool operator ==(ResourceType left, ResourceType right) => left._index == right._index;

    public static bool operator !=(ResourceType left, ResourceType right) => left._index != right._index;

    /// <summary>The type at an index; throws outside 1 to 146.</summary>
    public static ResourceType FromIndex(int index)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(index, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, IndexCount);
        return new ResourceType((byte)index);
    }

    /// <summary>Reads a whole name; false for anything that is not exactly a concrete R4 type.</summary>
    public static bool TryParse(ReadOnlySpan<char> name, out ResourceType type)
    {
        if (ByChars.TryGetValue(name, out var index))
        {
            type = new ResourceType(index);
            return true;
        }

        type = default;
        return false;
    }

    /// <summary>Reads a whole UTF-8 name; false for anything that is not exactly a concrete R4 type.</summary>
    public static bool TryParse(ReadOnlySpan<byte> name, out ResourceType type)
    {
        Span<char> chars = stackalloc char[48];
        if (name.Length <= chars.Length && Ascii.ToUtf16(name, chars, out var written) == System.Buffers.OperationStatus.Done)
        {
            return TryParse(chars[..written], out type);
        }

        type = default;
        return false;
    }

    /// <summary>Reads a name that must be right; throws <see cref="FormatException"/> otherwise.</summary>
    public static ResourceType Parse(string name) =>
        TryParse(name.AsSpan(), out var type) ? type : throw new FormatException("Not a FHIR R4 resource type.");

    public bool Equals(ResourceType other) => _index == other._index;

    public override bool Equals(object? obj) => obj is ResourceType other && Equals(other);

    public override int GetHashCode() => _index;

    public override string ToString() => Name;
}
