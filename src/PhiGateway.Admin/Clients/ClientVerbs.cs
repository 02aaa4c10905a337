using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Validation;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Clients;

/// <summary>
/// Moves a client through its life (submit, suspend, quarantine, resume, revoke, archive, attest); every step is guarded, has a reason and
/// is on record.
/// </summary>
internal sealed class ClientVerbs(RegistryEditor editor, TimeProvider time)
{
    private const string Resume = "resume";
    private const string RequestLift = "request-lift";

    public Task<Outcome<EditOutcome>> SubmitAsync(AdminCall call, string id, ReasonBody body) =>
        RunAsync(
            call,
            id,
            body,
            "submit",
            reasonRequired: false,
            (view, _) =>
            {
                var actor = call.Person;

                // An active client is submitted again to ask for the approval of what has changed.
                var next = view.Client with
                {
                    RequestedBy = actor,
                };
                if (string.IsNullOrWhiteSpace(view.Client.Owner))
                {
                    return AdminProblem.Invalid("/owner", "required", "A client needs an accountable owner before it is submitted.");
                }

                return view.Client.Status == ClientStatus.Active ? next : Move(next, ClientStatus.Submitted, null);
            }
        );

    public Task<Outcome<EditOutcome>> SuspendAsync(AdminCall call, string id, ReasonBody body) =>
        RunAsync(
            call,
            id,
            body,
            "suspend",
            reasonRequired: true,
            (view, reason) => Move(view.Client, ClientStatus.Suspended, reason),
            // When it is resumed nobody sees any more that it was quarantined: its tokens of before end here.
            (set, was) => was == ClientStatus.Quarantined ? FreshRows(call, set, id) : [],
            ClientStatus.Suspended
        );

    public Task<Outcome<EditOutcome>> QuarantineAsync(AdminCall call, string id, ReasonBody body) =>
        RunAsync(
            call,
            id,
            body,
            "quarantine",
            reasonRequired: true,
            (view, reason) => Move(view.Client, ClientStatus.Quarantined, reason),
            closed: ClientStatus.Quarantined
        );

    /// <summary>Asks that what the gateway did by itself be lifted: the first of the two persons whom that takes.</summary>
    public Task<Outcome<EditOutcome>> RequestLiftAsync(AdminCall call, string id, ReasonBody body) =>
        RunAsync(call, id, body, RequestLift, reasonRequired: true, (view, _) => LiftGuard.Ask(view));

    public Task<Outcome<EditOutcome>> ResumeAsync(AdminCall call, string id, ReasonBody body) =>
        RunAsync(
            call,
            id,
            body,
            Resume,
            reasonRequired: false,
            (view, _) =>
            {
                if (view.Client.Status is not (ClientStatus.Suspended or ClientStatus.Quarantined))
                {
                    return AdminProblem.Conflict("not-suspended", "Only suspended and quarantined clients can be resumed.");
                }

                // Whoever shut it and whoever opens it are two persons.
                var closers = AuthorNote.ClosedBy(view.Item);
                if (call.MayBeAny(closers))
                {
                    return new AdminProblem(
                        403,
                        "four-eyes",
                        "A second person must approve",
                        "You closed this client; somebody else must resume it."
                    );
                }

                return LiftGuard.Check(call, view, closers, body.Reason) ?? Move(view.Client, ClientStatus.Active, null);
            },
            (set, was) => was == ClientStatus.Quarantined ? FreshRows(call, set, id) : []
        );

    public Task<Outcome<EditOutcome>> RevokeAsync(AdminCall call, string id, ReasonBody body)
    {
        return RunAsync(
            call,
            id,
            body,
            "revoke",
            reasonRequired: true,
            (view, reason) => Move(view.Client, ClientStatus.Revoked, reason),
            (_, _) => [RevocationRow(call, id, body.Reason!)],
            ClientStatus.Revoked
        );
    }

    public Task<Outcome<EditOutcome>> ArchiveAsync(AdminCall call, string id, ReasonBody body) =>
        RunAsync(
            call,
            id,
            body,
            "archive",
            reasonRequired: false,
            (view, reason) => Move(view.Client, ClientStatus.Archived, reason ?? view.Client.StatusReason)
        );

