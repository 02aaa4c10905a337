using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Types whose records speak of other records than a Patient's own as a rule, and stay where one of these does: whoever sees all of such a
/// type sees all that matches only where it sees all that these may speak of. Asked when a permit is written.
/// </summary>
internal static class SpeakingTypes
{
    /// <summary>The types.</summary>
    public static ResourceTypeSet All { get; } =
        ResourceTypeSet.Of(
            ((string[])["AuditEvent", "Basic", "Linkage", "MessageHeader", "Provenance", "VerificationResult"]).Select(ResourceType.Parse)
        );
}
