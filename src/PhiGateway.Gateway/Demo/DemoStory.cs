using System.Buffers.Text;
using System.Security.Cryptography;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Gateway.Demo;

/// <summary>
/// What makes the demonstration's console worth a look: more clients, a partner whose agreement ends soon, an AI vendor that waits for an
/// approval, and what somebody must act on.
/// </summary>
internal static class DemoStory
{
    private const string Engineer = "mary.smith@hospital.example";
    private const string Finance = "jo.park@hospital.example";
    private const int MostStrangers = 100;
    private const string Reviewer = "li.wei@hospital.example";

    /// <summary>Clients that were approved before the story begins, beside those of <see cref="DemoRegistry"/>.</summary>
    private static readonly (string Id, string UseCase, string Owner, string Description)[] Approved =
    [
        ("ward-tablet", "ward-charting", Engineer, "Tablets on the wards"),
        ("emergency-board", "emergency-care", Engineer, "Board of the emergency department"),
        ("acme-order-poller", "lab-results-to-chart", Engineer, "Acme looks for open orders"),
        ("clearbill-eligibility", "claims-clearing", Finance, "ClearBill asks for coverage"),
        ("westside-viewer", "imaging-reports", Engineer, "Westside reads what it reported"),
        ("westside-uploader", "imaging-reports", Engineer, "Westside's reports come in"),
        ("bed-planner", "ward-charting", Finance, "Plans beds, read only"),
    ];

    /// <summary>Adds the story to a seeded registry.</summary>
    public static async Task SeedAsync(
        IRegistryStore store,
        IRegistrySource source,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        Client[] clients =
        [
            .. Approved.Select(client =>
                NewClient(client.Id, client.UseCase, client.Owner, today) with
                {
                    Description = client.Description,
                }
            ),
        ];
        IRegistryEntity[] documents =
        [
            .. Organizations(today),
            .. Agreements(today),
            .. UseCases(today),
            .. clients,
            NewClient("lumen-scribe", "ambient-notes", Engineer, today) with
            {
                Kind = ClientKind.AiAgent,
                Status = ClientStatus.Submitted,
                RequestedBy = Engineer,
                Description = "Drafts notes from what was said at the bedside",
                Limits = new ClientLimits { DistinctPatientsPerHour = 40, RequestsPerSecond = 5 },
            },
            .. clients.Select(client => NewCredential(client.Id, today.AddDays(client.Id == "clearbill-eligibility" ? 5 : 60), today)),
            NewCredential("lumen-scribe", today.AddDays(90), today),
            .. Alerts(now),
            .. DemoReview.Of(now),
        ];
        await DemoRegistry.WriteAsync(store, documents, cancellationToken);
        var snapshot = new RegistrySnapshotBuilder().Rebuild(await source.LoadAllAsync(cancellationToken));
        await DemoRegistry.WriteAsync(
            store,
            clients.Select(client => new Approval
            {
                Id = $"{client.Id}-1",
                Client = client.Id,
                RequestedBy = Engineer,
                ApprovedBy = Reviewer,
                ApprovedAt = now.AddDays(-20),
                Reason = "reviewed with the privacy office",
                Fingerprint = snapshot.FindClientById(client.Id)!.Fingerprint,
            }),
            cancellationToken
        );
    }

    /// <summary>Somebody whom nobody knows asks to be registered.</summary>
    public static async Task AskAsync(IRegistrationRequests requests, DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var asked = new RegistrationRequest
        {
            Id = "reg-5b1f0c6e7a2d4938a1c0d9e8f7b6a543",
            ReceivedAt = now.AddHours(-3),
            Until = now.AddDays(28),
            Peer = "198.51.100.0/24",
            Words = new RegistrationWords
            {
                Form = "metadata",
                Name = "Riverbend Discharge Planner",
                Uri = "https://riverbend.example/planner",
                Contacts = ["integrations@riverbend.example"],
                Scope = "system/Encounter.rs system/ServiceRequest.rs",
                SoftwareId = "riverbend-planner",
                SoftwareVersion = "3.2",
                Keys =
                [
                    new PublicJwk
                    {
                        Kty = "EC",
                        Crv = "P-256",
                        X = Base64Url.EncodeToString(point.X),
                        Y = Base64Url.EncodeToString(point.Y),
                    },
                ],
            },
        };
        await requests.TryAddAsync(asked, MostStrangers, cancellationToken);
    }

    private static Client NewClient(string id, string useCase, string owner, DateOnly today) =>
        new()
        {
            Id = id,
            UseCase = useCase,
            Owner = owner,
            Deputy = Reviewer,
            OwnerConfirmed = today.AddDays(-12),
            Environment = DemoRegistry.Environment,
            Status = ClientStatus.Active,
        };

