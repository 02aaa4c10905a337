using PhiGateway.Fhir.Context;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Resources;

/// <summary>Reads out of one resource's JSON what policy needs to judge it, in one forward pass without a document tree.</summary>
/// <remarks>
/// Stricter than JSON: a member given twice, a member name with escapes, an array in an array, a lone surrogate, bytes that are no UTF-8
/// and nested
/// <c>contained</c> are refused, because two readers could take them differently. Owners are read from literal references only; every other
/// form leaves
/// the owner undetermined. <c>SUBSETTED</c> makes a resource unjudgeable only when its owner or a needed token is missing.
/// </remarks>
public static class ResourceScanner
{
    /// <summary>
    /// Scans a resource for a decision that is still to be made: with every token that a grant or scope could set a condition on.
    /// </summary>
    /// <remarks>A Bundle (a document, a message, a collection) belongs to whom its entries belong.</remarks>
    public static bool TryScanForDecision(ReadOnlySpan<byte> json, FhirContext context, ResourceFacts facts) =>
        TryScan(json, BodyPolicy.Instance, context, facts)
        && (facts.Type != ResourceType.Bundle || BundleScanner.TrySum(json, Bases.Of(context), facts));

    /// <summary>
    /// Scans exactly one resource; false when the bytes are not exactly one well-formed resource of a known type (duplicate members,
    /// trailing bytes, too deep …).
    /// </summary>
    /// <param name="json">One whole resource.</param>
    /// <param name="policy">Says which token parameters are needed per type.</param>
    /// <param name="context">Bases and depth.</param>
    /// <param name="facts">Reset and filled.</param>
    public static bool TryScan(ReadOnlySpan<byte> json, ReleasePolicy policy, FhirContext context, ResourceFacts facts)
    {
        var reader = ResourceReader.Rent();
        try
        {
            return reader.TryReadWhole(json, policy, Bases.Of(context), facts);
        }
        finally
        {
            ResourceReader.Return(reader);
        }
    }
}
