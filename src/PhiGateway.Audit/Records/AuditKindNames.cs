namespace PhiGateway.Audit.Records;

/// <summary>Maps the kinds of records to their words in a record's body, and back.</summary>
internal static class AuditKindNames
{
    public static string Of(AuditKind kind) =>
        kind switch
        {
            AuditKind.Decision => "decision",
            AuditKind.Disclosure => "disclosure",
            AuditKind.Intent => "intent",
            AuditKind.Outcome => "outcome",
            AuditKind.Delivery => "delivery",
            AuditKind.Auth => "auth",
            AuditKind.Admin => "admin",
            AuditKind.Override => "override",
            AuditKind.System => "system",
            AuditKind.AuditUse => "audit-use",
            AuditKind.Detection => "detection",
            AuditKind.Hold => "hold",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), "A record must have a kind."),
        };

    /// <summary>0 for words that are no kind.</summary>
    public static AuditKind Parse(ReadOnlySpan<byte> name)
    {
        for (var kind = AuditKind.Decision; kind <= AuditKind.Hold; kind++)
        {
            if (System.Text.Ascii.Equals(name, Of(kind)))
            {
                return kind;
            }
        }

        return 0;
    }
}
