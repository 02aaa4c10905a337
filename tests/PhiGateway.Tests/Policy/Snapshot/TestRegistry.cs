using System.Globalization;
using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Tests.Policy.Snapshot;

/// <summary>Entities that are right, to be spoiled one member at a time.</summary>
internal static class TestRegistry
{
    internal static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    internal static Organization Organization(string id = "acme") =>
        new()
        {
            Id = id,
            Kind = OrganizationKind.Vendor,
            Name = "Acme",
            Modules = ["connector@4"],
        };

    internal static Agreement Agreement(string id = "baa", string organization = "acme") =>
        new()
        {
            Id = id,
            Kind = AgreementKind.Baa,
            Organization = organization,
            Effective = new DateOnly(2026, 1, 1),
            Expires = new DateOnly(2027, 1, 1),
            Jurisdictions = ["US"],
        };

    internal static Grant Grant(string roster = "orders") =>
        new()
        {
            Types = ["Observation"],
            Interactions = ["read", "search"],
            Patients = new PatientScope { Roster = roster },
        };

    internal static UseCase UseCase(string id = "lab", string organization = "acme", string? agreement = "baa", params Grant[] grants) =>
        new()
        {
            Id = id,
            Title = "Results",
            Owner = "mary@hospital.example",
            Organization = organization,
            Agreement = agreement,
            Purposes = ["TREAT"],
            Environment = "production",
            Tenants = ["north", "south"],
            Expires = new DateOnly(2026, 12, 31),
            Status = UseCaseStatus.Approved,
            Grants = grants.Length == 0 ? [Grant()] : grants,
        };

    internal static Client Client(string id = "connector", string useCase = "lab") =>
        new()
        {
            Id = id,
            UseCase = useCase,
            Owner = "mary@hospital.example",
            OwnerConfirmed = new DateOnly(2026, 3, 1),
            Environment = "production",
            Status = ClientStatus.Active,
        };

    internal static Credential Credential(string id = "connector-oidc", string client = "connector", string clientId = "connector") =>
        new()
        {
            Id = id,
            Client = client,
            Issuer = "idp",
            ClientId = clientId,
        };

    internal static Roster Roster(string id = "orders") => new() { Id = id };

    internal static Approval Approval(string fingerprint, string id = "approval", string client = "connector") =>
        new()
        {
            Id = id,
            Client = client,
            RequestedBy = "mary@hospital.example",
            ApprovedBy = "li@hospital.example",
            ApprovedAt = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero),
            Fingerprint = fingerprint,
        };

    /// <summary>A whole registry with one client whose path is open.</summary>
    internal static List<IRegistryEntity> Open(
        UseCase? useCase = null,
        Client? client = null,
        Agreement? agreement = null,
        Organization? organization = null
    )
    {
        var (one, two, three, four) = (client ?? Client(), useCase ?? UseCase(), agreement ?? Agreement(), organization ?? Organization());
        return
        [
            four,
            three,
            two,
            one,
            Credential(),
            Roster(),
            Approval(ApprovalFingerprint.Of(one, two, two.Agreement is null ? null : three, four, [Credential()])),
        ];
    }

    internal static RegistryItem Item(IRegistryEntity entity, long revision = 1, bool deleted = false)
    {
        var kind = RegistryPaths.KindOf(entity)!.Value;
        var json = System.Text.Json.JsonSerializer.Serialize(entity, entity.GetType(), RegistryJson.Options);
        return new RegistryItem(kind, entity.Id, revision, revision, json, Now, "test", deleted);
    }

    internal static RegistryItem Broken(RegistryKind kind, string id, string json, long revision = 1) =>
        new(kind, id, revision, revision, json, Now, "test", false);

    internal static RegistryChanges Changes(
        IEnumerable<RegistryItem> items,
        long revision = 1,
        IEnumerable<RosterMemberChange>? members = null,
        IEnumerable<Revocation>? revocations = null
    ) => new(revision, [.. items], [.. members ?? []], [.. revocations ?? []]);

    internal static RegistrySnapshot Build(IEnumerable<IRegistryEntity> entities, params Revocation[] revocations) =>
        new RegistrySnapshotBuilder().Rebuild(Changes(entities.Select(static entity => Item(entity)), 1, [Member("17")], revocations));

    internal static RosterMemberChange Member(
        string patient,
        string roster = "orders",
        bool removed = false,
        DateTimeOffset? until = null
    ) => new(new RosterMember(roster, PatientId.Parse(patient), null, until), removed);

    internal static Revocation Revocation(
        RevocationTarget target,
        string value,
        string? issuer = null,
        DateTimeOffset? before = null,
        bool lifted = false,
        int number = 1
    ) => new("r" + number.ToString(CultureInfo.InvariantCulture), target, value, issuer, before, "test", "test", Now, lifted);
}
