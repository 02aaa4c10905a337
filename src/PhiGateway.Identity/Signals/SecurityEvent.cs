using System.Text.Json;

namespace PhiGateway.Identity.Signals;

/// <summary>One event of a security event token (RFC 8417) whose signature holds. Made by <see cref="SecurityEventReader"/>.</summary>
/// <param name="Id"><c>jti</c>.</param>
/// <param name="IssuedAt"><c>iat</c>, UTC.</param>
/// <param name="Type">URI of the event type.</param>
/// <param name="Claims">What the event says, an object.</param>
/// <param name="Subject">About whom.</param>
/// <param name="HappenedAt">When it happened, never later than it was read, UTC.</param>
public sealed record SecurityEvent(
    string Id,
    DateTimeOffset IssuedAt,
    string Type,
    JsonElement Claims,
    EventSubject Subject,
    DateTimeOffset HappenedAt
)
{
    /// <summary>What a stream sends to show that it lives (SSF 1.0 section 8.1.4).</summary>
    public const string Verification = "https://schemas.openid.net/secevent/ssf/event-type/verification";

    /// <summary>What the types of CAEP 1.0 begin with.</summary>
    public const string Caep = "https://schemas.openid.net/secevent/caep/event-type/";
}

/// <summary>About whom an event is (RFC 9493).</summary>
/// <param name="Format"><c>email</c>, <c>iss_sub</c> or <c>opaque</c>.</param>
/// <param name="Issuer">The issuer of <c>iss_sub</c>; null otherwise.</param>
/// <param name="Value">The address, subject or id.</param>
public sealed record EventSubject(string Format, string? Issuer, string Value);

/// <summary>
/// What came of reading a security event token: the event, or an error in the words of RFC 8935 section 2.4. The default value is an error.
/// </summary>
/// <param name="Event">The event; null: an error.</param>
/// <param name="Error">Code of the error, such as <c>invalid_issuer</c>; null: its keys cannot be had now.</param>
/// <param name="Detail">What failed, for the record only.</param>
/// <param name="Id"><c>jti</c> where one can be read, unverified until there is an event; for the record only.</param>
public readonly record struct SecurityEventCheck(SecurityEvent? Event, string? Error, string? Detail, string? Id = null);
