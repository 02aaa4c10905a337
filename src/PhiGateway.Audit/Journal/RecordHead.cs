using System.Buffers.Text;
using PhiGateway.Audit.Records;

namespace PhiGateway.Audit.Journal;

/// <summary>Reads the first members of a body by their fixed places in the encoding: recovery looks at every record.</summary>
internal static class RecordHead
{
    private static ReadOnlySpan<byte> Id => "{\"v\":1,\"id\":\""u8;

    private static ReadOnlySpan<byte> Kind => "\",\"kind\":\""u8;

    private static ReadOnlySpan<byte> Parent => "\",\"parentId\":\""u8;

    /// <summary>0 when the body does not begin as this encoder writes it.</summary>
    public static AuditKind Read(ReadOnlySpan<byte> body, out Guid id, out Guid parent)
    {
        parent = Guid.Empty;
        id = Guid.Empty;
        if (
            !body.StartsWith(Id)
            || !Utf8Parser.TryParse(body[Id.Length..], out id, out var used)
            || !body[(Id.Length + used)..].StartsWith(Kind)
        )
        {
            return 0;
        }

        var rest = body[(Id.Length + used + Kind.Length)..];
        var end = rest.IndexOf((byte)'"');
        if (end < 0)
        {
            return 0;
        }

        var kind = AuditKindNames.Parse(rest[..end]);
        if (kind is AuditKind.Outcome or AuditKind.Delivery)
        {
            // A quote inside a value is escaped, so this can only be the member itself.
            var at = rest.IndexOf(Parent);
            if (at >= 0)
            {
                _ = Utf8Parser.TryParse(rest[(at + Parent.Length)..], out parent, out _);
            }
        }

        return kind;
    }
}
