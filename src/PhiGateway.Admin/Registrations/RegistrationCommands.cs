using System.Globalization;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Registrations;

/// <summary>
/// Shows who asked to be registered, makes a submitted client of a request, or declines it; each step is on record first. Called by endpoints
/// and console.
/// </summary>
/// <remarks>
/// Security: who takes a request has asked for the client, so that another person approves it, by the one way in which clients are approved.
/// Of the applicant's words only its keys and its client id go into the registry.
/// </remarks>
internal sealed class RegistrationCommands(
    IRegistrationRequests requests,
    RegistryEditor editor,
    AdminJournal records,
    AdminOptions options,
    TimeProvider time
)
{
    private static readonly TimeSpan BetweenDrops = TimeSpan.FromHours(1);

    private long _droppedAt;

    /// <summary>One part of those that are meant and not over.</summary>
    /// <param name="call">The call.</param>
    /// <param name="filter">Which are meant.</param>
    /// <param name="skip">How many stand before the part.</param>
    /// <param name="take">How many stand in it at most.</param>
    public async Task<Outcome<RegistrationList>> ListAsync(AdminCall call, RegistrationFilter filter, int skip, int take)
    {
        await DropEndedAsync(call);
        var found = await requests.ListAsync(filter, skip, take, call.Cancelled);
        var next = skip + found.Items.Count;
        var isWhole = next >= found.Total || found.Items.Count == 0;
        return new RegistrationList(
            [.. found.Items.Select(RegistrationEntry.Of)],
            isWhole && skip == 0,
            found.Total,
            isWhole ? null : new Cursor(null, next.ToString(CultureInfo.InvariantCulture)).Encode()
        );
    }

    /// <summary>One that is not over, whatever was decided about it.</summary>
    public async Task<Outcome<RegistrationEntry>> ShowAsync(AdminCall call, string id) =>
        await requests.FindAsync(id, call.Cancelled) is { } request ? RegistrationEntry.Of(request) : AdminProblem.NotFound("registration");

    /// <summary>Makes a submitted client of a request.</summary>
    public async Task<Outcome<EditOutcome>> TakeAsync(AdminCall call, string id, TakeBody body)
    {
        if (options.TokenService is not { } issuer)
        {
            return AdminProblem.Conflict(
                "no-token-service",
                "This node is told of no token service, so there is none that it could come to."
            );
        }

        var tooLong = body.Reason is { } why ? ReasonBody.TooLong(why) : null;
        if (
            (tooLong ?? Missing("/client", body.Client) ?? Missing("/use_case", body.UseCase) ?? Missing("/owner", body.Owner)) is
            { } missing
        )
        {
            return missing;
        }

        if ((await FindAsync(call, id)).Failed(out var problem, out var request))
        {
            return problem;
        }

        if (request.IsUnreadable)
        {
            return AdminProblem.Conflict(
                "unreadable",
                "What this applicant says cannot be read here: a newer version wrote it, or a hand. Decline it, or take it on a newer node."
            );
        }

        const string What = "registration.take";
        var target = "registration/" + id;
        var edit = new Edit(What, target, set => Plan(call, set, request, issuer, body));
        if ((await editor.WriteAsync(call, edit)).Failed(out problem, out var outcome))
        {
            return problem;
        }

        if (outcome.DryRun)
        {
            return outcome;
        }

        // The client is there by now, and waits for its approval: where this fails, whoever takes the request again finishes it.
        var taken = Decided(call, request, RegistrationState.Taken) with
        {
            Client = body.Client,
        };
        var isFinished = outcome.Plan.Writes.Count == 0;
        if (isFinished)
        {
            // The editor had nothing to write, and so nothing to record.
            await records.IntentAsync(call, What, target, body.Reason);
        }

        var isTaken = await requests.TryDecideAsync(taken, CancellationToken.None) || await IsTakenAsAsync(id, body.Client!);
        var (status, note) = isTaken ? (200, "taken") : (409, "not taken: somebody else decided");
        if (isFinished && await records.OutcomeAsync(call, What, target, status, note) is { } unrecorded)
        {
            return unrecorded;
        }

        return isTaken
            ? outcome
            : AdminProblem.Conflict(
                "decided",
                $"Somebody else decided about this request meanwhile. Client '{body.Client}' was made of it and waits for an approval: "
                    + "delete it where it is not wanted."
            );
    }

    private async Task<bool> IsTakenAsAsync(string id, string client) =>
        await requests.FindAsync(id, CancellationToken.None) is { State: RegistrationState.Taken } request && request.Client == client;

    /// <summary>Declines a request; who asks for the same again is declined as well, until it is over.</summary>
    public async Task<Outcome<RegistrationEntry>> DeclineAsync(AdminCall call, string id, ReasonBody body)
    {
        if (ReasonBody.Require(body.Reason) is { } none)
        {
            return none;
        }

        if ((await FindAsync(call, id)).Failed(out var problem, out var request))
        {
            return problem;
        }

        var declined = Decided(call, request, RegistrationState.Declined) with { Reason = body.Reason };
        if (call.IsDryRun)
        {
            return RegistrationEntry.Of(declined);
        }

        const string What = "registration.decline";
        var target = "registration/" + id;
        await records.IntentAsync(call, What, target, body.Reason);
        var isWritten = await requests.TryDecideAsync(declined, CancellationToken.None);
        var (status, note) = isWritten ? (200, "declined") : (409, "not declined: somebody else decided");
        if (await records.OutcomeAsync(call, What, target, status, note) is { } unrecorded)
        {
            return unrecorded;
        }

        return isWritten ? RegistrationEntry.Of(declined) : Undecidable;
    }

    // Whoever looks does it, now and then: nobody needs to do it in between.
    private async Task DropEndedAsync(AdminCall call)
    {
        var now = time.GetUtcNow().UtcTicks;
        var last = Interlocked.Read(ref _droppedAt);
        if (now - last > BetweenDrops.Ticks && Interlocked.CompareExchange(ref _droppedAt, now, last) == last)
        {
            await requests.DropEndedAsync(call.Cancelled);
        }
    }

    private static AdminProblem Undecidable { get; } =
        AdminProblem.Conflict("decided", "Somebody has decided about this request; look again.");

    private static AdminProblem? Missing(string pointer, string? text) =>
        string.IsNullOrWhiteSpace(text) ? AdminProblem.Invalid(pointer, "required", "People here say it: an applicant cannot.") : null;

    private async Task<Outcome<RegistrationRequest>> FindAsync(AdminCall call, string id)
    {
        if (await requests.FindAsync(id, call.Cancelled) is not { } request)
        {
            return AdminProblem.NotFound("registration");
        }

        return request.State == RegistrationState.Pending ? request : Undecidable;
    }

    private RegistrationRequest Decided(AdminCall call, RegistrationRequest request, RegistrationState state) =>
        request with
        {
            State = state,
            DecidedBy = call.Person,
            DecidedAt = time.GetUtcNow(),
        };

    private Outcome<EditPlan> Plan(AdminCall call, WorkingSet set, RegistrationRequest request, string issuer, TakeBody body)
    {
        var id = body.Client!;
        if (set.Find(RegistryKind.Client, id) is not null)
        {
            // Made of this very request by a take that did not come to its end: nothing is written but that it was taken.
            return
                set.Find<Credential>(RegistryKind.Credential, id + "-oidc") is { } made
                && made.Client == id
                && made.Issuer == issuer
                && made.ClientId == request.ClientId
                ? new EditPlan([]) { Note = body.Reason }
                : AdminProblem.Exists("client");
        }

        if (set.Find(RegistryKind.UseCase, body.UseCase!)?.Entity is not UseCase useCase)
        {
            return AdminProblem.Invalid("/use_case", "unknown", "There is no such use case.");
        }

        var client = new Client
        {
            Id = id,
            UseCase = useCase.Id,
            Description = $"Asked to be registered as {request.Id}.",
            Owner = body.Owner!,
            Tenants = body.Tenants ?? [],
            Networks = body.Networks ?? [],
            Environment = useCase.Environment,
            Status = ClientStatus.Submitted,
            RequestedBy = call.Person,
        };
        List<RegistryWrite> writes = [new(RegistryKind.Client, id, RegistryJson.Serialize(client), 0)];
        foreach (var credential in CredentialsOf(request, issuer, body))
        {
            if (set.Find(RegistryKind.Credential, credential.Id) is not null)
            {
                return AdminProblem.Exists($"credential '{credential.Id}'");
            }

            writes.Add(new RegistryWrite(RegistryKind.Credential, credential.Id, RegistryJson.Serialize(credential), 0));
        }

        return new EditPlan(writes) { Note = body.Reason };
    }

    // By which its tokens are recognised, and by which it authenticates.
    private IEnumerable<Credential> CredentialsOf(RegistrationRequest request, string issuer, TakeBody body)
    {
        var made = new Credential
        {
            Id = body.Client + "-oidc",
            Client = body.Client!,
            Kind = CredentialKind.OidcClient,
            Issuer = issuer,
            ClientId = request.ClientId,
            Created = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime),
            RotateBy = body.RotateBy,
        };
        yield return made;
        var keys = request.Words.JwksUri is { } address
            ? [made with { JwksUri = address }]
            : request.Words.Keys.Select(key => made with { Jwk = key }).ToList();
        var number = 1;
        foreach (var key in keys)
        {
            yield return key with
            {
                Id = string.Create(CultureInfo.InvariantCulture, $"{body.Client}-key-{number++}"),
                Kind = CredentialKind.ClientKey,
            };
        }
    }
}
