using System.Runtime.CompilerServices;
using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>One client with everything that is approved when it is approved, as stored now.</summary>
internal sealed record ApprovedClient(
    RegistryItem Item,
    Client Client,
    UseCase? UseCase,
    Agreement? Agreement,
    Organization? Organization,
    IReadOnlyList<Credential> Credentials,
    Approval? Approval,
    string? Fingerprint
)
{
    private static readonly ConditionalWeakTable<Client, Hashed> Known = [];

    /// <summary>Whether the latest approval is of exactly what stands here.</summary>
    public bool IsApproved =>
        Approval is not null && Fingerprint is not null && string.Equals(Approval.Fingerprint, Fingerprint, StringComparison.Ordinal);

    /// <summary>All that an approval of it covers, with the node's limits where the client has none of its own; it has a use case.</summary>
    /// <param name="defaults">What the node gives a client that has no limits of its own.</param>
    public ApprovedInput Input(ClientLimits defaults) =>
        new(
            Client with
            {
                Limits = Client.Limits with
                {
                    RequestsPerSecond = Client.Limits.RequestsPerSecond ?? defaults.RequestsPerSecond,
                    Concurrency = Client.Limits.Concurrency ?? defaults.Concurrency,
                },
            },
            UseCase!,
            Agreement,
            Organization,
            Credentials
        );

    public static ApprovedClient? Find(WorkingSet set, string id)
    {
        if (set.Find(RegistryKind.Client, id) is not { Entity: Client client } found)
        {
            return null;
        }

        var useCase = set.Find<UseCase>(RegistryKind.UseCase, client.UseCase);
        var agreement = useCase?.Agreement is { } name ? set.Find<Agreement>(RegistryKind.Agreement, name) : null;
        var organization = useCase is null ? null : set.Find<Organization>(RegistryKind.Organization, useCase.Organization);
        Credential[] credentials = [.. set.CredentialsOf(id)];
        return new ApprovedClient(
            found.Item,
            client,
            useCase,
            agreement,
            organization,
            credentials,
            set.ApprovalOf(id),
            useCase is null ? null : FingerprintOf(client, useCase, agreement, organization, credentials)
        );
    }

    // Documents are the same objects until they are written: what was hashed of them once holds as long as all of them are there.
    private static string FingerprintOf(
        Client client,
        UseCase useCase,
        Agreement? agreement,
        Organization? organization,
        Credential[] credentials
    )
    {
        if (
            Known.TryGetValue(client, out var known)
            && ReferenceEquals(known.UseCase, useCase)
            && ReferenceEquals(known.Agreement, agreement)
            && ReferenceEquals(known.Organization, organization)
            && known.Credentials.SequenceEqual(credentials, ReferenceEqualityComparer.Instance)
        )
        {
            return known.Fingerprint;
        }

        var made = ApprovalFingerprint.Of(client, useCase, agreement, organization, credentials);
        Known.AddOrUpdate(client, new Hashed(useCase, agreement, organization, credentials, made));
        return made;
    }

    private sealed record Hashed(
        UseCase UseCase,
        Agreement? Agreement,
        Organization? Organization,
        Credential[] Credentials,
        string Fingerprint
    );
}
