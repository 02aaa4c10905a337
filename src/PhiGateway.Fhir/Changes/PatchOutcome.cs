namespace PhiGateway.Fhir.Changes;

/// <summary>How applying a patch ended.</summary>
public enum PatchOutcome : byte
{
    /// <summary>Nothing was applied: there is no such place, or a test failed (RFC 6902, section 5).</summary>
    NotApplicable = 0,

    /// <summary>All of it was applied.</summary>
    Applied,

    /// <summary>The result would grow beyond the most.</summary>
    TooLarge,
}
