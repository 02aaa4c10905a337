namespace PhiGateway.Identity.Signals;

/// <summary>One transmitter of shared signals that the gateway listens to, as an operator wrote it.</summary>
public sealed class TransmitterOptions
{
    /// <summary>Name in records, alerts and the address of the push endpoint; 1 to 32 of a-z, 0-9 and hyphen, unique, required.</summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>Exact <c>iss</c> of its signals; required. https, or http on loopback only.</summary>
    public string Issuer { get; set; } = string.Empty;

    /// <summary>Accepted <c>aud</c>: what the transmitter calls this gateway; required.</summary>
    public string Audience { get; set; } = string.Empty;

    /// <summary>Accepted signature algorithms; none written: RS256, as the interoperability profile has it.</summary>
    public IReadOnlyList<string> Algorithms { get; set; } = [];

    /// <summary>
    /// Its keys: a file path or <c>env:NAME</c>; null: the <c>jwks_uri</c> of its <c>.well-known/ssf-configuration</c>.
    /// </summary>
    public string? Jwks { get; set; }

    /// <summary>
    /// Names of the token issuers (<c>Issuers</c>, the token service's own, or its providers of persons) of whose subjects it may speak; required
    /// where it does not end console sessions. Security: it closes nothing of anybody else's.
    /// </summary>
    public IReadOnlyList<string> TokenIssuers { get; set; } = [];

    /// <summary>
    /// Secret that a push carries as <c>Authorization: Bearer</c>, by reference; null: its signature is enough.
    /// </summary>
    public string? PushSecret { get; set; }

    /// <summary>
    /// Pushes a second of one address (IPv6: one /64) whose signature may be found false, ten seconds of it at once, and ten times as many where
    /// it was heard before; default 20. Security: one costs up to a millisecond of a processor, at anybody's word where there is no secret.
    /// </summary>
    public int FalseSignaturesPerSecondPerPeer { get; set; } = 20;

    /// <summary>Where its signals are fetched (RFC 8936); null: they are not.</summary>
    public string? PollEndpoint { get; set; }

    /// <summary>Secret that is shown there as <c>Authorization: Bearer</c>, by reference; null: none.</summary>
    public string? PollSecret { get; set; }

    /// <summary>How long nothing is asked after an answer without signals; default 1 second, up to 1 hour.</summary>
    public TimeSpan PollPause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Within what time something is heard of it at least: a signal, a verification of the stream, an answer to a question. Longer is an alert.
    /// Null: 15 minutes where its signals are fetched, and nothing is expected where it pushes.
    /// </summary>
    public TimeSpan? ExpectEvery { get; set; }

    /// <summary>
    /// Where the transmitter is asked to verify its stream (SSF 1.0 section 8.1.4.2); null: it is not. A verification that was asked for and does
    /// not come is an alert, and one whose <c>state</c> is of no question is refused.
    /// </summary>
    public string? VerificationEndpoint { get; set; }

    /// <summary>The stream's id at the transmitter; required with <see cref="VerificationEndpoint"/>.</summary>
    public string? StreamId { get; set; }

    /// <summary>Secret that is shown at the endpoint as <c>Authorization: Bearer</c>, by reference; null: none.</summary>
    public string? VerificationSecret { get; set; }

    /// <summary>
    /// How often it is asked, once over all nodes; default 1 hour, 1 minute to 1 day. Not more often than the transmitter's
    /// <c>min_verification_interval</c>.
    /// </summary>
    public TimeSpan VerifyEvery { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Whether a signal about a person ends what that person has open at the console too, by e-mail address, by what the console's provider calls
    /// them (<c>iss_sub</c>) or by that alone (<c>opaque</c>); default false. Security: for the hospital's own provider of persons, not for a
    /// partner's.
    /// </summary>
    public bool EndsConsoleSessions { get; set; }

    /// <summary>Oldest <c>iat</c> that is taken; default and at most 7 days, at least 1 minute.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How many signals of it close something within an hour, over all nodes; default 20. More are held, with an alert.</summary>
    public int MostPerHour { get; set; } = 20;

    /// <summary>Risk from which on a change of it counts: <c>HIGH</c> (the default) or <c>MEDIUM</c>.</summary>
    public string ActAtRisk { get; set; } = "HIGH";
}
