namespace PhiGateway.Policy.Vocabulary;

/// <summary>
/// A search-like condition on one resource: a grant's <c>where</c> or a SMART scope's query filter, such as <c>category=…|laboratory</c>.
/// </summary>
/// <param name="Parameter">A token search parameter of the type (or a date parameter), without modifier.</param>
/// <param name="AnyOf">Values of which one must be there (comma in FHIR search); several constraints must all hold.</param>
public sealed record TokenConstraint(string Parameter, IReadOnlyList<TokenValue> AnyOf)
{
    /// <summary>The values are dates with their prefixes, as codes without a system; false by default: tokens.</summary>
    public bool IsDate { get; init; }

    /// <summary>
    /// A resource bears one value of the parameter at most, so that it cannot satisfy two constraints without a common one; false by
    /// default: it may bear several.
    /// </summary>
    public bool IsSingle { get; init; }

    /// <summary>Whether a value, prefix and all, is a date condition that can be checked on resources.</summary>
    public static bool IsDateCondition(string value) => DateSpan.IsCondition(value);

    /// <summary>The condition as the search parameter that it is: name and value, with FHIR's escapes.</summary>
    internal KeyValuePair<string, string> ToParameter() => KeyValuePair.Create(Parameter, string.Join(',', AnyOf.Select(Text)));

    private static string Text(TokenValue value) =>
        value.System is null ? Escape(value.Code) : $"{Escape(value.System)}|{Escape(value.Code)}";

    private static string Escape(string? text) =>
        (text ?? string.Empty)
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace(",", "\\,", StringComparison.Ordinal)
            .Replace("$", "\\$", StringComparison.Ordinal);
}
