using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Keeping;
using PhiGateway.Admin.Organizations;
using PhiGateway.Admin.Status;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Proof.Evidence;
using PhiGateway.RegistryFiles.Documents;
using PhiGateway.Watch.Usage;

namespace PhiGateway.Admin.Controls;

/// <summary>
/// Holds controls against live evidence and scores clients; called by endpoints and console. What comes out of the trail is counted for
/// those who read it only, and is on record.
/// </summary>
internal sealed class ControlReports(
    WorkingSetSource sets,
    ISnapshotSource snapshots,
    IRegistryStore store,
    IAuditStore trail,
    IAuditJournal journal,
    AdminJournal records,
    StatusReports status,
    KeepingRegister holds,
    OffboardingRegister offboardings,
    AdminOptions options,
    TimeProvider time,
    IUsageSource? usage = null,
    LogProver? prover = null
)
{
    private const int Days = 90;
    private const int MostRevocations = 500;

    // An hour, in seconds.
    private const int LongToken = 3600;

    // A page shows the worst; all of them are a list of the API.
    private const int MostShown = 25;

    private static readonly string[] Readers = [AdminRoles.Auditor];

    /// <summary>The controls.</summary>
    public async Task<Outcome<ControlReport>> ReportAsync(AdminCall call) => Report(await GatherAsync(call));

    /// <summary>The controls and the scores of one gathering; whoever is shown them is put on record by <see cref="LookAsync"/> before.</summary>
    public async Task<PostureView> BothAsync(AdminCall call)
    {
        var facts = await GatherAsync(call, isOnRecord: true);
        var scores = ControlScores.Of(facts);
        return new PostureView(
            Report(facts),
            new ScoreReport([.. scores.Items.Take(MostShown)], [.. scores.Organizations.Take(MostShown)]),
            scores.Items.Count,
            scores.Organizations.Count
        );
    }

    /// <summary>Puts on record that the caller looks at what is counted of the trail; whoever may not read it is shown nothing of it.</summary>
    public async Task LookAsync(AdminCall call)
    {
        if (!call.Caller.HasAny(Readers))
        {
            return;
        }

        var look = records.Create(call, "audit.count", "audit", Guid.CreateVersion7(time.GetUtcNow()), call.RequestId, AuditKind.AuditUse);
        look.Note = "posture";
        await journal.AppendAsync(look);
    }

    private static ControlReport Report(ControlFacts facts)
    {
        var frameworks = ControlCatalogue.Of(facts);
        int Count(string state) => frameworks.Sum(one => one.Controls.Count(line => line.State == state));
        return new ControlReport(facts.At, facts.Days, Count("met"), Count("partly"), Count("not-met"), Count("outside"), frameworks);
    }

    /// <summary>The scores of all clients that can call.</summary>
    public async Task<Outcome<ScoreReport>> ScoresAsync(AdminCall call) => ControlScores.Of(await GatherAsync(call));

    /// <summary>The score of one client.</summary>
    public async Task<Outcome<ClientScore>> ScoreAsync(AdminCall call, string id)
    {
        var facts = await GatherAsync(call, id);
        return facts.Clients is [var client] ? ControlScores.Of(facts, client) : AdminProblem.NotFound("client that can call");
    }

    // Of all clients, or of one.
    private async Task<ControlFacts> GatherAsync(AdminCall call, string? only = null, bool isOnRecord = false)
    {
        // To the second, as the queries behind the numbers say it.
        var now = time.GetUtcNow();
        now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
        var set = await sets.GetAsync(call.Cancelled);
        var snapshot = snapshots.Current;
        var mayRead = call.Caller.HasAny(Readers);
        if (mayRead && !isOnRecord)
        {
            await LookAsync(call);
        }

        var (used, refusals, permitted) = mayRead ? await CountAsync(call, now, only) : (null, null, (long?)null);
        var asked = only is null ? set.All<Client>(RegistryKind.Client) : One(set.Find<Client>(RegistryKind.Client, only));
        var clients = asked
            .Where(static client => client.Status == ClientStatus.Active)
            .Select(client => Of(set, ApprovedClient.Find(set, client.Id)!, snapshot, now, used))
            .ToList();
        var nodes = (await status.NodesAsync(call)).Value!;
        var here = await status.HereAsync(call);
        return new ControlFacts
        {
            At = now,
            Days = Days,
            Set = set,
            Clients = clients,
            Revocations = await store.ListRevocationsAsync(MostRevocations, call.Cancelled),
            Refusals = refusals,
            Permitted = permitted,
            IsWatched = usage is not null,
            HasCheckpoint = prover?.Checkpoint is not null,
            IsJournalOpen = journal.Status == JournalStatus.Open,
            Keeping = options.Keeping,
            StandingHolds = mayRead ? (await holds.ReadAsync(call.Cancelled)).Count(static stored => stored.Hold.LiftedAt is null) : null,
            Offboardings = mayRead ? await OffboardedAsync(call, now) : null,
            IsRegistrySealed = options.IsRegistrySealed,
            AreBodiesSealed = options.AreBodiesSealed,
            AsksFreshSignIn = options.AsksFreshSignIn,
            FreshSignInHangsOnProvider = options.FreshSignInHangsOnProvider,
            Unshipped = here.Node.Unshipped,
            Sinks = status.Trust()?.Sinks,
            Escalates = options.EscalateAfter > TimeSpan.Zero,
            Nodes = nodes.Nodes.Count,
            SilentNodes = nodes.Nodes.Count(static node => !node.Alive),
            IsInForce = here.InForce,
            AdminKeys = set.All<AdminKey>(RegistryKind.AdminKey).Count(static key => !key.Disabled),
        };
    }

    private async Task<IReadOnlyList<Offboarding>> OffboardedAsync(AdminCall call, DateTimeOffset now) =>
        [.. (await offboardings.ReadAsync(now.AddDays(-Days), call.Cancelled)).Where(one => one.ActAt > now.AddDays(-Days))];

    private static IEnumerable<Client> One(Client? client) => client is null ? [] : [client];

    private ClientFacts Of(
        WorkingSet set,
        ApprovedClient view,
        RegistrySnapshot snapshot,
        DateTimeOffset now,
        ILookup<string, string>? used
    )
    {
        string[] granted =
        [
            .. (view.UseCase?.Grants ?? [])
                .SelectMany(static grant => grant.Types.SelectMany(type => grant.Interactions.Select(word => $"{type} {word}")))
                .Distinct(StringComparer.Ordinal),
        ];
        var words = used?[view.Client.Id].ToHashSet(StringComparer.Ordinal);
        return new ClientFacts(
            view.Client,
            view.UseCase,
            view.Organization,
            view.Credentials,
            set.ApprovalOf(view.Client.Id),
            snapshot.FindClientById(view.Client.Id) is { } entry ? DoorReport.Of(entry, snapshot, now, options.WarnDays) : [],
            granted.Length,
            words is null ? null : granted.Count(word => !words.Contains(word)),
            HasLongTokens(view)
        );
    }

    // As nodes judge, which take the shorter of both; who comes with no token has none that lives long.
    private bool HasLongTokens(ApprovedClient view) =>
        !(view.Client.MaxTokenLifetimeSeconds <= LongToken)
        && view.Credentials.Where(static one => one.Kind is CredentialKind.OidcClient or CredentialKind.Spiffe)
            .Any(one => !(one.Issuer is { } issuer && options.TokenRules(issuer)?.MaxLifetime <= TimeSpan.FromSeconds(LongToken)));

    private async Task<(ILookup<string, string>? Used, IReadOnlyDictionary<string, long> Refusals, long? Permitted)> CountAsync(
        AdminCall call,
        DateTimeOffset now,
        string? only
    )
    {
        var counts = new AuditCounts
        {
            From = now.AddDays(-Days),
            To = now,
            Decision = "permit",
            Client = only,
            By = [AuditColumn.Client, AuditColumn.ResourceType, AuditColumn.Interaction],
        };
        var permits = await trail.CountAsync(counts, call.Cancelled);
        var denials = await trail.CountAsync(counts with { Decision = "deny", By = [AuditColumn.Reason] }, call.Cancelled);
        // A count that is cut leaves out what is rare: then nobody is said not to use it.
        var used =
            permits.Count >= AuditCounts.MostRows
                ? null
                : permits
                    .Where(static row => row.Values is [not null, not null, not null])
                    .SelectMany(static row => Words(row.Values[1]!, row.Values[2]!).Select(word => (Client: row.Values[0]!, word)))
                    .ToLookup(static pair => pair.Client, static pair => pair.word, StringComparer.Ordinal);
        return (
            used,
            denials
                .Where(static row => row.Values[0] is not null)
                .GroupBy(static row => row.Values[0]!)
                .ToDictionary(static group => group.Key, static group => group.Sum(static row => row.Count), StringComparer.Ordinal),
            permits.Sum(static row => row.Count)
        );
    }

    // Records name interactions as FHIR does, grants in one word.
    private static IEnumerable<string> Words(string type, string interaction)
    {
        foreach (var word in InteractionWords.All)
        {
            if (
                InteractionWords.TryParse(word, out var known)
                && InteractionNames.TryParse(interaction, out var one)
                && known.Contains(one)
            )
            {
                yield return $"{type} {word}";
            }
        }
    }
}

/// <summary>The controls and the scores of one gathering.</summary>
/// <param name="Controls">Controls with their evidence.</param>
/// <param name="Scores">Scores of the clients and organizations that stand worst.</param>
/// <param name="Clients">How many clients were scored.</param>
/// <param name="Organizations">How many organizations they are of.</param>
public sealed record PostureView(ControlReport Controls, ScoreReport Scores, int Clients, int Organizations);
