namespace PhiGateway.Fhir.Requests.Bundles;

/// <summary>What the readers of one entry must know of its bundle: its kind and the names of the other entries.</summary>
/// <param name="IsTransaction">Names and conditional references are resolved in transactions only.</param>
/// <param name="Names">The <c>urn:uuid:</c> names of all entries.</param>
internal sealed record BundleScope(bool IsTransaction, TransactionNames Names);
