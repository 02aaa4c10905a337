using PhiGateway.Apis;
using PhiGateway.Fhir.Grammar.Declared;
using PhiGateway.Identity.Issuers;
using PhiGateway.Identity.Proofs;
using PhiGateway.Identity.Signals;
using PhiGateway.Identity.Workloads;
using PhiGateway.Sinks.Configuration;
using PhiGateway.TokenService.Configuration;

namespace PhiGateway.Gateway.Configuration;

/// <summary>What an operator writes under <c>PhiGateway</c>: everything the process needs before it can read the registry.</summary>
public sealed class GatewayOptions
{
    /// <summary>The environment this gateway serves, such as <c>production</c>; required.</summary>
    public string Environment { get; set; } = string.Empty;

    /// <summary>Name of this node in audit records; default: the machine's name.</summary>
    public string Node { get; set; } = System.Environment.MachineName.ToLowerInvariant();

    /// <summary>Scheme, host and port that clients use, such as <c>https://gw.hospital.example</c>; required.</summary>
    public string PublicBase { get; set; } = string.Empty;

    /// <summary>
    /// Further authorities (host or host:port) that are accepted in the Host header besides that of <see cref="PublicBase"/>.
    /// </summary>
    public IReadOnlyList<string> Hosts { get; set; } = [];

    public ListenerOptions Listeners { get; set; } = new();

    public RegistryOptions Registry { get; set; } = new();

    public AuditOptions Audit { get; set; } = new();

    /// <summary>Where the trail is sent on to, without PHI; none by default.</summary>
    public IReadOnlyList<SinkOptions> Sinks { get; set; } = [];

    /// <summary>Token issuers; at least one.</summary>
    public IReadOnlyList<IssuerOptions> Issuers { get; set; } = [];

    /// <summary>How proofs of possession are judged (RFC 9449).</summary>
    public DpopOptions Dpop { get; set; } = new();

    /// <summary>Issues tokens itself, on a listener of its own; null: it does not.</summary>
    public TokenServiceOptions? TokenService { get; set; }

    /// <summary>
    /// Whether API keys (<c>phik_…</c>) are taken from clients that have one registered; default false. Security: whoever reads one has it.
    /// </summary>
    public bool ApiKeys { get; set; }

    /// <summary>
    /// Whether an API key that is registered with a user name (<c>basicUser</c>) is taken as the password of HTTP Basic; default false, and nothing
    /// without <see cref="ApiKeys"/>. Security: whoever reads one has it.
    /// </summary>
    public bool BasicKeys { get; set; }

    /// <summary>Whose workloads are recognised by their certificates (SPIFFE, X.509-SVID), without a token; nobody's by default.</summary>
    public SpiffeOptions Spiffe { get; set; } = new();

    /// <summary>Whose shared signals (SSF, CAEP) are taken; nobody's by default.</summary>
    public SignalsOptions Signals { get; set; } = new();

    /// <summary>Where AI agents may ask by the Model Context Protocol; nowhere by default.</summary>
    public McpOptions Mcp { get; set; } = new();

    public LimitOptions Limits { get; set; } = new();

    public TrustedProxyOptions TrustedProxies { get; set; } = new();

    public EgressOptions Egress { get; set; } = new();

    /// <summary>What the gateway shows to upstreams, by the names that clusters use; none by default.</summary>
    public IReadOnlyList<BackendCredentialOptions> BackendCredentials { get; set; } = [];

    /// <summary>
    /// Whether reads go to HTTP/1.1 upstreams over connections of the gateway's own, which cost half of what a general HTTP client does;
    /// default true. Clusters with settings of their own for the client, and HTTP/2, go by YARP's client in any case.
    /// </summary>
    public bool LeanReads { get; set; } = true;

    /// <summary>
    /// How long a node that was told to stop goes on serving while <c>/readyz</c> says that it is not ready, so that nobody sends it more;
    /// default 5 seconds.
    /// </summary>
    public TimeSpan StopPause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether a start goes the way of a request with a made-up client and record before it says that it is ready, so that the first clients need
    /// not wait; default false.
    /// </summary>
    public bool RehearseStart { get; set; }

