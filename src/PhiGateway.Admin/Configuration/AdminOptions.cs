using PhiGateway.Fhir.Grammar.Declared;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Configuration;

/// <summary>The settings and callbacks that the host gives the control plane.</summary>
public sealed class AdminOptions
{
    /// <summary>Admin issuer; null: admin keys only.</summary>
    public AdminOidcOptions? Oidc { get; set; }

    /// <summary>Opens the connections to the admin issuer, by the host's own rules; null: as the runtime does.</summary>
    public Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? Connect { get; set; }

    /// <summary>
    /// Takes so many bytes of the node's memory budget for a body that is not small, until what is given is disposed of; gives null where
    /// there is no room. Null: there always is.
    /// </summary>
    public Func<long, IDisposable?>? TakeRoom { get; set; }

    /// <summary>Told the name of a budget each time that it was exhausted; null: nobody counts.</summary>
    public Action<string>? Exhausted { get; set; }

    /// <summary>What other systems' questions mean here; default: the words of this registry only.</summary>
    public AuthZenOptions AuthZen { get; set; } = new();

    /// <summary>Name of the node in status answers.</summary>
    public string Node { get; set; } = "gateway";

    /// <summary>
    /// Whether a resource type has a token search parameter of that name; the host gives the language layer's answer. Default: every name
    /// is taken, and the node's snapshot judges.
    /// </summary>
    public Func<ResourceType, string, bool> KnowsTokenParameter { get; set; } = static (_, _) => true;

    /// <summary>
    /// The search parameters that the server behind a base path (<c>/fhir</c>) has beside R4's, for requests that are explained; default:
    /// none.
    /// </summary>
    public Func<string, DeclaredParameters> DeclaredParametersOf { get; set; } = static _ => DeclaredParameters.None;

    /// <summary>
    /// Days before a door closes at which an alert is raised (the largest) and becomes urgent (the smallest); default 30 and 7. Empty: no
    /// alerts are raised.
    /// </summary>
    public IReadOnlyList<int> DoorWarningDays { get; set; } = [30, 7];

    /// <summary>
    /// When the certificate of this node's listeners ends, where nobody has renewed it in time; null, the default: it does not soon, or there
    /// is none.
    /// </summary>
    public Func<DateTimeOffset?> CertificateEnds { get; set; } = static () => null;

    /// <summary>
    /// Days without a call after which an active client is told of, suspended and revoked, in this order; default 30: told of, and neither
    /// suspended nor revoked. Empty: nobody is told.
    /// </summary>
    public IReadOnlyList<int> DormantDays { get; set; } = [30];

    /// <summary>How long the trail is kept; default ten years.</summary>
    public KeepingRules Keeping { get; set; } = KeepingRules.Default;

    /// <summary>How long the deletion of a month waits until the store has what was recorded before it; default 10 s.</summary>
    public TimeSpan ShippedWithin { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long it waits until every other node has reported, and the store has what it recorded before; default 25 s: nodes report each ten.
    /// </summary>
    public TimeSpan HeardWithin { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>Whether registry documents are sealed, so that a row that was written past the control plane opens nothing; default false.</summary>
    public bool IsRegistrySealed { get; set; }

    /// <summary>Whether bodies of records are encrypted in the audit store; default false.</summary>
    public bool AreBodiesSealed { get; set; }

    /// <summary>
    /// Whether opening a patient, taking records away, approving, stopping and lifting, applying or cancelling a review, and taking the registry
    /// back take a fresh sign-in at the console; null, the default: there is no console.
    /// </summary>
    public bool? AsksFreshSignIn { get; set; }

    /// <summary>Whether that is so only where the identity provider says when somebody signed in; default false.</summary>
    public bool FreshSignInHangsOnProvider { get; set; }

    /// <summary>How long an urgent alert may stay untaken before it is escalated; default one hour. Zero: it never is.</summary>
    public TimeSpan EscalateAfter { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long somebody may be at an urgent alert before it is open again; default one day, whoever takes it again has it for another. Zero:
    /// for good.
    /// </summary>
    public TimeSpan TakenFor { get; set; } = TimeSpan.FromDays(1);

    /// <summary>From which age on a node that hears of no registry lets nobody in; default 15 minutes.</summary>
    public TimeSpan MaxSnapshotAge { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a node may report nothing before an alert is raised; default 5 minutes. Zero: none is.</summary>
    public TimeSpan NodeSilentAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>What shadows of candidates may cost on this node; default: four at once, each up to 50 records of a log and second.</summary>
    public ShadowRules Shadows { get; set; } = new();

    /// <summary>Days before a door closes within which posture calls it closing; default 14.</summary>
    public int WarnDays { get; set; } = 14;

    /// <summary>
    /// How many running answers this node has ended since a moment because of a registry revision, once it enforces that revision or does not
    /// in good time; null, the default: it is not known here.
    /// </summary>
    public Func<long, DateTimeOffset, Task<AnswersCut?>> AnswersCut { get; set; } = static (_, _) => Task.FromResult<AnswersCut?>(null);

    /// <summary>How many requests of these clients run on this node now; null, the default: it is not known here.</summary>
    public Func<IReadOnlyList<string>, int?> RunningRequests { get; set; } = static _ => null;

    /// <summary>
    /// What this node gives a client that has no limit of its own; a limit of its own may be more than that, or less. Default: the data
    /// plane's defaults. Security: a null here says that nothing is known, and then a client's own limit counts as more.
    /// </summary>
    public ClientLimits DefaultLimits { get; set; } = new() { RequestsPerSecond = 100, Concurrency = 64 };

    /// <summary>
    /// Name of the gateway's own token service, as credentials give it; null: there is none. Security: there a certificate may be all that
    /// says who a client is, and another one is then approved by two.
    /// </summary>
    public string? TokenService { get; set; }

    /// <summary>When the growth of a roster is told, and when it needs a second person.</summary>
    public RosterGrowthRules RosterGrowth { get; set; } = new();

    /// <summary>Whose shared signals are taken; default: nobody's. They need what was used once over all nodes.</summary>
    public SignalRules Signals { get; set; } = SignalRules.None;

    /// <summary>What an issuer's configuration says about the age of its tokens, by the issuer's name; default: nothing is known.</summary>
    public Func<string, TokenRules?> TokenRules { get; set; } = static _ => null;

    /// <summary>The names that the node's configuration gives; null: not told, and nothing is held against them.</summary>
    public NodeNames? Names { get; set; }

    /// <summary>
    /// The tags by which a tenant's records are told apart in an environment, as system and code, once each; default: none. Security: asked
    /// anew for each question, since routes change.
    /// </summary>
    public Func<string, string, IReadOnlyList<string>> TenantTagsOf { get; set; } = static (_, _) => [];

    /// <summary>
    /// Where uploads that name their digest are held, sealed, until it is verified; default: the system's temporary directory. Needs room
    /// for the largest import.
    /// </summary>
    public string SpoolDirectory { get; set; } = Path.GetTempPath();

    /// <summary>Most bytes of everything that is held there at a time, files that the console makes among it; default: 8 GiB.</summary>
    public long SpoolBytes { get; set; } = 8L * 1024 * 1024 * 1024;
}
