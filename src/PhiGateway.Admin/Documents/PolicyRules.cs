using System.Runtime.CompilerServices;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Documents;

/// <summary>Asks the policy's own snapshot builder, so that the control plane and the nodes can never disagree about what contradicts itself.</summary>
internal sealed class PolicyRules : IRegistryRules
{
    // What was built for the set in force serves the next write too; it goes when the set goes.
    private readonly ConditionalWeakTable<WorkingSet, IReadOnlyList<RegistryProblem>> _problems = [];

    public IReadOnlyList<RegistryProblem> Validate(WorkingSet set) => _problems.GetValue(
        set,
        static found => new RegistrySnapshotBuilder().Rebuild(new RegistryChanges(found.Revision, [.. found.Items()], [], [])).Problems);

    public string Fingerprint(Client client, UseCase useCase, Agreement? agreement, Organization? organization) =>
        ApprovalFingerprint.Of(client, useCase, agreement, organization);

    public IReadOnlyList<AccessEffect> Compare(WorkingSet before, WorkingSet after, IEnumerable<string> clients) =>
        [.. clients.Select(client => AccessComparison.Of(client, ClientView.Find(before, client, this), ClientView.Find(after, client, this)))];

    public string? RefuseTransition(ClientStatus from, ClientStatus to)
    {
        var allowed = to switch
        {
            ClientStatus.Submitted => from == ClientStatus.Draft,
            ClientStatus.Active => from is ClientStatus.Submitted or ClientStatus.Suspended or ClientStatus.Quarantined,
            ClientStatus.Suspended => from == ClientStatus.Active,
            ClientStatus.Quarantined => from is ClientStatus.Active or ClientStatus.Suspended,
            ClientStatus.Revoked => from is not (ClientStatus.Revoked or ClientStatus.Archived),
            ClientStatus.Archived => from == ClientStatus.Revoked,
            _ => false,
        };
        return allowed ? null : $"A client that is {from.ToString().ToLowerInvariant()} cannot become {to.ToString().ToLowerInvariant()}.";
    }
}