    public AdminPlaneOptions Admin { get; set; } = new();

    public TelemetryOptions Telemetry { get; set; } = new();

    public WatchOptions Watch { get; set; } = new();

    /// <summary>Endpoints told to SMART apps; default: those customary at the first issuer.</summary>
    public SmartEndpointOptions SmartEndpoints { get; set; } = new();

    /// <summary>Secret that seals pages, export jobs and export files, by reference (<c>env:NAME</c>, <c>file:/path</c>), at least 32
    /// characters, the same on every node behind one address;
    /// null: a random one, so that handles are good on the node that issued them until it restarts.</summary>
    public string? HandleKey { get; set; }

    /// <summary>Clinical APIs that are not FHIR, by the name that a route's <c>Phi.Api</c> gives; none by default.</summary>
    public IReadOnlyDictionary<string, ApiOptions> Apis { get; set; } = new Dictionary<string, ApiOptions>();

    /// <summary>
    /// Files or folders of FHIR <c>SearchParameter</c> resources (JSON, Bundle, NDJSON): the parameters that the FHIR servers behind all
    /// routes have beside R4's. A route adds its own by <c>Phi.SearchParameters</c>. None by default.
    /// </summary>
    public IReadOnlyList<string> SearchParameters { get; set; } = [];

    /// <summary>
    /// Files or folders of FHIR <c>OperationDefinition</c> resources: the operations that the FHIR servers behind all routes have beside
    /// R4's. A route adds its own by <c>Phi.Operations</c>. None by default.
    /// </summary>
    public IReadOnlyList<string> Operations { get; set; } = [];

    /// <summary>Where logs go besides the console; null: the console only.</summary>
    public string? LogFile { get; set; }

    /// <summary>
    /// What was read of <see cref="SearchParameters"/> and of routes' own, by the path that a route names; empty for none.
    /// </summary>
    internal IReadOnlyDictionary<string, DeclaredParameters> DeclaredParameters { get; set; } =
        new Dictionary<string, DeclaredParameters>();

    /// <summary>The path that a route names, by the route's base; empty where it names none.</summary>
    internal IReadOnlyDictionary<string, string> DeclaredPaths { get; set; } = new Dictionary<string, string>();

    /// <summary>Hosts that routes name (<c>Match:Hosts</c>), with their port or without.</summary>
    internal IReadOnlyList<string> RouteHosts { get; set; } = [];

    /// <summary>Every FHIR route, for what another route's addresses are to a route; replaced when routes change.</summary>
    internal IReadOnlyList<RoutePlace> RoutePlaces { get; set; } = [];

    /// <summary>Tenant and environment of every route.</summary>
    internal IReadOnlyList<(string Tenant, string Environment)> RouteNames { get; set; } = [];

    /// <summary>
    /// Every authority accepted in the Host header: that of <see cref="PublicBase"/>, <see cref="Hosts"/>, and those of routes, which stand
    /// at the port of <see cref="PublicBase"/> when they name none. The scheme's own port may be written or not (RFC 9110, 4.2.3).
    /// </summary>
    internal IReadOnlyList<string> AcceptedHosts =>
        Uri.TryCreate(PublicBase, UriKind.Absolute, out var uri)
            ?
            [
                .. Hosts
                    .Prepend(uri.Authority)
                    .Concat(RouteHosts.Select(host => AuthorityOf(host, uri)))
                    .SelectMany(host => Forms(host, uri)),
            ]
            : Hosts;

    /// <summary>
    /// Scheme, host and port that clients of a route use: its own host where it names one, else <see cref="PublicBase"/>.
    /// </summary>
    internal string PublicBaseOf(IReadOnlyList<string>? hosts) =>
        hosts is [var first, ..] && Uri.TryCreate(PublicBase, UriKind.Absolute, out var uri)
            ? $"{uri.Scheme}://{AuthorityOf(first, uri)}"
            : PublicBase;

