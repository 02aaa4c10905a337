using System.Text.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Apis;

/// <summary>Reads the registry's patient ids in the form in which an API writes them: a prefix and the id, or a whole number.</summary>
/// <param name="Prefix">What stands before the id; empty: nothing.</param>
/// <param name="Number">In JSON it is a number.</param>
internal sealed record PatientIdForm(string Prefix, bool Number)
{
    /// <summary>Reads a text; false when it names no patient.</summary>
    public bool TryRead(string? text, out PatientId patient)
    {
        patient = default;
        return text is not null
            && text.StartsWith(Prefix, StringComparison.Ordinal)
            && PatientId.TryParse(text[Prefix.Length..], out patient);
    }

    /// <summary>Reads a JSON value of the declared kind; false for any other.</summary>
    public bool TryRead(JsonElement value, out PatientId patient)
    {
        patient = default;
        return Number
            ? value.ValueKind == JsonValueKind.Number && IsWhole(value.GetRawText()) && TryRead(value.GetRawText(), out patient)
            : value.ValueKind == JsonValueKind.String && TryRead(value.GetString(), out patient);
    }

    // 17, but not 17.0, 1.7e1, -17 or a spelling with zeros before it: one patient, one spelling.
    internal static bool IsWhole(string text) =>
        text.Length is > 0 and <= 18 && text.All(char.IsAsciiDigit) && (text.Length == 1 || text[0] != '0');
}
