namespace PhiGateway.Fhir.Json;

/// <summary>
/// Where a JSON string's raw content stands in the bytes being read; the default value is no string (a string's content never begins at 0).
/// </summary>
internal readonly record struct TextSpan(int Start, int Length, bool Escaped)
{
    public bool IsNone => Start == 0;

    /// <summary>The raw content, escapes and all.</summary>
    public ReadOnlySpan<byte> In(ReadOnlySpan<byte> data) => data.Slice(Start, Length);
}
