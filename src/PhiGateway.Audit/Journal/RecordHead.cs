using System.Buffers.Text;
using PhiGateway.Audit.Records;

namespace PhiGateway.Audit.Journal;

/// <summary>
/// The few members of a record that recovery needs, read by the fixed order of the encoding. A quote inside a value is escaped, so a
/// member's name between quotes can only be the member itself.
/// </summary>
/// <param name="Kind">0 when the body does not begin as this encoder writes it.</param>
/// <param name="Id">Of the record.</param>
/// <param name="Parent">Empty for none.</param>
/// <param name="Revision">Registry revision that it names; 0 for none.</param>
/// <param name="IsCarried">It carries an open intent, or an answer that is still leaving, forward.</param>
/// <param name="IsOlderAccepted">From here on an older registry is in force, by an operator's word.</param>
internal readonly record struct RecordHead(AuditKind Kind, Guid Id, Guid Parent, long Revision, bool IsCarried, bool IsOlderAccepted)
{
    /// <summary>Event of the note that an intent is still open when the segment of its record is recycled.</summary>
    public const string CarriedEvent = "intent.open";

    /// <summary>Event of the note that an answer is still leaving when the segment of its disclosure is recycled.</summary>
    public const string CarriedAnswerEvent = "disclosure.open";

    /// <summary>Event of the record that an operator accepted an older registry.</summary>
    public const string OlderAcceptedEvent = "registry.older-accepted";

    private static ReadOnlySpan<byte> IdName => "{\"v\":1,\"id\":\""u8;

    private static ReadOnlySpan<byte> KindName => "\",\"kind\":\""u8;

    private static ReadOnlySpan<byte> ParentName => ",\"parentId\":\""u8;

    private static ReadOnlySpan<byte> RevisionName => ",\"revision\":"u8;

    /// <summary>Reads what there is; the rest is zero.</summary>
    public static RecordHead Read(ReadOnlySpan<byte> body)
    {
        if (
            !body.StartsWith(IdName)
            || !Utf8Parser.TryParse(body[IdName.Length..], out Guid id, out var used)
            || !body[(IdName.Length + used)..].StartsWith(KindName)
        )
        {
            return default;
        }

        var rest = body[(IdName.Length + used + KindName.Length)..];
        var end = rest.IndexOf((byte)'"');
        if (end < 0)
        {
            return default;
        }

        var kind = AuditKindNames.Parse(rest[..end]);
        rest = rest[(end + 1)..];
        var isSystem = kind == AuditKind.System;
        return new RecordHead(
            kind,
            id,
            ParentOf(rest),
            NumberOf(rest),
            isSystem && (rest.StartsWith(",\"event\":\"intent.open\""u8) || rest.StartsWith(",\"event\":\"disclosure.open\""u8)),
            isSystem && rest.StartsWith(",\"event\":\"registry.older-accepted\""u8)
        );
    }

    private static Guid ParentOf(ReadOnlySpan<byte> rest)
    {
        var at = rest.IndexOf(ParentName);
        return at >= 0 && Utf8Parser.TryParse(rest[(at + ParentName.Length)..], out Guid parent, out _) ? parent : Guid.Empty;
    }

    private static long NumberOf(ReadOnlySpan<byte> rest)
    {
        var at = rest.IndexOf(RevisionName);
        return at >= 0 && Utf8Parser.TryParse(rest[(at + RevisionName.Length)..], out long number, out _) ? number : 0;
    }
}
