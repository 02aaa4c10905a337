namespace PhiGateway.Fhir.Requests.Reading;

/// <summary>What an entry must know of its bundle.</summary>
/// <param name="IsTransaction">Conditional references are resolved in transactions only.</param>
/// <param name="FullUrls">The <c>urn:uuid:</c> names of all entries.</param>
internal sealed record BundleScope(bool IsTransaction, IReadOnlySet<string> FullUrls);