    private static Credential NewCredential(string client, DateOnly rotateBy, DateOnly today) =>
        new()
        {
            Id = $"{client}-oidc",
            Client = client,
            Issuer = DemoIssuer.Name,
            ClientId = client,
            Created = today.AddDays(-30),
            RotateBy = rotateBy,
        };

    private static Organization[] Organizations(DateOnly today) =>
        [
            new()
            {
                Id = "westside-imaging",
                Kind = OrganizationKind.Partner,
                Name = "Westside Imaging",
                Modules = ["viewer@7", "uploader@2"],
                LastReview = new(today.AddDays(-340), Reviewer, "VR-2025-31", today.AddDays(25)),
                Contacts = new Dictionary<string, string> { ["security"] = "it@westside.example" },
            },
            new()
            {
                Id = "lumen-ai",
                Kind = OrganizationKind.Vendor,
                Name = "Lumen AI",
                Modules = ["scribe@1"],
                LastReview = new(today.AddDays(-9), Reviewer, "VR-2026-40", today.AddDays(180)),
                Contacts = new Dictionary<string, string> { ["security"] = "trust@lumen.example" },
            },
        ];

    private static Agreement[] Agreements(DateOnly today) =>
        [
            new()
            {
                Id = "treatment-westside",
                Kind = AgreementKind.Treatment,
                Organization = "westside-imaging",
                Effective = today.AddDays(-353),
                Expires = today.AddDays(12),
                Jurisdictions = ["US"],
            },
            new()
            {
                Id = "baa-lumen",
                Kind = AgreementKind.Baa,
                Organization = "lumen-ai",
                Effective = today.AddDays(-9),
                Expires = today.AddDays(356),
                Jurisdictions = ["US"],
            },
        ];

    private static UseCase[] UseCases(DateOnly today) =>
        [
            NewUseCase("emergency-care", "The emergency department looks up a stranger", "north-hospital", null, today) with
            {
                Purposes = ["TREAT", "ETREAT"],
                AllowsBreakGlass = true,
                Grants = [NewGrant(["Patient", "Observation", "Condition", "AllergyIntolerance"], ["read", "search"], any: true)],
            },
            NewUseCase("imaging-reports", "Westside reads and writes imaging reports", "westside-imaging", "treatment-westside", today) with
            {
                Grants = [NewGrant(["DiagnosticReport", "Observation"], ["read", "search", "create"], any: false)],
            },
            NewUseCase("ambient-notes", "Lumen drafts notes for clinicians to sign", "lumen-ai", "baa-lumen", today) with
            {
                Grants = [NewGrant(["Encounter", "Condition", "Observation"], ["read", "search"], any: false)],
            },
        ];

    private static UseCase NewUseCase(string id, string title, string organization, string? agreement, DateOnly today) =>
        new()
        {
            Id = id,
            Title = title,
            Owner = Engineer,
            Organization = organization,
            Agreement = agreement,
            Purposes = ["TREAT"],
            Environment = DemoRegistry.Environment,
            Tenants = [DemoRegistry.Tenant],
            Expires = today.AddDays(300),
            Status = UseCaseStatus.Approved,
            LegalBasis = "Treatment",
        };

    private static Grant NewGrant(IReadOnlyList<string> types, IReadOnlyList<string> interactions, bool any) =>
        new()
        {
            Types = types,
            Interactions = interactions,
            Patients = any ? new PatientScope { Any = true } : new PatientScope { Roster = "acme-orders" },
        };

    private static Alert[] Alerts(DateTimeOffset now) =>
        [
            new()
            {
                Id = "refusals-cohort-44-loader",
                Kind = "refusals-rise",
                Subject = "client/cohort-44-loader",
                At = now.AddHours(-3),
                Severity = AlertSeverity.Urgent,
                Evidence =
                    "Asks for patients outside its roster since four hours, more of them each hour, from an address that it never used before. "
                    + "It usually has fewer than five refusals a day.",
                Notify = "research.office@hospital.example",
            },
            new()
            {
                Id = "unused-bed-planner",
                Kind = "unused-grant",
                Subject = "client/bed-planner",
                At = now.AddDays(-2),
                Evidence = "Has not used four of its six resource types in ninety days: narrow its use case, or say why it needs them.",
                Notify = Finance,
            },
            new()
            {
                Id = "strangers-yesterday",
                Kind = "unknown-client",
                Subject = "issuer/demo-idp",
                At = now.AddDays(-1),
                State = AlertState.Acknowledged,
                HandledBy = "ana.reyes@hospital.example",
                HandledAt = now.AddHours(-20),
                Evidence = "Tokens of the issuer named a client id that is not registered, 41 times in one hour.",
            },
        ];
}