    /// <summary>The same for every host under which clients may reach the route.</summary>
    internal IEnumerable<string> PublicBasesOf(IReadOnlyList<string> hosts)
    {
        if (!Uri.TryCreate(PublicBase, UriKind.Absolute, out var uri))
        {
            return [];
        }

        return hosts.Count > 0
            ? hosts.Select(host => $"{uri.Scheme}://{AuthorityOf(host, uri)}")
            : Hosts.Select(host => $"{uri.Scheme}://{host}").Prepend(PublicBase.TrimEnd('/'));
    }

    private static string AuthorityOf(string host, Uri publicBase) =>
        publicBase.IsDefaultPort || HasPort(host) ? host : $"{host}:{publicBase.Port}";

    // With the scheme's own port and without it, which is one authority; of any other port one form alone.
    private static string[] Forms(string host, Uri publicBase)
    {
        var port = publicBase.Scheme == Uri.UriSchemeHttps ? ":443" : ":80";
        if (!HasPort(host))
        {
            return [host, host + port];
        }

        return host.EndsWith(port, StringComparison.Ordinal) ? [host, host[..^port.Length]] : [host];
    }

    private static bool HasPort(string host) => host.Contains(':', StringComparison.Ordinal) && !host.EndsWith(']');
}

/// <summary>Where the two planes listen.</summary>
public sealed class ListenerOptions
{
    /// <summary>
    /// Data plane, such as <c>https://0.0.0.0:8443</c>; required. http only on loopback or behind a named TLS terminator.
    /// </summary>
    public string Data { get; set; } = string.Empty;

    /// <summary>Control plane; default <c>http://127.0.0.1:8081</c>. http only on loopback.</summary>
    public string Admin { get; set; } = "http://127.0.0.1:8081";

    /// <summary>PEM certificate chain for https listeners.</summary>
    public string? CertificatePath { get; set; }

    /// <summary>PEM private key for https listeners.</summary>
    public string? CertificateKeyPath { get; set; }

    /// <summary>
    /// Whether https listeners offer HTTP/2; default false. Security: over HTTP/2 the server takes <c>:authority</c> for the host and drops a
    /// <c>Host</c> that contradicts it before anybody can see that it did.
    /// </summary>
    public bool Http2 { get; set; }

    /// <summary>
    /// Whether the data plane answers <c>/livez</c> and <c>/readyz</c>, in one word and without a token, for load balancers that probe the
    /// port they serve; default false.
    /// </summary>
    public bool Probes { get; set; }

    /// <summary>Security: lets the data plane listen without TLS beyond loopback, for a terminator in front. Default false.</summary>
    public bool AllowPlainHttpBehindTerminator { get; set; }
}

/// <summary>Where the registry is.</summary>
public sealed class RegistryOptions
{
    /// <summary>Postgres or Sqlite; default Sqlite.</summary>
    public string Provider { get; set; } = "Sqlite";

    /// <summary>By reference: <c>env:NAME</c> or <c>file:/path</c>; for Sqlite also the plain string. Required.</summary>
    public string ConnectionString { get; set; } = string.Empty;

