using System.Runtime.CompilerServices;
using System.Text;
using PhiGateway.Fhir.Answers.Scanning;
using PhiGateway.Policy.Decision;

namespace PhiGateway.Fhir.Answers.Filtering;

/// <summary>Names of top-level elements that may leave, as bytes. A choice element may be named by its base: <c>value</c> lets <c>valueQuantity</c> out.</summary>
internal sealed class ElementNames
{
    private static readonly ConditionalWeakTable<ElementSet, ElementNames> Known = [];

    // R4's data types that a choice may end in; "statusReason" is no choice of "status" because Reason is no data type.
    private static readonly string[] DataTypes =
    [
        "Base64Binary", "Boolean", "Canonical", "Code", "Date", "DateTime", "Decimal", "Id", "Instant", "Integer", "Markdown", "Oid", "PositiveInt", "String", "Time",
        "UnsignedInt", "Uri", "Url", "Uuid", "Address", "Age", "Annotation", "Attachment", "CodeableConcept", "Coding", "ContactPoint", "Count", "Distance", "Duration",
        "HumanName", "Identifier", "Money", "Period", "Quantity", "Range", "Ratio", "Reference", "SampledData", "Signature", "Timing", "ContactDetail", "Contributor",
        "DataRequirement", "Expression", "ParameterDefinition", "RelatedArtifact", "TriggerDefinition", "UsageContext", "Dosage", "Meta"
    ];

    private readonly Dictionary<ulong, byte[]> _names = [];

    private ElementNames(IEnumerable<string> names)
    {
        var bases = names.Select(static name => name.EndsWith("[x]", StringComparison.Ordinal) ? name[..^3] : name).Concat(["resourceType", "id", "meta"]).ToArray();
        foreach (var name in bases.Concat(bases.SelectMany(static name => DataTypes.Select(type => name + type))))
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            _names.TryAdd(NameKey.Of(bytes), bytes);
        }
    }

    /// <summary>The set of a verdict; null when everything may leave.</summary>
    public static ElementNames? Of(ElementSet set) => set.IsAll ? null : Known.GetValue(set, static key => new ElementNames(key.Names));

    public static ElementNames Of(IEnumerable<string> names) => new(names);

    /// <summary>Whether a member may leave; a primitive's <c>_name</c> sibling follows its element.</summary>
    public bool Contains(ReadOnlySpan<byte> member)
    {
        var name = member.StartsWith("_"u8) ? member[1..] : member;
        return _names.TryGetValue(NameKey.Of(name), out var known) && name.SequenceEqual(known);
    }
}
