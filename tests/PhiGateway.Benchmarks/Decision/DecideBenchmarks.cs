using System.Text.Json;
using BenchmarkDotNet.Attributes;
using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Benchmarks.Decision;

/// <summary>One decision, one judgement and one registry change among fifty thousand clients and a million memberships.</summary>
[MemoryDiagnoser]
public class DecideBenchmarks
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly RegistrySnapshotBuilder _builder = new();
    private readonly ResourceFacts _facts = new()
    {
        Type = ResourceType.Parse("Observation"),
        Id = "o1",
        Owner = OwnerState.Known,
    };
    private RegistrySnapshot _snapshot = RegistrySnapshot.Empty;
    private AccessRequest[] _requests = [];
    private AccessRequest _denied = null!;
    private ReleasePolicy _release = ReleasePolicy.Nothing;
    private int _next;
    private long _revision = 1;

    /// <summary>Clients registered.</summary>
    [Params(50_000)]
    public int Clients { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _snapshot = _builder.Rebuild(Load());
        _requests = [.. Enumerable.Range(0, 1024).Select(number => Request(number * 40 % Clients, $"p{number * 40 % Clients}"))];
        _denied = Request(1, "nobody");
        _facts.AddOwner(PatientId.Parse("p0"));
        _facts.AddToken(new TokenFact("category", "http://terminology.hl7.org/CodeSystem/observation-category", "laboratory"));
        _release = ((Permit)PolicyDecisionPoint.Decide(_requests[0], _snapshot)).Release;
    }

    [Benchmark(Baseline = true)]
    public object Permit() => PolicyDecisionPoint.Decide(_requests[_next++ & 1023], _snapshot);

    [Benchmark]
    public object Deny() => PolicyDecisionPoint.Decide(_denied, _snapshot);

    [Benchmark]
    public bool Judge() => _release.Judge(_facts).Reason == WithholdReason.None;

    [Benchmark]
    public RegistrySnapshot ChangeOneClientAndOneMember()
    {
        var revision = ++_revision;
        var change = new RosterMemberChange(new RosterMember("roster-0", PatientId.Parse($"new-{revision & 4095}")), false);
        return _builder.Apply(
            new RegistryChanges(revision, [Item(RegistryKind.Client, Client((int)(revision % Clients)), revision)], [change], [])
        );
    }

    private static AccessRequest Request(int client, string patient) =>
        new()
        {
            Caller = new Caller
            {
                Issuer = "idp",
                IssuerEnvironment = "production",
                ClientId = $"client-{client}",
                Scopes = new ScopeSet(
                    [new SmartScope(ScopeLevel.System, ResourceTypeSet.All, ScopeRights.Read | ScopeRights.Search, [])],
                    0
                ),
                Purposes = [PurposeOfUse.Parse("TREAT")],
                IssuedAt = Now.AddSeconds(-30),
                ExpiresAt = Now.AddSeconds(270),
                TokenHash = "00",
            },
            Tenant = "north",
            Environment = "production",
            Now = Now,
            Parts =
            [
                new AccessPart
                {
                    Interaction = Interaction.SearchType,
                    Type = ResourceType.Parse("Observation"),
                    Patients = [PatientId.Parse(patient)],
                },
            ],
        };

    private static Client Client(int number) =>
        new()
        {
            Id = $"client-{number}",
            UseCase = $"use-case-{number / 100}",
            Owner = "owner",
            OwnerConfirmed = new DateOnly(2026, 3, 1),
            Environment = "production",
            Status = ClientStatus.Active,
        };

    private static UseCase UseCase(int number) =>
        new()
        {
            Id = $"use-case-{number}",
            Title = "Results",
            Owner = "owner",
            Organization = "hospital",
            Purposes = ["TREAT"],
            Environment = "production",
            Tenants = ["north"],
            Expires = new DateOnly(2027, 1, 1),
            Status = UseCaseStatus.Approved,
            Grants =
            [
                new Grant
                {
                    Types = ["Observation", "DiagnosticReport"],
                    Interactions = ["read", "search"],
                    Where = new Dictionary<string, string> { ["category"] = "laboratory" },
                    Patients = new PatientScope { Roster = $"roster-{number}" },
                },
                new Grant
                {
                    Types = ["Patient"],
                    Interactions = ["read"],
                    Elements = ["name", "birthDate"],
                    Patients = new PatientScope { Roster = $"roster-{number}" },
                },
            ],
        };

    private static RegistryItem Item<T>(RegistryKind kind, T entity, long revision = 1)
        where T : IRegistryEntity =>
        new(kind, entity.Id, revision, revision, JsonSerializer.Serialize(entity, RegistryJson.Options), Now, "bench", false);

    private RegistryChanges Load()
    {
        var organization = new Organization
        {
            Id = "hospital",
            Kind = OrganizationKind.Internal,
            Name = "Hospital",
        };
        var items = new List<RegistryItem> { Item(RegistryKind.Organization, organization) };
        for (var number = 0; number < Clients / 100; number++)
        {
            items.Add(Item(RegistryKind.Roster, new Roster { Id = $"roster-{number}" }));
            items.Add(Item(RegistryKind.UseCase, UseCase(number)));
        }

        for (var number = 0; number < Clients; number++)
        {
            items.Add(Item(RegistryKind.Client, Client(number)));
            var credential = new Credential
            {
                Id = $"credential-{number}",
                Client = $"client-{number}",
                Issuer = "idp",
                ClientId = $"client-{number}",
            };
            items.Add(Item(RegistryKind.Credential, credential));
            items.Add(
                Item(
                    RegistryKind.Approval,
                    new Approval
                    {
                        Id = $"approval-{number}",
                        Client = $"client-{number}",
                        RequestedBy = "one",
                        ApprovedBy = "another",
                        ApprovedAt = Now.AddDays(-60),
                        Fingerprint = ApprovalFingerprint.Of(Client(number), UseCase(number / 100), null, organization, [credential]),
                    }
                )
            );
        }

        // Patient pN is on the roster of client N, for the first of each; the rest fill the rosters up to a million.
        var members = Enumerable
            .Range(0, 1_000_000)
            .Select(number => new RosterMemberChange(
                new RosterMember($"roster-{number % Clients / 100}", PatientId.Parse($"p{number}")),
                false
            ));
        return new RegistryChanges(1, items, [.. members], []);
    }
}