    /// <summary>How long a node serves from its last good snapshot while the registry is away; default 15 minutes.</summary>
    public TimeSpan MaxSnapshotAge { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Starts with a registry older than this node has enforced, as after a restore from a backup; default false. Security: whatever was
    /// revoked since the backup is not revoked any more.
    /// Set it for one start, look at the registry, and take it out again.
    /// </summary>
    public bool AcceptOlderRevision { get; set; }

    /// <summary>
    /// The net under NOTIFY, one small query each time; default a quarter of a second, so that a revocation whose NOTIFY is lost is still
    /// in force within one. Security: longer is later.
    /// </summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// How long one such query may take before it is given up and asked anew over a fresh connection, for a connection may have died
    /// without a word; default one second. Security: longer is a later revocation.
    /// </summary>
    public TimeSpan PollTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long ago this node may have last looked for changes when it decides; default 2 seconds. A node that was away for longer (paused,
    /// resumed from a snapshot of its machine) looks first. Security: longer is a later revocation.
    /// </summary>
    public TimeSpan MaxUnconfirmed { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// File of the key with which the control plane seals registry documents, the same on every node; null: they are not sealed, and whoever
    /// may write the database opens doors.
    /// </summary>
    public string? SealKeyFile { get; set; }

    /// <summary>Security: whether a document without a seal is refused; default false, for the time in which a registry is sealed.</summary>
    public bool SealRequired { get; set; }

    /// <summary>File of the last good snapshot; null: none is kept, and a node that starts without its registry serves nothing.</summary>
    public string? LastGoodFile { get; set; }
}

/// <summary>Where the audit trail is.</summary>
public sealed class AuditOptions
{
    public JournalPlaneOptions Journal { get; set; } = new();

    public AuditStoreOptions Store { get; set; } = new();

    public AuditLogOptions Log { get; set; } = new();

    public WitnessOptions Witness { get; set; } = new();

    public AuditKeepOptions Keep { get; set; } = new();

    public AuditBodyOptions Bodies { get; set; } = new();

    public FleetOptions Fleet { get; set; } = new();

    /// <summary>How many refusals of one kind of caller are recorded one by one.</summary>
    public StrangerOptions Strangers { get; set; } = new();
}

/// <summary>
/// How many refusals are recorded one by one of those whom no registered client stands for; further ones are counted, and the counts are
/// recorded once a second.
/// </summary>
public sealed class StrangerOptions
{
    /// <summary>Per address (IPv6: per /64); default 50, and ten times as many at once.</summary>
    public int RecordsPerSecondPerPeer { get; set; } = 50;

    /// <summary>Of all of them; default 100, and twenty times as many at once.</summary>
    public int RecordsPerSecond { get; set; } = 100;
}

/// <summary>The journal on this node's disk.</summary>
public sealed class JournalPlaneOptions
{
    /// <summary>Directory, writable; required.</summary>
    public string Directory { get; set; } = string.Empty;

    /// <summary>Most it may hold unshipped, such as <c>40 GiB</c>; default 4 GiB.</summary>
    public string Budget { get; set; } = "4 GiB";

    /// <summary>Share of it, in percent, up to which refusals of strangers are recorded one by one; default 50.</summary>
    public int StrangerPercent { get; set; } = 50;

    /// <summary>
    /// Security: for one start, a node that had a journal begins a new one in an empty directory, or with a new pseudonym key; default
    /// false. What the old one held and was not shipped is lost to the trail; with a new key nobody finds a patient's older records.
    /// </summary>
    public bool AcceptNew { get; set; }

    /// <summary>
    /// Security: for one start, the journal is trusted again after the store was seen to hold another history of it; default false.
    /// </summary>
    public bool AcceptRepaired { get; set; }
}

/// <summary>The searchable store that the journal is shipped to.</summary>
public sealed class AuditStoreOptions
{
    /// <summary>Postgres or Sqlite; default Sqlite.</summary>
    public string Provider { get; set; } = "Sqlite";

    /// <summary>By reference, as for the registry. Required.</summary>
    public string ConnectionString { get; set; } = string.Empty;
}

/// <summary>Endpoints for <c>.well-known/smart-configuration</c>; null: what the first issuer's discovery document says.</summary>
public sealed class SmartEndpointOptions
{
    public string? Token { get; set; }

    public string? Authorization { get; set; }

    public string? Jwks { get; set; }

    /// <summary>SMART capabilities that the authorization server has besides those that are known here, such as <c>launch-ehr</c>.</summary>
    public IReadOnlyList<string> Capabilities { get; set; } = [];

    /// <summary>Scopes that the authorization server gives (<c>scopes_supported</c>); none are told by default.</summary>
    public IReadOnlyList<string> Scopes { get; set; } = [];
}
