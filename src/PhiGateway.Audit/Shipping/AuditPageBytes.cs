namespace PhiGateway.Audit.Shipping;

/// <summary>
/// How much of the store is held in memory at once: a page of records ends before it is full where they are large. Told by stores, asked by
/// whoever takes a page that is not full for the last.
/// </summary>
/// <remarks>
/// Security: records of bulk exports are hundreds of kilobytes each, and whoever ships may add rows of many megabytes: a page of them must
/// not take a node's memory.
/// </remarks>
public static class AuditPageBytes
{
    /// <summary>Where a page of records has so much, no more is read.</summary>
    public const long Most = 64L * 1024 * 1024;

    // A pseudonym as text, with what a list holds of it.
    private const int PatientKey = 96;

    /// <summary>About what one record takes.</summary>
    public static long Of(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.Body.Length + ((long)PatientKey * entry.PatientKeys.Count) + (sizeof(char) * LettersOf(entry));
    }

    /// <summary>Whether a page may have ended because of its size, with more behind it.</summary>
    public static bool IsCut(IReadOnlyList<AuditEntry> page) => page.Sum(Of) >= Most;

    // Texts under which a record is filed are a few letters each, unless somebody put it there by hand.
    private static long LettersOf(AuditEntry entry) =>
        (long)entry.Log.Length
        + entry.Event.Length
        + entry.Decision.Length
        + LengthOf(entry.Reason)
        + LengthOf(entry.Client)
        + LengthOf(entry.Tenant)
        + LengthOf(entry.Actor)
        + LengthOf(entry.ResourceType)
        + LengthOf(entry.Interaction);

    private static int LengthOf(string? text) => text?.Length ?? 0;
}
