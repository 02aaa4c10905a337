using System.Globalization;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Organizations;

/// <summary>
/// Puts the clock of an offboarding together: event, act, in force on every node, the last permitted calls of its clients, and what partners
/// are told. Called by the endpoints; what comes out of the trail is for who reads it only, and the look is on record.
/// </summary>
internal sealed class OffboardingReports(
    OffboardingRegister register,
    FleetReach fleet,
    WorkingSetSource sets,
    IAuditStore store,
    TrailSearch looks,
    TimeProvider time
)
{
    // A vendor's clients are dozens; of more the first are looked up, and the list of clients says whose calls are not there.
    private const int MostClients = 200;

    // Records of a client that are looked through for a call: what a client did is seldom behind so many tokens and refusals.
    private const int MostPages = 10;

    private const int MostText = 256;

    /// <summary>How far back the list goes; what is older is found by its id.</summary>
    internal static readonly TimeSpan Shown = TimeSpan.FromDays(400);

    private static readonly string[] TrailReaders = [AdminRoles.Auditor];

    /// <summary>All of them.</summary>
    public async Task<Outcome<OffboardingList>> ListAsync(AdminCall call)
    {
        await looks.RecordAsync(call, "audit.offboarding", "all", null, null);
        var now = time.GetUtcNow();
        var all = await register.ReadAsync(now - Shown, call.Cancelled);
        return new OffboardingList([.. all.Select(one => new OffboardingLine(one, OffboardingFigures.Of(one, now)))]);
    }

    /// <summary>One of them.</summary>
    public async Task<Outcome<OffboardingReport>> FindAsync(AdminCall call, string id)
    {
        // Its clock is read out of the trail too, whoever looks.
        await looks.RecordAsync(
            call,
            "audit.offboarding",
            "id=" + (Guid.TryParseExact(id, "D", out var known) ? known : Guid.Empty),
            null,
            null
        );
        if ((await FindOneAsync(call, id)).Failed(out var problem, out var one))
        {
            return problem;
        }

        var set = await sets.GetAsync(call.Cancelled);
        IReadOnlyList<OffboardedClient>? calls = null;
        if (call.Caller.HasAny(TrailReaders))
        {
            calls = await CallsAsync(one, call.Cancelled);
        }

        return new OffboardingReport(one, OffboardingFigures.Of(one, time.GetUtcNow()), calls, Letters(set, one));
    }

    /// <summary>Puts down that a partner was told.</summary>
    public async Task<Outcome<OffboardingReport>> NoticeAsync(AdminCall call, string id, NoticeBody body)
    {
        if (string.IsNullOrWhiteSpace(body.To) || body.To.Length > MostText)
        {
            return AdminProblem.Invalid("/to", "required", $"Say who was told, in at most {MostText} characters.");
        }

        if (body.Reference?.Length > MostText)
        {
            return AdminProblem.Invalid("/reference", "too-long", $"At most {MostText} characters.");
        }

        if ((await FindOneAsync(call, id)).Failed(out var problem, out var one))
        {
            return problem;
        }

        var now = time.GetUtcNow();
        var sent = (body.SentAt ?? now).ToUniversalTime();
        if (sent > now.AddMinutes(1) || sent < one.EventAt)
        {
            return AdminProblem.Invalid("/sent_at", "out-of-range", "Nobody is told before the event, or in the future.");
        }

        var notice = new OffboardingNotice(sent, body.To, call.Person, body.Reference);
        if (!call.IsDryRun)
        {
            await register.NoticeAsync(call, one, new NoticeContent(sent, body.To, body.Reference));
        }

        one = one with { Notices = [.. one.Notices.Append(notice).OrderBy(static told => told.SentAt)] };
        return new OffboardingReport(one, OffboardingFigures.Of(one, now), null, Letters(await sets.GetAsync(call.Cancelled), one));
    }

    private async Task<Outcome<Offboarding>> FindOneAsync(AdminCall call, string id)
    {
        if (!Guid.TryParseExact(id, "D", out var guid))
        {
            return AdminProblem.NotFound("offboarding");
        }

        if (await register.FindAsync(guid, call.Cancelled) is not { } found)
        {
            return AdminProblem.NotFound("offboarding");
        }

        return found.InForce is null
            ? found with
            {
                Waiting = (await fleet.LookAsync(found.Revision, found.ActAt, call.Cancelled)).Unconfirmed,
            }
            : found;
    }

    private async Task<IReadOnlyList<OffboardedClient>> CallsAsync(Offboarding one, CancellationToken cancellationToken)
    {
        var closed = one.InForce?.At ?? one.ActAt;
        var found = new List<OffboardedClient>();
        foreach (var client in one.Clients.Take(MostClients))
        {
            var last = await NewestAsync(new AuditQuery { Client = client, To = closed }, cancellationToken);
            var since = await NewestAsync(new AuditQuery { Client = client, From = closed }, cancellationToken);
            found.Add(new OffboardedClient(client, last?.Time, last?.Id, since?.Time));
        }

        return found;
    }

    // A token that is issued is no call, and neither is the end of an answer that had been let out before.
    private async Task<AuditEntry?> NewestAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        query = query with { Decision = "permit", Limit = PageRequest.Most };
        for (var looked = 0; looked < MostPages; looked++)
        {
            var page = await store.QueryAsync(query, cancellationToken);
            var call = page.Entries.FirstOrDefault(static entry =>
                entry.Kind is AuditKind.Decision or AuditKind.Disclosure or AuditKind.Intent
            );
            if (call is not null || page.Next is null)
            {
                return call;
            }

            query = query with { Cursor = page.Next };
        }

        return null;
    }

    private static IReadOnlyList<OffboardingLetter> Letters(WorkingSet set, Offboarding one) =>
        [
            .. one
                .Organizations.Select(id => set.Find<Organization>(RegistryKind.Organization, id))
                .OfType<Organization>()
                .Where(static organization => organization.Kind != OrganizationKind.Internal)
                .Select(organization => new OffboardingLetter(organization.Id, organization.Contacts, TextOf(set, one, organization))),
        ];

    private static string TextOf(WorkingSet set, Offboarding one, Organization organization)
    {
        var clients = one.Clients.Where(id => IsOf(set, id, organization.Id)).ToList();
        var act = one.Stage == "suspend" ? "suspended" : "ended";
        var reach = one.InForce is { } reached
            ? $"The last door of our gateway was closed at {Moment(reached.At)} at the latest."
            : string.Empty;
        return string.Join(
            '\n',
            (
                (string[])
                    [
                        $"To: {organization.Name}",
                        $"Subject: access to patients' data has been {act}",
                        string.Empty,
                        $"On {Moment(one.ActAt)} we {act} the access of {Named(clients)} to patients' data, after an event of {Moment(one.EventAt)}.",
                        reach,
                        "Tokens and credentials of these clients open nothing here any more; please stop their use, and end them on your side.",
                        "What your agreement with us says of the data that you hold goes on to count: return it, or destroy it, and tell us which.",
                        "Please confirm that you have read this.",
                        $"Our reference: offboarding {one.Id:D}",
                    ]
            ).Where((line, place) => line.Length > 0 || place == 2)
        );
    }

    private static bool IsOf(WorkingSet set, string client, string organization) =>
        set.Find<Client>(RegistryKind.Client, client) is { } found
        && set.Find<UseCase>(RegistryKind.UseCase, found.UseCase)?.Organization == organization;

    private static string Named(IReadOnlyList<string> clients) =>
        clients switch
        {
            [] => "your clients",
            [var only] => "the client " + only,
            _ => "the clients " + string.Join(", ", clients),
        };

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
