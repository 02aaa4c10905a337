using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;

namespace PhiGateway.RegistryFiles.Documents;

/// <summary>The indexes of one <see cref="WorkingSet"/>, handed on to each set that is derived from it.</summary>
internal sealed class WorkingIndexes
{
    public WorkingIndex<string> Credentials { get; private init; } =
        new([RegistryKind.Credential], static item => item.Entity is Credential credential ? [credential.Client] : []);

    public WorkingIndex<string> Clients { get; private init; } =
        new([RegistryKind.Client], static item => item.Entity is Client client ? [client.UseCase] : []);

    public WorkingIndex<string> Reviews { get; private init; } =
        new([RegistryKind.Review], static item => item.Entity is Review review ? [review.Client] : []);

    public WorkingIndex<string> Tasks { get; private init; } =
        new([RegistryKind.TaskGrant], static item => item.Entity is TaskGrant task ? [task.Client] : []);

    public WorkingIndex<string> Agreements { get; private init; } =
        new([RegistryKind.Agreement], static item => item.Entity is Agreement agreement ? [agreement.Organization] : []);

    public WorkingIndex<(RegistryKind Kind, string Id)> UseCases { get; private init; } =
        new([RegistryKind.UseCase], static item => item.Entity is UseCase useCase ? Named(useCase).Distinct() : []);

    public WorkingIndex<(string Issuer, string Value)> Holders { get; private init; } =
        new(
            [RegistryKind.Credential],
            static item => item.Entity is Credential credential && CredentialIdentity.Of(credential) is { } identity ? [identity] : []
        );

    public WorkingIndex<string> Approvals { get; private init; } =
        new([RegistryKind.Approval], static item => item.Entity is Approval approval ? [approval.Client] : []);

    public WorkingIndex<string> Unreadable { get; private init; } =
        new(
            [RegistryKind.Credential, RegistryKind.Approval, RegistryKind.Review],
            static item => item.Entity is null && StoredBody.ClientIn(item.Item.Json) is { } client ? [client] : []
        );

    public WorkingIndex<string> Campaigns { get; private init; } =
        new([RegistryKind.CampaignItem], static item => item.Entity is CampaignItem asked ? [asked.Campaign] : []);

    /// <summary>Those of the set that comes of these changes.</summary>
    /// <param name="set">The set that these belong to.</param>
    /// <param name="changes">What is changed in it.</param>
    public WorkingIndexes With(WorkingSet set, IReadOnlyList<WorkingChange> changes) =>
        new()
        {
            Credentials = Credentials.With(set, changes),
            Clients = Clients.With(set, changes),
            Reviews = Reviews.With(set, changes),
            Tasks = Tasks.With(set, changes),
            Agreements = Agreements.With(set, changes),
            UseCases = UseCases.With(set, changes),
            Holders = Holders.With(set, changes),
            Approvals = Approvals.With(set, changes),
            Unreadable = Unreadable.With(set, changes),
            Campaigns = Campaigns.With(set, changes),
        };

    private static IEnumerable<(RegistryKind, string)> Named(UseCase useCase)
    {
        yield return (RegistryKind.Organization, useCase.Organization);
        if (useCase.Agreement is { } agreement)
        {
            yield return (RegistryKind.Agreement, agreement);
        }

        foreach (var grant in useCase.Grants)
        {
            if (grant.Patients?.Roster is { } roster)
            {
                yield return (RegistryKind.Roster, roster);
            }
        }
    }
}
