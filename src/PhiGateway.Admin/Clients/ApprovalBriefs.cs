using System.Globalization;
using System.Text.Json;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Clients;

/// <summary>
/// Describes in words what an approver is about to approve, from the registry as it stands in the store, not as a node enforces it.
/// </summary>
internal sealed class ApprovalBriefs(WorkingSetSource sets, IRegistryStore store, AdminOptions options, TimeProvider time)
{
    /// <summary>Of one client.</summary>
    public async Task<Outcome<ApprovalBrief>> OfClientAsync(AdminCall call, string id)
    {
        var set = await sets.GetAsync(call.Cancelled);
        if (ApprovedClient.Find(set, id) is not { } view)
        {
            return AdminProblem.NotFound("client");
        }

        if (view is not { UseCase: { } useCase, Fingerprint: { } fingerprint })
        {
            return AdminProblem.Conflict("use-case-missing", "The client's use case does not exist.");
        }

        var now = time.GetUtcNow();
        var permits = useCase.Grants.Select(GrantWords.Of).ToList();
        var until = Terms(view, useCase).Min();
        var after = set.After(Approve(set, view, fingerprint, call.Person, now), now, call.Person);
        return new ApprovalBrief(
            id,
            fingerprint,
            $"You are about to let client {id}{Of(view.Organization)} {string.Join(", and ", permits)}, {Where(useCase, view.Client.Tenants)}, "
                + string.Create(CultureInfo.InvariantCulture, $"until {until:yyyy-MM-dd}."),
            permits,
            [.. view.Credentials.Select(Words)],
            [
                .. Confines(view.Client),
                .. LimitWords.Of(useCase.Limits, $"all clients of {useCase.Id} together at most"),
                .. LimitWords.Of(view.Organization?.Limits, $"all clients of {useCase.Organization} together at most"),
            ],
            until,
            view.Approval is { } last
                ? new LastApproval(last.ApprovedBy, last.ApprovedAt, last.RequestedBy, last.Reason, last.Until)
                : null,
            Changes(set, view, useCase),
            PathChange.Of(set, after, [id], [], now)[0].Opened,
            [.. PathChange.Shut(after, id, now).Select(static door => door.ToOpen is { } toOpen ? $"{door.Name}: {toOpen}" : door.Name)],
            Authorship.Open(set, view, view.Client.RequestedBy),
            Refusal(call, FourEyes.Refuse(set, view, call)),
            await ReachAsync(useCase, view.Client.Tenants, call.Cancelled)
        );
    }

    /// <summary>Of one use case, with its version as the tag to approve with.</summary>
    public async Task<Outcome<SeenUseCase>> OfUseCaseAsync(AdminCall call, string id)
    {
        var set = await sets.GetAsync(call.Cancelled);
        if (set.Find(RegistryKind.UseCase, id) is not { Entity: UseCase useCase } found)
        {
            return AdminProblem.NotFound("use case");
        }

        var permits = useCase.Grants.Select(GrantWords.Of).ToList();
        var approved = RegistryJson.Serialize(useCase with { Status = UseCaseStatus.Approved });
        var now = time.GetUtcNow();
        var after = set.After([new RegistryWrite(RegistryKind.UseCase, id, approved, found.Item.Version)], now, call.Person);
        var clients = set.ClientsOf(id).Select(static client => client.Id).ToList();
        var organization = set.Find<Organization>(RegistryKind.Organization, useCase.Organization);
        return new SeenUseCase(
            new UseCaseBrief(
                id,
                $"You are about to permit clients{Of(organization)} to {string.Join(", and ", permits)}, {Where(useCase, [])}, "
                    + string.Create(
                        CultureInfo.InvariantCulture,
                        $"until {useCase.Expires:yyyy-MM-dd}; each client is approved by itself."
                    ),
                permits,
                clients,
                [
                    .. PathChange
                        .Of(set, after, clients, [], now)
                        .SelectMany(static path => path.Opened.Select(door => $"{path.Client}: {door}")),
                ],
                [.. AuthorNote.Read(found.Item).Select(static author => author.Person).Distinct(StringComparer.OrdinalIgnoreCase)],
                Refusal(call, FourEyes.Refuse(found.Item, call))
            ),
            found.Item.Version,
            useCase.Status
        );
    }

    // How many people that is, as far as it can be counted now.
    private async Task<IReadOnlyList<string>> ReachAsync(
        UseCase useCase,
        IReadOnlyList<string> tenants,
        CancellationToken cancellationToken
    )
    {
        var reach = new List<string>();
        var where = GrantWords.And(tenants.Count > 0 ? tenants : useCase.Tenants);
        foreach (var scope in useCase.Grants.Select(static grant => grant.Patients).Distinct())
        {
            var members = scope?.Roster is { } roster ? await store.CountMembersAsync(roster, 0, withRemoved: false, cancellationToken) : 0;
            reach.Add(
                scope switch
                {
                    { Any: true } => $"EVERY patient of tenant {where}",
                    { Roster: { } name } => string.Create(CultureInfo.InvariantCulture, $"{members:N0} patients on roster {name} now"),
                    { Context: true } => "one patient at a time: the one for whom the app was launched",
                    { Task: true } => "the patients that a live task names, and only while it is open",
                    _ => "nobody: records that are no patient's",
                }
            );
        }

        return reach;
    }

    private static string? Refusal(AdminCall call, AdminProblem? fourEyes) =>
        call.Caller.HasAny([AdminRoles.Approver]) ? fourEyes?.Detail : "Only an approver approves.";

