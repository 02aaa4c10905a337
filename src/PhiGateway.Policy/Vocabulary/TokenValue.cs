namespace PhiGateway.Policy.Vocabulary;

/// <summary>A system and a code as FHIR's token search compares them (R4 3.1.1.4.10).</summary>
/// <param name="System">Null: any system. Empty: explicitly no system. Else the URI.</param>
/// <param name="Code">Null: any code of the system. Else the code.</param>
public readonly record struct TokenValue(string? System, string? Code)
{
    /// <summary>Reads <c>code</c>, <c>|code</c>, <c>system|code</c> or <c>system|</c>; false for empty text or more than one bar.</summary>
    public static bool TryParse(string text, out TokenValue value)
    {
        value = default;
        var bar = text.IndexOf('|', StringComparison.Ordinal);
        if (text.Length == 0 || text == "|" || bar != text.LastIndexOf('|'))
        {
            return false;
        }

        if (bar < 0)
        {
            value = new TokenValue(null, text);
            return true;
        }

        value = new TokenValue(text[..bar], bar == text.Length - 1 ? null : text[(bar + 1)..]);
        return true;
    }

    /// <summary>Whether a coding found in a resource satisfies this wish.</summary>
    public bool Matches(string? system, string? code) =>
        (System is null || string.Equals(System, system ?? string.Empty, StringComparison.Ordinal))
        && (Code is null ? !string.IsNullOrEmpty(code) : string.Equals(Code, code, StringComparison.Ordinal));

    /// <summary>The text of the value as a query would carry it.</summary>
    public override string ToString() => System is null ? Code ?? string.Empty : $"{System}|{Code}";
}
