namespace PhiGateway.TokenService.Configuration;

/// <summary>
/// Whether strangers may ask to be registered (RFC 7591, UDAP, Client ID Metadata Documents), as an operator wrote it. What they ask for waits
/// for people; nobody is ever registered by it.
/// </summary>
public sealed class RegistrationOptions
{
    /// <summary>Where the endpoint is, below the issuer.</summary>
    public const string Path = "/register";

    /// <summary>Whether there is an endpoint for it; default no.</summary>
    public bool Enabled { get; set; }

    /// <summary>
    /// PEM file of the authorities that vouch for who signs a software statement; null, the default: any certificate is taken, and shown as one
    /// that nobody vouches for. With it a statement of another one is refused. Read anew when it changed.
    /// </summary>
    public string? Authorities { get; set; }

    /// <summary>
    /// Hosts of which Client ID Metadata Documents are fetched, exact, in lower case; none by default. Security: at a stranger's word this node
    /// calls out to them, and to nobody else.
    /// </summary>
    public IReadOnlyList<string> MetadataHosts { get; set; } = [];

    /// <summary>Requests of one address in an hour (IPv6: one /64); default 10.</summary>
    public int RequestsPerHourPerPeer { get; set; } = 10;

    /// <summary>Requests of all addresses together in an hour, at this node; default 100.</summary>
    public int RequestsPerHour { get; set; } = 100;

    /// <summary>Undecided requests that are kept; default 200. Further ones are refused until people have decided, or some are over.</summary>
    public int MostPending { get; set; } = 200;

    /// <summary>Reports what is wrong, by member and in words.</summary>
    public void Validate(Action<string, string> add)
    {
        if (Authorities is { } file && Identity.Workloads.ClientAuthorities.FindFlaw(file) is { } flaw)
        {
            add("Registration:Authorities", flaw);
        }

        if (
            MetadataHosts.Count > 64
            || MetadataHosts.Any(static host => Uri.CheckHostName(host) != UriHostNameType.Dns || host != Lower(host))
        )
        {
            add("Registration:MetadataHosts", "must hold at most 64 names of hosts in lower case.");
        }

        if (RequestsPerHour is < 1 or > 100_000)
        {
            add("Registration:RequestsPerHour", "must be between 1 and 100,000.");
        }

        if (RequestsPerHourPerPeer < 1 || RequestsPerHourPerPeer > RequestsPerHour)
        {
            add("Registration:RequestsPerHourPerPeer", "must be between 1 and RequestsPerHour.");
        }

        if (MostPending is < 1 or > 10_000)
        {
            add("Registration:MostPending", "must be between 1 and 10,000.");
        }
    }

    private static string Lower(string host) => host.ToLowerInvariant();
}
