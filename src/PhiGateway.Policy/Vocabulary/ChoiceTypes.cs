namespace PhiGateway.Policy.Vocabulary;

/// <summary>
/// R4's data types that the name of a choice element may end in: <c>valueQuantity</c> is <c>value</c>, but <c>statusReason</c> is not
/// <c>status</c>, since Reason is no data type.
/// </summary>
public static class ChoiceTypes
{
    /// <summary>The names, each with a capital.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "Base64Binary",
        "Boolean",
        "Canonical",
        "Code",
        "Date",
        "DateTime",
        "Decimal",
        "Id",
        "Instant",
        "Integer",
        "Markdown",
        "Oid",
        "PositiveInt",
        "String",
        "Time",
        "UnsignedInt",
        "Uri",
        "Url",
        "Uuid",
        "Address",
        "Age",
        "Annotation",
        "Attachment",
        "CodeableConcept",
        "Coding",
        "ContactPoint",
        "Count",
        "Distance",
        "Duration",
        "HumanName",
        "Identifier",
        "Money",
        "Period",
        "Quantity",
        "Range",
        "Ratio",
        "Reference",
        "SampledData",
        "Signature",
        "Timing",
        "ContactDetail",
        "Contributor",
        "DataRequirement",
        "Expression",
        "ParameterDefinition",
        "RelatedArtifact",
        "TriggerDefinition",
        "UsageContext",
        "Dosage",
        "Meta",
    ];

    /// <summary>The base of a choice element's concrete name; null for a name that does not end in a data type.</summary>
    public static string? BaseOf(string name)
    {
        for (var at = name.Length - 1; at > 0; at--)
        {
            if (char.IsAsciiLetterUpper(name[at]) && All.Contains(name[at..]))
            {
                return name[..at];
            }
        }

        return null;
    }
}
