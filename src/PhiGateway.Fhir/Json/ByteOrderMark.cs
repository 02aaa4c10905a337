namespace PhiGateway.Fhir.Json;

/// <summary>Skips the byte order mark that some servers write before JSON (RFC 8259, 8.1).</summary>
public static class ByteOrderMark
{
    /// <summary>What follows the mark, or all where there is none.</summary>
    public static ReadOnlySpan<byte> Skip(ReadOnlySpan<byte> json) => json.StartsWith("\uFEFF"u8) ? json[3..] : json;

    /// <summary>The same.</summary>
    public static ReadOnlyMemory<byte> Skip(ReadOnlyMemory<byte> json) => json[(json.Length - Skip(json.Span).Length)..];
}
