using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Demo;

/// <summary>
/// The demonstration's registry: one internal unit, a lab vendor, a billing vendor and a research body, each with a documented use of PHI.
/// </summary>
internal static class DemoRegistry
{
    /// <summary>The environment and tenant of the demonstration.</summary>
    public const string Environment = "demo";

    public const string Tenant = "north";

    /// <summary>The gateway's own token service, as an issuer.</summary>
    public const string TokenServiceName = "phi-gateway";

    /// <summary>Who asks and who approves in the demonstration.</summary>
    private const string Requester = "mary.smith@hospital.example";

    private const string Approver = "li.wei@hospital.example";

    /// <summary>Writes everything through the same ports that an administrator's calls go through.</summary>
    public static async Task SeedAsync(
        IRegistryStore store,
        IRegistrySource source,
        PublicJwk key,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var documents = Organizations(today)
            .Cast<IRegistryEntity>()
            .Concat(Agreements(today))
            .Concat(Rosters())
            .Concat(UseCases(today))
            .Concat(Clients(today))
            .Concat(Credentials(today))
            .Concat(TokenServiceCredentials(key, today));
        await WriteAsync(store, documents, cancellationToken);
        await store.PutMembersAsync(Members(), Requester, cancellationToken);

        // Approval is of a fingerprint: of exactly what was written above.
        var snapshot = new RegistrySnapshotBuilder().Rebuild(await source.LoadAllAsync(cancellationToken));
        var approvals = Clients(today)
            .Select(client => new Approval
            {
                Id = $"{client.Id}-1",
                Client = client.Id,
                RequestedBy = Requester,
                ApprovedBy = Approver,
                ApprovedAt = now,
                Reason = "demonstration",
                Fingerprint = snapshot.FindClientById(client.Id)!.Fingerprint,
            });
        await WriteAsync(store, approvals, cancellationToken);
    }

    private static async Task WriteAsync(IRegistryStore store, IEnumerable<IRegistryEntity> entities, CancellationToken cancellationToken)
    {
        var writes = entities
            .Select(static entity => new RegistryWrite(
                KindOf(entity),
                entity.Id,
                System.Text.Json.JsonSerializer.Serialize(entity, entity.GetType(), RegistryJson.Options),
                0
            ))
            .ToList();
        if (await store.WriteAsync(writes, Requester, cancellationToken) is not RegistryWriteResult.Written)
        {
            throw new InvalidOperationException("The demonstration's registry is already there.");
        }
    }

    private static RegistryKind KindOf(IRegistryEntity entity) =>
        Enum.GetValues<RegistryKind>().First(kind => RegistryJson.TypeOf(kind) == entity.GetType());

    private static Organization[] Organizations(DateOnly today) =>
        [
            new()
            {
                Id = "north-hospital",
                Kind = OrganizationKind.Internal,
                Name = "North Hospital, ward systems",
            },
            new()
            {
                Id = "acme-lab",
                Kind = OrganizationKind.Vendor,
                Name = "Acme Laboratories",
                Modules = ["results-connector@4"],
                LastReview = new(today, Approver, "VR-2026-11", today.AddDays(365)),
                Contacts = new Dictionary<string, string> { ["security"] = "soc@acme.example" },
            },
            new()
            {
                Id = "clearbill",
                Kind = OrganizationKind.Vendor,
                Name = "ClearBill Services",
                Modules = ["claims@2"],
                LastReview = new(today, Approver, "VR-2026-12", today.AddDays(365)),
            },
            new()
            {
                Id = "state-university",
                Kind = OrganizationKind.Research,
                Name = "State University, cohort study",
                LastReview = new(today, Approver, "VR-2026-13"),
            },
        ];

    private static Agreement[] Agreements(DateOnly today) =>
        [
            new()
            {
                Id = "baa-acme",
                Kind = AgreementKind.Baa,
                Organization = "acme-lab",
                Effective = today.AddDays(-30),
                Expires = today.AddDays(335),
                Jurisdictions = ["US"],
            },
            new()
            {
                Id = "baa-clearbill",
                Kind = AgreementKind.Baa,
                Organization = "clearbill",
                Effective = today.AddDays(-30),
                Expires = today.AddDays(335),
                Jurisdictions = ["US"],
            },
            new()
            {
                Id = "dua-cohort",
                Kind = AgreementKind.Dua,
                Organization = "state-university",
                Effective = today.AddDays(-30),
                Expires = today.AddDays(150),
                Jurisdictions = ["US"],
                LegalReview = new("counsel@hospital.example", today.AddDays(-31), "IRB-2026-44", today.AddDays(150)),
            },
        ];

    private static Roster[] Rosters() =>
        [
            new()
            {
                Id = "acme-orders",
                Title = "Patients with an open order at Acme",
                Source = "orders feed",
            },
            new()
            {
                Id = "clearbill-accounts",
                Title = "Patients with an open account",
                Source = "billing feed",
            },
            new()
            {
                Id = "cohort-44",
                Title = "Consented participants of study 44",
                Kind = RosterKind.Cohort,
                Source = "research office",
            },
        ];

