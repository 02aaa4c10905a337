using PhiGateway.Benchmarks.Peers;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Storage;

namespace PhiGateway.Benchmarks.Fleet;

/// <summary>
/// Fills a registry with clients that are all open, each with a use case and an organization of its own, and with rosters.
/// </summary>
internal static class FleetRegistry
{
    public const string Roster = "fleet-roster";
    private const string Actor = "fleet";
    private const int Batch = 1000;
    private const int MemberBatch = 20_000;

    public static string ClientOf(int number) => $"fleet-{number}";

    /// <summary>Writes clients 0 to <paramref name="clients"/>-1 and memberships; patient p1 is on the roster that all use.</summary>
    /// <param name="storage">The registry.</param>
    /// <param name="clients">How many clients.</param>
    /// <param name="members">How many memberships.</param>
    /// <param name="today">The day from which their dates run; null: today.</param>
    public static async Task FillAsync(RegistryStorage storage, int clients, int members, DateOnly? today = null)
    {
        var day = today ?? DateOnly.FromDateTime(DateTime.UtcNow);
        await storage.Migrator.MigrateAsync(CancellationToken.None);
        await GatewaySetup.WriteAsync(storage, [new Roster { Id = Roster }], Actor);
        await storage.Store.PutMembersAsync([new RosterMember(Roster, PatientId.Parse("p1"))], Actor, CancellationToken.None);
        for (var from = 0; from < members; from += MemberBatch)
        {
            var page = Enumerable
                .Range(from, Math.Min(MemberBatch, members - from))
                .Select(i => new RosterMember($"roster-{i % 20}", PatientId.Parse($"pat-{i}")))
                .ToList();
            await storage.Store.PutMembersAsync(page, Actor, CancellationToken.None);
        }

        for (var from = 0; from < clients; from += Batch)
        {
            await GatewaySetup.WriteAsync(
                storage,
                Enumerable.Range(from, Math.Min(Batch, clients - from)).SelectMany(number => EntitiesOf(number, day)),
                Actor
            );
        }

        // Approved as they now stand.
        var snapshot = new RegistrySnapshotBuilder().Rebuild(await storage.Source.LoadAllAsync(CancellationToken.None));
        for (var from = 0; from < clients; from += Batch)
        {
            await GatewaySetup.WriteAsync(
                storage,
                Enumerable
                    .Range(from, Math.Min(Batch, clients - from))
                    .Select(number => ApprovalOf(snapshot.FindClientById(ClientOf(number))!)),
                Actor
            );
        }
    }

    /// <summary>One harmless change, as an operator makes hundreds of: the name of an organization that no fingerprint contains.</summary>
    public static RegistryWrite ChangeOf(int number, long version, string name)
    {
        var organization = new Organization
        {
            Id = $"busy-{number}",
            Kind = OrganizationKind.Vendor,
            Name = name,
        };
        return new RegistryWrite(RegistryKind.Organization, organization.Id, RegistryJson.Serialize(organization), version);
    }

    private static IRegistryEntity[] EntitiesOf(int number, DateOnly today)
    {
        var client = ClientOf(number);
        return
        [
            new Organization
            {
                Id = $"org-{number}",
                Kind = OrganizationKind.Internal,
                Name = $"Unit {number}",
            },
            new UseCase
            {
                Id = $"use-{number}",
                Title = "Fleet",
                Owner = "owner@fleet.example",
                Organization = $"org-{number}",
                Purposes = ["TREAT"],
                Environment = "fleet",
                Tenants = ["fleet"],
                Expires = today.AddDays(60),
                Status = UseCaseStatus.Approved,
                Grants =
                [
                    new Grant
                    {
                        Types = ["Observation"],
                        Interactions = ["read", "search", "export"],
                        Patients = new PatientScope { Roster = Roster },
                    },
                ],
            },
            new Client
            {
                Id = client,
                UseCase = $"use-{number}",
                Owner = "owner@fleet.example",
                OwnerConfirmed = today,
                Environment = "fleet",
                Status = ClientStatus.Active,
                MaxTokenLifetimeSeconds = 86_400,
                Limits = new ClientLimits { RequestsPerSecond = 1_000_000, Concurrency = 10_000 },
            },
            new Credential
            {
                Id = $"{client}-oidc",
                Client = client,
                Issuer = "fleet-idp",
                ClientId = client,
                Created = today,
                RotateBy = today.AddDays(30),
            },
        ];
    }

    private static Approval ApprovalOf(ClientEntry entry) =>
        new()
        {
            Id = $"{entry.Client.Id}-1",
            Client = entry.Client.Id,
            RequestedBy = "a@fleet.example",
            ApprovedBy = "b@fleet.example",
            ApprovedAt = DateTimeOffset.UtcNow,
            Fingerprint = entry.Fingerprint,
        };
}
