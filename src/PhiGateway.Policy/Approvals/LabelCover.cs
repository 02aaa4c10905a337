using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Approvals;

/// <summary>Says whether a label that a grant names covers one that a record bears; asked where grants are cut to what was used.</summary>
public static class LabelCover
{
    /// <summary>By code, by system and code, or as a member of a group of HL7's.</summary>
    /// <param name="granted">As the grant writes it.</param>
    /// <param name="label">As the record writes it, <c>system|code</c>.</param>
    public static bool Covers(string granted, string label) =>
        string.Equals(granted, label, StringComparison.Ordinal)
        || (
            TokenValue.TryParse(granted, out var wide)
            && TokenValue.TryParse(label, out var narrow)
            && narrow.Code is { } code
            && (
                (wide.Code == code && (wide.System is null || wide.System == narrow.System))
                || (
                    narrow.System == ActCodes.System
                    && wide.System is null or ActCodes.System
                    && wide.Code is { } group
                    && ActCodes.IsWithin(code, group)
                )
            )
        );
}
