namespace PhiGateway.Policy.Vocabulary;

/// <summary>Reads and writes the codes of <see cref="Confidentiality"/>.</summary>
public static class ConfidentialityCodes
{
    /// <summary>The code system.</summary>
    public const string System = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";

    private const string Letters = "ULMNRV";

    /// <summary>Reads exactly one of U L M N R V.</summary>
    public static bool TryParse(ReadOnlySpan<char> code, out Confidentiality value)
    {
        var rank = code.Length == 1 ? Letters.IndexOf(code[0], StringComparison.Ordinal) : -1;
        value = rank < 0 ? Confidentiality.VeryRestricted : (Confidentiality)rank;
        return rank >= 0;
    }

    /// <summary>The code of a value.</summary>
    public static string Code(this Confidentiality value) => Letters.Substring((int)value, 1);
}
