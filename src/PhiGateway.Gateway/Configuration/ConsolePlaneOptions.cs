namespace PhiGateway.Gateway.Configuration;

/// <summary>What an operator writes about the console that people look at, on the control plane's listener.</summary>
public sealed class ConsolePlaneOptions
{
    /// <summary>
    /// Scheme, host and port by which browsers reach it, such as <c>https://phi-console.hospital.example</c>; https, or http on loopback.
    /// Security: requests for any other host are refused.
    /// </summary>
    public string PublicBase { get; set; } = string.Empty;

    /// <summary>The console's client id at the issuer of <see cref="AdminPlaneOptions.Oidc"/>, which signs people in.</summary>
    public string ClientId { get; set; } = string.Empty;

    /// <summary>Its secret, by reference; null: it is a public client, protected by PKCE alone.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>
    /// A secret of at least 32 characters, by reference and the same on every node, under which a sign-in is protected on its way to the
    /// issuer and back; null: each node has one of its own, and a sign-in ends at the node where it began.
    /// </summary>
    public string? SignInKey { get; set; }

    /// <summary>Without a click for this long a session ends; null: 15 minutes.</summary>
    public TimeSpan? Idle { get; set; }

    /// <summary>A session ends after this long in any case; null: 8 hours.</summary>
    public TimeSpan? Longest { get; set; }

    /// <summary>
    /// Sign-ins in a minute that are begun at the identity provider, or ended there; null: 600. Each costs the provider a call of this node.
    /// </summary>
    public int? SignInStartsPerMinute { get; set; }

    /// <summary>Of them of one address (IPv6: one /64); null: 60.</summary>
    public int? SignInStartsPerMinutePerPeer { get; set; }

    /// <summary>Exports, replays and bundles that are made or kept behind the pages at a time, of all persons; null: 64.</summary>
    public int? Jobs { get; set; }

    /// <summary>Of them of one person; null: 5.</summary>
    public int? JobsPerPerson { get; set; }

    /// <summary>Questions of live tails that one person has open at a time; null: 3.</summary>
    public int? TailsPerPerson { get; set; }

    /// <summary>
    /// The fresh sign-in before a step that opens a patient, takes records away, approves or stops; null: of the last 15 minutes, where the
    /// issuer says when somebody signed in.
    /// </summary>
    public ConsoleStepUp? StepUp { get; set; }
}
