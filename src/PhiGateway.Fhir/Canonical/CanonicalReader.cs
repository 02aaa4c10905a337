namespace PhiGateway.Fhir.Canonical;

/// <summary>Reads a raw request target by a strict grammar: whatever could be read in two ways is refused, never repaired.</summary>
public static class CanonicalReader
{
    /// <summary>Reads method and raw target (as on the wire, before any decoding) below a base path.</summary>
    public static Reading<CanonicalRequest> Read(string method, string rawTarget, string basePath) => throw new NotImplementedException();
}