    public Task<Outcome<EditOutcome>> AttestAsync(AdminCall call, string id, ReasonBody body) =>
        RunAsync(
            call,
            id,
            body,
            "attest",
            reasonRequired: false,
            (view, _) =>
                view.Client.Status is ClientStatus.Revoked or ClientStatus.Archived
                    ? AdminProblem.Conflict("client-ended", "A revoked or archived client has no owner to confirm.")
                    : view.Client with
                    {
                        OwnerConfirmed = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime),
                    }
        );

    private Revocation RevocationRow(AdminCall call, string id, string reason)
    {
        var now = time.GetUtcNow();
        return new Revocation(
            Guid.CreateVersion7(now).ToString(),
            RevocationTarget.Client,
            id,
            null,
            null,
            reason,
            PersonName.Signed(call.Persons),
            now
        );
    }

    // Security: a token that was stolen before the quarantine would be good again after it, for as long as its issuer lets it live.
    private List<Revocation> FreshRows(AdminCall call, WorkingSet set, string id)
    {
        var now = time.GetUtcNow();

        // A token's moment is in whole seconds: what was issued within this one may be from before.
        var moment = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds() + 1);
        return
        [
            .. set.CredentialsOf(id)
                .Where(static one => one is { Kind: CredentialKind.OidcClient, Issuer: not null, ClientId: not null })
                .Select(static one => (Issuer: one.Issuer!, ClientId: one.ClientId!))
                .Distinct()
                .Select(name => new Revocation(
                    Guid.CreateVersion7(now).ToString(),
                    RevocationTarget.Subject,
                    name.ClientId,
                    name.Issuer,
                    moment,
                    "fresh authorization after quarantine",
                    PersonName.Signed(call.Persons),
                    now
                )),
        ];
    }

    private static Outcome<Client> Move(Client client, ClientStatus to, string? reason) =>
        ClientLifecycle.Allows(client.Status, to)
            ? client with
            {
                Status = to,
                StatusReason = reason,
            }
            : AdminProblem.Conflict("transition-refused", $"A client does not go from {Word(client.Status)} to {Word(to)}.");

    private static string Word(ClientStatus status) => status.ToString().ToLowerInvariant();

    private async Task<Outcome<EditOutcome>> RunAsync(
        AdminCall call,
        string id,
        ReasonBody body,
        string verb,
        bool reasonRequired,
        Func<ApprovedClient, string?, Outcome<Client>> step,
        Func<WorkingSet, ClientStatus, IReadOnlyList<Revocation>>? revocations = null,
        ClientStatus? closed = null
    )
    {
        if (reasonRequired && ReasonBody.Require(body.Reason) is { } missing)
        {
            return missing;
        }

        var edit = new Edit(
            "client." + verb,
            "client/" + id,
            set =>
            {
                if (ApprovedClient.Find(set, id) is not { } view)
                {
                    return CloseUnread(call, set, id, closed, body.Reason, revocations);
                }

                if (ETag.Optional(call, view.Item) is { } stale)
                {
                    return stale;
                }

                if (step(view, body.Reason).Failed(out var refused, out var next))
                {
                    return refused;
                }

                var json = Noted(call, view, next, set.Revision);
                if (verb == RequestLift)
                {
                    json = AuthorNote.WithAsked(json, AuthorNote.AskedToLift(view.Item).Append(PersonName.Signed(call.Persons)));
                }

                return new EditPlan([new RegistryWrite(RegistryKind.Client, id, json, view.Item.Version)])
                {
                    Note = body.Reason,
                    Revocations = revocations?.Invoke(set, view.Client.Status) ?? [],
                };
            }
        )
        {
            IsSecondPerson = verb == Resume,
        };
        return await editor.WriteAsync(call, edit);
    }

    // One that only a newer version understands may be open on its nodes: it is closed all the same, and nothing else is done to it here.
    private static Outcome<EditPlan> CloseUnread(
        AdminCall call,
        WorkingSet set,
        string id,
        ClientStatus? closed,
        string? reason,
        Func<WorkingSet, ClientStatus, IReadOnlyList<Revocation>>? revocations
    )
    {
        if (set.Find(RegistryKind.Client, id) is not { IsNotUnderstood: true, Item: var item } found || closed is not { } to)
        {
            return AdminProblem.NotFound("client");
        }

        if (ETag.Optional(call, item) is { } stale)
        {
            return stale;
        }

        return ClientClosing.Unread(found, to, reason, call.Persons) is { } write && ClientClosing.StatusOf(item.Json) is { } was
            ? new EditPlan([write])
            {
                Note = reason,
                KeepsUnknown = true,
                Revocations = revocations?.Invoke(set, was) ?? [],
            }
            : AdminProblem.Conflict(
                "newer-document",
                "A newer version wrote this client, and says in words that this node does not know how it stands. Revoke it as a whole "
                    + "(POST /admin/v1/revocations), or call a node of that version."
            );
    }

    private string Noted(AdminCall call, ApprovedClient view, Client next, long revision)
    {
        var json = RegistryJson.Serialize(next);

        // Who asks through a key that somebody else knows: neither of them approves what was asked for.
        if (next.RequestedBy != view.Client.RequestedBy && call.Persons.Count > 1)
        {
            json = AuthorNote.With(json, AuthorNote.Read(view.Item), call.Persons, revision);
        }

        return next.Status switch
        {
            ClientStatus.Suspended or ClientStatus.Quarantined when next.Status != view.Client.Status => ClientClosing.Json(
                next,
                view.Item,
                call.Persons
            ),
            ClientStatus.Active when view.Client.Status != ClientStatus.Active => AuthorNote.WithAsked(
                AuthorNote.WithOpened(AuthorNote.Closed(json, view.Item, null), time.GetUtcNow()),
                []
            ),
            _ => json,
        };
    }
}