    private static RegistryWrite[] Approve(WorkingSet set, ApprovedClient view, string fingerprint, string person, DateTimeOffset now)
    {
        var approval = new Approval
        {
            Id = "a-" + Guid.CreateVersion7(now).ToString("N"),
            Client = view.Client.Id,
            RequestedBy = view.Client.RequestedBy ?? view.Item.UpdatedBy,
            ApprovedBy = person,
            ApprovedAt = EarlierApprovals.MomentAfter(set, view.Client.Id, now),
            Fingerprint = fingerprint,
        };
        var client = view.Client.Status == ClientStatus.Submitted ? view.Client with { Status = ClientStatus.Active } : view.Client;
        return
        [
            new RegistryWrite(
                RegistryKind.Approval,
                approval.Id,
                AuthorNote.Given(RegistryJson.Serialize(approval), set.Revision, null),
                0
            ),
            new RegistryWrite(RegistryKind.Client, view.Client.Id, RegistryJson.Serialize(client), view.Item.Version),
            .. EarlierApprovals.End(set, view.Client.Id, now),
        ];
    }

    private static IEnumerable<DateOnly> Terms(ApprovedClient view, UseCase useCase)
    {
        yield return useCase.Expires;
        if (view.Client.Expires is { } client)
        {
            yield return client;
        }

        if (view.Agreement is { } agreement)
        {
            yield return agreement.Expires;
            if (agreement.LegalReview?.Until is { } review)
            {
                yield return review;
            }
        }
    }

    private static string Of(Organization? organization) =>
        organization is null
            ? string.Empty
            : $" of {JsonNamingPolicy.KebabCaseLower.ConvertName(organization.Kind.ToString())} {organization.Name} ({organization.Id})";

    private static string Where(UseCase useCase, IReadOnlyList<string> tenants) =>
        $"for the purpose {string.Join(" or ", useCase.Purposes)}{(useCase.AllowsBreakGlass ? " with BREAK-GLASS" : string.Empty)}, "
        + $"in tenant {GrantWords.And(tenants.Count > 0 ? tenants : useCase.Tenants)} ({useCase.Environment})";

    private static string Words(Credential credential)
    {
        var kind = JsonNamingPolicy.KebabCaseLower.ConvertName(credential.Kind.ToString());
        var what = credential switch
        {
            { Thumbprint: { } thumbprint } => thumbprint,
            { SubjectDn: { } subject } => subject,
            { SanDns: { } name } => name,
            { SanUri: { } uri } => uri,
            { ClientId: { } clientId } => $"{clientId} at {credential.Issuer}",
            _ => credential.Id,
        };
        return $"{kind} {what}{(CredentialKinds.IsEnforced(credential.Kind) ? string.Empty : " (inventory only)")}";
    }

    private static IEnumerable<string> Confines(Client client)
    {
        if (client.Requires.Count > 0)
        {
            yield return "proves possession by " + string.Join(" or ", client.Requires);
        }

        if (client.Networks.Count > 0)
        {
            yield return "calls from " + GrantWords.And(client.Networks);
        }

        if (client.Hours.Count > 0)
        {
            yield return "calls at " + GrantWords.And(client.Hours) + " UTC";
        }

        foreach (var words in client.Charter is { } charter ? OfCharter(charter) : [])
        {
            yield return words;
        }

        if (client.DelegationDepth > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"acts for others through up to {client.DelegationDepth} actors");
            yield return ActorWords.Of(client.Actors);
        }

        foreach (var words in LimitWords.Of(client.Limits, "at most"))
        {
            yield return words;
        }
    }

    private static IEnumerable<string> OfCharter(AgentCharter charter)
    {
        var instance = charter.Instance is null ? string.Empty : $", installation {charter.Instance}";
        yield return $"acts by the model {charter.Model} of {charter.Vendor}{instance}";
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{charter.Accountable} answers for it until {charter.AccountableUntil:yyyy-MM-dd}"
        );
        if (charter.Tools.Count > 0)
        {
            yield return $"asks by the tools {GrantWords.And(charter.Tools)} only";
        }

        if (charter.Types.Count > 0)
        {
            yield return $"touches {GrantWords.And(charter.Types)} only";
        }

        if (charter.Hours.Count > 0)
        {
            yield return $"acts at {GrantWords.And(charter.Hours)} {charter.TimeZone}";
        }

        if (charter.CallsPerDay is { } most)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"at most {most} calls a day");
        }
    }

    private IReadOnlyList<BriefChange> Changes(WorkingSet set, ApprovedClient view, UseCase useCase)
    {
        if (view.Approval is null || set.Find(RegistryKind.Approval, view.Approval.Id)?.Item is not { } approval)
        {
            return [];
        }

        if (AuthorNote.Approved(approval) is not { } approved)
        {
            return
            [
                .. ChangedInput
                    .Since(set, view)
                    .Select(static input => new BriefChange("written", input.Document, "was written since", [input.By])),
            ];
        }

        var now = new ApprovedInput(view.Client, useCase, view.Agreement, view.Organization, view.Credentials);
        return
        [
            .. AccessDiff
                .Compare(approved, now, options.TokenService)
                .Select(change => new BriefChange(
                    change.Kind.ToString().ToLowerInvariant(),
                    change.Path,
                    change.Words,
                    Authorship.Since(set, change.Path, approval)
                )),
        ];
    }
}
