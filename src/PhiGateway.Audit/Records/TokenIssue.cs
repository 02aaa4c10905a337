using System.Text.Json;

namespace PhiGateway.Audit.Records;

/// <summary>
/// What the record of a token that was issued says of it beside its members: how long it lives, and every name under which it, or what it came
/// of, may be revoked. Written by the token service (<see cref="AuditRecord.After"/>), read where it is asked which tokens are out.
/// </summary>
/// <param name="IssuedAt"><c>iat</c>, UTC.</param>
/// <param name="ExpiresAt"><c>exp</c>, UTC.</param>
/// <param name="TextHashes">SHA-256 of its whole texts, lower-case hex; that of its signing input is the record's own.</param>
/// <param name="ParentIds"><c>jti</c> of the tokens that it was exchanged from.</param>
/// <param name="ParentHashes">Every hash of those.</param>
public sealed record TokenIssue(
    DateTimeOffset IssuedAt,
    DateTimeOffset ExpiresAt,
    IReadOnlyList<string> TextHashes,
    IReadOnlyList<string> ParentIds,
    IReadOnlyList<string> ParentHashes
)
{
    /// <summary>The event of a token that was asked for.</summary>
    public const string Issued = "token.issue";

    /// <summary>The event of a token that another one was exchanged for.</summary>
    public const string Exchanged = "token.exchange";

    /// <summary>No token that is issued here lives for longer.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(5);

    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Whether a record is of a token that was issued.</summary>
    public static bool IsOne(AuditRecord record) =>
        record is { Kind: AuditKind.Auth, Decision: "permit", TokenId: not null, TokenHash: not null, Event: Issued or Exchanged };

    /// <summary>As records have it.</summary>
    public string Write() => JsonSerializer.Serialize(this, Form);

    /// <summary>
    /// What the record of an issued token says. Of one that a version before wrote, or that cannot be read, no more than that it may live as
    /// long as any.
    /// </summary>
    public static TokenIssue Read(AuditRecord record)
    {
        try
        {
            if (
                JsonSerializer.Deserialize<TokenIssue>(record.After ?? "null", Form) is { } said
                && !said.TextHashes.Concat(said.ParentIds).Concat(said.ParentHashes).Any(static one => one is null)
            )
            {
                return said;
            }
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException)
        {
            // Whoever ships may add rows: one that says nothing keeps nobody from the others.
        }

        var end = record.Time > DateTimeOffset.MaxValue - LongestLife ? DateTimeOffset.MaxValue : record.Time + LongestLife;
        return new TokenIssue(record.Time, end, [], [], []);
    }
}
