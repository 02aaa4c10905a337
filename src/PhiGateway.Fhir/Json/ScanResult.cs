namespace PhiGateway.Fhir.Json;

/// <summary>Whether a piece of JSON was read to its end, needs more bytes, or cannot be read.</summary>
internal enum ScanResult : byte
{
    /// <summary>Not what it should be: nothing of it may leave.</summary>
    Broken = 0,

    /// <summary>Read to its end.</summary>
    Complete,

    /// <summary>The bytes at hand end before it does.</summary>
    NeedMore,
}