    private static RosterMember[] Members() =>
        [
            new("acme-orders", PatientId.Parse("f001")),
            new("acme-orders", PatientId.Parse("f201")),
            new("clearbill-accounts", PatientId.Parse("1")),
            new("clearbill-accounts", PatientId.Parse("4")),
            new("cohort-44", PatientId.Parse("f001")),
        ];

    private static UseCase[] UseCases(DateOnly today) =>
        [
            new()
            {
                Id = "ward-charting",
                Title = "Ward systems show the chart",
                Owner = Requester,
                Organization = "north-hospital",
                Purposes = ["TREAT"],
                Environment = Environment,
                Tenants = [Tenant],
                Expires = today.AddDays(365),
                Status = UseCaseStatus.Approved,
                LegalBasis = "Treatment (45 CFR 164.506(c)(1))",
                Grants =
                [
                    new()
                    {
                        Types = ["Patient", "Observation", "Condition", "Encounter", "DiagnosticReport", "AllergyIntolerance"],
                        Interactions = ["read", "vread", "search", "history"],
                        Patients = new() { Any = true },
                        Confidentiality = "R",
                        Labels = ["HIV", "TBOO"],
                    },
                ],
            },
            new()
            {
                Id = "lab-results-to-chart",
                Title = "Acme writes results, reads back what it wrote",
                Owner = Requester,
                Agreement = "baa-acme",
                Organization = "acme-lab",
                Purposes = ["TREAT"],
                Environment = Environment,
                Tenants = [Tenant],
                Expires = today.AddDays(300),
                Status = UseCaseStatus.Approved,
                LegalBasis = "Treatment under a business associate agreement",
                Grants =
                [
                    new()
                    {
                        Types = ["Observation", "DiagnosticReport"],
                        Interactions = ["read", "search", "create"],
                        Where = new Dictionary<string, string> { ["category"] = "laboratory" },
                        Patients = new() { Roster = "acme-orders" },
                    },
                    new()
                    {
                        Types = ["Patient"],
                        Interactions = ["read"],
                        Elements = ["identifier", "name", "birthDate"],
                        Patients = new() { Roster = "acme-orders" },
                    },
                ],
            },
            new()
            {
                Id = "claims-clearing",
                Title = "ClearBill reads claims and coverage",
                Owner = "jo.park@hospital.example",
                Agreement = "baa-clearbill",
                Organization = "clearbill",
                Purposes = ["HPAYMT"],
                Environment = Environment,
                Tenants = [Tenant],
                Expires = today.AddDays(300),
                Status = UseCaseStatus.Approved,
                LegalBasis = "Payment (45 CFR 164.506(c)(3))",
                Grants =
                [
                    new()
                    {
                        Types = ["Claim", "Coverage"],
                        Interactions = ["read", "search"],
                        Patients = new() { Roster = "clearbill-accounts" },
                    },
                ],
            },
            new()
            {
                Id = "cohort-study-44",
                Title = "State University reads conditions of consented participants",
                Owner = "research.office@hospital.example",
                Agreement = "dua-cohort",
                Organization = "state-university",
                Purposes = ["HRESCH"],
                Environment = Environment,
                Tenants = [Tenant],
                Expires = today.AddDays(140),
                Status = UseCaseStatus.Approved,
                LegalBasis = "Research with consent",
                Grants =
                [
                    new()
                    {
                        Types = ["Condition", "Observation"],
                        Interactions = ["read", "search"],
                        Patients = new() { Roster = "cohort-44" },
                    },
                ],
            },
        ];

    private static Client[] Clients(DateOnly today) =>
        [
            NewClient("ward-app", "ward-charting", Requester, today),
            NewClient("acme-results-connector", "lab-results-to-chart", Requester, today),
            NewClient("clearbill-claims", "claims-clearing", "jo.park@hospital.example", today),
            NewClient("cohort-44-loader", "cohort-study-44", "research.office@hospital.example", today),
        ];

    private static Client NewClient(string id, string useCase, string owner, DateOnly today) =>
        new()
        {
            Id = id,
            UseCase = useCase,
            Owner = owner,
            Deputy = Approver,
            OwnerConfirmed = today,
            Environment = Environment,
            Status = ClientStatus.Active,
            MaxTokenLifetimeSeconds = 43_200,
        };

    // The lab vendor may also get its tokens from the gateway itself.
    private static Credential[] TokenServiceCredentials(PublicJwk key, DateOnly today)
    {
        var own = new Credential
        {
            Id = $"{DemoClientKey.Client}-own",
            Client = DemoClientKey.Client,
            Issuer = TokenServiceName,
            ClientId = DemoClientKey.Client,
            Created = today,
            RotateBy = today.AddDays(90),
        };
        return [own, own with { Id = $"{DemoClientKey.Client}-key", Kind = CredentialKind.ClientKey, Jwk = key }];
    }

    private static Credential[] Credentials(DateOnly today) =>
        Array.ConvertAll(
            Clients(today),
            client => new Credential
            {
                Id = $"{client.Id}-oidc",
                Client = client.Id,
                Issuer = DemoIssuer.Name,
                ClientId = client.Id,
                Created = today,
                RotateBy = today.AddDays(90),
            }
        );
}
