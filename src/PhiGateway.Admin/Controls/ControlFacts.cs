using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Organizations;
using PhiGateway.Admin.Status;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Admin.Controls;

/// <summary>What the control plane knows when it is asked for its posture: gathered once by <see cref="ControlReports"/>, read by the catalogue.</summary>
internal sealed record ControlFacts
{
    public required DateTimeOffset At { get; init; }

    public required int Days { get; init; }

    public required WorkingSet Set { get; init; }

    /// <summary>Clients that can call, with their doors on this node.</summary>
    public required IReadOnlyList<ClientFacts> Clients { get; init; }

    /// <summary>Those of them that are AI agents.</summary>
    public IReadOnlyList<ClientFacts> Agents => field ??= [.. Clients.Where(static one => one.Client.Kind == ClientKind.AiAgent)];

    public required IReadOnlyList<Revocation> Revocations { get; init; }

    /// <summary>Refusals within the days by code; null: the caller does not read the trail.</summary>
    public IReadOnlyDictionary<string, long>? Refusals { get; init; }

    /// <summary>Permitted calls within the days; null: the caller does not read the trail.</summary>
    public long? Permitted { get; init; }

    public bool IsWatched { get; init; }

    public bool HasCheckpoint { get; init; }

    public bool IsJournalOpen { get; init; }

    /// <summary>How long the trail is kept.</summary>
    public required KeepingRules Keeping { get; init; }

    /// <summary>Holds on deletion that stand; null: the caller does not read the trail.</summary>
    public int? StandingHolds { get; init; }

    /// <summary>Offboardings within the days; null: the caller does not read the trail.</summary>
    public IReadOnlyList<Offboarding>? Offboardings { get; init; }

    /// <summary>Whether registry documents are sealed, and one without a seal is refused.</summary>
    public bool IsRegistrySealed { get; init; }

    /// <summary>Whether bodies of records are encrypted in the audit store.</summary>
    public bool AreBodiesSealed { get; init; }

    /// <summary>Whether grave steps take a fresh sign-in at the console; null: there is no console.</summary>
    public bool? AsksFreshSignIn { get; init; }

    /// <summary>Whether that is so only where the identity provider says when somebody signed in.</summary>
    public bool FreshSignInHangsOnProvider { get; init; }

    /// <summary>Records of the journal that the store does not have yet; null: not known.</summary>
    public long? Unshipped { get; init; }

    /// <summary>Who gets the trail beside the store, and with it the alerts; null: the host does not say.</summary>
    public IReadOnlyList<SinkHealth>? Sinks { get; init; }

    /// <summary>Whether urgent alerts that nobody takes are escalated.</summary>
    public bool Escalates { get; init; }

    public int Nodes { get; init; }

    public int SilentNodes { get; init; }

    public bool IsInForce { get; init; }

    public int AdminKeys { get; init; }

    public IEnumerable<Alert> Alerts => Set.All<Alert>(RegistryKind.Alert);

    public IEnumerable<Campaign> Campaigns => Set.All<Campaign>(RegistryKind.Campaign);

    /// <summary>
    /// The alerts that nobody has closed, by their subject; without those that are likely honest, those that remind of a day to come, and
    /// those that say nothing against whom they are about.
    /// </summary>
    public ILookup<string, Alert> OpenAbout =>
        field ??= Alerts
            .Where(static alert => alert is { State: not AlertState.Closed, Lane: not AlertLane.Noise })
            .Where(static alert => alert.Kind is not (AlertKinds.DoorClosing or Finding.UnknownOutcome))
            .ToLookup(static alert => alert.Subject, StringComparer.Ordinal);

    /// <summary>How many alerts of these kinds were raised within the days.</summary>
    public int Raised(params ReadOnlySpan<string> kinds)
    {
        var count = 0;
        foreach (var alert in Alerts)
        {
            count += alert.At >= At.AddDays(-Days) && kinds.Contains(alert.Kind) ? 1 : 0;
        }

        return count;
    }

    /// <summary>How many alerts of these kinds nobody has closed.</summary>
    public int Open(params ReadOnlySpan<string> kinds)
    {
        var count = 0;
        foreach (var alert in Alerts)
        {
            count += alert.State != AlertState.Closed && kinds.Contains(alert.Kind) ? 1 : 0;
        }

        return count;
    }

    /// <summary>How many clients have a closed door of one of these names.</summary>
    public int Closed(params IReadOnlyList<string> doors) =>
        Clients.Count(client => client.ClosedDoors.Any(one => doors.Contains(one.Name.Split('/')[0])));

    /// <summary>How many clients prove no possession of a key: whoever has what they come with is the client.</summary>
    public int Unproven => Clients.Count(static one => !one.ProvesPossession);
}

/// <summary>One client that can call.</summary>
/// <param name="Client">The client.</param>
/// <param name="UseCase">Its use case.</param>
/// <param name="Organization">Who runs it.</param>
/// <param name="Credentials">How it is recognised.</param>
/// <param name="Approval">The approval that counts.</param>
/// <param name="Doors">Its doors.</param>
/// <param name="Granted">How many things it may.</param>
/// <param name="Unused">How many of them it did not use within the days; null: the caller does not read the trail.</param>
/// <param name="HasLongTokens">Whether tokens that live longer than an hour pass, by what the client and its issuers' configuration say.</param>
internal sealed record ClientFacts(
    Client Client,
    UseCase? UseCase,
    Organization? Organization,
    IReadOnlyList<Credential> Credentials,
    Approval? Approval,
    IReadOnlyList<DoorReport> Doors,
    int Granted,
    int? Unused,
    bool HasLongTokens
)
{
    /// <summary>Doors that are closed; without those of a credential in whose place another stands, which ends as planned.</summary>
    public IReadOnlyList<DoorReport> ClosedDoors =>
        field ??= [.. Doors.Where(door => door is { Open: false, Guards: true } && !IsReplaced(door.Name))];

    /// <summary>Whether it proves possession of a key or a certificate; a registered certificate is required though nothing else says so.</summary>
    public bool ProvesPossession => Client.Requires.Count > 0 || Credentials.Any(static one => one.Kind == CredentialKind.Certificate);

    /// <summary>Whether it comes with a key of the registry alone, and with no token.</summary>
    public bool ComesByKeyOnly =>
        Credentials.Any(static one => one.Kind == CredentialKind.ApiKey)
        && !Credentials.Any(static one => one.Kind != CredentialKind.ApiKey && CredentialKinds.Recognises(one.Kind));

    /// <summary>Its credentials that should have been rotated, and were not: neither those that have a successor nor those that are over.</summary>
    /// <param name="today">The day, UTC.</param>
    public int CountLate(DateOnly today) =>
        Credentials.Count(one => one.RotateBy < today && one.OverlapUntil is null && !(one.Expires <= today));

    private bool IsReplaced(string door) =>
        door.Split('/', 2) is [_, var id]
        && Credentials.Any(one => one.Id == id && one.OverlapUntil is not null)
        && Credentials.Any(static one => one.OverlapUntil is null);
}
